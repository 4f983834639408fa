"""Strings for the device go whole or stay whole."""

import pytest

from headroom.compressors.display import displayed


@pytest.mark.parametrize("kind", ["P", "X", "^", "_"])
def test_a_string_for_the_device_is_taken_out_with_its_end(kind: str) -> None:
    assert displayed(f"a\x1b{kind}q#0;2;0;0;0#0~~@@vv\x1b\\z") == "az"
    assert displayed(f"a\x1b{kind}never ended") == f"a\x1b{kind}never ended"

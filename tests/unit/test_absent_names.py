"""Names that this library leaves out say why."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from headroom.absent import ABSENT, refuse

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ABSENT)
def test_every_absent_name_raises_one_line_that_says_why(name: str) -> None:
    with pytest.raises(ImportError) as caught:
        refuse(name)

    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)
    assert "use" in str(caught.value).lower() or "send" in str(caught.value)


def test_other_names_are_let_through() -> None:
    refuse("compress")


@pytest.mark.parametrize("name", ["memory", "image", "compression"])
@pytest.mark.parametrize("form", ["import headroom.{}", "from headroom import {}", "from headroom.{} import Anything"])
def test_absent_modules_say_why_however_they_are_imported(name: str, form: str) -> None:
    done = subprocess.run([sys.executable, "-c", form.format(name)], capture_output=True, text=True, cwd=ROOT)

    assert done.stderr.strip().split("\n")[-1] == f"ImportError: {name}: {ABSENT[name]}"


def test_what_is_named_as_a_substitute_exists() -> None:
    assert import_module("headroom.shared_context").SharedContext
    for name in ("ContentRouter", "TextCompressor"):
        assert getattr(import_module("headroom.transforms"), name)

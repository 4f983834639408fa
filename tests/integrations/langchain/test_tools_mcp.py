from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headroom import retrieve
from headroom.errors import ConfigurationError
from headroom.markers import find_markers
from headroom_integrations.langchain.tools_mcp import (
    HeadroomMCPCompressor,
    MCPToolProfile,
    compress_tool_result,
    compress_tool_result_with_metrics,
)
from headroom_integrations.langchain.tools_metrics import get_tool_metrics, reset_tool_metrics
from tests.integrations.langchain.conversations import ROWS, TEXT


def test_a_text_gives_a_shorter_text_with_every_row() -> None:
    text = compress_tool_result(TEXT, "github__list_issues", {"state": "open"}, "Which are open?")

    assert len(text) < len(TEXT) / 2
    assert all(row["title"] in text for row in ROWS)
    assert find_markers(text) == []


def test_a_row_per_block_becomes_one_block() -> None:
    blocks = [{"type": "text", "text": json.dumps(row), "id": f"lc_{row['id']}"} for row in ROWS]

    made = compress_tool_result(blocks, "github__list_issues")

    assert len(made) == 1
    assert "id" not in made[0]  # made up anew in each run
    assert len(made[0]["text"]) < len(TEXT) / 2


def test_figures_say_what_was_saved_and_are_counted() -> None:
    reset_tool_metrics()

    made = compress_tool_result_with_metrics(TEXT, "list_issues")
    short = compress_tool_result_with_metrics("ok", "list_issues")

    assert (made.was_compressed, short.was_compressed) == (True, False)
    assert made.tokens_saved == made.metrics.tokens_before - made.metrics.tokens_after > 500
    assert short.compressed_content == "ok"
    assert get_tool_metrics().get_summary()["by_tool"]["list_issues"]["invocations"] == 2
    assert "issue number" not in repr(made)


@pytest.mark.parametrize("value", [None, 7, ROWS, {"a": 1}, b"abc"])
def test_what_is_no_content_goes_on_as_it_is(value: Any) -> None:
    assert compress_tool_result(value, "any") is value


def test_profiles_hold_for_the_names_they_are_for(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'originals.db'}"
    profiles = [
        MCPToolProfile(tool_name_pattern="fs__*", skip_compression=True),
        MCPToolProfile(tool_name_pattern="github__*", target_tokens=150),
    ]
    made = HeadroomMCPCompressor(profiles, originals=url)

    assert made.compress(TEXT, "fs__read").compressed_content is TEXT
    (marker,) = find_markers(made.compress(TEXT, "github__list_issues").compressed_content)
    assert retrieve(str(marker.handle), store=url).text == TEXT


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"profiles": [MCPToolProfile(tool_name_pattern="a*", max_tokens=200)]}, "tool_profiles.a*.max_tokens"),
        ({"profiles": [7]}, "profiles"),
        ({"target_tokens": 100}, "target_tokens"),
        ({"min_chars_to_compress": "x"}, "min_chars_to_compress"),
    ],
)
def test_wrong_settings_are_refused(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        HeadroomMCPCompressor(**arguments)

    assert raised.value.details["field"] == field


def test_a_profile_without_names_says_what_is_missing() -> None:
    with pytest.raises(ConfigurationError) as refused:
        MCPToolProfile(skip_compression=True)  # type: ignore[call-arg]

    assert refused.value.message == "tool_name_pattern must be given"

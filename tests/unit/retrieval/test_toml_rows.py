"""Rows of TOML, as a marker counts them, exactly as they stand in the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom.compressors.limits import Limits
from headroom.compressors.toml_text import TomlCompressor
from headroom.retrieval.markup_rows import markup_rows
from headroom.tokenizers import built_in_counter
from tests.shown_toml import check_shown_toml

LOCK = (
    '# head\nversion = 4\n\n# of a\n[[package]]\nname = "a"\nfiles = [\n  {file = "x"}, # one\n  {file = "y"},\n]\n\n'
    '[package.deps]\nb = "1"\n\n[[package]]\nname = "b" # last\n\n[meta]\nx.y = 1\nz = 2\n'
)


def rows(text: str, path: str) -> list[str]:
    """The texts of the rows at `path`."""
    found = markup_rows(text, path)
    assert found is not None
    assert len(found[0]) == len(found[1])
    return [text[start:end] for start, end in found[0]]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blocks_are_found_with_all_of_their_lines(end: str) -> None:
    text = LOCK.replace("\n", end)
    found = [row.replace(end, "\n") for row in rows(text, "package")]

    assert found == [
        '[[package]]\nname = "a"\nfiles = [\n  {file = "x"}, # one\n  {file = "y"},\n]\n\n[package.deps]\nb = "1"',
        '[[package]]\nname = "b" # last',
    ]


def test_items_and_entries_are_found_as_they_stand() -> None:
    assert rows(LOCK, "package[0].files") == ['{file = "x"}', '{file = "y"}']
    assert rows(LOCK, "meta") == ["x.y = 1", "z = 2"]
    assert rows(LOCK, "package[0].deps") == ['b = "1"']
    assert [row.split("\n")[0] for row in rows(LOCK, ".")] == ["version = 4", "[[package]]", "[meta]"]


def test_comments_in_an_array_are_items_as_they_are_in_what_is_shown() -> None:
    text = "[t]\na = [ # why\n  1, # one\n  2,\n]\nb = 1\n"

    assert rows(text, "t.a") == ["# why", "1", "# one", "2"]


@pytest.mark.parametrize("path", ["none", "package[7]", "package[0].name", "meta.x.y", "version"])
def test_a_path_that_leads_nowhere_is_said(path: str) -> None:
    with pytest.raises(KeyError):
        markup_rows(LOCK, path)


def test_lines_are_meant_where_nothing_is_named() -> None:
    assert markup_rows(LOCK, "") is None


def test_what_is_shown_in_part_has_its_rows() -> None:
    text = (Path(__file__).parents[2] / "data" / "toml" / "poetry.lock").read_text(encoding="utf-8")
    compressor = TomlCompressor(counter=built_in_counter())
    limits = Limits(tokens=300, above_tokens=300, handle="0" * 12, by_tool=True)

    result = compressor.select(text, compressor.compress(text), limits)

    shown = check_shown_toml(result.compressed, text)
    found = rows(text, shown.at or "")
    assert len(found) == shown.total == 9
    assert all(row.startswith("[[package]]\nname = ") and row.count("[[package]]") == 1 for row in found)

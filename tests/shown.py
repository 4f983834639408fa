"""Reads back what a shortened text still shows, and holds it against the original: for tests only.

The library has no reader for shortened tables, so this is written apart from what it checks: the grammar of whole
tables is the library's, everything about `[3 of 40]`, row numbers and markers is read here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from headroom.compressors.json_documents import SERIES, read_documents
from headroom.compressors.table.compare import same
from headroom.compressors.table.decode import TableReader
from headroom.compressors.table.values import Number, Pairs

MARKER = re.compile(
    r"\[headroom [0-9a-f]{4}: ([0-9]+) of ([0-9]+) (rows(?: in [0-9]+ lists)?) not shown here; source complete; "
    r"(?P<way>headroom_retrieve\(hash=\"|handle )(?P<handle>[0-9a-f]{12})\"?"
    r"(?:, at=\"(?P<at>[^\n]*?)\")?\)?(?P<facts>; [^\n]*)?\]"
)
PART = re.compile(r"([\[{])([0-9]+) of ([0-9]+)([ |]?)[\]}]")
ITEM = re.compile(r"#([0-9]+) ")
GROUPED = re.compile(r"row ([0-9]+) for ([0-9]+)")


@dataclass(slots=True)
class Part:
    """A list or map that is shown in part: place from 0 (or key) to item."""

    total: int
    items: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A shortened text, read.

    Attributes:
        value: The document; lists shown in part are `Part`.
        missing: Items that the marker says are not shown.
        total: Items that it says there are in all of the lists.
        handle: What it names for the rest.
        by_tool: Whether it names the tool.
        grouped: Row (from 0) to the number of rows it stands for.
        at: Path of the list whose rows are counted, as the marker names it; None where it names none.
        cuts: Each list shown in part with the whole list; filled by `check_shown`.
    """

    value: Any
    missing: int
    total: int
    handle: str
    by_tool: bool
    grouped: dict[int, int]
    at: str | None
    cuts: list[tuple[Part, Any]] = field(default_factory=list, repr=False)


class PartReader(TableReader):
    """Reads lists that are shown in part, too."""

    def container(self, first: str) -> Any:
        head = PART.match(self.lines[self.row], self.at)
        if not head:
            return super().container(first)
        self.at = head.end()
        count, total, is_map = int(head[2]), int(head[3]), head[1] == "{"
        if self.peek() == "{":
            start = self.row + 1
            rows = self.table(count, head[4] or ",", is_map=is_map)
            # The first cell is a number; what begins otherwise stands above or below rows, or is a row of its own kind.
            odd = [line[0] == "!" for line in self.lines[start : self.row] if line[:1] in tuple("!0123456789")]
            return Part(total, rows if is_map else dict(map(numbered, rows, odd)))
        return self.lines_of(count, total, is_map)

    def lines_of(self, count: int, total: int, is_map: bool) -> Part:
        """One item a line."""
        part = Part(total)
        self.row, self.at = self.row + 1, 0
        for _ in range(count):
            if is_map:
                place: Any = self.key(re.compile(":"))
                self.expect(":")
            else:
                number = ITEM.match(self.lines[self.row], self.at)
                assert number, "an item without its number"
                self.at, place = number.end(), int(number[1]) - 1
            part.items[place] = self.value(re.compile(r"[,\]}]|$"))
            if self.at:
                self.row, self.at = self.row + 1, 0
        return part


def numbered(row: Any, is_odd: bool) -> tuple[int, Any]:
    """Place and record of one row of a shortened table; an odd one does not fit the header."""
    if is_odd:
        return int(row["#"]) - 1, row[""]
    assert type(row) is dict
    assert type(row["#"]) is Number
    return int(row["#"]) - 1, {key: value for key, value in row.items() if key != "#"}


def read_shown(text: str) -> Shown:
    """What a shortened text shows.

    Raises:
        ValueError: It cannot be read.
    """
    body, _, last = text.rpartition("\n")
    marker = MARKER.fullmatch(last)
    if not marker:
        raise ValueError(f"no marker line at the end: {last[:200]}")
    reader = PartReader(body.removeprefix(SERIES).split("\n"))
    value = reader.value(re.compile(r"[,\]}]|$"))
    rest = [line[reader.at if row == 0 else 0 :] for row, line in enumerate(reader.lines[reader.row :])]
    if any(rest):
        raise ValueError(f"line {reader.row + 1} goes on")
    grouped = {int(row) - 1: int(count) for row, count in GROUPED.findall(marker["facts"] or "")}
    at = None if marker["at"] is None else json.loads(f'"{marker["at"]}"')
    by_tool = marker["way"].startswith("headroom_retrieve")
    return Shown(value, int(marker[1]), int(marker[2]), marker["handle"], by_tool, grouped, at)


def parts_within(value: Any) -> list[Part]:
    """The lists that are shown in part."""
    if isinstance(value, Part):
        return [value, *(found for inner in value.items.values() for found in parts_within(inner))]
    if type(value) is Pairs:
        return [found for _, inner in value for found in parts_within(inner)]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for inner in inside for found in parts_within(inner)]


def check_whole(shown: Any, original: Any) -> None:
    """Fail unless everything in `shown` stands in `original` to the last detail, whole records in their own places."""
    if isinstance(shown, Part):
        assert shown.total == len(original)
        items = original if isinstance(original, dict) else dict(enumerate(original))
        for place, item in shown.items.items():
            check_whole(item, items[place])
        assert list(shown.items) == [place for place in items if place in shown.items], "order changed"
    elif not parts_within(shown):
        assert same(shown, original)
    else:
        assert type(shown) is type(original)
        if isinstance(shown, dict):
            assert list(shown) == list(original)
            for key, value in shown.items():
                check_whole(value, original[key])
        else:
            assert len(shown) == len(original)
            for one, other in zip(shown, original, strict=True):
                check_whole(one, other)


def cut_lists(shown: Any, original: Any) -> list[tuple[Part, Any]]:
    """Each list that is shown in part, with the whole list."""
    if isinstance(shown, Part):
        items = original if isinstance(original, dict) else dict(enumerate(original))
        inner = [found for place, item in shown.items.items() for found in cut_lists(item, items[place])]
        return [(shown, original), *inner]
    if type(shown) is dict:
        return [found for key, value in shown.items() for found in cut_lists(value, original[key])]
    if type(shown) is list:
        return [found for one, other in zip(shown, original, strict=True) for found in cut_lists(one, other)]
    return []


def check_shown(text: str, source: str) -> Shown:
    """Read the shortened `text` of `source`; fail unless it tells the truth about it."""
    documents = read_documents(source)
    assert not isinstance(documents, str)
    shown = read_shown(text)
    check_whole(shown.value, documents.value)
    parts = parts_within(shown.value)
    assert shown.total == sum(part.total for part in parts)
    assert shown.missing == shown.total - sum(len(part.items) for part in parts)
    assert shown.missing > 0
    shown.cuts.extend(cut_lists(shown.value, documents.value))
    return shown

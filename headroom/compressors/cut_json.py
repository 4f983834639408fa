"""JSON that breaks off, and how it is written: what is whole as table text, below it the rest as it came.

    {total:250,items:[186]{id,name}
    1,first
    ...
    }
    --- cut off in items ---
    , {"id": 187, "na

The line names the list or object that was not closed; brackets above it are closed so that the table can be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from headroom.compressors.envelopes import MOST_PATH_CHARS, NOT_IN_PATH
from headroom.compressors.json_documents import SERIES, is_flat_enough, skip_blanks
from headroom.compressors.json_lists import path_text, steps_of
from headroom.compressors.table.compare import same
from headroom.compressors.table.decode import decode_from
from headroom.compressors.table.encode import encode, encode_chosen
from headroom.compressors.table.values import DECODER, Pairs, scan_string, to_object
from headroom.detection.envelopes import CUT, CUT_BEGIN, cut_line

CLOSING = {"[": "]", "{": "}"}
MOST_LEVELS = 6  # each may be read to the end of the text


class Member(NamedTuple):
    """A whole member of a list or object that may not be whole, and where it stands."""

    key: str | int
    start: int
    value_start: int
    end: int
    value: Any


@dataclass(slots=True)
class Level:
    """A list or object that was not closed.

    Attributes:
        key: Key or index that leads to it from the level above.
        start: Index of its bracket.
        is_list: Whether it is a list.
        members: Its whole members.
        open: Where the member begins that is not whole, its key, and where its value begins; None where none does.
    """

    key: str | int
    start: int
    is_list: bool
    members: list[Member] = field(default_factory=list, repr=False)
    open: tuple[int, str | int, int] | None = field(default=None, repr=False)

    @property
    def end(self) -> int:
        """Index behind its last whole member."""
        return self.members[-1].end if self.members else self.start + 1

    def closed(self, last: Sequence[tuple[str | int, Any]] = ()) -> Any:
        """Its whole members and `last` as a value."""
        pairs = [*((member.key, member.value) for member in self.members), *last]
        return [value for _, value in pairs] if self.is_list else to_object([(str(key), value) for key, value in pairs])


@dataclass(frozen=True, slots=True)
class CutJson:
    """A document, or a series of them, that breaks off.

    Attributes:
        value: What is whole of it.
        path: Where the list or object stands that was not closed; "" for the document itself, and for a series.
        tail: The text behind what is whole.
        is_series: Whether whole documents stand before the one that breaks off; then that is `tail`.
        levels: The lists and objects that were not closed, outermost first; empty where this was read from table text.
    """

    value: Any = field(repr=False)
    path: str
    tail: str = field(repr=False)
    is_series: bool = False
    levels: tuple[Level, ...] = field(default=(), repr=False)

    def text(self) -> str:
        """The exact form of it."""
        return self.with_tail(encode(self.value))

    def chosen_text(self, value: Any) -> str:
        """The text of `value`, what is whole with some of its lists shown in part."""
        return self.with_tail(encode_chosen(value))

    def with_tail(self, table: str) -> str:
        """Table text with what stands below it."""
        return f"{SERIES if self.is_series else ''}{table}\n{cut_line(self.path)}\n{self.tail}"


def open_cut(text: str) -> CutJson | None:
    """What is whole of JSON that breaks off; None where nothing is."""
    start = skip_blanks(text, 0)
    if text[start : start + 1] not in CLOSING:
        return None
    first = Level(0, start - 1, is_list=True, members=list(documents_from(text, start)))
    if first.members:
        return cut_at(text, [first], is_series=True)
    levels = [read_level(text, start, 0)]
    while len(levels) < MOST_LEVELS and (inner := level_within(text, levels[-1])):
        levels.append(inner)
    while levels and not levels[-1].members:
        levels.pop()
    return cut_at(text, levels, is_series=False) if levels else None


def documents_from(text: str, place: int) -> Iterator[Member]:
    """The whole documents that follow each other."""
    number = 0
    while text[place : place + 1] in CLOSING:
        try:
            value, end = DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            return
        yield Member(number, place, place, end, value)
        place, number = skip_blanks(text, end), number + 1


def level_within(text: str, level: Level) -> Level | None:
    """The member that is not whole, where that is a list or object which is more of the text than the others are."""
    if level.open is None:
        return None
    start, key, value_start = level.open
    if text[value_start : value_start + 1] not in CLOSING or len(text) - start <= start - level.start:
        return None
    return read_level(text, value_start, key)


def read_level(text: str, start: int, key: str | int) -> Level:
    """The list or object that begins there, up to where it breaks off."""
    level = Level(key, start, is_list=text[start] == "[")
    place, index = skip_blanks(text, start + 1), 0
    while True:
        name, value_start = (index, place) if level.is_list else key_at(text, place)
        if value_start < 0:
            return level
        try:
            value, end = DECODER.raw_decode(text, value_start)
        except (ValueError, RecursionError):
            level.open = place, name, value_start
            return level
        after = skip_blanks(text, end)
        if text[after : after + 1] != "," and not isinstance(value, (dict, list)):
            return level  # a number may go on
        level.members.append(Member(name, place, value_start, end, value))
        if text[after : after + 1] != ",":
            return level
        place, index = skip_blanks(text, after + 1), index + 1


def key_at(text: str, place: int) -> tuple[str, int]:
    """The key at `place` and where its value begins; -1 where that was cut off."""
    if text[place : place + 1] != '"':
        return "", -1
    try:
        key, end = scan_string(text, place + 1)
    except ValueError:
        return "", -1
    colon = skip_blanks(text, end)
    return (key, skip_blanks(text, colon + 1)) if text[colon : colon + 1] == ":" else ("", -1)


def cut_at(text: str, levels: list[Level], *, is_series: bool) -> CutJson | None:
    """What the levels hold; None where that cannot be written."""
    value = levels[-1].closed()
    for outer, inner in zip(reversed(levels[:-1]), reversed(levels[1:]), strict=True):
        value = outer.closed([(inner.key, value)])
    path = path_text([level.key for level in levels[1:]])
    if len(path) > MOST_PATH_CHARS or NOT_IN_PATH.search(path) or not is_flat_enough(value):
        return None
    return CutJson(value, path, text[levels[-1].end :], is_series, tuple(levels))


def read_cut(text: str) -> CutJson:
    """What `CutJson.text` wrote.

    Raises:
        ValueError: `text` was not written so.
    """
    if CUT_BEGIN not in text:  # reading tables takes long
        raise ValueError("not cut off: no line says so")
    lines = text.split("\n")
    is_series = text.startswith(SERIES)
    value, row, at = decode_from(lines, 0, len(SERIES) if is_series else 0)
    if at and at != len(lines[row]):
        raise ValueError("not cut off: a line goes on")
    row += at > 0
    found = CUT.fullmatch(lines[row]) if row < len(lines) else None
    if not found or row + 1 == len(lines) or not isinstance(value, (dict, list)):
        raise ValueError("not cut off: no line says so")
    path = found[1] or ""
    if not is_last(value, steps_of(path) if path else []):
        raise ValueError("not cut off: the path leads elsewhere")
    return CutJson(value, path, "\n".join(lines[row + 1 :]), is_series)


def is_last(value: Any, steps: Sequence[str]) -> bool:
    """Whether steps lead to a list or object over the last members of others."""
    for step in steps:
        if not value or not isinstance(value, (dict, list)):
            return False
        if type(value) is dict:
            key, value = list(value.items())[-1]
        else:
            key, value = value[-1] if type(value) is Pairs else (str(len(value) - 1), value[-1])
        if key != step:
            return False
    return isinstance(value, (dict, list))


def is_read_back(written: str, cut: CutJson) -> bool:
    """Whether reading `written` gives `cut`."""
    try:
        again = read_cut(written)
    except ValueError:
        return False
    facts = (again.path, again.tail, again.is_series) == (cut.path, cut.tail, cut.is_series)
    return facts and same(again.value, cut.value)

"""A text as rows, each exactly as it stands there: items of a JSON list, rows of a table, else lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from headroom.compressors.columns_text import read_columns
from headroom.compressors.cut_json import CutJson, Member, open_cut
from headroom.compressors.delimited_text import read_rows
from headroom.compressors.display import displayed
from headroom.compressors.envelopes import open_envelope
from headroom.compressors.json_lists import ROOT, steps_of
from headroom.compressors.mixed_parts import kind_as_whole
from headroom.compressors.mixed_places import part_at, read_at_line
from headroom.compressors.python_text import Printed, read_printed
from headroom.compressors.rows_as_text import Piece, RowTable
from headroom.compressors.rows_compressor import tables_by_name
from headroom.compressors.sql_text import read_sql
from headroom.compressors.table.values import DECODER, scan_string
from headroom.detection import detect
from headroom.detection.types import ContentType
from headroom.retrieval.markup_rows import markup_rows, member

READERS: dict[str, Callable[[str], list[Piece] | str]] = {
    "csv": partial(read_rows, with_places=True),
    "markdown_table": partial(read_rows, with_places=True),
    "sql_result": read_sql,
    "columns": read_columns,
}
# Of large texts detection sees no more than whether they end as they began.
MAYBE_CUT = (ContentType.JSON_TRUNCATED, ContentType.JSON_ARRAY, ContentType.JSON_OBJECT)
BLANKS = re.compile(r"[ \t\r\n]*")
CLOSING = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a text.

    Attributes:
        unit: What a row is: `rows` or `lines`.
        spans: (start, end) of each row in the text.
        values: The parsed rows; empty for lines.
        head: What stands above the rows and names their columns, such as the first line of CSV.
        source: The text that `spans` are places in, where that is a string within the text; else None.
    """

    unit: str
    spans: list[tuple[int, int]]
    values: list[Any] = field(default_factory=list, repr=False)
    head: str = field(default="", repr=False)
    source: str | None = field(default=None, repr=False)


def rows_of(text: str, path: str = "") -> Rows:
    """The rows of `text`: of the list or table at `path`, or of its largest one; lines where it has none.

    Args:
        path: Path of a list, or of a string whose text is meant; `line 4` and `line 4: items` for the document that
            begins in that line of the text; `body: items` for what stands at `items` in the text of the string `body`.

    Raises:
        KeyError: There is no list at `path`.
    """
    if named := read_at_line(path):
        return rows_within(text, *named)
    start = skip(text, 0)
    if text[start : start + 1] in CLOSING:
        try:
            value, end = DECODER.raw_decode(text, start)
            if skip(text, end) < len(text):
                return series_rows(text, steps_of(path))
            return string_rows(value, path) or list_rows(text, start, value, path)
        except (ValueError, RecursionError):
            pass
        if detect(text).kind in MAYBE_CUT and (cut := open_cut(text)):
            return cut_rows(text, cut, path)
        if detect(text).kind is ContentType.PYTHON_LITERAL and isinstance(printed := read_printed(text), Printed):
            return printed_rows(printed, path)
    if found := table_rows(text, path):
        return found
    rows = markup_rows(text, path)
    if path and not rows:
        raise KeyError(path)
    return Rows("rows", *rows) if rows else line_rows(text)


def rows_within(text: str, line: int, path: str) -> Rows:
    """The rows of the document that begins in a line.

    Raises:
        KeyError: None begins there, or it has no list at `path`.
    """
    span = part_at(text, line)
    if span is None:
        raise KeyError(line)
    rows = rows_of(text[slice(*span)], path)
    if rows.source is not None:
        return rows
    return replace(rows, spans=[(start + span[0], end + span[0]) for start, end in rows.spans])


def cut_rows(text: str, cut: CutJson, path: str) -> Rows:
    """The whole items of one list of a document that breaks off, or the whole entries of one object.

    Raises:
        KeyError: There is none at `path`.
    """
    steps = steps_of(path) if path else [str(step) for step in largest_list(cut.value)[1]]
    for count, level in reversed([*enumerate(cut.levels)]):
        if [str(outer.key) for outer in cut.levels[1 : count + 1]] == steps[:count]:
            if len(steps) == count:
                members = level.members
                return Rows("rows", [(one.start, one.end) for one in members], [one.value for one in members])
            found = [one for one in level.members if str(one.key) == steps[count]]
            if found:
                return rows_at(text, found[-1].value_start, found[-1].value, steps[count + 1 :])
    raise KeyError(path)


def printed_rows(found: Printed, path: str) -> Rows:
    """The items of one list that Python printed, or the entries of one dict.

    Raises:
        KeyError: There is none at `path`.
    """
    value = found.value
    for step in steps_of(path) if path else [str(step) for step in largest_list(value)[1]]:
        value = member(value, step)
    if type(value) not in (dict, list):
        raise KeyError(path)
    return Rows("rows", found.items[id(value)], list(value.values()) if type(value) is dict else value)


def string_rows(value: Any, path: str) -> Rows | None:
    """The rows of the text of the string at `path`; without one, of the only long string of an envelope."""
    outer, _, inner = path.partition(": ")
    text = only_text(value) if not path else string_at(value, steps_of(outer))
    if text is None:
        return None
    text = as_numbered(text)
    rows = rows_of(text, inner)
    return rows if rows.source is not None else replace(rows, source=text)


def as_numbered(text: str) -> str:
    """The text whose lines the numbers of gap lines count: as displayed, where a redraw took lines away."""
    shown = displayed(text)
    return text if shown.count("\n") == text.count("\n") else shown


def string_at(value: Any, steps: list[str]) -> str | None:
    """The string at the end of `steps`; None where they lead to something else, or nowhere."""
    for step in steps:
        try:
            value = member(value, step)
        except KeyError:
            return None
    return value if type(value) is str else None


def only_text(value: Any) -> str | None:
    """The long string that is nearly all of an object."""
    envelope = open_envelope(value) if type(value) is dict else None
    return envelope.texts[0] if envelope and len(envelope.texts) == 1 else None


def table_rows(text: str, path: str) -> Rows | None:
    """The rows of a table that is no JSON: CSV, Markdown, what a SQL client printed.

    Raises:
        KeyError: There is no table of that name.
    """
    kind = detect(text).kind.value
    read = READERS.get(kind_as_whole(text) if kind == "mixed" and not path else kind)
    pieces = read(text) if read else ""
    tables = tables_by_name([piece for piece in pieces if isinstance(piece, RowTable)])
    if not tables:
        return None
    if path and path != ROOT and path not in tables:
        raise KeyError(path)
    table = tables[path] if path in tables else max(tables.values(), key=lambda table: table.size)
    return Rows("rows", list(table.spans), table.records(), text[slice(*table.header)])


def line_rows(text: str) -> Rows:
    """Lines, without what ends them."""
    spans, start = [], 0
    for line in text.split("\n"):
        spans.append((start, start + len(line)))
        start += len(line) + 1
    if len(spans) > 1 and text.endswith("\n"):
        del spans[-1]  # a line feed ends a line, it does not begin one
    return Rows("lines", spans)


def series_rows(text: str, steps: list[str]) -> Rows:
    """Documents one after the other, or the rows of a list within one of them.

    Raises:
        KeyError: There is no such document.
    """
    spans, values, place = [], [], skip(text, 0)
    while place < len(text):
        value, end = DECODER.raw_decode(text, place)
        spans.append((place, end))
        values.append(value)
        place = skip(text, end)
    if not steps:
        return Rows("rows", spans, values)
    if not steps[0].isdecimal() or int(steps[0]) >= len(spans):
        raise KeyError(steps[0])
    number = int(steps[0])
    return rows_at(text, spans[number][0], values[number], steps[1:])


def list_rows(text: str, start: int, value: Any, path: str) -> Rows:
    """The items of one list of a document, or the entries of one object."""
    return rows_at(text, start, value, steps_of(path) if path else [str(step) for step in largest_list(value)[1]])


def rows_at(text: str, start: int, value: Any, steps: list[str]) -> Rows:
    """The items of the list, or the entries of the object, at the end of `steps`.

    Raises:
        KeyError: The steps lead nowhere.
    """
    for step in steps:
        if not isinstance(value, (list, dict)):
            raise KeyError(step)
        found = [member for member in members(text, start) if str(member.key) == step]
        if not found:
            raise KeyError(step)
        start, value = found[-1].value_start, found[-1].value
    if not isinstance(value, (list, dict)):
        return line_rows(text)
    items = list(members(text, start))
    return Rows("rows", [(item.start, item.end) for item in items], [item.value for item in items])


def largest_list(value: Any) -> tuple[int, list[str | int]]:
    """Number of items and steps of the list with most items that stands in no other list; the document if none."""
    best: tuple[int, list[str | int]] = (-1, [])
    if isinstance(value, list):
        return len(value), []
    if isinstance(value, dict):
        for key, inner in value.items():
            size, steps = largest_list(inner)
            if size > best[0]:
                best = size, [key, *steps]
    return best if best[0] >= 0 else (-1, [])


def members(text: str, start: int) -> Iterator[Member]:
    """The members of the container at `start`, in order; those of an object begin with their key."""
    closing = CLOSING[text[start]]
    place, index = skip(text, start + 1), 0
    while text[place] != closing:
        key: str | int = index
        begin = place
        if closing == "}":
            key, place = scan_string(text, place + 1)
            place = skip(text, skip(text, place) + 1)  # the colon
        value, end = DECODER.raw_decode(text, place)
        yield Member(key, begin, place, end, value)
        place, index = skip(text, end), index + 1
        if text[place] == ",":
            place = skip(text, place + 1)


def skip(text: str, place: int) -> int:
    """Index of the next character that is no JSON blank."""
    found = BLANKS.match(text, place)
    return found.end() if found else place

"""Reads the JSON in a text: one document, or several one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from headroom.compressors.table.decode import decode, decode_from
from headroom.compressors.table.encode import encode, encode_chosen
from headroom.compressors.table.values import DECODER, MAX_DEPTH, Pairs, parse_json

BLANKS = " \t\r\n"
BRACKETS_PER = 5  # characters per list or object; below it there is little to save and much to walk through
SMALL_CHARS = 10_000
SERIES = "lines"  # stands before the table of a series of documents


@dataclass(frozen=True, slots=True)
class Documents:
    """The JSON of one text.

    Attributes:
        value: The document, or the list of all documents.
        is_series: Whether the text holds several documents, such as JSON lines.
    """

    value: Any
    is_series: bool = False

    def table_text(self) -> str:
        """The shortest exact text of it that a reader still reads easily."""
        return (SERIES if self.is_series else "") + encode(self.value)

    def chosen_text(self, value: Any) -> str:
        """The text of `value`, this document with some of its lists shown in part."""
        return (SERIES if self.is_series else "") + encode_chosen(value)


def read_documents(text: str) -> Documents | str:
    """The documents of `text`, or the reason why there are none to compress: one word, as notes use it."""
    start = text.lstrip(BLANKS)[:1]
    if start not in ("{", "["):
        return "not_json"
    if len(text) < BRACKETS_PER * (text.count("[") + text.count("{")) and len(text) > SMALL_CHARS:
        return "mostly_brackets"
    try:
        value = parse_json(text)
    except ValueError as error:
        if "deeply" in str(error):
            return "nested_too_deeply"
        return read_series(text)
    return Documents(value) if is_flat_enough(value) else "nested_too_deeply"


def read_series(text: str) -> Documents | str:
    """Several objects or lists with nothing but blanks between them."""
    values: list[Any] = []
    place = skip_blanks(text, 0)
    try:
        while place < len(text):
            if text[place] not in "{[":
                return "json_in_text" if values else "not_json"
            value, place = DECODER.raw_decode(text, place)
            values.append(value)
            place = skip_blanks(text, place)
    except RecursionError:
        return "nested_too_deeply"
    except ValueError:
        return already_table(text) or ("json_cut_off" if values or looks_like_json(text) else "not_json")
    return Documents(values, is_series=True) if is_flat_enough(values) else "nested_too_deeply"


def skip_blanks(text: str, place: int) -> int:
    """Index of the next character that is no JSON blank."""
    while place < len(text) and text[place] in BLANKS:
        place += 1
    return place


def looks_like_json(text: str) -> bool:
    """Whether `text` begins as a JSON document does, however it goes on."""
    head = text.lstrip(BLANKS)[:200]
    second = head[1:].lstrip(BLANKS)[:1]
    return second == '"' or (head[0] == "[" and second in "{[")


def already_table(text: str) -> str:
    """`already_compressed` where `text` is table text of ours, else "" (law 9)."""
    try:
        value = read_table(text)
    except ValueError:
        return ""
    return "already_compressed" if value.table_text() == text else ""


def read_table(text: str) -> Documents:
    """The documents that table text was written from.

    Raises:
        ValueError: `text` is not table text.
    """
    if text.startswith(SERIES):
        return Documents(decode(text[len(SERIES) :]), is_series=True)
    return Documents(decode(text))


LEAST_TABLE_CHARS = 24
LEAD = re.compile(rf"(?:\ufeff|[^\[{{\n]*:[ \t]*)?(?=[\[{{]|{SERIES}[\[{{])")  # what may stand before JSON in its line


@dataclass(frozen=True, slots=True)
class Found:
    """Table text within a text.

    Attributes:
        documents: What it says.
        text: The table text.
        at: Index of its first character in its first line.
        row: Index of the line in which it ends.
        end: Index of the character behind it in that line; 0 where it ends with the line before.
    """

    documents: Documents
    text: str
    at: int
    row: int
    end: int


def table_at(lines: list[str], row: int) -> Found | None:
    """The table text that begins in line `row`, behind a label at most; else None.

    Only what `encode` would write again is taken for a table, so that a line of prose in brackets is not.
    """
    lead = LEAD.match(lines[row])
    if not lead:
        return None
    at = lead.end()
    series = lines[row].startswith(SERIES, at)
    try:
        value, last, end = decode_from(lines, row, at + len(SERIES) if series else at)
    except ValueError:
        return None
    text = "\n".join([*lines[row:last], lines[last][:end]] if end else lines[row:last])[at:]
    documents = Documents(value, is_series=series)
    if len(text) < LEAST_TABLE_CHARS or documents.table_text() != text:
        return None
    return Found(documents, text, at, last, end)


def ends_within_line(table_text: str) -> bool:
    """Whether other text may follow in the last line: not where that is a row of a table."""
    start = len(SERIES) if table_text.startswith(SERIES) else 0
    return decode_from(table_text[start:].split("\n"), 0)[2] > 0


def is_flat_enough(value: Any) -> bool:
    """Whether nothing nests deeper than `MAX_DEPTH`; the same on every Python, whatever its recursion limit."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in members(outer) if isinstance(inner, (dict, list))]
        if not level:
            return True
    return False


def members(value: Any) -> Any:
    """The values within an object or a list."""
    if type(value) is dict:
        return value.values()
    if type(value) is Pairs:
        return [inner for _, inner in value]
    return value if isinstance(value, list) else ()

"""Rows as Python prints them: `[(1, 'x', None), (2, 'y', Decimal('1.10'))]`."""

from __future__ import annotations

import re
from typing import Any

from headroom.compressors.rows_as_text import Piece, RowTable
from headroom.compressors.table.text import NUMBER
from headroom.compressors.table.values import Number
from headroom.detection.tables import TUPLES

WORD = "tuples"
STRING = r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\""
CALL = r"[A-Za-z_][A-Za-z0-9_.]*\((?:[^()'\"]|'[^'\\\n]*'|\([^()]*\)|[A-Za-z0-9_.]+\([^()]*\))*\)"
# Text that is no string: bytes, dates, decimals. A string that looks like one could not be told from it.
RAW = re.compile(rf"[bB](?:{STRING})|{CALL}|nan|inf|-inf|[-+]?[0-9.]+(?:e[-+]?[0-9]+)?", re.ASCII)
VALUE = re.compile(rf"({STRING})|(None|True|False)(?![A-Za-z0-9_(.])|({RAW.pattern})", re.ASCII)
NEXT = re.compile(r", ?|(?=[)\]])")
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^xuUN0-7])", re.ASCII)
MEANT = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
LITERALS: dict[str, Any] = {"None": None, "True": True, "False": False}
LITERAL_TEXTS = {value: text for text, value in LITERALS.items()}
ESCAPED = re.compile(r"[\\\x00-\x1f\x7f-\xa0\xad]")
SHORT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def read_tuples(text: str) -> list[Piece] | str:
    """The rows of a list of tuples, and what stands before and behind it, or the reason why it is not read."""
    begun = TUPLES.match(text, len(text) - len(text.lstrip(" \t\r\n")))
    if not begun:
        return "no_rows"
    start = begun.end() - 2
    rows: list[list[Any]] = []
    spans: list[tuple[int, int]] = []
    place = start + 1
    while text[place : place + 1] == "(":
        row, end = read_row(text, place)
        if row is None or (rows and len(row) != len(rows[0])):
            return "rows_differ"
        rows.append(row)
        spans.append((place, end))
        place = end + len(found[0]) if (found := NEXT.match(text, end)) else end
    if text[place : place + 1] != {"[": "]", "(": ")"}[text[start]] or len(rows) < 2 or not rows[0]:
        return "no_rows"
    names = [f"c{i + 1}" for i in range(len(rows[0]))]
    columns = [list(column) for column in zip(*rows, strict=True)]
    table = RowTable(WORD if text[start] == "[" else f"{WORD}(in a tuple)", names, columns, spans=spans)
    return [piece for piece in (text[:start], table, text[place + 1 :]) if piece != ""]


def read_row(text: str, place: int) -> tuple[list[Any] | None, int]:
    """The values of the tuple that begins at `place`, and the index behind it; None where it is none."""
    row: list[Any] = []
    place += 1
    while found := VALUE.match(text, place):
        value = value_of(found)
        if value is NO_VALUE:
            return None, place
        row.append(value)
        after = NEXT.match(text, found.end())
        if not after:
            return None, place
        place = after.end()
        if not after[0]:
            break
    return (row, place + 1) if text[place : place + 1] == ")" else (None, place)


NO_VALUE = object()


def value_of(found: re.Match[str]) -> Any:
    """What one printed value means: a string, a literal, a number, or its text; `NO_VALUE` where that is not sure."""
    string, literal, raw = found.groups()
    if string is not None:
        text = unescaped(string[1:-1])
        return NO_VALUE if text is None or (RAW.fullmatch(text) and not NUMBER.fullmatch(text)) else text
    if literal is not None:
        return LITERALS[literal]
    return Number(raw) if NUMBER.fullmatch(raw) else raw


def unescaped(text: str) -> str | None:
    """The characters that a string literal stands for; None where an escape is not known."""
    if "\\" not in text:
        return text
    if len(ESCAPE.sub("", text)) != len(ESCAPE.sub("", text).replace("\\", "")):
        return None
    return ESCAPE.sub(lambda found: meant(found[1]), text)


def meant(escape: str) -> str:
    """The character behind a backslash."""
    return chr(int(escape[1:], 16)) if escape[0] in "xuU" and len(escape) > 1 else MEANT.get(escape, escape)


def write_tuples(table: RowTable) -> str:
    """The list of tuples that a table was read from, as Python prints it."""
    columns = [printed(values) for values in table.columns]
    last = ",)" if len(columns) == 1 else ")"
    rows = ", ".join([f"({', '.join(row)}{last}" for row in zip(*columns, strict=True)])
    return f"({rows})" if "in a tuple" in table.head else f"[{rows}]"


def printed(values: list[Any]) -> list[str]:
    """The values of a column as Python prints them."""
    known = {text: python_string(text) for text in dict.fromkeys(v for v in values if type(v) is str)}
    return [
        known[value] if type(value) is str else str(value) if type(value) is Number else LITERAL_TEXTS[value]
        for value in values
    ]


def python_string(text: str) -> str:
    """A string literal; text that is no string stands as it is."""
    if RAW.fullmatch(text) and not NUMBER.fullmatch(text):
        return text
    mark = '"' if "'" in text and '"' not in text else "'"
    inner = ESCAPED.sub(lambda found: SHORT.get(found[0], f"\\x{ord(found[0]):02x}"), text)
    return f"{mark}{inner if mark == chr(34) else inner.replace(chr(39), chr(92) + chr(39))}{mark}"

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
NUMBER_TEXT = r"[-+]?[0-9][0-9.]*(?:e[-+]?[0-9]+)?"
# Bytes, dates, decimals: a word, and text in quotes or plain arguments in parentheses.
CALL = r"[A-Za-z_][A-Za-z0-9_.]*(?:'[^'\\\n]*'|\('[^'\\\n]*'\)|\([^()'\"\\\n]*(?:\([^()'\"\\\n]*\)[^()'\"\\\n]*)*\))"
VALUE = re.compile(rf"({STRING})|(None|True|False)(?![A-Za-z0-9_(.'])|({NUMBER_TEXT})|({CALL})", re.ASCII)
QUOTED = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)(\(?)'([^']*)'\)?", re.ASCII)
NEXT = re.compile(r", ?|(?=[)\]])")
BYTES = ("b", "B")  # stand before a string without parentheses
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
    columns = [without_calls(i + 1, list(values)) for i, values in enumerate(zip(*rows, strict=True))]
    if None in columns:
        return "values_of_other_kinds"
    names, values = zip(*(column for column in columns if column), strict=True)
    head = WORD if text[start] == "[" else f"{WORD}(in a tuple)"
    table = RowTable(head, list(names), list(values), spans=spans)
    return [piece for piece in (text[:start], table, text[place + 1 :]) if piece != ""]


def read_row(text: str, place: int) -> tuple[list[Any] | None, int]:
    """The values of the tuple that begins at `place`, and the index behind it; None where it is none."""
    row: list[Any] = []
    place += 1
    while found := VALUE.match(text, place):
        value = value_of(found)
        after = NEXT.match(text, found.end())
        if value is NO_VALUE or not after:
            return None, place
        row.append(value)
        place = after.end()
        if not after[0]:
            break
    return (row, place + 1) if text[place : place + 1] == ")" else (None, place)


NO_VALUE = object()


class Call(str):
    """A value that is printed as a call, such as `Decimal('1.10')`, or as bytes."""

    __slots__ = ()


def value_of(found: re.Match[str]) -> Any:
    """What one printed value means: a string, a literal, a number, a call; `NO_VALUE` where that is not sure."""
    string, literal, number, call = found.groups()
    if string is not None:
        return unescaped(string[1:-1])
    if literal is not None:
        return LITERALS[literal]
    if number is not None:
        return Number(number) if NUMBER.fullmatch(number) else NO_VALUE
    return Call(call)


def unescaped(text: str) -> Any:
    """The characters that a string literal stands for; `NO_VALUE` where an escape is not known."""
    if "\\" not in text:
        return text
    if "\\" in ESCAPE.sub("", text):
        return NO_VALUE
    return ESCAPE.sub(lambda found: meant(found[1]), text)


def meant(escape: str) -> str:
    """The character behind a backslash."""
    return chr(int(escape[1:], 16)) if escape[0] in "xuU" and len(escape) > 1 else MEANT.get(escape, escape)


def without_calls(number: int, values: list[Any]) -> tuple[str, list[Any]] | None:
    """Name and values of a column; what is called for all of them stands in the name: `c2 Decimal''`, `c3 date`.

    None where some values are calls and others are not, or not the same.
    """
    name = f"c{number}"
    calls = [value for value in values if type(value) is Call]
    if not calls:
        return name, values
    forms = {call_parts(call)[0] for call in calls}
    if len(forms) > 1 or any(value is not None and type(value) is not Call for value in values):
        return None
    inner = {call: call_parts(call)[1] for call in calls}
    known = {call: Number(text) if NUMBER.fullmatch(text) else text for call, text in inner.items()}
    return f"{name} {forms.pop()}", [value if value is None else known[value] for value in values]


def call_parts(call: str) -> tuple[str, str]:
    """What is called, with `''` behind it for text, and with what."""
    quoted = QUOTED.fullmatch(call)
    if quoted and bool(quoted[2]) != (quoted[1] in BYTES):
        return f"{quoted[1]}''", quoted[3]
    word, _, inner = call.partition("(")
    return word, inner[:-1]


def called(form: str, text: str) -> str:
    """A call again."""
    word = form.removesuffix("''")
    if word == form:
        return f"{word}({text})"
    return f"{word}'{text}'" if word in BYTES else f"{word}('{text}')"


def write_tuples(table: RowTable) -> str:
    """The list of tuples that a table was read from, as Python prints it."""
    columns = [printed(name, values) for name, values in zip(table.names, table.columns, strict=True)]
    last = ",)" if len(columns) == 1 else ")"
    rows = ", ".join([f"({', '.join(row)}{last}" for row in zip(*columns, strict=True)])
    return f"({rows})" if "in a tuple" in table.head else f"[{rows}]"


def printed(name: str, values: list[Any]) -> list[str]:
    """The values of a column as Python prints them."""
    form = name.partition(" ")[2]
    if form:
        return ["None" if value is None else called(form, str(value)) for value in values]
    known = {text: python_string(text) for text in dict.fromkeys(v for v in values if type(v) is str)}
    return [
        known[value] if type(value) is str else str(value) if type(value) is Number else LITERAL_TEXTS[value]
        for value in values
    ]


def python_string(text: str) -> str:
    """A string literal."""
    mark = '"' if "'" in text and '"' not in text else "'"
    inner = ESCAPED.sub(lambda found: SHORT.get(found[0], f"\\x{ord(found[0]):02x}"), text)
    return f"{mark}{inner if mark == chr(34) else inner.replace(chr(39), chr(92) + chr(39))}{mark}"

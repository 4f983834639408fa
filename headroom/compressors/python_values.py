"""Values as Python prints them, `{'id': 1, 'name': "it's", 'at': None}`, read strictly and printed again.

What is printed as a call or as a tuple, such as `Decimal('1.10')`, `datetime.date(2024, 1, 2)` or `(1, 2)`, is read as
a string of that text; a document with strings that look like one beside it does not print the same again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from headroom.compressors.sql_output.tuples import CALL, LITERAL_TEXTS, LITERALS, NO_VALUE, python_string, unescaped
from headroom.compressors.table.text import NUMBER
from headroom.compressors.table.values import MAX_DEPTH, Number, Pairs, to_object

STRING = r"'[^'\\\n]*(?:\\.[^'\\\n]*)*'|\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\""
SCALAR = re.compile(
    rf"({STRING})|(None|True|False)(?![A-Za-z0-9_(.'\"])|(-?[0-9][0-9.]*(?:e[-+]?[0-9]+)?)(?![A-Za-z0-9_.])|({CALL})",
    re.ASCII,
)
CALLED = re.compile(CALL, re.ASCII)
CLOSING = {"[": "]", "{": "}", "(": ")"}

Span = tuple[int, int]


class PythonReader:
    """Reads one printed value.

    Attributes:
        text: What was printed.
        calls: Texts of what was printed as calls or tuples.
        items: Id of each list and dict to the places of its items.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.calls: set[str] = set()
        self.items: dict[int, list[Span]] = {}
        self.kept: list[Any] = []  # so that no id is used twice

    def whole(self) -> Any:
        """The value of the whole text.

        Raises:
            ValueError: It is no such value.
        """
        value = self.value(0)
        if self.place != len(self.text):
            raise ValueError("not Python: it goes on")
        return value

    def value(self, depth: int) -> Any:
        """The value that comes next."""
        if depth > MAX_DEPTH:
            raise ValueError("not Python: nested too deeply")
        opening = self.text[self.place : self.place + 1]
        if opening == "(":
            return self.tuple(depth)
        if opening == "[":
            return self.list(depth)
        return self.dict(depth) if opening == "{" else self.scalar()

    def scalar(self) -> Any:
        """A string, number, literal or call."""
        found = SCALAR.match(self.text, self.place)
        if not found:
            raise ValueError("not Python: no value")
        self.place = found.end()
        string, literal, number, call = found.groups()
        if string is not None:
            value = unescaped(string[1:-1])
            if value is NO_VALUE:
                raise ValueError("not Python: an escape that is not known")
            return value
        if literal is not None:
            return LITERALS[literal]
        if number is not None:
            if not NUMBER.fullmatch(number):
                raise ValueError("not Python: a number of another kind")
            return Number(number)
        self.calls.add(call)
        return str(call)

    def list(self, depth: int) -> Any:
        """A list."""
        values: list[Any] = []
        self.items[id(values)] = spans = []
        for start in self.members("["):
            values.append(self.value(depth + 1))
            spans.append((start, self.place))
        self.kept.append(values)
        return values

    def tuple(self, depth: int) -> str:
        """A tuple, as the text of it."""
        begin = self.place
        for _ in self.members("("):
            self.value(depth + 1)
        text = self.text[begin : self.place]
        self.calls.add(text)
        return text

    def dict(self, depth: int) -> Any:
        """A dict whose keys are strings."""
        pairs: list[tuple[str, Any]] = []
        spans: list[Span] = []
        for start in self.members("{"):
            key = self.scalar() if self.text[self.place : self.place + 1] in ("'", '"') else None
            if type(key) is not str or not self.text.startswith(": ", self.place):
                raise ValueError("not Python: a key that is no string")
            self.place += 2
            pairs.append((key, self.value(depth + 1)))
            spans.append((start, self.place))
        value = to_object(pairs)
        self.items[id(value)] = spans
        self.kept.append(value)
        return value

    def members(self, opening: str) -> Iterator[int]:
        """Where each member of a container begins; moves past what stands between them."""
        closing = CLOSING[opening]
        self.place += 1
        while not self.text.startswith(closing, self.place):
            start = self.place
            yield start
            if self.text.startswith(", ", self.place):
                self.place += 2
            elif opening == "(" and self.text.startswith(",)", self.place):
                self.place += 1
            elif not self.text.startswith(closing, self.place):
                raise ValueError("not Python: no comma")
        self.place += 1


def may_be_call(text: str) -> bool:
    """Whether a string looks like what is printed as a call or a tuple."""
    return (text[:1] == "(" and text[-1:] == ")") or CALLED.fullmatch(text) is not None


def printed(value: Any, *, has_calls: bool) -> str:
    """`value` as Python prints it."""
    kind = type(value)
    if kind is str:
        return value if has_calls and may_be_call(value) else python_string(value)
    if kind is Number:
        return str(value)
    if kind is dict or kind is Pairs:
        pairs = value.items() if kind is dict else value
        return "{" + ", ".join([f"{python_string(k)}: {printed(v, has_calls=has_calls)}" for k, v in pairs]) + "}"
    if kind is list:
        return "[" + ", ".join([printed(inner, has_calls=has_calls) for inner in value]) + "]"
    return LITERAL_TEXTS[value]

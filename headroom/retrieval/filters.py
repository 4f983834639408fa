"""Which rows are asked for: by range, by comparison, by search. No regular expressions from the model (R7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from headroom.compressors.table.values import Number, Pairs
from headroom.errors import ValidationError
from headroom.relevance import BM25Scorer

BLANKS = " \t\r\n"
RANGE = re.compile(r"([0-9]{1,12})(?:[ \t\r\n]*(?:-|\.\.|to)[ \t\r\n]*([0-9]{0,12}))?", re.ASCII)
OPERATOR = re.compile(r"!=|<=|>=|==|=|<|>|~", re.ASCII)
AND = re.compile(r"[ \t\r\n]and(?=[ \t\r\n])", re.IGNORECASE | re.ASCII)
OTHER_JOINT = re.compile(r"&&|\|\||[ \t\r\n](?:or|OR)[ \t\r\n]|,[ \t\r\n]*[A-Za-z_.]+[ \t\r\n]*(?:[=<>~]|!=)", re.ASCII)
QUOTED = re.compile(r"(\"[^\"]*\"|'[^']*')")
MOST_COMPARISONS = 32
MOST_DOTS = 32
MISSING = object()
LITERAL_TEXTS: dict[Any, str] = {None: "null", True: "true", False: "false"}
LITERALS = {"true": "true", "false": "false", "null": "null", "none": "null"}
MOST_FOUND = 50
UPPER = {ord(letter): ord(letter) + 32 for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    ">": lambda a, b: bool(a > b),
    "<=": lambda a, b: bool(a <= b),
    ">=": lambda a, b: bool(a >= b),
}


def in_ranges(text: str, total: int) -> list[int]:
    """Positions, from 0, of ranges such as `47-90` or `3,17-20,100-`, counted from 1.

    Raises:
        ValidationError: `text` is no list of ranges.
    """
    found: list[int] = []
    for first, last in sorted(ranges_of(text, total)):
        found += range(max(first, found[-1] + 1 if found else 0), last)
    return found


def ranges_of(text: str, total: int) -> Iterator[tuple[int, int]]:
    """(first, behind the last) of each range, from 0."""
    for piece in text.split(","):
        match = RANGE.fullmatch(piece.strip(BLANKS))
        if not match:
            raise ValidationError("rows must be ranges such as 47-90", field="rows")
        first = int(match[1])
        last = first if match[2] is None else int(match[2]) if match[2] else total
        yield max(first, 1) - 1, min(last, total)


def matching(where: str, values: Sequence[Any]) -> list[int]:
    """Positions of the rows for which all comparisons hold: `state=open and size>100`; `~` means contains.

    Raises:
        ValidationError: `where` is no comparison, or names a field that no row has.
    """
    tests = [comparison(piece) for piece in pieces_of(where)]
    if len(tests) > MOST_COMPARISONS:
        raise ValidationError(f"where takes {MOST_COMPARISONS} comparisons at most", field="where")
    for path, _, _ in tests:
        if all(value_at(row, path.removesuffix("[]")) is MISSING for row in values):
            raise ValidationError("where names a field that no row has", field="where")
    return [place for place, row in enumerate(values) if all(holds(row, *test) for test in tests)]


def comparison(piece: str) -> tuple[str, str, str]:
    """Field, operator and value of one comparison.

    Raises:
        ValidationError: It is none.
    """
    piece = piece.strip(BLANKS)
    named = QUOTED.match(piece)
    operator = OPERATOR.search(piece, named.end() if named else 0)
    name = piece[: operator.start()].strip(BLANKS) if operator else ""
    value = piece[operator.end() :].strip(BLANKS) if operator else ""
    if not operator or not name or ("!" in name and not named) or (not is_quoted(value) and OTHER_JOINT.search(value)):
        raise ValidationError(
            'where must be comparisons joined by "and", such as state=open and size>100', field="where"
        )
    return bare(name), operator[0], bare(value)


def pieces_of(where: str) -> list[str]:
    """The comparisons; an "and" within quotes joins none.

    >>> pieces_of('title="Rock and Roll" and year>1970')
    ['title="Rock and Roll"', ' year>1970']
    """
    found: list[list[str]] = [[]]
    for piece in QUOTED.split(where):
        first, *more = [piece] if is_quoted(piece) else AND.split(piece)
        found[-1].append(first)
        found += [[text] for text in more]
    return ["".join(texts) for texts in found]


def is_quoted(text: str) -> bool:
    """Whether a text stands in quotes."""
    return len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"


def bare(text: str) -> str:
    """A text without the quotes around it."""
    return text[1:-1] if is_quoted(text) else text.strip("\"'")


def value_at(row: Any, path: str) -> Any:
    """The value under a name, or under names joined by dots; `MISSING` where there is none."""
    found = fields_of(row)
    if found is not None and path in found:
        return found[path]
    if "." not in path or path.count(".") > MOST_DOTS:
        return MISSING
    return value_under(row, path, 0, [place for place, char in enumerate(path) if char == "."])


def value_under(row: Any, path: str, start: int, dots: list[int]) -> Any:
    """The value under `path` from `start` on; names may hold dots: the whole goes first, then the shortest.

    No part of a row is come by twice, since different names lead to it nowhere else.
    """
    fields = fields_of(row)
    if fields is None:
        return MISSING
    if path[start:] in fields:
        return fields[path[start:]]
    for dot in dots:
        if dot >= start and path[start:dot] in fields:
            found = value_under(fields[path[start:dot]], path, dot + 1, dots)
            if found is not MISSING:
                return found
    return MISSING


def fields_of(row: Any) -> dict[str, Any] | None:
    """The fields of an object; of one that repeats a key the last; None for what is no object."""
    return dict(row) if isinstance(row, Pairs) else row if isinstance(row, dict) else None


def holds(row: Any, path: str, order: str, wanted: str) -> bool:
    """Whether one comparison holds for a row; numbers are compared as numbers, exactly, and strings as strings."""
    value = value_at(row, path.removesuffix("[]"))
    if value is MISSING:  # an empty cell of a table has no value; `note=` finds it
        return (order == "!=") != (wanted == "") if order in ("=", "==", "!=") else False
    if isinstance(value, list) and not isinstance(value, Pairs):  # a list holds a value where one of its items does
        asked = "=" if order == "!=" else order
        return any(compares(leaf, asked, wanted) for leaf in leaves(value)) != (order == "!=")
    return compares(value, order, wanted)


def leaves(value: list[Any]) -> Iterator[Any]:
    """What lists within lists hold."""
    left = [value]
    while left:
        for item in left.pop():
            if isinstance(item, list) and not isinstance(item, Pairs):
                left.append(item)
            else:
                yield item


def compares(value: Any, order: str, wanted: str) -> bool:
    """Whether one comparison holds for a value that is no list."""
    if isinstance(value, (bool, type(None))) and folded(wanted) in LITERALS:
        wanted = LITERALS[folded(wanted)]
    if isinstance(value, (dict, list)):
        text: Any = ""
    else:
        text = LITERAL_TEXTS[value] if isinstance(value, (bool, type(None))) else value
    if order == "~":
        return folded(wanted) in folded(str(text))
    is_equality = order in ("=", "==", "!=")
    left = number(text) if type(value) is Number or not is_equality else None
    right = number(wanted) if left is not None else None
    if left is None or right is None:
        return ORDERS[order](str(text), wanted)
    return ORDERS[order](left, right)


def number(text: Any) -> Decimal | None:
    """The number that a text says, exactly, or None."""
    try:
        found = Decimal(text)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return found if found.is_finite() else None


def folded(text: str) -> str:
    """`text` with ASCII capitals as small letters; the same on every Python."""
    return text.translate(UPPER)


def searched(texts: Sequence[str], search: str) -> list[int]:
    """Positions of the rows that contain `search`; where none does, of those that share its words, best ones only."""
    wanted = folded(search)
    literal = [place for place, text in enumerate(texts) if wanted in folded(text)]
    if literal:
        return literal
    scores = BM25Scorer().score_items(texts, search)
    best = sorted((place for place, score in enumerate(scores) if score > 0), key=lambda place: -scores[place])
    return sorted(best[:MOST_FOUND])

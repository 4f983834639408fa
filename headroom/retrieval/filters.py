"""Which rows are asked for: by range, by comparison, by search. No regular expressions from the model (R7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from headroom.compressors.table.values import Number
from headroom.errors import ValidationError
from headroom.relevance import BM25Scorer

RANGE = re.compile(r"\s*([0-9]{1,12})\s*(?:(?:-|\.\.|to)\s*([0-9]{0,12}))?\s*", re.ASCII)
COMPARISON = re.compile(r"\s*([^=<>!~]+?)\s*(!=|<=|>=|==|=|<|>|~)\s*(.*?)\s*", re.DOTALL)
AND = re.compile(r"\s+and\s+", re.IGNORECASE | re.ASCII)
OTHER_JOINT = re.compile(r"&&|\|\||\s(?:or|OR)\s|,\s*[A-Za-z_.]+\s*(?:[=<>~]|!=)", re.ASCII)
QUOTED = re.compile(r"(\"[^\"]*\"|'[^']*')")
MISSING = object()
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
    found: dict[int, None] = {}
    for piece in text.split(","):
        match = RANGE.fullmatch(piece)
        if not match:
            raise ValidationError("rows must be ranges such as 47-90", field="rows")
        first = int(match[1])
        last = first if match[2] is None else int(match[2]) if match[2] else total
        found.update(dict.fromkeys(range(max(first, 1) - 1, min(last, total))))
    return sorted(found)


def matching(where: str, values: Sequence[Any]) -> list[int]:
    """Positions of the rows for which all comparisons hold: `state=open and size>100`; `~` means contains.

    Raises:
        ValidationError: `where` is no comparison, or names a field that no row has.
    """
    tests = []
    for piece in pieces_of(where):
        match = COMPARISON.fullmatch(piece)
        if not match or (not is_quoted(match[3]) and OTHER_JOINT.search(match[3])):
            raise ValidationError(
                'where must be comparisons joined by "and", such as state=open and size>100', field="where"
            )
        tests.append((bare(match[1]), match[2], bare(match[3])))
    for path, _, _ in tests:
        if all(value_at(row, path.removesuffix("[]")) is MISSING for row in values):
            raise ValidationError("where names a field that no row has", field="where")
    return [place for place, row in enumerate(values) if all(holds(row, *test) for test in tests)]


def pieces_of(where: str) -> list[str]:
    """The comparisons; an "and" within quotes joins none.

    >>> pieces_of('title="Rock and Roll" and year>1970')
    ['title="Rock and Roll"', 'year>1970']
    """
    found = [""]
    for piece in QUOTED.split(where):
        first, *more = [piece] if is_quoted(piece) else AND.split(piece)
        found[-1] += first
        found += more
    return found


def is_quoted(text: str) -> bool:
    """Whether a text stands in quotes."""
    return len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"


def bare(text: str) -> str:
    """A text without the quotes around it."""
    return text[1:-1] if is_quoted(text) else text.strip("\"'")


def value_at(row: Any, path: str) -> Any:
    """The value under a name, or under names joined by dots; `MISSING` where there is none."""
    if not isinstance(row, dict):
        return MISSING
    if path in row:
        return row[path]
    place = path.find(".")
    while place > 0:
        if path[:place] in row:
            found = value_at(row[path[:place]], path[place + 1 :])
            if found is not MISSING:
                return found
        place = path.find(".", place + 1)
    return MISSING


def holds(row: Any, path: str, order: str, wanted: str) -> bool:
    """Whether one comparison holds for a row; numbers are compared as numbers, exactly, and strings as strings."""
    value = value_at(row, path.removesuffix("[]"))
    if value is MISSING:  # an empty cell of a table has no value; `note=` finds it
        return (order == "!=") != (wanted == "") if order in ("=", "==", "!=") else False
    if isinstance(value, list):  # a list holds a value where one of its items does
        found = any(holds({"item": item}, "item", "=" if order == "!=" else order, wanted) for item in value)
        return found != (order == "!=")
    if isinstance(value, (bool, type(None))) and folded(wanted) in LITERALS:
        wanted = LITERALS[folded(wanted)]
    text = {None: "null", True: "true", False: "false"}.get(value, value) if not isinstance(value, (dict, list)) else ""
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

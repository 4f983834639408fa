"""Which rows are asked for: by range, by comparison, by search. No regular expressions from the model (R7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from headroom.errors import ValidationError
from headroom.relevance import BM25Scorer

RANGE = re.compile(r"\s*([0-9]+)\s*(?:(?:-|\.\.|to)\s*([0-9]*))?\s*", re.ASCII)
COMPARISON = re.compile(r"\s*([^=<>!~]+?)\s*(!=|<=|>=|==|=|<|>|~)\s*(.*?)\s*", re.DOTALL)
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
        ValidationError: `where` is no comparison.
    """
    tests = []
    for piece in re.split(r"\s+and\s+", where):
        match = COMPARISON.fullmatch(piece)
        if not match:
            raise ValidationError("where must be comparisons such as state=open", field="where")
        tests.append((match[1], match[2], match[3].strip("\"'")))
    return [place for place, row in enumerate(values) if all(holds(row, *test) for test in tests)]


def holds(row: Any, path: str, order: str, wanted: str) -> bool:
    """Whether one comparison holds for a row; numbers are compared as numbers."""
    value: Any = row
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return order == "!="
        value = value[key]
    text = {None: "null", True: "true", False: "false"}.get(value, value) if not isinstance(value, (dict, list)) else ""
    if order == "~":
        return folded(wanted) in folded(str(text))
    left, right = number(text), number(wanted)
    if left is None or right is None:
        return ORDERS[order](str(text), wanted)
    return ORDERS[order](left, right)


def number(text: Any) -> float | None:
    """The number that a text says, or None."""
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


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

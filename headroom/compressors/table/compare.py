"""Whether two values are the same to the last detail: types, number text, key order, repeated keys."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from headroom.compressors.table.values import Pairs


def same(one: Any, other: Any) -> bool:
    """Strict equality of two parsed values.

    >>> from headroom.compressors.table.values import Number
    >>> same({"a": "1"}, {"a": "1"}), same(["1"], [Number("1")])
    (True, False)
    """
    if one != other:
        return False
    level = [one], [other]  # `!=` takes Number("1") for "1" and is blind to key order: look again
    while level[0]:
        inner: tuple[list[Any], list[Any]] = [], []
        for a, b in zip(*level, strict=True):
            if type(a) is not type(b) or (type(a) is dict and list(a) != list(b)):
                return False
            left, right = members(a), members(b)
            kinds = list(map(type, left))
            if kinds != list(map(type, right)):
                return False
            if not CONTAINERS.isdisjoint(kinds):
                inner[0].extend([value for value in left if type(value) in CONTAINERS])
                inner[1].extend([value for value in right if type(value) in CONTAINERS])
        level = inner
    return True


CONTAINERS = frozenset({dict, list, Pairs})


def members(value: Any) -> Collection[Any]:
    """The values within an object or a list; none within a scalar."""
    if type(value) is dict:
        return value.values()
    if type(value) is Pairs:
        return [inner for _, inner in value]
    return value if type(value) is list else ()

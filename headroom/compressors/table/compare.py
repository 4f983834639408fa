"""Whether two values are the same to the last detail: types, number text, key order, repeated keys."""

from __future__ import annotations

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
    stack = [([one], [other])]  # `!=` takes Number("1") for "1" and is blind to key order: look again
    while stack:
        left, right = stack.pop()
        if list(map(type, left)) != list(map(type, right)):
            return False
        for a, b in zip(left, right, strict=True):
            kind = type(a)
            if kind is dict:
                if list(a) != list(b):
                    return False
                stack.append((list(a.values()), list(b.values())))
            elif kind is list:
                stack.append((a, b))
            elif kind is Pairs:
                stack.append(([v for _, v in a], [v for _, v in b]))
    return True

"""Long values that come again: named `&1 ` where they first stand, `*1` afterwards, as in YAML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

from headroom.compressors.table.values import Number, Pairs

LEAST_CHARS = 20
MOST_ITEMS = 64  # longer lists are not compared with each other
CHARS_PER_TOKEN = 4
SCALAR_CHARS = 4  # of null, true, false, about
NAME_TOKENS = 3  # what `&12 ` or `*12` costs
LEAST_GAIN = 8
TEXTS = frozenset({str, Number})


class Anchors:
    """Counts long values in a first pass, names those that came again in a second.

    A key is the text of a string, or a number that two containers share exactly when they are the same.
    """

    def __init__(self) -> None:
        self.counts: Counter[Hashable] = Counter()
        self.numbers: dict[Hashable, int] = {}
        self.counting = True
        self.named = 0
        self.interned: dict[Hashable, tuple[str, int]] = {}
        self.by_id: dict[int, tuple[Hashable, int]] = {}

    def start_naming(self) -> bool:
        """End of the first pass; False when nothing gets a name or was passed over, so that no second one is needed."""
        self.counting = False
        chars = dict(self.by_id.values())
        for key, count in self.counts.items():
            tokens = (len(key) if isinstance(key, str) else chars[key]) // CHARS_PER_TOKEN
            if (count - 1) * tokens > NAME_TOKENS * count + LEAST_GAIN:
                self.numbers[key] = 0
        return bool(self.numbers) or any(type(key) is tuple and count > 1 for key, count in self.counts.items())

    def key(self, value: Any) -> Hashable | None:
        """What tells `value` from others, or None where it is too short for a name."""
        kind = type(value)
        if kind is str:
            return value if len(value) >= LEAST_CHARS else None
        if (kind is dict and value) or (kind is list and 1 < len(value) <= MOST_ITEMS):
            key, chars = self.intern(value)
            return key if chars >= LEAST_CHARS else None
        return None

    def intern(self, value: Any) -> tuple[Hashable, int]:
        """Key and approximate length of a container."""
        found = self.by_id.get(id(value))
        if found is None:
            keys, inner = keys_and_values(value)
            kinds = tuple(map(type, inner))
            parts, chars = (inner, sum(map(len, inner))) if TEXTS.issuperset(kinds) else self.parts_of(inner)
            shape = (type(value), keys, kinds, tuple(parts))
            found = self.interned.setdefault(shape, ("#", len(self.interned))), chars + sum(map(len, keys))
            self.by_id[id(value)] = found
        return found

    def parts_of(self, inner: Sequence[Any]) -> tuple[list[Hashable], int]:
        """Keys and approximate length of what is in a container."""
        parts: list[Hashable] = []
        part: Hashable
        chars = 0
        for item in inner:
            if isinstance(item, str):
                part, size = item, len(item)
            elif isinstance(item, (dict, list)):
                part, size = self.intern(item)
            else:
                part, size = item, SCALAR_CHARS
            parts.append(part)
            chars += size
        return parts, chars

    def reference(self, key: Hashable) -> str:
        """`*1` for a value that was named, `&1 ` to name it now, "" for one that stands alone."""
        if self.counting:
            self.counts[key] += 1
            return "*" if type(key) is tuple and self.counts[key] > 1 else ""
        number = self.numbers.get(key)
        if number is None:
            return ""
        if number:
            return f"*{number}"
        self.named += 1
        self.numbers[key] = self.named
        return f"&{self.named} "


def keys_and_values(value: Any) -> tuple[tuple[str, ...], Sequence[Any]]:
    """The keys of an object, none for a list; and what is in it."""
    if type(value) is dict:
        return tuple(value), tuple(value.values())
    if type(value) is Pairs:
        return tuple([key for key, _ in value]), [inner for _, inner in value]
    return (), value

"""The lists of a JSON document from which rows can be left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.compressors.table.values import Pairs

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
STEP = re.compile(r"\[([0-9]+)\]|\.?([^.\[\]]+)", re.ASCII)
ROOT = "."  # how a marker names the document itself, where it is a map of rows
LEAST_MAP_ENTRIES = 12
LEAST_SHARE = 0.03  # of the document; smaller lists are not worth shortening
INNER_SHARE = 0.6  # of a list; where lists within its items hold that much, they are shortened instead


class Chars:
    """Characters of values, remembered by object."""

    def __init__(self) -> None:
        self.known: dict[int, int] = {}

    def of(self, value: Any) -> int:
        """Characters of the scalars within `value`, and two for each of them."""
        if isinstance(value, str) and not isinstance(value, (list, dict)):
            return len(value) + 2
        if not isinstance(value, (dict, list)):
            return 6
        found = self.known.get(id(value))
        if found is None:
            inner = (
                value.values() if isinstance(value, dict) else [v for _, v in value] if type(value) is Pairs else value
            )
            found = 2
            for item in inner:
                found += len(item) + 2 if isinstance(item, str) else self.of(item)
            self.known[id(value)] = found
        return found


@dataclass(frozen=True, slots=True)
class Place:
    """A list or a map of like entries within a document.

    Attributes:
        path: Keys and indexes that lead to it.
        value: The list or map itself.
    """

    path: tuple[str | int, ...]
    value: Any = field(repr=False)

    @property
    def name(self) -> str:
        """The path as people write it, such as `Results[0].Vulnerabilities`; a JSON pointer where a key is no word."""
        return path_text(self.path)

    def items(self) -> list[Any]:
        """Its items; the values of a map."""
        return list(self.value.values() if isinstance(self.value, dict) else self.value)

    def records(self) -> list[Any]:
        """Its items as rows; the key of a map's entry is a field of it."""
        if not isinstance(self.value, dict):
            return self.items()
        return [
            {"(key)": key, **inner} if type(inner) is dict else {"(key)": key, "": inner}
            for key, inner in self.value.items()
        ]

    def put(self, document: Any, value: Any) -> Any:
        """A copy of `document` in which this list is `value`; what does not lead to it is shared."""
        return put(document, self.path, value)


def path_text(path: Sequence[str | int]) -> str:
    """Keys and indexes as text that `steps_of` reads back.

    >>> path_text(["Results", 0, "items"]), path_text(["a.b", 3])
    ('Results[0].items', '/a.b/3')
    """
    if all(isinstance(step, int) or WORD.fullmatch(step) for step in path):
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def steps_of(path: str) -> list[str]:
    """Keys and indexes of a path, indexes as text, too: which it is only the document knows.

    >>> steps_of("Results[0].items"), steps_of("/a.b/3")
    (['Results', '0', 'items'], ['a.b', '3'])
    """
    if path == ROOT:
        return []
    if path.startswith("/"):
        return [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]
    return [index or key for index, key in STEP.findall(path)]


def put(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy of `document` with `value` at `path`."""
    if not path:
        return value
    step = path[0]
    if isinstance(document, dict):
        return {key: put(inner, path[1:], value) if key == step else inner for key, inner in document.items()}
    return [put(inner, path[1:], value) if place == step else inner for place, inner in enumerate(document)]


def lists_in(document: Any, chars: Chars, *, most_item_chars: float, least_items: int) -> list[Place]:
    """The lists to shorten: none within another, each with items small enough to choose among."""
    least = LEAST_SHARE * chars.of(document)
    return list(search(Place((), document), chars, most_item_chars, least_items, least))


def search(place: Place, chars: Chars, most: float, least_items: int, least: float) -> Iterator[Place]:
    """The lists to shorten at or below `place`."""
    size = chars.of(place.value)
    if size < least:
        return
    inner = [found for part in parts(place, chars, least) for found in search(part, chars, most, least_items, least)]
    if not is_list(place.value, least_items):
        yield from inner
    elif size / len(place.value) <= most or sum(chars.of(found.value) for found in inner) < INNER_SHARE * size:
        yield place
    else:
        yield from inner


def parts(place: Place, chars: Chars, least: float) -> Iterator[Place]:
    """The containers of some size within `place`."""
    steps = place.value.items() if type(place.value) is dict else enumerate(place.value)
    if type(place.value) in (dict, list):
        together = parallel(place.value)
        for step, inner in steps:
            if type(inner) in (dict, list) and chars.of(inner) >= least and id(inner) not in together:
                yield Place((*place.path, step), inner)


def parallel(value: Any) -> set[int]:
    """Ids of the lists of scalars in `value` that are equally long: columns, whose rows would be torn apart."""
    if type(value) is not dict:
        return set()
    plain = [
        v for v in value.values() if type(v) is list and len(v) > 1 and not any(isinstance(i, (dict, list)) for i in v)
    ]
    lengths = Counter(map(len, plain))
    return {id(v) for v in plain if lengths[len(v)] > 1}


def is_list(value: Any, least_items: int) -> bool:
    """Whether items can be chosen from `value`: a list, or an object with many entries of one kind."""
    if type(value) is list:
        return len(value) >= max(2, least_items)
    if type(value) is not dict or len(value) < LEAST_MAP_ENTRIES:
        return False
    return all(type(inner) is dict for inner in value.values())

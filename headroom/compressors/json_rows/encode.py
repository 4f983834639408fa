"""Writes lists and maps of like objects as columns and rows, in JSON; `decode` shows the form and reads it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headroom.compressors.table.compare import same
from headroom.compressors.table.values import Number, Pairs, dump_json

VERSION = Number("1")
LEAST_ROWS = 2
LEAST_MAP_ROWS = 3
MOST_KEYS = 300  # objects with more between them are hardly alike


def as_rows(value: Any) -> Any:
    """`value` with columns and rows wherever that is shorter; `restored` gives it again."""
    return Writer().written(value)


def series_as_rows(values: Sequence[Any]) -> list[Any] | None:
    """A head, then one document per row; None where the documents are not alike."""
    made = Writer().table(list(values))
    if made is None:
        return None
    return [{name: part for name, part in made.items() if name != "rows"}, *made["rows"]]


class Writer:
    """Writes one value; what stands in several forms that are compared is written once."""

    def __init__(self) -> None:
        self.known: dict[int, Any] = {}

    def written(self, value: Any) -> Any:
        """`value` in its shortest form."""
        if not isinstance(value, (list, dict)):
            return value
        if id(value) not in self.known:
            self.known[id(value)] = self.shortest(value)
        return self.known[id(value)]

    def shortest(self, value: Any) -> Any:
        """A list or object, as rows where that takes fewer characters."""
        plain = self.plain(value)
        is_map = type(value) is dict
        if type(value) is Pairs or len(value) < (LEAST_MAP_ROWS if is_map else LEAST_ROWS):
            return plain
        made = self.table(list(value.values()) if is_map else value)
        if made is None:
            return plain
        if is_map:
            made["rows"] = dict(zip(value, made["rows"], strict=True))
        return made if len(dump_json(made)) < len(dump_json(plain)) else plain

    def plain(self, value: Any) -> Any:
        """A list or object with its members in their shortest form."""
        if type(value) is dict:
            return {key: self.written(inner) for key, inner in value.items()}
        if type(value) is Pairs:
            return Pairs([(key, self.written(inner)) for key, inner in value])
        return [self.written(inner) for inner in value]

    def table(self, items: list[Any]) -> dict[str, Any] | None:
        """Columns and rows of like objects; None where they are none, or have no one order of keys."""
        names = merged_keys(items) if all(type(item) is dict and item for item in items) else None
        if not names:
            return None
        head: dict[str, dict[str, Any]] = {"same": {}, "absent": {}, "sparse": {}}
        columns, cells = [], []
        for name in names:
            column, values = self.column(name, items, head)
            columns.append(column)
            if values is not None:
                cells.append(values)
        rows = [list(row) for row in zip(*cells, strict=True)] if cells else [[] for _ in items]
        parts = {part: found for part, found in head.items() if found}
        return {"headroom": VERSION, "columns": columns, **parts, "rows": rows}

    def column(self, name: str, items: list[Any], head: dict[str, dict[str, Any]]) -> tuple[Any, list[Any] | None]:
        """What the head says of one key, and its cells; None for those where the head says it all."""
        places = [place for place, item in enumerate(items) if name in item]
        values = [items[place][name] for place in places]
        if len(values) == len(items):
            if all(same(value, values[0]) for value in values):
                head["same"][name] = self.written(values[0])
                return name, None
            return self.cells(name, values)
        if 2 * len(values) < len(items):
            head["sparse"][name] = {
                str(place): self.written(value) for place, value in zip(places, values, strict=True)
            }
            return name, None
        head["absent"][name] = [Number(str(place)) for place, item in enumerate(items) if name not in item]
        return name, [self.written(item.get(name)) for item in items]

    def cells(self, name: str, values: list[Any]) -> tuple[Any, list[Any]]:
        """A column that all rows have: of objects alike, of lists of objects alike, or of anything."""
        if (keys := shared_keys(values)) is not None:
            columns, rows = self.inner(keys, values)
            return {name: columns}, rows
        if all(type(value) is list for value in values):
            members = [member for value in values for member in value]
            if (keys := shared_keys(members)) is not None:
                columns, flat = self.inner(keys, members)
                rest = iter(flat)
                return {name: [columns]}, [[next(rest) for _ in value] for value in values]
        return name, [self.written(value) for value in values]

    def inner(self, keys: Sequence[str], values: list[Any]) -> tuple[list[Any], list[Any]]:
        """Columns and cells of objects within a column."""
        made = [self.cells(key, [value[key] for value in values]) for key in keys]
        return [column for column, _ in made], [list(row) for row in zip(*(cells for _, cells in made), strict=True)]


def shared_keys(values: Sequence[Any]) -> list[str] | None:
    """The keys of objects that all have the same ones in the same order; None where they differ."""
    if len(values) < LEAST_ROWS or type(values[0]) is not dict or not values[0]:
        return None
    keys = list(values[0])
    return keys if all(type(value) is dict and list(value) == keys for value in values) else None


def merged_keys(items: Sequence[dict[str, Any]]) -> list[str] | None:
    """All keys in an order that each item keeps; None where there is none that is easily found."""
    order: list[str] = []
    shapes = dict.fromkeys(tuple(item) for item in items)
    for shape in shapes:
        place = 0
        for key in shape:
            if key in order:
                place = order.index(key) + 1
            else:
                order.insert(place, key)
                place += 1
        if len(order) > MOST_KEYS:
            return None
    rank = {key: place for place, key in enumerate(order)}
    for shape in shapes:
        ranks = [rank[key] for key in shape]
        if ranks != sorted(ranks):
            return None
    return order

"""Reads columns and rows back into the lists and maps of objects they were written from.

    {"headroom": 1, "columns": ["id", {"by": ["name", "mail"]}, {"items": [["sku", "qty"]]}, "open"],
     "same": {"open": true}, "absent": {"by": [3]}, "sparse": {}, "rows": [[1, ["Ann", "a@b.c"], [["x", 2]]], ...]}

`columns` holds all keys in order, `same` the values that all rows share, `absent` the places of rows (from 0) that lack
a key, `sparse` values by place where most rows lack the key; a row holds the cells of the other columns. A column that
is an object holds objects, or lists of objects where its own columns stand in a list. `rows` is an object for a map of
like objects. In JSON lines the rows stand on the lines below the head.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from headroom.compressors.table.values import Pairs

HEAD = ["headroom", "columns"]
VERSION = "1"
PARTS = ("same", "absent", "sparse", "rows")
DECODER = json.JSONDecoder()
BLANKS = " \t\r\n"


def loads(text: str) -> Any:
    """The value of a JSON text, as `json.loads` gives it, with columns and rows of `output="json"` read back.

    Several documents one below the other, such as JSON lines, give a list of them.

    Raises:
        ValueError: `text` is not JSON, or holds columns and rows that do not fit together.

    >>> loads('{"headroom":1,"columns":["id","open"],"same":{"open":true},"rows":[[1],[2]]}')
    [{'id': 1, 'open': True}, {'id': 2, 'open': True}]
    """
    try:
        found = list(documents(text))
        if len(found) == 1:
            return restored(found[0])
        return restored_series(found) if found else json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def documents(text: str) -> Iterator[Any]:
    """The JSON documents of a text, one after the other."""
    place = len(text) - len(text.lstrip(BLANKS))
    while place < len(text):
        value, place = DECODER.raw_decode(text, place)
        while place < len(text) and text[place] in BLANKS:
            place += 1
        yield value


def restored(value: Any) -> Any:
    """`value` with all columns and rows in it read back.

    Raises:
        ValueError: They do not fit together.
    """
    if type(value) is dict:
        if is_head(value) and "rows" in value:
            return table(value, value["rows"])
        return {key: restored(inner) for key, inner in value.items()}
    if type(value) is Pairs:
        return Pairs([(key, restored(inner)) for key, inner in value])
    return [restored(inner) for inner in value] if type(value) is list else value


def restored_series(values: Sequence[Any]) -> list[Any]:
    """Documents of a series; the rows below a head make the documents that it tells of."""
    if values and is_head(values[0]) and "rows" not in values[0]:
        return list(table(values[0], list(values[1:])))
    return [restored(value) for value in values]


def is_head(value: Any) -> bool:
    """Whether an object begins as columns and rows do and holds nothing else."""
    if type(value) is not dict or list(value)[:2] != HEAD or str(value["headroom"]) != VERSION:
        return False
    return set(value) - set(HEAD) <= set(PARTS)


def table(head: Mapping[str, Any], rows: Any) -> Any:
    """The list or map of objects that columns and rows stand for."""
    try:
        keys = list(rows) if type(rows) is dict else None
        found = objects(head, list(rows.values()) if keys is not None else rows)
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise ValueError(f"columns and rows do not fit together: {type(error).__name__}") from None
    return found if keys is None else dict(zip(keys, found, strict=True))


def objects(head: Mapping[str, Any], rows: Sequence[Any]) -> list[dict[str, Any]]:
    """One object per row."""
    shared = {name: restored(value) for name, value in head.get("same", {}).items()}
    sparse = head.get("sparse", {})
    absent = {name: {int(place) for place in places} for name, places in head.get("absent", {}).items()}
    found = []
    for place, row in enumerate(rows):
        cells = iter(row)
        made: dict[str, Any] = {}
        for column in head["columns"]:
            name = column if type(column) is str else next(iter(column))
            if name in shared:
                made[name] = shared[name]
            elif name in sparse:
                if str(place) in sparse[name]:
                    made[name] = restored(sparse[name][str(place)])
            else:
                value = cell_value(column, taken(cells), is_absent=place in absent.get(name, ()))
                if place not in absent.get(name, ()):
                    made[name] = value
        if next(cells, cells) is not cells:
            raise ValueError("columns and rows do not fit together: a row has too many cells")
        found.append(made)
    return found


def taken(cells: Iterable[Any]) -> Any:
    """The next cell."""
    for cell in cells:
        return cell
    raise ValueError("columns and rows do not fit together: a row has too few cells")


def cell_value(column: Any, cell: Any, *, is_absent: bool = False) -> Any:
    """What one cell holds."""
    if type(column) is str or is_absent:
        return restored(cell)
    [inner] = column.values()
    if type(inner[0]) is list:
        return [record(inner[0], one) for one in cell]
    return record(inner, cell)


def record(columns: Sequence[Any], cells: Sequence[Any]) -> dict[str, Any]:
    """One object within a cell."""
    names = [column if type(column) is str else next(iter(column)) for column in columns]
    values = [cell_value(column, cell) for column, cell in zip(columns, cells, strict=True)]
    return dict(zip(names, values, strict=True))

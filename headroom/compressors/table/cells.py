"""The text of each cell of a column."""

from __future__ import annotations

from typing import Any

from headroom.compressors.table.columns import ABSENT, Column, is_default
from headroom.compressors.table.rows import flat
from headroom.compressors.table.text import (
    ABSENT_MARK,
    BARE_CELL,
    BARE_IN_TUPLE,
    bare_or_quoted,
    inline_text,
    key_text,
)
from headroom.compressors.table.values import Number


def cells_of(column: Column, delimiter: str, *, in_tuple: bool = False) -> list[str]:
    """One text a row; "" where the cell goes without saying."""
    if column.kind == "tuple":
        return tuple_cells(column, delimiter)
    if column.kind == "tuples":
        return tuples_cells(column, delimiter)
    if column.kind == "block":
        return [str(len(v)) if type(v) is list else odd_cell(v) for v in column.values]
    return plain_cells(column, delimiter, in_tuple)


def plain_cells(column: Column, delimiter: str, in_tuple: bool) -> list[str]:
    """Cells of scalars, and of what fits no other kind of column."""
    bare = (BARE_IN_TUPLE if in_tuple else BARE_CELL)[delimiter]
    texts: dict[Any, str] = {text: bare_or_quoted(text, bare, typed=column.typed) for text in column.counts}
    kinds = set(map(type, column.values))
    if type(column.default) is str and column.default in texts:
        texts[column.default] = ""
    if kinds == {str}:
        return list(map(texts.__getitem__, column.values))
    if kinds == {Number} and column.default is ABSENT:
        return column.values
    return [cell_text(value, column, texts) for value in column.values]


def cell_text(value: Any, column: Column, texts: dict[Any, str]) -> str:
    """One cell of a column of mixed types."""
    if type(value) is str:
        return texts[value]
    if value is ABSENT:
        return "" if column.default is ABSENT else ABSENT_MARK
    return "" if is_default(value, column) else inline_text(value)


def odd_cell(value: Any) -> str:
    """A cell of a nested column that holds no object: absent, null, or an object that repeats a key."""
    return "" if value is ABSENT else inline_text(value)


def tuple_cells(column: Column, delimiter: str) -> list[str]:
    """`(a,b)` for an object."""
    made = iter(tuple_texts(column, delimiter))
    return [next(made) if type(value) is dict else odd_cell(value) for value in column.values]


def tuples_cells(column: Column, delimiter: str) -> list[str]:
    """`(a,b)(c,d)` for a list of objects, `[]` for an empty one."""
    made = iter(tuple_texts(column, delimiter))
    return [
        ("".join([next(made) for _ in value]) or "[]") if type(value) is list else odd_cell(value)
        for value in column.values
    ]


def tuple_texts(column: Column, delimiter: str) -> list[str]:
    """The objects within the cells of `column`, each in parentheses."""
    leaves = flat(column.children)
    if not leaves:
        objects = (v for v in column.values if type(v) in (dict, list))
        return ["()"] * sum(1 if type(v) is dict else len(v) for v in objects)
    cells = [cells_of(leaf, delimiter, in_tuple=True) for leaf in leaves]
    return [f"({text})" for text in map(delimiter.join, zip(*cells, strict=True))]


def header_spec(columns: list[Column]) -> str:
    """The columns as they stand in a header, comma-separated."""
    return ",".join(map(column_spec, columns))


BRACKETS: dict[str, tuple[str, str]] = {
    "group": ("{", "}"),
    "tuple": ("(", ")"),
    "tuples": ("[", "]"),
    "block": ("[]{", "}"),
}


def column_spec(column: Column) -> str:
    """One column as it stands in a header."""
    key = key_text(column.key) if column.key or column.kind != "block" else ""
    if column.kind == "numbers":
        return "#"
    if column.kind == "copy":
        return f"{key}=*{key_text(column.source)}"
    if column.kind == "constant":
        return f"{key}={inline_text(column.values[0])}"
    if column.kind != "cell":
        opening, closing = BRACKETS[column.kind]
        return f"{key}{opening}{header_spec(column.children)}{closing}{'?' if column.optional else ''}"
    flags = ("$" if column.typed else "") + ("@" if column.hoisted else "")
    if column.default is not ABSENT:
        return f"{key}{flags}?={inline_text(column.default)}"
    return f"{key}{flags}{'?' if column.optional else ''}"

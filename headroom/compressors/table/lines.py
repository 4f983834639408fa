"""The lines of a table, with names for long values that come again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from headroom.compressors.table.anchors import LEAST_CHARS, Anchors
from headroom.compressors.table.cells import cells_of, header_spec
from headroom.compressors.table.columns import Column, is_default
from headroom.compressors.table.rows import Rows
from headroom.compressors.table.text import inline_text, key_text


class Table:
    """The lines of one table."""

    def __init__(self, rows: Rows, indent: str = "") -> None:
        self.rows = rows
        self.indent = indent
        self.shown = [leaf for leaf in rows.leaves if not leaf.hoisted]
        self.cells = [cells_of(leaf, rows.delimiter) for leaf in self.shown]
        self.heads = [cells_of(leaf, rows.delimiter) for leaf in rows.hoisted]
        self.below = Table(rows.block, indent + " ") if rows.block else None

    def header(self, total: int = 0) -> str:
        """Row count, delimiter and columns; with `total`, how many rows there are in all."""
        rows = self.rows
        size = f"{rows.size} of {total}" if total else str(rows.size)
        mark = "" if rows.delimiter == "," else rows.delimiter
        opening, closing = ("{", "}") if rows.form == "map" else ("[", "]")
        spec = header_spec(rows.columns)
        return f"{opening}{size}{mark}{closing}" + (spec if rows.form == "lists" else f"{{{spec}}}")

    def lines(self, anchors: Anchors) -> Iterator[str]:
        """All lines below the header."""
        rows = self.rows
        records = self.records(anchors)
        if not (rows.odd or self.heads):
            for record in records:
                yield from record
            return
        heads = list(zip(*self.heads, strict=True))
        place, last = 0, None
        for number in range(rows.size):
            if number in rows.odd:
                yield f"!{inline_text(rows.odd[number])}"
                continue
            if heads and heads[place] != last:
                last = heads[place]
                yield "@" + rows.delimiter.join(last)
            yield from next(records)
            place += 1

    def records(self, anchors: Anchors) -> Iterator[Sequence[str]]:
        """The lines of each record: its own, and those of the rows below it."""
        lines = self.record_lines(anchors)
        if self.below is None:
            yield from zip(lines)
            return
        below = self.below.records(anchors)
        for line, length in zip(lines, self.rows.lengths, strict=True):
            lines_of_record = [line]
            for _ in range(length):
                lines_of_record += next(below)
            yield lines_of_record

    def record_lines(self, anchors: Anchors) -> Iterator[str]:
        """One line a record, without what stands above or below it."""
        places = self.anchored(anchors)
        if not self.cells:
            return iter([self.indent] * (self.rows.size - len(self.rows.odd)))
        if places:
            return self.named_lines(places, anchors)
        lines = map(self.rows.delimiter.join, zip(*self.cells, strict=True))
        return (self.indent + line for line in lines) if self.indent else lines

    def anchored(self, anchors: Anchors) -> dict[int, Column]:
        """Places of the columns in which a long value comes again; in the first pass they are counted."""
        if anchors.counting:
            for leaf, cells in zip(self.shown, self.cells, strict=True):
                count_long(leaf, cells, anchors)
            return {}
        return {place: leaf for place, leaf in enumerate(self.shown) if has_named(leaf, self.cells[place], anchors)}

    def named_lines(self, places: dict[int, Column], anchors: Anchors) -> Iterator[str]:
        """Lines in which long values that come again have names."""
        for number, row in enumerate(zip(*self.cells, strict=True)):
            cells = list(row)
            for place, leaf in places.items():
                cells[place] = named_cell(leaf, leaf.values[number], cells[place], anchors)
            yield self.indent + self.rows.delimiter.join(cells)


def named_cell(leaf: Column, value: Any, text: str, anchors: Anchors) -> str:
    """A cell by name where its value came before, with names for what came before within it."""
    if len(text) < LEAST_CHARS:
        return text
    if leaf.kind == "cell" and type(value) in (dict, list):
        return named_inline(value, anchors)
    key = anchors.key(value)
    name = "" if key is None else anchors.reference(key)
    return name if name.startswith("*") else name + text


def named_inline(value: Any, anchors: Anchors) -> str:
    """`inline_text` with names for what comes again."""
    key = anchors.key(value)
    name = "" if key is None else anchors.reference(key)
    if name.startswith("*"):
        return name
    if type(value) is dict:
        inner = [f"{key_text(key)}:{named_inline(item, anchors)}" for key, item in value.items()]
        return f"{name}{{{','.join(inner)}}}"
    if type(value) is list:
        return f"{name}[{','.join([named_inline(item, anchors) for item in value])}]"
    return name + inline_text(value)


def count_inside(value: Any, anchors: Anchors) -> None:
    """Count the long values within a cell, each repeated one once as a whole."""
    key = anchors.key(value)
    if key is not None and anchors.reference(key) == "*":
        return
    if type(value) in (dict, list):
        for inner in value.values() if type(value) is dict else value:
            if isinstance(inner, (str, dict, list)):
                count_inside(inner, anchors)


def count_long(leaf: Column, cells: Sequence[str], anchors: Anchors) -> None:
    """Count the long values of one column."""
    for text, count in leaf.counts.items():
        if len(text) >= LEAST_CHARS and not is_default(text, leaf):
            anchors.counts[text] += count
    if leaf.kind == "cell":
        for value, text in containers(leaf, cells):
            if len(text) >= LEAST_CHARS:
                count_inside(value, anchors)
    else:
        again = {text for text, count in Counter(cells).items() if count > 1 and len(text) >= LEAST_CHARS}
        for value, text in containers(leaf, cells) if again else ():
            if text in again and (key := anchors.key(value)) is not None:
                anchors.counts[key] += 1


def has_named(leaf: Column, cells: Sequence[str], anchors: Anchors) -> bool:
    """Whether a long value of the column comes again."""
    if any(text in anchors.numbers for text in leaf.counts if len(text) >= LEAST_CHARS):
        return True
    if leaf.kind == "cell":
        return any(holds_named(v, anchors) for v, text in containers(leaf, cells) if len(text) >= LEAST_CHARS)
    again = {text for text, count in Counter(cells).items() if count > 1 and len(text) >= LEAST_CHARS}
    return bool(again) and any(
        anchors.key(v) in anchors.numbers for v, text in containers(leaf, cells) if text in again
    )


def holds_named(value: Any, anchors: Anchors) -> bool:
    """Whether `value` or something within it comes again."""
    if anchors.key(value) in anchors.numbers:
        return True
    if type(value) in (dict, list):
        return any(holds_named(inner, anchors) for inner in (value.values() if type(value) is dict else value))
    return False


def containers(leaf: Column, cells: Sequence[str]) -> Iterator[tuple[Any, str]]:
    """The objects and lists of a column with their texts."""
    if leaf.kind != "block" and not {dict, list}.isdisjoint(map(type, leaf.values)):
        return ((v, t) for v, t in zip(leaf.values, cells, strict=True) if type(v) is dict or type(v) is list)
    return iter(())

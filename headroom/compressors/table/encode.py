"""Writes a JSON value as table text: one header, one line a row, nothing said twice.

    {total_count:250,results:[250]{file@,line,text}    250 rows; `file` stands above its rows
    @src/flask/app.py
    61,def _make_timedelta(value):

In a header: `a=1` constant, `a{b,c}` object, `a(b,c)` object in some rows, `a[b,c]` list of objects in one cell,
`a[]{b,c}` list of objects on the lines below, `a?` key may be absent, `a?=1` an empty cell means 1, `a$` all cells
are strings, `a@` value stands once above its rows, `a=*b` the same as column b (`a=*key`: as the key of the entry).
`&1 ` names a long value that comes again, `*1` repeats it. Backticks stand around a string that is itself JSON.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from headroom.compressors.table.anchors import LEAST_CHARS, Anchors
from headroom.compressors.table.cells import cells_of, header_spec
from headroom.compressors.table.chosen import Chosen, ChosenMap, holds_chosen
from headroom.compressors.table.columns import Column, is_default
from headroom.compressors.table.rows import LEAST_KEYED_ROWS, LEAST_ROWS, Rows, rows_of_list, rows_of_map
from headroom.compressors.table.text import BARE_INLINE, inline_text, key_text, scalar_text
from headroom.compressors.table.values import Number, Pairs


def encode(value: Any) -> str:
    """The table text of a parsed value; `decode` gives the value again, to the last detail."""
    writer = Writer()
    writer.document(value)
    if writer.anchors.start_naming():
        writer.pieces.clear()
        writer.document(value)
    return "".join(writer.pieces).removesuffix("\n")


def encode_chosen(value: Any) -> str:
    """The table text of a value in which some lists are shown in part; it has no decoder.

    Such a list says `[46 of 1260]`, its first column `#` gives the place of each row in the whole list, from 1.
    """
    writer = ChoiceWriter()
    writer.document(value)
    if writer.anchors.start_naming():
        writer.pieces.clear()
        writer.document(value)
    return "".join(writer.pieces).removesuffix("\n")


class Writer:
    """Writes one value, twice: the first time to see which long values come again."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.anchors = Anchors()
        self.tables: dict[int, Table | None] = {}

    def document(self, value: Any) -> None:
        """Write `value`, with tables where lists or maps of like objects are found."""
        kind = type(value)
        if kind is dict:
            if len(value) < LEAST_KEYED_ROWS or not self.table(value):
                self.members("{", "}", [(f"{key_text(k)}:", v) for k, v in value.items()])
        elif kind is list:
            if is_short_scalars(value):
                self.pieces.append(inline_text(value))
            elif len(value) < LEAST_ROWS or not self.table(value):
                self.members("[", "]", [("", inner) for inner in value])
        elif kind is Pairs:
            self.members("{", "}", [(f"{key_text(k)}:", v) for k, v in value])
        else:
            self.pieces.append(scalar_text(value, BARE_INLINE))

    def members(self, opening: str, closing: str, items: Sequence[tuple[str, Any]]) -> None:
        """An object or a list that is no table; the line end of a table divides as a comma does."""
        pieces = self.pieces
        lead = opening
        for key, value in items:
            pieces.append(lead + key)
            self.member(value)
            lead = "" if pieces[-1].endswith("\n") else ","
        pieces.append(opening + closing if lead == opening else closing)

    def member(self, value: Any) -> None:
        """A value within an object or list: by name where it stood before."""
        if type(value) is Number or value in ABOVE_NAMES:
            self.pieces.append(inline_text(value))
            return
        key = self.anchors.key(value)
        name = "" if key is None else self.anchors.reference(key)
        if name:
            self.pieces.append(name)
        if not name.startswith("*"):
            self.document(value)

    def table(self, value: Any) -> bool:
        """Write `value` as a table, if it makes one."""
        if id(value) not in self.tables:
            rows = rows_of_map(value) if type(value) is dict else rows_of_list(value)
            self.tables[id(value)] = Table(rows) if rows else None
        table = self.tables[id(value)]
        if table is None:
            return False
        self.pieces.append(f"{table.header()}\n")
        self.pieces.extend(f"{line}\n" for line in table.lines(self.anchors))
        return True


class ChoiceWriter(Writer):
    """Writes values in which some lists are shown in part."""

    def document(self, value: Any) -> None:
        """Write `value`; what is shown in part says so."""
        if isinstance(value, Chosen):
            self.chosen(list(value), value.total, [f"#{number} " for number in value.numbers], value.numbers)
        elif isinstance(value, ChosenMap):
            self.chosen(dict(value), value.total, [f"{key_text(key)}:" for key in value])
        else:
            super().document(value)

    def table(self, value: Any) -> bool:
        """Write `value` as a table, if it makes one and is whole."""
        return not holds_chosen(value) and super().table(value)

    def member(self, value: Any) -> None:
        """A value within an object or list; what is shown in part has no name."""
        if holds_chosen(value):
            self.document(value)
        else:
            super().member(value)

    def chosen(self, value: Any, total: int, leads: Sequence[str], numbers: Sequence[int] = ()) -> None:
        """A table with row numbers, or else one item a line."""
        rows = rows_of_map(value) if type(value) is dict else rows_of_list(value)
        if rows and rows.form != "lists":
            table = Table(numbered(rows, numbers))
            self.pieces.append(f"{table.header(total)}\n")
            self.pieces.extend(f"{line}\n" for line in table.lines(self.anchors))
            return
        opening, closing = ("{", "}") if type(value) is dict else ("[", "]")
        self.pieces.append(f"{opening}{len(value)} of {total}{closing}\n")
        for lead, inner in zip(leads, value.values() if type(value) is dict else value, strict=True):
            self.pieces.append(lead)
            self.member(inner)
            if not self.pieces[-1].endswith("\n"):
                self.pieces.append("\n")


def numbered(rows: Rows, numbers: Sequence[int]) -> Rows:
    """`rows` with a first column that says which rows of the whole list they are."""
    if numbers:
        shown = [Number(str(number)) for place, number in enumerate(numbers) if place not in rows.odd]
        rows.odd = {place: Pairs([("#", Number(str(numbers[place]))), ("", v)]) for place, v in rows.odd.items()}
        column = Column("#", "numbers", shown)
        rows.columns = [column, *rows.columns]
        rows.leaves = [column, *rows.leaves]
    return rows


ABOVE_NAMES: tuple[Any, ...] = ([], {}, None, True, False)  # so short that nothing needs to be asked


SCALARS = frozenset({str, Number, bool, type(None)})


def is_short_scalars(values: list[Any]) -> bool:
    """Whether a list holds nothing that could be a table, or come again by name."""
    if not SCALARS.issuperset(map(type, values)):
        return False
    return all(type(value) is not str or len(value) < LEAST_CHARS for value in values)


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

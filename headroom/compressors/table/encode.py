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

from collections.abc import Sequence
from typing import Any

from headroom.compressors.table.anchors import LEAST_CHARS, Anchors
from headroom.compressors.table.chosen import Chosen, ChosenMap, holds_chosen
from headroom.compressors.table.columns import Column
from headroom.compressors.table.lines import Table
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
        kind = type(value)
        if kind is Number or (len(value) < LEAST_CHARS if kind is str else value in ABOVE_NAMES):
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

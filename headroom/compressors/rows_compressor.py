"""What compressors of rows share: read, write as table text, read back and compare, choose rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from headroom.compressors.columns_padding import write_columns
from headroom.compressors.delimited import write_delimited
from headroom.compressors.delimited.write import line_end
from headroom.compressors.json_choice import choose
from headroom.compressors.limits import Limits, changed, filled_by, unchanged
from headroom.compressors.rows_as_text import Piece, RowTable, read_pieces, write_pieces
from headroom.compressors.sql_output import write_tuples
from headroom.compressors.table.encode import encode_chosen
from headroom.detection.tables import HEAD, HEAD_CHARS
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult


@dataclass(frozen=True, slots=True)
class RowDocuments:
    """The tables of one text, for `choose`.

    Attributes:
        pieces: Tables and what stands around them.
        value: The rows of the table; where there are several, `table1`, `table2` and so on with theirs.
    """

    pieces: Sequence[Piece] = field(repr=False)
    value: Any = field(repr=False)

    def chosen_text(self, value: Any) -> str:
        """The text with these rows in place of all."""
        tables = iter(value.values() if isinstance(value, dict) else [value])
        texts = [piece if isinstance(piece, str) else encode_chosen(next(tables)) for piece in self.pieces]
        return "".join(texts).removesuffix("\n")


def tables_by_name(tables: Sequence[RowTable]) -> dict[str, RowTable]:
    """Several tables of one text by the names that markers call them."""
    return {f"table{place + 1}": table for place, table in enumerate(tables)}


class RowsCompressor:
    """Compresses texts that hold rows; `read` says which."""

    def __init__(
        self,
        name: str,
        kind: str,
        read: Callable[[str], list[Piece] | str],
        *,
        counter: TokenCounter,
        dense: bool = False,
    ) -> None:
        self.name = name
        self.kind = kind
        self.read = read
        self.counter = counter
        self.dense = dense

    def compress(self, text: str) -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        if is_own(text):
            return unchanged(text, tokens, "already_compressed", self.kind)
        pieces = self.read(text)
        if isinstance(pieces, str):
            return unchanged(text, tokens, pieces, self.kind)
        made = write_pieces(pieces, dense=self.dense)
        size = self.counter.count_text(made)
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", self.kind)
        if not reads_back(made, pieces):
            return unchanged(text, tokens, "ambiguous_with_table_text", self.kind)
        is_exact = restored(pieces) == text
        return changed(
            made,
            tokens,
            size,
            kind=self.kind,
            strategy=f"{self.name}_rows" if is_exact else f"{self.name}_values",
            change="exact" if is_exact else "value_exact",
        )

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The rows that matter and a line that counts the others; `exact` where nothing can be left out."""
        if exact.compressed_tokens <= limits.above_tokens or is_own(text):
            return exact
        pieces = self.read(text)
        if isinstance(pieces, str) or not stand_apart(pieces):
            return exact
        tables = [piece for piece in pieces if isinstance(piece, RowTable)]
        named = {name: table.records() for name, table in tables_by_name(tables).items()}
        documents = RowDocuments(pieces, named if len(tables) > 1 else tables[0].records())
        limits = replace(limits, tokens=filled_by(exact.compressed_tokens, limits))
        return choose(documents, exact, limits, counter=self.counter, question=context) or exact


def stand_apart(pieces: Sequence[Piece]) -> bool:
    """Whether line ends divide tables from the texts around them, so that a reader can tell where rows end."""
    return all(
        piece.endswith("\n") if isinstance(piece, str) else isinstance(after, str) and after.startswith("\n")
        for piece, after in pairwise(pieces)
    )


def is_own(text: str) -> bool:
    """Whether `text` is what a compressor of rows wrote."""
    if not HEAD.search(text, 0, HEAD_CHARS):
        return False
    pieces = read_pieces(text)
    return any(isinstance(piece, RowTable) for piece in pieces) and text in (
        write_pieces(pieces),
        write_pieces(pieces, dense=True),
    )


def reads_back(made: str, pieces: Sequence[Piece]) -> bool:
    """Whether `made` says what `pieces` say, and will be known again as ours."""
    again = read_pieces(made)
    return (
        len(again) == len(pieces)
        and all(is_same(one, other) for one, other in zip(pieces, again, strict=True))
        and HEAD.search(made, 0, HEAD_CHARS) is not None
    )


def is_same(one: Piece, other: Piece) -> bool:
    """Whether two pieces say the same."""
    if isinstance(one, RowTable) and isinstance(other, RowTable):
        return one.is_same(other)
    return isinstance(one, str) and one == other


def restored(pieces: Sequence[Piece]) -> str:
    """The bytes of the original; "" where they do not come back."""
    found: list[str] = []
    end = "\n"
    for piece in pieces:
        if isinstance(piece, str):
            found.append(end + piece[1:] if found and piece.startswith("\n") else piece)
            continue
        writer = WRITERS.get(piece.head.partition("(")[0])
        if writer is None or "some quoted" in piece.head:
            return ""
        found.append(writer(piece))
        end = line_end(piece.head)
    return "".join(found)


def restore(text: str) -> str:
    """The original behind an exact form of rows."""
    return restored(read_pieces(text))


WRITERS: dict[str, Callable[[RowTable], str]] = {
    "columns": write_columns,
    "csv": write_delimited,
    "tuples": write_tuples,
}

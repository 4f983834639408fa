"""Writes delimited rows as they came: mark, line ends, quotes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from headroom.compressors.rows_as_text import RowTable, texts_of
from headroom.compressors.table.columns import ABSENT
from headroom.compressors.table.text import NUMBER

HEAD_WORD = "csv"
MARKS = {"tab": "\t", "semicolon": ";", "pipe": "|"}
LINE_ENDS = {"crlf": "\r\n", "cr": "\r"}
SHELL_BARE = re.compile(r"[!#-&(-~]+")  # what SQLite's shell leaves without quotes
AS_NEEDED = {mark: re.compile(rf'[{re.escape(mark)}"\r\n]') for mark in ",\t;|"}
Quotes = Callable[[str, str], bool]

# Which cells stand in quotes, by the word in the head; a cell with nothing in it never does.
STYLES: dict[str, Quotes] = {
    "": lambda text, mark: AS_NEEDED[mark].search(text) is not None,
    "all quoted": lambda text, mark: True,
    "texts quoted": lambda text, mark: NUMBER.fullmatch(text) is None,
    "blanks quoted": lambda text, mark: SHELL_BARE.fullmatch(text) is None or mark in text,
}
OTHER_STYLE = "some quoted"  # of which the bytes do not come back


def head_of(mark: str, end: str, style: str, *, has_header: bool) -> str:
    """Head word with all that differs from the usual."""
    words = [word for word, meant in MARKS.items() if meant == mark]
    words += [word for word, meant in LINE_ENDS.items() if meant == end]
    words += ["no header"] * (not has_header) + [style] * bool(style)
    return f"{HEAD_WORD}({', '.join(words)})" if words else HEAD_WORD


def write_delimited(table: RowTable) -> str:
    """The rows as they were, without the last line end.

    Raises:
        ValueError: The head does not say how.
    """
    words = table.head[len(HEAD_WORD) :].strip("()").split(", ")
    mark = next((MARKS[word] for word in words if word in MARKS), ",")
    style = next((word for word in words if word in STYLES and word), "")
    if OTHER_STYLE in words:
        raise ValueError("quotes are not known")
    return rows_text(table, mark, line_end(table.head), style, has_header="no header" not in words)


def line_end(head: str) -> str:
    """What ends a line."""
    return next((end for word, end in LINE_ENDS.items() if f"({word}" in head or f" {word}" in head), "\n")


def rows_text(table: RowTable, mark: str, end: str, style: str, *, has_header: bool) -> str:
    """The rows of a table in one style of quotes."""
    columns = [quoted(values, mark, STYLES[style]) for values in table.columns]
    lines = list(map(mark.join, zip(*columns, strict=True)))
    if table.odd:
        left = iter(lines)
        lines = [table.odd[i] if i in table.odd else next(left) for i in range(table.size)]
    if has_header:
        lines.insert(0, mark.join(quoted(table.names, mark, STYLES[style])))
    return end.join(lines)


def quoted(values: Sequence[Any], mark: str, quotes: Quotes) -> list[str]:
    """Cells with quotes round those that had them."""
    texts = texts_of(values)
    if quotes is STYLES[""] and not AS_NEEDED[mark].search("".join(texts)):
        return texts
    known = {text: '"' + text.replace('"', '""') + '"' if quotes(text, mark) else text for text in dict.fromkeys(texts)}
    return ["" if value is ABSENT else known[text] for value, text in zip(values, texts, strict=True)]

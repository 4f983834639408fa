"""Texts before and after on a terminal: a diff where both sides have lines in common, else one below the other."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from headroom.cli.plan import Row
from headroom.cli.shapes import at, conversations, tool_result
from headroom.messages import read_message
from headroom.reports.wording import shown

if TYPE_CHECKING:
    from rich.console import Console

    from headroom.cli.work import Done

SHARED_LINES = 0.2
STYLES = {"+": "green", "-": "red", "@": "cyan"}
MOST_CHARS = 300  # shown of a line
MOST_LINES = 20_000  # of a side; a diff of more takes too long


def show_texts(one: Done, rows: Sequence[Row], out: Console, most_lines: int) -> None:
    """The changed parts among `rows`, before and after."""
    for row in rows:
        if row.note.change is None:
            continue
        before, after = sides(one, row)
        if before is None or after is None:
            continue
        name = shown(row.note.tool or row.note.kind)
        sizes = f"{row.note.tokens_before} -> {row.note.tokens_after} tokens"
        out.print(f"--- message {row.note.message_index}, {name}: {sizes}", style="bold", soft_wrap=True)
        for line in compared(before, after, most_lines):
            out.print(shown(line), style=STYLES.get(line[:1], "default"), soft_wrap=True)


def sides(one: Done, row: Row) -> tuple[str | None, str | None]:
    """The text of a part as it came and as it would go out; None where it cannot be found."""
    note, after = row.note, one.results[row.result].messages
    if one.document.form == "text":
        before: Any = tool_result(one.document.text)
    else:
        before = at(one.document.value, conversations(one.document.value)[row.result])
    return text_of(before, note.message_index, note.part_index), text_of(after, note.message_index, note.part_index)


def text_of(messages: Sequence[Any], message: int, part: int) -> str | None:
    """The text of one part."""
    if message >= len(messages):
        return None
    parts = read_message(messages[message]).parts
    return parts[part].text if part < len(parts) else None


def compared(before: str, after: str, most_lines: int) -> Iterator[str]:
    """Lines to show, each with `-`, `+` or a blank before it."""
    old, new = before.split("\n"), after.split("\n")
    known = set(old)
    shared = sum(line in known for line in new if line)
    if shared >= SHARED_LINES * len(new) and len(old) + len(new) <= MOST_LINES:
        lines = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
        yield from cut(lines, 2 * most_lines, "lines of the diff")
        return
    for sign, side in (("-", old), ("+", new)):
        yield from cut([f"{sign} {line}" for line in side], most_lines, "lines")


def cut(lines: Sequence[str], most: int, what: str) -> Iterator[str]:
    """The first lines, each from its start, and how many follow."""
    for line in lines[:most]:
        more = len(line) - MOST_CHARS
        yield line if more <= 0 else f"{line[:MOST_CHARS]} ... {more} more characters"
    if len(lines) > most:
        yield f"  ... {len(lines) - most} more {what}"

"""First lines of documentation: of Python's strings, and of comments of several lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.compressors.gaps import gap_line
from headroom.compressors.outline.trees import first_row, last_row

LEAST_ROWS = 3
QUOTES = ('"""', "'''")


@dataclass(frozen=True, slots=True)
class Docs:
    """A documentation string.

    Attributes:
        end: Row after its first line of text, which is shown.
        whole_end: Row after its last.
        last: That line with the quotes that close the string; None where all of it is shown.
    """

    end: int
    whole_end: int
    last: tuple[str, ...] | None = field(default=None, repr=False)


def docs_at(body: Any, code: Sequence[str]) -> Docs | None:
    """The string that a module, class or function begins with."""
    statement = next((child for child in body.named_children if "comment" not in child.type), None)
    if statement is None or statement.type != "expression_statement" or len(statement.children) != 1:
        return None
    string = statement.children[0]
    start, end = first_row(string), last_row(string) + 1
    quotes = code[end - 1].rstrip(" \t\r")[-3:]
    if string.type != "string" or (end - start > 1 and quotes not in QUOTES):
        return None
    if end - start == 1:
        return Docs(end, end)
    bare = code[start].strip(" \t\r").lstrip("rRuUbB") == quotes
    shown = min(end, next((row for row in range(start + bare, end) if code[row].strip(" \t\r")), start) + 1)
    if shown == end:
        return Docs(end, end)
    return Docs(shown, end, closed(code[shown - 1], quotes))


def closed(line: str, quotes: str) -> tuple[str, ...]:
    """A line of a string with the quotes that close it, on a line of their own where they could be misread."""
    line = line.rstrip(" \t\r")
    return (line, quotes) if line.endswith((quotes[0], "\\")) else (f"{line}{quotes}",)


def comment_cuts(nodes: Sequence[Any], code: Sequence[str], mark: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, text) of what is left out of comments of several lines: all but the first, or within `/* */` two."""
    for start, end in blocks_of(nodes, code):
        first = code[start].lstrip(" \t")
        indent = code[start][: len(code[start]) - len(first)]
        if first.startswith("/*"):
            start, end, lead = start + 2, end - 1, f"{indent} * "
            if not code[end].rstrip(" \t\r").endswith("*/"):
                continue
        else:
            start, lead = start + 1, f"{indent}{mark} "
        if end - start >= LEAST_ROWS:
            yield start, end, f"{lead}{gap_line(start + 1, end)}"


def blocks_of(nodes: Sequence[Any], code: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(first row, row after the last) of comments with rows of their own; adjacent line comments count as one."""
    start = end = -1
    is_open = False
    for node in nodes:
        row = first_row(node)
        if code[row][: node.start_point[1]].strip(" \t"):
            continue  # beside code
        is_block = code[row].lstrip(" \t").startswith("/*")
        if row == end and is_open and not is_block:
            end = last_row(node) + 1
            continue
        if start >= 0:
            yield start, end
        start, end, is_open = row, last_row(node) + 1, not is_block
    if start >= 0:
        yield start, end

"""What is asked of a syntax tree, row by row; a tree is never walked by recursion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MOST_ERRORS = 10_000


def first_row(node: Any) -> int:
    """Row in which a node begins, from 0."""
    return int(node.start_point[0])


def last_row(node: Any) -> int:
    """Row of a node's last character, from 0: some nodes take the line end with them."""
    row, column = node.end_point
    return int(row) - (1 if column == 0 and row > first_row(node) else 0)


def rows_of(node: Any) -> int:
    """Rows that a node stands in."""
    return last_row(node) - first_row(node) + 1


def tall_nodes(root: Any, least_rows: int, closed: set[int]) -> Iterator[Any]:
    """Nodes of at least so many rows, in order, without what stands in those whose id is in `closed` by then."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if node.id not in closed:
            waiting += [child for child in reversed(node.children) if rows_of(child) >= least_rows]


def count_errors(root: Any) -> int:
    """Places that do not fit the grammar."""
    waiting, found = [root], 0
    while waiting and found < MOST_ERRORS:
        node = waiting.pop()
        found += node.is_error or node.is_missing
        if node.has_error and not node.is_error:
            waiting += node.children
    return found

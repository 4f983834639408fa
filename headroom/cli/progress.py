"""How far long work is: on stderr, and only where that is a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
FIRST_S = 0.7  # shorter work shows nothing


def tracked(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """The same items, counted on a terminal once it takes longer."""
    if not sys.stderr.isatty():
        yield from items
        return
    iterator, started = iter(items), time.monotonic()
    for count, item in enumerate(iterator, 1):
        yield item
        if time.monotonic() - started > FIRST_S:
            yield from counted(iterator, what, total, count)


def counted(items: Iterator[T], what: str, total: int | None, count: int) -> Iterator[T]:
    """The rest of the items under a line that moves; it goes away in the end."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from headroom.cli.files import console

    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*shown, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total, completed=count)
        for item in items:
            yield item
            progress.advance(task)

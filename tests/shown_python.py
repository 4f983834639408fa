"""Reads Python's lists and dicts back from table text, and from shortened tables: for tests only."""

from __future__ import annotations

from headroom.compressors.python_text import Printed, read_printed, read_python_table
from headroom.detection.literals import PYTHON_HEAD
from tests.shown import Shown
from tests.shown_markup import check_part


def printed_again(text: str) -> str:
    """What Python printed, from table text."""
    return read_python_table(text).source()


def check_shown_python(text: str, source: str) -> Shown:
    """Every item that is shown is whole, true and in its place, and the others are counted."""
    found = read_printed(source)
    head = PYTHON_HEAD.match(text)
    assert isinstance(found, Printed)
    assert head
    assert head[0] == found.head
    return check_part(text[head.end() :], found.value)

"""Lists and maps of which only some items are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Chosen(list[Any]):
    """Some items of a list.

    Attributes:
        numbers: For each item its place in the whole list, from 1.
        total: Number of items of the whole list.
    """

    def __init__(self, items: Sequence[Any], *, numbers: Sequence[int], total: int) -> None:
        super().__init__(items)
        self.numbers = numbers
        self.total = total


class ChosenMap(dict[str, Any]):
    """Some entries of a map; `total` is the number of all."""

    def __init__(self, entries: Mapping[str, Any], *, total: int) -> None:
        super().__init__(entries)
        self.total = total


def holds_chosen(value: Any) -> bool:
    """Whether something within `value` is shown in part; such a value is no row of a table."""
    if isinstance(value, (Chosen, ChosenMap)):
        return True
    if type(value) is dict:
        return any(map(holds_chosen, value.values()))
    return type(value) is list and any(map(holds_chosen, value))

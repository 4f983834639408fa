"""Where headers and dotted keys of TOML lead, and what may not be defined twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headroom.compressors.toml_values.places import Step
from headroom.compressors.toml_values.scalars import TomlError

Table = dict[str, Any]


class Tables:
    """The tables of a document, as far as they may be opened, and how each came to be.

    Attributes:
        root: The document.
        current: The table that keys belong to.
        steps: What leads to it.
    """

    def __init__(self) -> None:
        self.root: Table = {}
        self.current = self.root
        self.steps: list[Step] = []
        self.known = {id(self.root)}  # by id: all tables that are not inline
        self.implied: set[int] = set()  # those that stand in a path only; a header may define them later
        self.dotted: dict[int, int] = {}  # those that dotted keys made, and under which header, counted
        self.lists: set[int] = set()  # the lists that `[[...]]` made
        self.headers = 0

    def open(self, path: Sequence[str], *, is_item: bool) -> None:
        """Go to the table of a header `[path]`, or to a new item of `[[path]]`.

        Raises:
            TomlError: It is defined already, or something else stands there.
        """
        self.headers += 1
        self.steps = []
        parent = self.root
        for key in path[:-1]:
            parent = self.inner(parent, key)
        self.current = self.item(parent, path[-1]) if is_item else self.table(parent, path[-1])

    def inner(self, table: Table, key: str) -> Table:
        """The table below `table` that a path leads through."""
        self.steps.append((id(table), key))
        found = table.get(key)
        if found is None:
            found = table[key] = self.new()
            self.implied.add(id(found))
        elif id(found) in self.lists:
            self.steps.append((id(found), len(found) - 1))
            found = found[-1]
        elif id(found) not in self.known:
            raise TomlError("toml_repeated_keys")
        return found

    def table(self, parent: Table, key: str) -> Table:
        """The table that a header defines."""
        self.steps.append((id(parent), key))
        found = parent.get(key)
        if found is None:
            found = parent[key] = self.new()
        elif id(found) not in self.implied:
            raise TomlError("toml_repeated_keys")
        self.implied.discard(id(found))
        return found

    def item(self, parent: Table, key: str) -> Table:
        """A new item of a list of tables."""
        items = parent.get(key)
        if items is None:
            items = parent[key] = []
            self.lists.add(id(items))
        elif id(items) not in self.lists:
            raise TomlError("toml_repeated_keys")
        self.steps += [(id(parent), key), (id(items), len(items))]
        items.append(self.new())
        return items[-1]  # type: ignore[no-any-return]

    def new(self) -> Table:
        """A table that keys and headers may go on."""
        found: Table = {}
        self.known.add(id(found))
        return found

    def put(self, path: Sequence[str], value: Any) -> tuple[Table, list[Step]]:
        """Give the key `path` of the current table a value; the table that got it, and what leads to the entry.

        Raises:
            TomlError: It has one, or the path leads through what is no table of dotted keys below this header.
        """
        table, steps = self.current, []
        for key in path[:-1]:
            steps.append((id(table), key))
            found = table.get(key)
            if found is None:
                found = table[key] = self.new()
                self.dotted[id(found)] = self.headers
            elif self.dotted.get(id(found)) != self.headers:
                raise TomlError("toml_repeated_keys")
            table = found
        if path[-1] in table:
            raise TomlError("toml_repeated_keys")
        table[path[-1]] = value
        return table, [*steps, (id(table), path[-1])]

"""Where the entries of a TOML document stand in its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Span = tuple[int, int]
Step = tuple[int, "str | int"]  # the id of a table or list, and the key or index in it


@dataclass(slots=True)
class Places:
    """Places of entries, in characters; by the id of the table or list.

    Attributes:
        items: Start and end of each item of a list: of a block `[[...]]` its lines, else the item itself.
        entries: The same for the entries of tables, by key, as whole lines.
    """

    items: dict[int, list[Span]] = field(default_factory=dict)
    entries: dict[int, dict[str, Span]] = field(default_factory=dict)

    def add(self, steps: Sequence[Step], start: int, end: int) -> None:
        """Note lines of the entry that `steps` lead to; all that it stands in reach as far."""
        for holder, step in steps:
            if isinstance(step, str):
                entries = self.entries.setdefault(holder, {})
                entries[step] = entries.get(step, (start, end))[0], end
            else:
                items = self.items.setdefault(holder, [])
                if step == len(items):
                    items.append((start, end))
                items[step] = items[step][0], end

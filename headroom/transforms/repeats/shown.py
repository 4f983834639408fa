"""What a conversation has shown so far, line by line, and how far along it a call has come."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.compressors.gaps import read_gap
from headroom.compressors.json_documents import read_table
from headroom.transforms.memo import Memo

NEWEST = 8  # places of a line that are remembered; the latest are most likely still before a reader's eyes
LEAST_CHARS = 60  # shorter texts are no source: naming one costs more than saying it again
MOST_LINE_CHARS = 2000  # longer lines are looked up by their beginning
KEPT_STATES = 200_000
KEPT_INDEX_CHARS = 60_000_000


@dataclass(slots=True)
class Source:
    """One text that was shown.

    Attributes:
        label: What it is, in words, such as `read_file("src/app.py")`.
        lines: Its lines as they were shown.
        value: The JSON object that it shows as a table, where it was asked for; None where it shows none.
    """

    label: str
    lines: list[str] = field(repr=False)
    is_read: bool = False
    value: Any = field(default=None, repr=False)

    def table(self) -> dict[str, Any] | None:
        """The JSON object that this text shows, if it shows one and nothing else."""
        if not self.is_read:
            self.is_read = True
            if self.lines[0][:1] == "{":
                self.value = table_of("\n".join(self.lines))
        return self.value if type(self.value) is dict else None


def table_of(text: str) -> Any:
    """The value of a table text; None where it is none."""
    try:
        documents = read_table(text)
    except ValueError:
        return None
    return None if documents.is_series else documents.value


class Shown:
    """All sources of a conversation and where each line stands in them; only ever grows."""

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self.places: dict[str, list[tuple[int, int]]] = {}
        self.labels: dict[str, int] = {}
        self.by_label: dict[str, Source] = {}
        self.chars = 0

    def add(self, label: str, text: str) -> None:
        """Go past `text`, which a message has shown; a label that was used before gets a number."""
        if len(text) < LEAST_CHARS:
            return
        used = self.labels[label] = self.labels.get(label, 0) + 1
        source = Source(label if used == 1 else f"{label} #{used}", text.split("\n"))
        number = len(self.sources)
        self.sources.append(source)
        self.by_label[source.label] = source
        self.chars += 2 * len(text) + 100 * len(source.lines)
        for row, line in enumerate(source.lines):
            if is_ours(line):
                continue
            places = self.places.setdefault(key_of(line), [])
            places.append((number, row))
            if len(places) > NEWEST:
                del places[0]

    def places_of(self, line: str) -> Sequence[tuple[int, int]]:
        """Source and row of the latest places at which this line, or one that begins like it, stands."""
        return self.places.get(key_of(line), ())


def key_of(line: str) -> str:
    """What a line is looked up by."""
    return line if len(line) <= MOST_LINE_CHARS else line[:MOST_LINE_CHARS]


def is_ours(line: str) -> bool:
    """Whether a line looks as if it said something about other lines: a marker, a reference, a gap."""
    return line.startswith("[") and (line.startswith("[headroom ") or read_gap(line) is not None)


class Trails:
    """Places in conversations as numbers, and what was shown up to some of them; shared by all threads of an engine.

    The same texts under the same labels in the same order lead to the same number, as long as it is remembered; a
    number that was forgotten costs work, never other bytes.
    """

    def __init__(self) -> None:
        self.next_state = itertools.count(1)
        self.states: Memo[int] = Memo(max_chars=KEPT_STATES)
        self.folded: Memo[str] = Memo()
        self.indexes: dict[int, Shown] = {}
        self.lock = threading.Lock()

    def state_after(self, state: int, label: str, text: str) -> int:
        """The place to which showing `text` leads."""
        key = (state, label, text)
        return self.states.get(key) or self.states.put(key, next(self.next_state), 1)

    def take(self, states: Iterable[int]) -> tuple[int, Shown | None]:
        """The first of `states` of which an index is at hand, with its index, which the caller owns from now on."""
        with self.lock:
            for state in states:
                if state in self.indexes:
                    return state, self.indexes.pop(state)
        return 0, None

    def give(self, state: int, shown: Shown) -> None:
        """Keep an index for whoever goes on from `state`."""
        with self.lock:
            self.indexes[state] = shown
            while len(self.indexes) > 1 and sum(kept.chars for kept in self.indexes.values()) > KEPT_INDEX_CHARS:
                del self.indexes[next(iter(self.indexes))]


class Trail:
    """One way through a conversation: what was shown so far, and a number for this place.

    Args:
        trails: What an engine remembers.
    """

    def __init__(self, trails: Trails) -> None:
        self.trails = trails
        self.states = [0]
        self.shown: list[tuple[str, str]] = []
        self.index: Shown | None = None
        self.indexed = 0

    @property
    def state(self) -> int:
        """Number of this place."""
        return self.states[-1]

    def add(self, label: str, text: str) -> None:
        """Go past `text`."""
        if len(text) >= LEAST_CHARS:
            self.states.append(self.trails.state_after(self.state, label, text))
            self.shown.append((label, text))

    def so_far(self) -> Shown:
        """Everything shown so far, as an index."""
        if self.index is None:
            state, self.index = self.trails.take(reversed(self.states))
            self.indexed = self.states.index(state) if self.index else 0
            self.index = self.index or Shown()
        for label, text in self.shown[self.indexed :]:
            self.index.add(label, text)
        self.indexed = len(self.shown)
        return self.index

    def end(self) -> None:
        """Leave the index to whoever comes next."""
        if self.index is not None:
            self.trails.give(self.states[self.indexed], self.index)
            self.index = None

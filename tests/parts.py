"""The texts of a conversation before and after, place by place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from headroom.compressors.blobs import without_blobs
from headroom.compressors.display import displayed
from headroom.messages import read_message
from headroom.results import CompressResult, Note, SimulationResult
from headroom.transforms.repeats import expand_messages
from tests.samples import Messages


@dataclass(frozen=True, slots=True)
class Change:
    """One tool result, what became of it, and what the note says.

    Attributes:
        before: Its text; neighbouring blocks joined with a line feed.
        sent: The text in its place.
        after: The same, with what an earlier message showed said again.
        source: What `before` is without its blobs, where the note says that they were left out.
        is_same_object: Whether the whole message is the one that came in.
    """

    note: Note
    before: str = field(repr=False)
    sent: str = field(repr=False)
    after: str = field(repr=False)
    is_same_object: bool

    @property
    def source(self) -> str:
        return without_blobs(displayed(self.before))[0] if "blobs" in self.note.reason else self.before


def texts(message: Any) -> list[tuple[str, str]]:
    """Kind and text of each part."""
    return [(part.kind, part.text) for part in read_message(message).parts]


def changes(messages: Messages, result: CompressResult | SimulationResult) -> list[Change]:
    """Every tool result with its note; fails where a note is missing, or too many."""
    outputs = result.messages if isinstance(result, CompressResult) else result.messages_optimized
    assert len(outputs) == len(messages)
    whole = expand_messages(outputs)
    notes = {(note.message_index, note.part_index): note for note in result.notes}
    assert len(notes) == len(result.notes), "two notes for one place"
    found = []
    for index, (before, after) in enumerate(zip(messages, outputs, strict=True)):
        pairs = list(zip(texts(before), texts(after), strict=True))
        for place, ((kind, old), (kind_after, new)) in enumerate(pairs):
            assert kind == kind_after
            if kind == "tool_result":
                found.append(Change(notes.pop((index, place)), old, new, whole[index][place], before is after))
            else:
                assert old == new, "a text that is no tool result was changed"
    assert all(note.change is None and note.reason for note in notes.values()), "a note for what is no tool result"
    return found

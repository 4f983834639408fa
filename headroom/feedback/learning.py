"""What to count of one call: its notes, and what the model then asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from headroom.feedback.counts import RetrievalKind
from headroom.feedback.feedback import Feedback
from headroom.feedback.shapes import shape_of
from headroom.messages import read_message
from headroom.results import Note

# What a retrieve call asks for, as answers name it.
ASKED: dict[str, RetrievalKind] = {"whole": "whole", "rows": "rows", "where": "search", "search": "search"}


def learn_left_out(feedback: Feedback, notes: Iterable[Note], conversation: Sequence[Any]) -> None:
    """Count the tool results of which something was left out, each once.

    Cheap where they were counted before; about 2 ms for each new one.

    Args:
        feedback: What counts.
        notes: Of the result.
        conversation: The messages as they came in; those that the notes' positions mean.
    """
    for note in notes:
        if note.change != "left_out" or note.handle is None or note.tool is None or feedback.knows(note.handle):
            continue
        text = text_at(conversation, note)
        if text is not None:
            feedback.record_compression(note.tool, shape_of(text, note.kind), handle=note.handle)


def text_at(conversation: Sequence[Any], note: Note) -> str | None:
    """The text that a note is about; None where the conversation has none there."""
    if not 0 <= note.message_index < len(conversation):
        return None
    parts = read_message(conversation[note.message_index]).parts
    return parts[note.part_index].text if 0 <= note.part_index < len(parts) else None


def learn_asked(feedback: Feedback, handle: str, asked: str, tool: str | None = None) -> None:
    """Count that the model asked for an original.

    Args:
        feedback: What counts.
        handle: What it asked for; nothing is counted without one.
        asked: `whole`, `rows`, `where` or `search`; nothing is counted for another word.
        tool: The tool whose result that is, where it is known; needed where another process left it out.
    """
    if handle and asked in ASKED:
        feedback.record_retrieval(tool, kind=ASKED[asked], handle=handle)

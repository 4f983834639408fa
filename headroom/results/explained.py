"""Before and after of a conversation, part by part: what was sent, of which class, why, and how to get the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any, Protocol

from headroom.messages import Message, read_message
from headroom.results.notes import Note

CLASSES = {
    "exact": "exact",
    "value_exact": "same values",
    "by_reference": "by reference",
    "display": "display",
    "left_out": "left out",
    None: "as it came",
}
TURNS = "turns"  # type of the note about turns that a window dropped
WAYS = {
    "exact": "nothing is missing: what is sent reads back to the byte",
    "value_exact": "nothing is missing: what is sent reads back to the same values",
    "by_reference": "it stands in the earlier message that is named in the text",
    "display": "only what a terminal would not show is gone",
    None: "",
}
BY_MODEL = 'the model calls headroom_retrieve(hash="{handle}"), you '
BY_CALLER = "headroom retrieve {handle} --messages FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One part of a conversation, before and after.

    Attributes:
        note: What happened to it, and why.
        role: Of its message.
        before: Its text as it came.
        after: Its text as it goes out; None where its message is not sent, or cannot be told.
    """

    note: Note
    role: str = ""
    before: str = field(default="", repr=False)
    after: str | None = field(default=None, repr=False)

    @property
    def title(self) -> str:
        """What it is: the tool whose result it is, else its type."""
        return self.note.tool or self.note.kind

    @property
    def class_name(self) -> str:
        """The class of the change in words."""
        return CLASSES.get(self.note.change, str(self.note.change))

    @property
    def way_back(self) -> str:
        """How to get back what is not shown."""
        note = self.note
        if note.change != "left_out" or note.handle is None:
            return WAYS.get(note.change, "")
        way = BY_CALLER.format(handle=note.handle)
        return BY_MODEL.format(handle=note.handle) + way if note.reachable_by == "model" else way

    @property
    def matters(self) -> bool:
        """Whether it was changed, could be, or is a tool's result."""
        return self.note.change is not None or bool(self.note.hint) or self.note.tool is not None

    @property
    def has_sides(self) -> bool:
        """Whether there are two texts to show: it was changed."""
        return self.note.change is not None

    def to_dict(self, *, with_texts: bool) -> dict[str, Any]:
        """Its facts as JSON has them."""
        found = {**asdict(self.note), "role": self.role, "class": self.class_name, "way_back": self.way_back}
        return {**found, "before": self.before, "after": self.after} if with_texts else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A conversation before and after; shows itself in notebooks, in `print`, and as a page.

    Attributes:
        parts: Its parts, in order.
        tokens_before: Size of all texts as they came.
        tokens_after: Size of all texts as they go out.
        with_texts: Whether texts are shown, which are content.
        width: Columns that `print` fills.
        lines: Lines shown of a text at most, in `print`.
    """

    parts: Sequence[Explained] = ()
    tokens_before: int = 0
    tokens_after: int = 0
    with_texts: bool = False
    width: int = 100
    lines: int = 12

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        parts = [part.to_dict(with_texts=self.with_texts) for part in self.parts]
        return {"tokens_before": self.tokens_before, "tokens_after": self.tokens_after, "parts": parts}

    def to_html(self, title: str = "headroom explain") -> str:
        """A page of its own: no script, nothing is loaded."""
        from headroom.results.explained_html import page

        return page(self, title)

    def _repr_html_(self) -> str:
        from headroom.results.explained_html import fragment

        return fragment(self)

    def __str__(self) -> str:
        from headroom.results.explained_text import written

        return "\n".join(written(self))


class Measured(Protocol):
    """What a result says besides its messages."""

    @property
    def tokens_before(self) -> int:
        """Tokens as they came."""

    @property
    def tokens_after(self) -> int:
        """Tokens as they go out."""

    @property
    def notes(self) -> list[Note]:
        """What happened to each part."""


def explanation_of(
    result: Measured, before: Sequence[Any], after: Sequence[Any], *, with_texts: bool, every: bool = False
) -> Explanation:
    """A result's explanation.

    Args:
        before: Messages as they came; empty where they are not known: then texts before are empty.
        after: Messages as they go out.
        with_texts: Show texts, of the parts that were changed.
        every: Keep parts that are too short to matter, too.
    """
    parts = explained(before, after, result.notes)
    if not every:
        parts = [part for part in parts if (part.note.change is not None if with_texts else part.matters)]
    sizes = {"tokens_before": result.tokens_before, "tokens_after": result.tokens_after}
    return Explanation(parts=parts, with_texts=with_texts, **sizes)


def explained(before: Sequence[Any], after: Sequence[Any], notes: Sequence[Note]) -> list[Explained]:
    """A part per note, with its text on both sides.

    Args:
        before: Messages as they came; empty where they are not known.
        after: Messages as they go out.
        notes: Their places are those of `before`.
    """
    old, new = [read_message(one) for one in before], [read_message(one) for one in after]
    places = pairs(before, after, old, new) if before else {place: place for place in range(len(new))}
    return [
        turns_of(note, old, new, places) if note.kind == TURNS else part_of(note, old, new, places)
        for note in merged(notes)
    ]


def merged(notes: Sequence[Note]) -> list[Note]:
    """One note per part: what was compressed and then taken out by a window has two."""
    found: dict[tuple[str, int, int], Note] = {}
    for note in notes:
        key = (note.kind if note.kind == TURNS else "", note.message_index, note.part_index)
        first = found.get(key)
        if first is not None:
            kind, reason = first.kind, f"{first.reason}, then {note.reason}" if first.change else note.reason
            note = replace(note, kind=kind, reason=reason, tokens_before=first.tokens_before)
        found[key] = note
    return list(found.values())


def turns_of(note: Note, old: Sequence[Message], new: Sequence[Message], places: Mapping[int, int]) -> Explained:
    """The turns that a window dropped, and the line in their place."""
    gone = [view for place, view in enumerate(old) if place not in places]
    before = "\n".join(f"{view.role}: {part.text}" for view in gone for part in view.parts)
    kept = set(places.values())
    lines = [view.parts[0].text for place, view in enumerate(new) if place not in kept and view.parts]
    return Explained(note=note, before=before, after="\n".join(lines) if lines else None)


def part_of(note: Note, old: Sequence[Message], new: Sequence[Message], places: Mapping[int, int]) -> Explained:
    """One part on both sides."""
    came = old[note.message_index] if note.message_index < len(old) else None
    place = places.get(note.message_index)
    gone = new[place] if place is not None and place < len(new) else None
    known = came or gone
    role = (known.role if known is not None else None) or ""
    return Explained(note=note, role=role, before=text_at(came, note) or "", after=text_at(gone, note))


def text_at(message: Message | None, note: Note) -> str | None:
    """The text of a note's part in a message."""
    if message is None or note.part_index >= len(message.parts):
        return None
    return message.parts[note.part_index].text


def pairs(
    before: Sequence[Any], after: Sequence[Any], old: Sequence[Message], new: Sequence[Message]
) -> dict[int, int]:
    """Place of each message that came to its place in what is sent; those that a window dropped have none."""
    if len(before) == len(after):
        return {place: place for place in range(len(before))}
    known = {id(one): place for place, one in enumerate(after)}
    left = [(id(one) if id(one) in known else None, likeness(view)) for one, view in zip(before, old, strict=True)]
    ours = {id(one) for one in before}
    right = [(id(one) if id(one) in ours else None, likeness(view)) for one, view in zip(after, new, strict=True)]
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def likeness(message: Message) -> tuple[Any, ...]:
    """What of a message compressing leaves as it is."""
    ids = tuple(part.tool_call_id or part.text for part in message.parts)
    return (message.role, ids, tuple(call.id for call in message.tool_calls))

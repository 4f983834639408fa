"""What a window did, told: notes whose sizes add up with the totals, markers, labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headroom.messages import Message, texts_of
from headroom.protocols import Request, TokenCounter
from headroom.results import Note, ReachableBy, TransformResult
from headroom.transforms.window_state import Cut, Walk


def tokens_of(view: Message, counter: TokenCounter) -> int:
    """Tokens of all texts of a message."""
    return sum(map(counter.count_text, texts_of(view)))


def shown_messages(walk: Walk, cut: Cut) -> list[Message]:
    """The conversation as it goes out."""
    shown = [cut.shown(place) or view for place, view in enumerate(walk.views) if place not in cut.dropped]
    if cut.marker is not None:
        at = next((place for place, view in enumerate(shown) if view.role != "system"), len(shown))
        shown.insert(at if walk.keep_system else 0, cut.marker)
    return shown


def outcome(
    walk: Walk, cut: Cut, request: Request, counter: TokenCounter, *, label: str, reason: str
) -> TransformResult:
    """What came of a conversation; sizes are those of what was changed."""
    notes = [*turn_notes(walk, cut, request, counter, reason), *result_notes(walk, cut, request, counter, reason)]
    notes.sort(key=lambda note: (note.message_index, note.part_index))
    turns = [] if cut.marker is None else walk.turns.so_far(cut.upto)
    dropped = sum(any(place in cut.dropped for place in range(turn.start, turn.stop)) for turn in turns)
    labels = [f"{label}:{dropped}"] if cut.marker is not None else []
    cleared = len([1 for note in notes if note.kind == "tool_result" and note.change == "left_out"])
    units = sum(len(walk.views[place].tool_calls) for place in cut.dropped) + cleared
    lines = [cut.marker.parts[0].text.split("\n", 1)[0]] if cut.marker is not None else []
    return TransformResult(
        messages=shown_messages(walk, cut),
        tokens_before=sum(note.tokens_before for note in notes),
        tokens_after=sum(note.tokens_after for note in notes),
        transforms_applied=labels + [f"cleared:{cleared}"] * (cleared > 0),
        markers_inserted=lines + cleared_lines(cut),
        notes=notes,
        turns_dropped=dropped,
        tool_units_dropped=units,
    )


def cleared_lines(cut: Cut) -> list[str]:
    """The line of each result that was taken out."""
    return [cut.edited[place].parts[part].text for place, part in sorted(cut.cleared) if place in cut.edited]


def turn_notes(walk: Walk, cut: Cut, request: Request, counter: TokenCounter, reason: str) -> Iterator[Note]:
    """The note about all turns that were dropped."""
    if cut.marker is None:
        return
    before = sum(tokens_of(walk.views[place], counter) for place in cut.dropped)
    yield Note(
        message_index=min(cut.dropped),
        kind="turns",
        change="left_out",
        reason=reason,
        tokens_before=before,
        tokens_exact=before,
        tokens_after=tokens_of(cut.marker, counter),
        handle=walk.handle_upto(max(cut.dropped)),
        reachable_by=reach(request),
    )


def result_notes(walk: Walk, cut: Cut, request: Request, counter: TokenCounter, reason: str) -> Iterator[Note]:
    """Notes about tool results that are shown differently than they came here."""
    tools = {(result.message, result.part): result.tool for result in walk.results}
    for place in sorted({*cut.edited, *cut.written_out}):
        view, shown = walk.views[place], cut.shown(place)
        for index, part in enumerate(view.parts if shown is not None and place not in cut.dropped else ()):
            after = shown.parts[index].text if shown is not None else part.text
            if after == part.text:
                continue
            note = Note(
                message_index=place,
                part_index=index,
                kind="tool_result",
                tool=tools.get((place, index)),
                tokens_before=counter.count_text(part.text),
                tokens_after=counter.count_text(after),
            )
            if place in cut.written_out and (place, index) not in cut.cleared:
                yield replace(note, change="exact", reason="source_not_shown", tokens_exact=note.tokens_after)
                continue
            yield replace(
                note,
                change="left_out",
                reason=f"{reason}_{'cleared' if (place, index) in cut.cleared else 'compressed'}",
                tokens_exact=note.tokens_before,
                handle=walk.handle_of_part(place, index),
                reachable_by=reach(request),
            )


def reach(request: Request) -> ReachableBy:
    """Who can get back what was left out."""
    return "model" if request.retrieval == "tool" else "caller"

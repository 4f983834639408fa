"""Documents within a budget: the sentences that answer the question stay, joins marked; exact forms where they do.

The caller asked for the budget, so leaving out is allowed without a retrieve tool (R5's one exception): the sources are
the caller's own and are not touched, and each note says how much of which document does not stand there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headroom.documents.pieces import KeptDocument, Piece, chosen, parts_of
from headroom.engine import Engine
from headroom.excess import warned
from headroom.results import Note, TransformResult

if TYPE_CHECKING:
    from headroom.protocols import Request

PROSE = frozenset({"text", "prose", "markdown"})
STRUCTURED_STARTS = ("{", "[", "<")  # of a text too short to be looked at: chosen from as prose it would be cut apart
LARGER = "retrieve fewer documents, or give a larger budget"
NO_QUESTION = "without a question no sentences are chosen: give query"
CHOSEN = "sentences"
NOT_CHOSEN = "document_not_chosen"

Found = tuple[Any, Note | None]
"""What became of one document: its view, and the note of it."""


def fitted(
    engine: Engine,
    views: Sequence[Any],
    titles: Sequence[str],
    request: Request,
    done: TransformResult,
    budget: int,
) -> TransformResult:
    """`done`, the documents in exact forms, cut to about `budget` tokens together; itself where it fits.

    Args:
        views: The documents as they came.
        titles: Title of each, or ""; none at all for bare texts, which are taken apart at their blank lines, as chains
            join documents: each paragraph is judged by itself.
        request: The facts of the call; its question decides which sentences stay.
        budget: Tokens of all documents together. What law 4 keeps in structured documents may exceed it.
    """
    if done.tokens_after <= budget:
        return done
    notes = {note.message_index: note for note in done.notes}
    prose = [row for row in range(len(views)) if is_prose(views[row], notes.get(row))]
    sizes = {row: note.tokens_after for row, note in notes.items()}
    total = max(1, done.tokens_after)
    found = list(zip(done.messages, (notes.get(row) for row in range(len(views))), strict=True))
    for row in sorted(set(range(len(views))) - set(prose)):
        found[row] = cut_rows(engine, row, views[row], request, budget * sizes.get(row, 0) // total) or found[row]
    used = sum(note.tokens_after for row, (_, note) in enumerate(found) if note is not None and row not in set(prose))
    room = max(budget - used, budget * sum(sizes.get(row, 0) for row in prose) // total)
    if prose and request.query:
        pieces: list[Piece] = []
        for row in prose:
            text = views[row]["content"]
            pieces += [Piece(row, titles[row], text)] if titles else parts_of(row, text)
        for row, kept in chosen(pieces, request.query, room, engine.counter).items():
            found[row] = with_kept(engine, found[row], kept)
    made = result_of(done, found)
    return warned(made, made.tokens_after, budget, LARGER if request.query else f"{NO_QUESTION}; or {LARGER}")


def is_prose(view: Mapping[str, Any], note: Note | None) -> bool:
    """Whether sentences may be chosen from a document: nothing is known of it but that it is text."""
    if note is None or note.kind not in PROSE or note.change not in (None, "display"):
        return False
    return note.reason != "below_min_tokens" or not view["content"].lstrip(" \t\r\n").startswith(STRUCTURED_STARTS)


def cut_rows(engine: Engine, row: int, view: Any, request: Request, tokens: int) -> Found | None:
    """A structured document with about `tokens` of its rows; None where nothing of it can be chosen."""
    done = engine.pipeline.run([view], replace(request, target_tokens=max(1, tokens), selection="always"))
    note = next((note for note in done.notes if note.change == "left_out"), None)
    return None if note is None else (done.messages[0], replace(note, message_index=row))


def with_kept(engine: Engine, found: Found, kept: KeptDocument) -> Found:
    """The view and the note of one document of which sentences were chosen."""
    view, note = found
    if kept.shown == kept.total or note is None:
        return found
    size = engine.counter.count_text(kept.text)
    if size >= note.tokens_after:
        return found
    told = replace(
        note,
        change="left_out",
        reason=CHOSEN,
        tokens_after=size,
        tokens_exact=note.tokens_after,
        reachable_by="caller",
        hint=f"{kept.shown} of {kept.total} sentences stay: token_budget=... decides",
    )
    return {**view, "content": kept.text}, told


def result_of(done: TransformResult, found: Sequence[Found]) -> TransformResult:
    """`done` with what was chosen in place of its documents."""
    notes = [note for _, note in found if note is not None]
    selected = sum(note.change == "left_out" for note in notes)
    saved = sum(note.tokens_before - note.tokens_after for note in notes)
    return replace(
        done,
        messages=[view for view, _ in found],
        notes=notes,
        tokens_after=done.tokens_before - saved,
        transforms_applied=[*done.transforms_applied, *([f"smart_crush:{selected}"] if selected else [])],
    )

"""Documents within a budget: the sentences that answer the question stay, joins marked; exact forms where they do.

The caller asked for the budget, so leaving out is allowed without a retrieve tool (R5's one exception): the sources are
the caller's own and are not touched, and each note says how much of which document does not stand there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage, HumanMessage

from headroom.compressors.sentences import KeptText, choose_sentences
from headroom.engine import Engine
from headroom.results import Note, TransformResult
from headroom_integrations.langchain.inputs import Reading

if TYPE_CHECKING:
    from headroom.protocols import Request

LEFT_OUT = "[...]"
BLANK_LINES = re.compile(r"(\n[ \t\r]*\n[ \t\r\n]*)")
PROSE = frozenset({"text", "prose", "markdown"})
STRUCTURED_STARTS = ("{", "[", "<")  # of a text too short to be looked at: chosen from as prose it would be cut apart
CHOSEN = "sentences"
MOST_ROUNDS = 3  # of choosing again where marks made it too large


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of prose that sentences are chosen from.

    Attributes:
        row: Number of the document that it stands in.
        title: What it is about, or "".
        text: What it says.
        behind: The blank lines behind it, in a document that is taken apart.
    """

    row: int
    title: str = field(repr=False)
    text: str = field(repr=False)
    behind: str = field(default="", repr=False)


def is_documents(reading: Reading) -> bool:
    """Whether sentences may be chosen from what was read: documents, or a bare text."""
    return reading.noun in ("documents", "document", "text")


def question_of(value: Any) -> str | None:
    """The question that a value is or holds: a text, a message, the last user message of a list; None for others."""
    if isinstance(value, str):
        return value if value.strip(" \t\r\n") else None
    if isinstance(value, BaseMessage):
        return question_of(str(value.text))
    if isinstance(value, (list, tuple)):
        asked = (text for item in reversed(value) if (text := question_of(user_text(item))) is not None)
        return next(asked, None)
    return None


def user_text(item: Any) -> Any:
    """What a user message says, in any spelling; None for other messages."""
    if isinstance(item, HumanMessage):
        return item
    if isinstance(item, Mapping):
        return item.get("content") if item.get("role") in ("user", "human") else None
    is_pair = isinstance(item, tuple) and len(item) == 2
    return item[1] if is_pair and item[0] in ("user", "human") else None


def fitted(
    engine: Engine, reading: Reading, views: Sequence[Any], request: Request, done: TransformResult, budget: int
) -> TransformResult:
    """`done`, the documents in exact forms, cut to about `budget` tokens together; itself where it fits.

    Args:
        views: The documents as they came.
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
        found[row] = cut_rows(engine, views[row], request, budget * sizes.get(row, 0) // total) or found[row]
    used = sum(note.tokens_after for row, (_, note) in enumerate(found) if note is not None and row not in set(prose))
    room = max(budget - used, budget * sum(sizes.get(row, 0) for row in prose) // total)
    if prose and request.query:
        for row, made in chosen(engine, reading, views, prose, request.query, room).items():
            found[row] = with_kept(engine, views[row], found[row], made)
    return result_of(done, found)


def is_prose(view: Mapping[str, Any], note: Note | None) -> bool:
    """Whether sentences may be chosen from a document: nothing is known of it but that it is text."""
    if note is None or note.kind not in PROSE or note.change not in (None, "display"):
        return False
    return note.reason != "below_min_tokens" or not view["content"].lstrip(" \t\r\n").startswith(STRUCTURED_STARTS)


def cut_rows(engine: Engine, view: Any, request: Request, tokens: int) -> tuple[Any, Note | None] | None:
    """A structured document with about `tokens` of its rows; None where nothing of it can be chosen."""
    done = engine.pipeline.run([view], replace(request, target_tokens=max(1, tokens), selection="always"))
    note = next((note for note in done.notes if note.change == "left_out"), None)
    return None if note is None else (done.messages[0], replace(note, message_index=view["headroom_origin"]))


def chosen(
    engine: Engine, reading: Reading, views: Sequence[Any], rows: Sequence[int], question: str, room: int
) -> dict[int, tuple[str, int, int]]:
    """Row of each document of prose to the text that stays of it, sentences shown, sentences in all.

    A bare text is taken apart at its blank lines, as chains join documents: each paragraph is judged by itself.
    """
    pieces: list[Piece] = []
    for row in rows:
        title = reading.titles[row] if reading.titles else ""
        pieces += [Piece(row, title, views[row]["content"])] if reading.titles else parts_of(row, views[row]["content"])
    found: dict[int, tuple[str, int, int]] = {}
    left = room
    for _ in range(MOST_ROUNDS):
        found = kept_of(pieces, question, left, engine)
        over = sum(engine.counter.count_text(text) for text, _, _ in found.values()) - room
        if over <= 0:
            break
        left = max(left - over, 0)  # marks of what does not stay are not counted in the choice
    return found


def kept_of(pieces: Sequence[Piece], question: str, room: int, engine: Engine) -> dict[int, tuple[str, int, int]]:
    """One choice within `room` tokens, marks aside."""
    kept = choose_sentences([(piece.title, piece.text) for piece in pieces], question, room, engine.counter)
    found = {}
    for row, members in groupby(zip(pieces, kept, strict=True), key=lambda pair: pair[0].row):
        pairs = list(members)
        shown, total = (sum(getattr(text, name) for _, text in pairs) for name in ("shown", "total"))
        found[row] = (joined(pairs), shown, total)
    return found


def parts_of(row: int, text: str) -> list[Piece]:
    """The stretches between blank lines; together they are the text."""
    parts = BLANK_LINES.split(text)
    return [Piece(row, "", part, behind) for part, behind in zip(parts[::2], [*parts[1::2], ""], strict=True)]


def joined(pairs: Sequence[tuple[Piece, KeptText]]) -> str:
    """What stays of one document; one mark for each stretch of which nothing does."""
    shown: list[str] = []
    for piece, text in pairs:
        if text.total and not text.shown:
            if not shown or not shown[-1].startswith(LEFT_OUT):
                shown.append(LEFT_OUT + (piece.behind and "\n\n"))
        else:
            shown.append(text.text + piece.behind)
    return "".join(shown).rstrip(" \t\r\n") if len(pairs) > 1 else "".join(shown)


def with_kept(
    engine: Engine, view: Any, found: tuple[Any, Note | None], made: tuple[str, int, int]
) -> tuple[Any, Note | None]:
    """The view and the note of one document of which sentences were chosen."""
    text, shown, total = made
    old, note = found
    if shown == total or note is None:
        return found
    size = engine.counter.count_text(text)
    if size >= note.tokens_after:
        return found
    told = replace(
        note,
        change="left_out",
        reason=CHOSEN,
        tokens_after=size,
        tokens_exact=note.tokens_after,
        reachable_by="caller",
        hint=f"{shown} of {total} sentences stay: token_budget=... decides",
    )
    return {**old, "content": text}, told


def result_of(done: TransformResult, found: Sequence[tuple[Any, Note | None]]) -> TransformResult:
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

"""Documents within a budget in any case: sentences, tables and blocks of code compete for the same tokens.

`budget.fitted` gives each kind its share, and may exceed it for what law 4 keeps. Here the budget is a promise: tables
and the like are cut to what their size and their relevance call for, and then stay or go whole beside the sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from headroom.compressors.sentences import KeptText, choose_sentences
from headroom.documents.budget import CHOSEN, NOT_CHOSEN, Found, cut_rows, is_prose, result_of
from headroom.documents.choice import relevance
from headroom.engine import Engine
from headroom.protocols import Scorer
from headroom.relevance.bm25 import BM25Scorer
from headroom.results import Note, TransformResult

if TYPE_CHECKING:
    from headroom.protocols import Request

LEAST_WEIGHT = 0.1  # of a document that has nothing in common with the question


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What decides which documents stay.

    Attributes:
        titles: Title of each document, or "".
        prior: How good whoever found the documents says that each is, 0 to 1; of equals the first is the best.
        scorer: What says how well a text fits the question; None takes BM25.
    """

    titles: Sequence[str] = field(repr=False)
    prior: Sequence[float]
    scorer: Scorer | None = None


def within_budget(
    engine: Engine, views: Sequence[Any], request: Request, done: TransformResult, budget: int, asked: Asked
) -> TransformResult:
    """`done`, the documents in exact forms, cut to `budget` tokens together, never more; itself where it fits.

    A document of which nothing stays has an empty text. Without a question those with the highest `asked.prior` stay.

    Args:
        views: The documents as they came, each with a text as its content.
        request: The facts of the call; its question decides what stays.
        budget: Tokens of all texts together.
    """
    counter = engine.counter
    notes = {note.message_index: note for note in done.notes}
    found: list[Found] = [(view, notes.get(row)) for row, view in enumerate(done.messages)]
    sizes = [counter.count_text(view["content"]) for view, _ in found]
    if sum(sizes) <= budget:
        return done
    tables = [row for row in range(len(views)) if request.query and is_table(notes.get(row))]
    structured = [row for row, view in enumerate(views) if row not in tables and not is_prose(view, notes.get(row))]
    if structured:
        for row, share in shares_of(views, structured, sizes, request.query or "", budget, asked).items():
            if sizes[row] > share:
                found[row] = cut_rows(engine, row, views[row], request, share) or found[row]
    shown = [views[row] if row in tables else view for row, (view, _) in enumerate(found)]
    texts = [(title, view["content"]) for title, view in zip(asked.titles, shown, strict=True)]
    kept = choose_sentences(
        texts, request.query or "", budget, counter, prior=asked.prior, whole=structured, scorer=asked.scorer
    )
    return result_of(done, [told(engine, *pair, one) for pair, one in zip(found, kept, strict=True)])


def is_table(note: Note | None) -> bool:
    """Whether a document is a table of Markdown: its rows are judged like sentences of others, and beside them."""
    return note is not None and note.kind == "markdown_table"


def shares_of(
    views: Sequence[Any], structured: Sequence[int], sizes: Sequence[int], question: str, budget: int, asked: Asked
) -> dict[int, int]:
    """Row of each structured document to its share of the budget, by its size and its relevance."""
    scores = [1.0] * len(sizes)
    if question:
        texts = [view["content"] for view in views]
        scores = relevance(texts, asked.titles, question, asked.scorer or BM25Scorer())
    most = max(scores, default=0.0) or 1.0
    weights = [size * (LEAST_WEIGHT + score / most) for size, score in zip(sizes, scores, strict=True)]
    total = sum(weights) or 1.0
    return {row: int(budget * weights[row] / total) for row in structured}


def told(engine: Engine, view: Any, note: Note | None, kept: KeptText) -> Found:
    """The view and the note of one document of which something was chosen."""
    if note is None or kept.shown == kept.total:
        return view, note
    size = engine.counter.count_text(kept.text)
    if kept.shown and size >= note.tokens_after:
        return view, note  # all of it, in its exact form, is smaller
    changes: dict[str, Any] = {
        "change": "left_out",
        "tokens_after": size,
        "tokens_exact": note.tokens_exact,
        "reachable_by": "caller",
        "reason": CHOSEN if kept.shown else NOT_CHOSEN,
        "hint": "token_budget=... decides",
    }
    if kept.shown:
        changes["hint"] = f"{kept.shown} of {kept.total} sentences stay: token_budget=... decides"
    return {**view, "content": kept.text}, replace(note, **changes)

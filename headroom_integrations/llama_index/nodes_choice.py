"""What stays of retrieved nodes: which of them, and what of each, within a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from llama_index.core.schema import NodeWithScore

from headroom import BM25Scorer
from headroom.documents import Asked, best, diverse, relevance, within_budget
from headroom.engine import Engine
from headroom.results import CompressResult, Note, TransformResult
from headroom_integrations._documents import dropped
from headroom_integrations._views import ORIGIN
from headroom_integrations.llama_index.nodes import compressed, text_of, title_of

if TYPE_CHECKING:
    from headroom.protocols import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What may be left out; fields as those of `HeadroomNodePostprocessor`. Without any, nothing is."""

    token_budget: int | None = None
    ratio: float | None = None
    max_nodes: int | None = None
    min_relevance: float = 0.0
    prefer_diverse: bool = False
    scorer: Any = None
    keeps_originals: bool = True

    @property
    def is_open(self) -> bool:
        """Whether there is no budget."""
        return self.token_budget is None and self.ratio is None

    def budget(self, tokens: int) -> int | None:
        """Tokens that texts of `tokens` may take; None for all of them."""
        return self.token_budget if self.ratio is None else max(1, int(tokens * self.ratio))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What became of the nodes of one question.

    Attributes:
        nodes: Those that stay, in their order.
        result: What was done, with a note for each text.
    """

    nodes: list[NodeWithScore] = field(repr=False)
    result: CompressResult = field(repr=False)

    @property
    def is_prose_alone(self) -> bool:
        """Whether nothing was saved, and there is text that only a choice makes smaller."""
        is_prose = any(note.change is None and note.kind in ("text", "prose", "markdown") for note in self.result.notes)
        return is_prose and not self.result.tokens_saved


def choose(engine: Engine, nodes: Sequence[NodeWithScore], request: Request, limits: Limits) -> Chosen:
    """What stays of `nodes`; those without a text always do."""
    texts = {row: text for row, found in enumerate(nodes) if (text := text_of(found.node)) is not None}
    kept = relevant(nodes, texts, request.query, limits)
    views = [{ORIGIN: row, "role": "tool", "content": texts[row]} for row in kept]
    done = engine.pipeline.run(views, request)
    budget = limits.budget(sum(engine.counter.count_text(text) for text in texts.values()))
    if budget is not None:
        asked = Asked(
            titles=[title_of(nodes[row].node) for row in kept],
            prior=prior_of([nodes[row].score for row in kept]),
            scorer=limits.scorer,
        )
        done = within_budget(engine, views, request, done, budget, asked)
    notes = with_dropped(engine, done, kept, texts)
    result = replace(engine.compress_result(done, request), notes=notes)
    gone = sum(note.tokens_before for note in notes) - sum(note.tokens_before for note in done.notes)
    result = replace(result, tokens_before=result.tokens_before + gone)
    return Chosen(nodes=put_back(nodes, texts, kept, done, limits), result=result)


def score_of(found: NodeWithScore) -> float:
    """The retriever's score; one without comes last."""
    return float("-inf") if found.score is None else found.score


def prior_of(scores: Sequence[float | None]) -> list[float]:
    """The retriever's scores, whatever their range, as 0 to 1; all are 0 where it does not tell one from another."""
    known = [score for score in scores if score is not None]
    least, most = min(known, default=0.0), max(known, default=0.0)
    return [0.0 if score is None or most <= least else (score - least) / (most - least) for score in scores]


def relevant(nodes: Sequence[NodeWithScore], texts: dict[int, str], question: str | None, limits: Limits) -> list[int]:
    """Numbers of the nodes with texts that stay, ascending; all of them without a limit."""
    rows, most = list(texts), limits.max_nodes or len(texts)
    if len(rows) <= most and not limits.min_relevance:
        return rows
    if not question:
        return sorted(rows[place] for place in best([score_of(nodes[row]) for row in rows], most))
    titles = [title_of(nodes[row].node) for row in rows]
    scores = relevance([texts[row] for row in rows], titles, question, limits.scorer or BM25Scorer())
    fitting = [place for place, score in enumerate(scores) if score >= limits.min_relevance]
    own = [scores[place] for place in fitting]
    if limits.prefer_diverse:
        places = diverse([texts[rows[place]] for place in fitting], own, most)
    else:
        places = best(own, most)
    return sorted(rows[fitting[place]] for place in places)


def with_dropped(engine: Engine, done: TransformResult, kept: Sequence[int], texts: dict[int, str]) -> list[Note]:
    """The notes, by the numbers of the nodes, and one for each node that does not stay."""
    notes = [replace(note, message_index=kept[note.message_index]) for note in done.notes]
    gone = sorted(texts.keys() - set(kept))
    notes += [dropped(row, engine.counter.count_text(texts[row]), "max_nodes") for row in gone]
    return sorted(notes, key=lambda note: note.message_index)


def put_back(
    nodes: Sequence[NodeWithScore],
    texts: dict[int, str],
    kept: Sequence[int],
    done: TransformResult,
    limits: Limits,
) -> list[NodeWithScore]:
    """The nodes that stay: the same objects where nothing changed, copies where something did."""
    notes = {note.message_index: note for note in done.notes}
    made = {
        row: (view["content"], notes.get(place))
        for place, (row, view) in enumerate(zip(kept, done.messages, strict=True))
    }
    found: list[NodeWithScore] = []
    for row, node in enumerate(nodes):
        if row not in texts:
            found.append(node)
            continue
        text, note = made.get(row, ("", None))
        if text == texts[row]:
            found.append(node)
        elif text and note is not None:
            found.append(compressed(node, text, note, keeps_original=limits.keeps_originals))
    return found

"""Retrieved documents at a budget: is a gold answer still there? Next to whole documents by BM25, and to the first."""

from __future__ import annotations

import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.data import Data, records
from benchmarks.page import Section, Table, share_true
from headroom.tokenizers import built_in_counter

COUNTER = built_in_counter()
FACTORS = (2, 4, 8)
FEW = 100  # questions of a set that is never sampled
WORD = re.compile(r"\w+")
NAMES = {
    "litm_nq_20docs": "Natural Questions, 20 documents",
    "xquad_en_10docs": "XQuAD (English), 10 documents",
    "hotpotqa_distractor": "HotpotQA, 10 documents",
    "musique": "MuSiQue, 20 documents",
}
Cut = Callable[["Asked", int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, the texts that a retriever found for it, title first, and what answers it."""

    question: str = field(repr=False)
    answers: Sequence[str] = field(repr=False)
    texts: Sequence[str] = field(repr=False)


def run(data: Data, *, every: int) -> Section:
    """The section; of large sets every `every`-th question."""
    how = (
        "Questions with their retrieved documents, cut to a half, a quarter and an eighth of their o200k_base tokens: "
        "by `HeadroomNodePostprocessor`, to whole documents by BM25 (rank-bm25), to the first ones. A cell is the "
        "share of questions of which a gold answer still stands there, among those where it stood there before. "
        f"{'All questions' if every == 1 else f'Every {every}th question of the first two sets'} of {data.name}; ms is "
        "our median at a quarter. No model is called."
    )
    if data.is_small:
        return Section(title="Retrieval", how="The samples in `tests/data` hold no questions.", tables=[])
    rows, figures = [], {}
    for name, title in NAMES.items():
        measured = measure(list(questions(data, name, every)))
        ms = f"{statistics.median(measured.ms):.1f}"
        figures[name] = {"n": measured.n, "ms": float(ms), "over": measured.over}
        for way in WAYS:
            kept = [share_true(measured.kept[way, factor]) for factor in FACTORS]
            figures[name][way] = kept
            rows.append([f"{title}: {way}", f"{measured.n:,}", *kept, ms if way == OURS else ""])
    over = sum(found["over"] for found in figures.values())
    findings = [f"headroom was over the budget in {over} cuts"] if over else ()
    return Section(title="Retrieval", how=how, tables=[Table(head=HEAD, rows=rows)], findings=findings, figures=figures)


@dataclass(slots=True)
class Measured:
    """What became of the questions of one set: answers kept, milliseconds, times that ours was over the budget."""

    kept: dict[tuple[str, int], list[bool]]
    ms: list[float]
    n: int
    over: int = 0


def measure(asked: Sequence[Asked]) -> Measured:
    """All ways and factors over all questions."""
    found = Measured(defaultdict(list), [], len(asked))
    for one in asked:
        size = sum(map(COUNTER.count_text, one.texts))
        for factor in FACTORS:
            for way, cut in WAYS.items():
                started = time.perf_counter()
                texts = cut(one, size // factor)
                if way == OURS:
                    found.over += sum(map(COUNTER.count_text, texts)) > size // factor
                    found.ms += [1000 * (time.perf_counter() - started)] if factor == 4 else []
                found.kept[way, factor].append(has_answer(texts, one.answers))
    return found


def questions(data: Data, name: str, every: int) -> Iterator[Asked]:
    """The questions of one set of which an answer stands in a document."""
    found = list(records(data.folder / "rag" / f"{name}.jsonl.gz"))
    for record in found[:: every if len(found) > FEW else 1]:
        texts = [f"{document['title']}\n{document['text']}" for document in record["documents"]]
        if has_answer(texts, record["answers"]):
            yield Asked(record["question"], record["answers"], texts)


def has_answer(texts: Sequence[str], answers: Sequence[str]) -> bool:
    """Whether one of the answers stands in one of the texts, as words."""
    body = f" {normalised(' | '.join(texts))} "
    return any(f" {normalised(answer)} " in body for answer in answers if normalised(answer))


def normalised(text: str) -> str:
    """Words in small letters, one blank between them."""
    return " ".join(WORD.findall(text.lower()))


def ours(asked: Asked, budget: int) -> list[str]:
    """By the postprocessor for LlamaIndex."""
    from llama_index.core.schema import NodeWithScore, TextNode

    from headroom_integrations.llama_index import HeadroomNodePostprocessor

    nodes: list[Any] = [NodeWithScore(node=TextNode(text=text)) for text in asked.texts]
    kept = HeadroomNodePostprocessor(token_budget=budget, store_url="memory").postprocess_nodes(
        nodes, query_str=asked.question
    )
    return [node.get_content() for node in kept]


def by_bm25(asked: Asked, budget: int) -> list[str]:
    """Whole documents, best first."""
    from rank_bm25 import BM25Okapi

    scores = BM25Okapi([words(text) for text in asked.texts]).get_scores(words(asked.question))
    order = sorted(range(len(asked.texts)), key=lambda number: -scores[number])
    return filled([asked.texts[number] for number in order], budget)


def words(text: str) -> list[str]:
    """Its words in small letters."""
    return WORD.findall(text.lower())


def first(asked: Asked, budget: int) -> list[str]:
    """The documents in the retriever's order, cut off at the budget."""
    return filled(asked.texts, budget)


def filled(texts: Sequence[str], budget: int) -> list[str]:
    """Texts as long as they fit; of the last one its beginning."""
    kept = []
    for text in texts:
        cost = COUNTER.count_text(text)
        kept.append(text if cost <= budget else text[: len(text) * budget // cost])
        budget -= cost
        if budget <= 0:
            break
    return kept


OURS = "headroom"
WAYS: dict[str, Cut] = {OURS: ours, "BM25": by_bm25, "first": first}
HEAD = ("documents", "n", *(f"{factor}x" for factor in FACTORS), "ms")

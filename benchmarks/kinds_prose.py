"""Answers that survive choosing sentences: retrieved documents cut to a share of their tokens (formats.md 4).

    python -m benchmarks.kinds_prose [one_in]

The texts are cut as the adapters cut them (`choose_sentences`); an answer counts where it stands in what is left, by
the referee's measure: same words in the same order.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.data import SHARED
from headroom.compressors.sentences import choose_sentences
from headroom.tokenizers import built_in_counter
from tests.samples import read_lines

CUTS = (50, 70, 80, 90)
COUNTER = built_in_counter()
WORD = re.compile(r"\w+")
Question = dict[str, Any]


def normalised(text: str) -> str:
    return " ".join(WORD.findall(text.lower()))


def has_answer(text: str, answers: list[str]) -> bool:
    body = f" {normalised(text)} "
    return any(f" {normalised(answer)} " in body for answer in answers if normalised(answer))


def questions(name: str, one_in: int) -> Iterator[Question]:
    """Questions whose answer stands in the documents at all."""
    path = next((SHARED / "rag").glob(f"{name}.jsonl*"))
    for index, record in enumerate(read_lines(path)):
        whole = "\n".join(f"{document['title']}\n{document['text']}" for document in record["documents"])
        yes_no = {answer.lower() for answer in record["answers"]} <= {"yes", "no", "maybe"}
        if index % one_in == 0 and not yes_no and has_answer(whole, record["answers"]):
            yield record


def measure(name: str, one_in: int) -> dict[str, Any] | None:
    """Share of answers kept at each cut, how many texts passed their budget, and the time of a choice."""
    kept: dict[int, list[bool]] = {cut: [] for cut in CUTS}
    over, seconds = 0, 0.0
    for record in questions(name, one_in):
        texts = [(document["title"], f"{document['title']}\n{document['text']}") for document in record["documents"]]
        size = sum(COUNTER.count_text(text) for _, text in texts)
        for cut in CUTS:
            budget = size * (100 - cut) // 100
            start = time.perf_counter()
            found = choose_sentences(texts, record["question"], budget, COUNTER)
            seconds += time.perf_counter() - start
            shown = [text.text for text in found if text.text]
            over += sum(map(COUNTER.count_text, shown)) > budget
            kept[cut].append(has_answer("\n\n".join(shown), record["answers"]))
    count = len(kept[CUTS[0]])
    if not count:
        return None
    shares = {f"answers_kept_percent_at_{cut}": round(100 * sum(kept[cut]) / count, 1) for cut in CUTS}
    return {"n": count, **shares, "over_budget": over, "ms": round(1000 * seconds / count / len(CUTS), 2)}


def main() -> None:
    one_in = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    names = sorted(path.name.split(".")[0] for path in (SHARED / "rag").iterdir())
    found = {name: measure(name, one_in if "litm" in name or "xquad" in name else 1) for name in names}
    print(json.dumps({name: figures for name, figures in found.items() if figures}, indent=1))


if __name__ == "__main__":
    main()

"""Fit the weights of `headroom/tokenizers/estimate.py` on real tool outputs, by kind held out. Needs numpy.

    python tools/fit_estimate.py ../shared/data

Prints the weights and, by kind, the error on documents that were not fitted (five folds by document group).
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from headroom.tokenizers.estimate import LONG_RUNS, PLAIN, SCRIPT_TOKENS, classes
from headroom.tokenizers.tiktoken_counter import TiktokenCounter

STEPS = [one + two for one in PLAIN for two in PLAIN]
FOLDS = 5
RIDGE = 1e-3


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON lines of a file, gzipped or not."""
    raw = path.read_bytes()
    for line in (gzip.decompress(raw) if path.suffix == ".gz" else raw).split(b"\n"):
        if line:
            yield json.loads(line)


def documents(data: Path) -> list[tuple[str, str, str]]:
    """(kind, group, text) of every tool output and of some prose, whole and as its first 2,000 characters."""
    found = []
    for path in sorted((data / "tool_outputs").glob("*.jsonl*")):
        found += [(record["kind"], record["group"], record["text"]) for record in records(path) if record["text"]]
    for path in sorted((data / "rag").glob("*.jsonl*"))[:2]:
        for number, record in enumerate(islice(records(path), 100)):
            found.append(("prose", str(number), " ".join(str(record).split("'")[::2])))
    return [(kind, group, text[:size]) for kind, group, text in found for size in (200_000, 2_000)]


def script_tokens(text: str) -> float:
    """The part that is not fitted."""
    data = classes(text)
    return sum(weight * data.count(step.encode()) for step, weight in {**SCRIPT_TOKENS, **LONG_RUNS}.items())


def step_counts(text: str) -> list[int]:
    """How often each pair of neighbouring classes occurs, in the order of `STEPS`."""
    data = classes(text)
    return [data.count(step.encode()) for step in STEPS]


def solve(rows: np.ndarray, fixed: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """Ridge weights, not negative, that minimise relative error."""
    scaled, target = rows / tokens[:, None], 1 - fixed / tokens
    active = np.ones(rows.shape[1], bool)
    while True:
        part = scaled[:, active]
        weights = np.zeros(rows.shape[1])
        weights[active] = np.linalg.solve(part.T @ part + RIDGE * np.eye(part.shape[1]), part.T @ target)
        if (weights >= 0).all():
            return weights
        active &= weights > 0


def main() -> None:
    """Fit, report, print."""
    counter = TiktokenCounter()
    docs = documents(Path(sys.argv[1]))
    tokens = np.array([counter.count_text(text) for _, _, text in docs], float)
    rows = np.array([step_counts(text) for _, _, text in docs], float)
    fixed = np.array([script_tokens(text) for _, _, text in docs], float)
    groups = {group: number for number, group in enumerate(sorted({group for _, group, _ in docs}))}
    fold = np.array([groups[group] % FOLDS for _, group, _ in docs])
    predicted = np.zeros(len(docs))
    for number in range(FOLDS):
        weights = solve(rows[fold != number], fixed[fold != number], tokens[fold != number])
        predicted[fold == number] = rows[fold == number] @ weights + fixed[fold == number]
    error = predicted / tokens - 1
    say = sys.stdout.write
    for kind in [*sorted({kind for kind, _, _ in docs}), "all"]:
        of_kind = error[[kind in (k, "all") for k, _, _ in docs]]
        size = np.abs(of_kind)
        say(f"{kind:12} n={len(size):4} median {np.median(size):.3f} p90 {np.quantile(size, 0.9):.3f} ")
        say(f"max {size.max():.3f} bias {of_kind.mean():+.3f} p10 {np.quantile(of_kind, 0.1):+.3f}\n")
    weights = solve(rows, fixed, tokens)
    say(
        ", ".join(f'"{step}": {weight:.2f}' for step, weight in zip(STEPS, weights, strict=True) if weight > 0.005)
        + "\n"
    )


if __name__ == "__main__":
    main()

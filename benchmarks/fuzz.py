"""Mutated real records through the whole library, and generated JSON through the table text.

    python -m benchmarks.fuzz [--kind KIND ...] [--count N] [--seed N] [--documents N]

Each text is a real tool output after one to three mutations (`tests/mutations.py`): by default, with the retrieve tool,
with a target size, and after the record it was made from. No step may raise, no text may grow, what the note says of
it must be true by readers of its own (`tests/decoders.py`), and both a new engine and a second pass give the same.
Each finding is saved, so that `--kind KIND --seed N --count 1` shows it again.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.roundtrip import PROCESSES, progress
from benchmarks.roundtrip import run as run_generated
from tests.fuzzing import findings, mutation_of, seeds

CHUNK = 50
COUNT = 20_000
Found = tuple[str, str]  # what it is, and where it can be seen


def job(of: tuple[str, int, int, str]) -> tuple[str, int, list[Found]]:
    """Check the texts of some seeds of one kind."""
    kind, first, count, folder = of
    found = []
    for seed in range(first, first + count):
        record, text, names = mutation_of(kind, seed)
        for finding in findings(record, text):
            what = f"{finding.law}: {finding.detail}".rstrip(": ")
            path = Path(folder) / f"{kind}_{seed}.txt"
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
            found.append((what, f"{kind} {seed}, {finding.mode}, after {', '.join(names)}: {path}"))
    return kind, count, found


def jobs_of(kinds: Sequence[str], count: int, seed: int, folder: str) -> list[tuple[str, int, int, str]]:
    """The work in pieces; the kinds in turn."""
    starts = range(seed, seed + count, CHUNK)
    return [(kind, start, min(CHUNK, seed + count - start), folder) for start in starts for kind in kinds]


def run(kinds: Sequence[str], count: int, seed: int) -> tuple[Counter[str], dict[str, list[str]]]:
    """Texts checked by kind, and where each finding was made."""
    done: Counter[str] = Counter()
    found: dict[str, list[str]] = {}
    folder = tempfile.mkdtemp(prefix="headroom-fuzz-")
    jobs = jobs_of(kinds, count, seed, folder)
    with multiprocessing.get_context("spawn").Pool(PROCESSES, initializer=quiet) as pool:
        for kind, checked, new in pool.imap_unordered(job, jobs):
            done[kind] += checked
            for what, where in new:
                found.setdefault(what, []).append(where)
            progress(f"fuzz: {done.total():,} of {count * len(kinds):,} texts, {len(found)} findings")
    progress("", end=True)
    return done, found


def quiet() -> None:
    """No log lines of the library, and no metrics: what fails is reported."""
    logging.getLogger("headroom").disabled = True
    os.environ["HEADROOM_STORE_URL"] = "memory://fuzz"


def summary(done: Counter[str], found: dict[str, list[str]], seconds: float) -> str:
    """Counts by kind, then each finding with the first places where it was made."""
    lines = [f"{kind}: {count:,} texts" for kind, count in sorted(done.items())]
    for what, where in sorted(found.items(), key=lambda pair: -len(pair[1])):
        lines += ["", f"{len(where)} x {what}", *(f"  {place}" for place in where[:3])]
    return "\n".join([*lines, "", f"{done.total():,} texts, {len(found)} findings, {seconds:.0f} s"])


def main() -> None:
    """Run it; the exit code is 1 where anything was found."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = list(seeds())
    parser.add_argument("--kind", action="append", choices=kinds, metavar="KIND", help=f"of {', '.join(kinds)}")
    parser.add_argument("--count", type=int, default=COUNT, help=f"texts of each kind; {COUNT:,}")
    parser.add_argument("--seed", type=int, default=1, help="first seed; each makes one text of a kind")
    parser.add_argument("--documents", type=int, help=f"generated JSON documents; {COUNT:,}, 0 with --kind")
    asked = parser.parse_args()
    started = time.perf_counter()
    done, found = run(asked.kind or kinds, asked.count, asked.seed)
    print(summary(done, found, time.perf_counter() - started))
    documents = asked.documents if asked.documents is not None else 0 if asked.kind else COUNT
    generated = run_generated(documents=documents, first_seed=asked.seed) if documents else None
    if generated:
        print(f"\n{generated.markdown()}")
    sys.exit(1 if found or (generated and generated.figures["failures"]) else 0)


if __name__ == "__main__":
    main()

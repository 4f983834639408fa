"""Measures the library: `python -m benchmarks [PART ...] [--data DIR] [--json FILE] [--quick]`.

Parts: savings, labels, conversations, agents, rag, kinds, speed, worst, roundtrip, install. Without names, all but
install run (roundtrip quickly, conversations and rag in a sample) and `benchmarks/RESULTS.md` is written.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from rich.console import Console

from benchmarks.data import ROOT, Data, data_at
from benchmarks.page import Section

PAGE = Path(__file__).parent / "RESULTS.md"
QUICK_DOCUMENTS, ALL_DOCUMENTS = 1_000, 100_000
Part = Callable[[Data, bool], Section]


def savings(data: Data, quick: bool) -> Section:
    """Tokens saved, and what questions need."""
    from benchmarks.savings import run

    return run(data)


def labels(data: Data, quick: bool) -> Section:
    """What stays of kinds that have no questions."""
    from benchmarks.labels import run

    return run(data)


def conversations(data: Data, quick: bool) -> Section:
    """The input bill of whole conversations."""
    from benchmarks.conversations import EVERY, run

    return run(data, every=EVERY if quick else 1)


def agents(data: Data, quick: bool) -> Section:
    """The input bill of an agent by what is put before its model."""
    from benchmarks.agents import run

    return run()


def rag(data: Data, quick: bool) -> Section:
    """Answers that stay in retrieved documents at a budget."""
    from benchmarks.rag import run

    return run(data, every=10 if quick else 1)


def kinds(data: Data, quick: bool) -> Section:
    """Time of a call by content type."""
    from benchmarks.kind_speed import run

    return run(data)


def speed(data: Data, quick: bool) -> Section:
    """Time of calls and of the import."""
    from benchmarks.speed import run

    return run()


def worst(data: Data, quick: bool) -> Section:
    """Time of texts that are made to take long."""
    from benchmarks.worst import run

    return run()


def roundtrip(data: Data, quick: bool) -> Section:
    """Whether what is written reads back."""
    from benchmarks.roundtrip import real_files, run

    return run(documents=QUICK_DOCUMENTS if quick else ALL_DOCUMENTS, files=real_files(data, is_quick=quick))


def install(data: Data, quick: bool) -> Section:
    """Size of an installation; uses the network."""
    from benchmarks.install import run

    return run()


PARTS: dict[str, Part] = {
    "savings": savings,
    "labels": labels,
    "conversations": conversations,
    "agents": agents,
    "rag": rag,
    "kinds": kinds,
    "speed": speed,
    "worst": worst,
    "roundtrip": roundtrip,
    "install": install,
}
DEFAULT = tuple(name for name in PARTS if name != "install")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts asked for; write the page when none is named."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--data", type=Path, help="folder of records; ../shared/data where present, else tests/data")
    parser.add_argument("--json", type=Path, help="write all figures there")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"roundtrip: {QUICK_DOCUMENTS:,} generated documents, and tool outputs; conversations, rag: a sample",
    )
    asked = parser.parse_args(arguments)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    console = Console()
    data = data_at(asked.data)
    sections = {}
    for name in asked.parts or DEFAULT:
        started = time.perf_counter()
        sections[name] = PARTS[name](data, asked.quick or not asked.parts)
        sections[name].show(console)
        console.print(f"{name}: {time.perf_counter() - started:.0f} s")
    if not asked.parts:
        PAGE.write_text(page(list(sections.values())), encoding="utf-8", newline="\n")
        console.print(f"written: {PAGE.relative_to(ROOT)}")
    if asked.json:
        asked.json.write_text(json.dumps({name: one.figures for name, one in sections.items()}, indent=1) + "\n")


def page(sections: Sequence[Section]) -> str:
    """All sections as one Markdown page."""
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores ({cpu_name()})"
    facts = [
        f"- Machine: {where}",
        f"- Python: {platform.python_version()}",
        f"- Date: {datetime.now(timezone.utc):%Y-%m-%d}",
        f"- Commit: {commit()}",
        "- Command: `python -m benchmarks`",
    ]
    return "\n\n".join(["# Results", "\n".join(facts), *(section.markdown() for section in sections)]) + "\n"


def cpu_name() -> str:
    """The processor as Linux names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def commit() -> str:
    """The commit measured, and whether the library differs from it."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--", "headroom")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" with local changes in headroom/" if changed else "")


if __name__ == "__main__":
    main()

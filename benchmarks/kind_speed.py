"""Time of one call by content type, against counting the tokens of the same text once."""

from __future__ import annotations

import statistics
from base64 import b64encode
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks.clock import ms_of, one_core
from benchmarks.data import Data, Output, asked
from benchmarks.page import Section, Table
from headroom import Engine
from headroom.detection.detect import remembered
from headroom.tokenizers import Memo, built_in_counter

LEAST_CHARS, MOST_CHARS = 8_000, 400_000  # below, what every call costs weighs more than the text
RECORDS = 7
REPEATS = 2
TARGET, LOW_TARGET = 4.0, 1.5
LOW = ("html", "blobs")
WAYS: dict[str, dict[str, Any]] = {"exact": {}, "selection": {"retrieval": "tool"}}


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one text.

    Attributes:
        counting: Counting its tokens once.
        exact: A call by default.
        selection: A call with the retrieve tool, exact form included.
    """

    counting: float
    exact: float
    selection: float


def run(data: Data) -> Section:
    """Every kind, on one core."""
    by_kind = records_by_kind(data)
    with one_core() as core:
        Engine().prepare(asked(by_kind["blobs"][0].text), retrieval="tool")  # loads what is lazy
        found = {kind: [times_of(output.text) for output in outputs] for kind, outputs in by_kind.items()}
    figures = {kind: ratios(times) for kind, times in found.items()}
    return Section(
        title="Speed by content type",
        how=(
            f"{core.capitalize()}: a call on a text that was not seen before, in a new engine, over counting its "
            f"tokens once; the better of {REPEATS}, then medians over at most {RECORDS} real records of "
            f"{LEAST_CHARS:,} to {MOST_CHARS:,} characters, evenly by size. A call counts its input once itself. "
            f"Targets: at most {TARGET:.0f} x without selection, {LOW_TARGET} x for HTML and blobs."
        ),
        tables=[table(figures)],
        findings=[
            f"**Missed:** {kind}: {one['exact']:.1f} x, target {target_of(kind):.1f} x."
            for kind, one in figures.items()
            if one["exact"] > target_of(kind)
        ],
        figures=figures,
    )


def target_of(kind: str) -> float:
    """How many times the time of counting a call may take without selection."""
    return LOW_TARGET if kind in LOW else TARGET


def records_by_kind(data: Data) -> dict[str, list[Output]]:
    """A few records of each kind, evenly by size."""
    found: dict[str, list[Output]] = defaultdict(list)
    for output in data.outputs():
        if LEAST_CHARS <= len(output.text) <= MOST_CHARS or (data.is_small and len(output.text) <= MOST_CHARS):
            found[output.kind].append(output)
    chosen = {kind: spread(sorted(outputs, key=lambda one: len(one.text))) for kind, outputs in sorted(found.items())}
    return {
        **chosen,
        "blobs": [Output(f"blobs-{size}", "blobs", with_blobs(size)) for size in (20_000, 60_000, 200_000)],
    }


def spread(outputs: Sequence[Output]) -> list[Output]:
    """At most `RECORDS` of them, evenly."""
    count = min(RECORDS, len(outputs))
    return [outputs[(2 * place + 1) * len(outputs) // (2 * count)] for place in range(count)]


def with_blobs(chars: int) -> str:
    """Words with images between them, as tools answer that read files or pages."""
    random = Random(chars)
    pieces = []
    for number in range(4):
        image = b"\x89PNG\r\n" + random.randbytes(chars * 3 // 16)
        pieces.append(
            f"Screenshot {number} of the page was taken.\ndata:image/png;base64,{b64encode(image).decode()}\n"
        )
    return "".join(pieces)


def times_of(text: str) -> Times:
    """Each way, on a memory that does not know the text."""
    counting = min(counting_ms(text) for _ in range(REPEATS))
    ways = {name: min(call_ms(text, facts) for _ in range(REPEATS)) for name, facts in WAYS.items()}
    return Times(counting, **ways)


def counting_ms(text: str) -> float:
    """Counting the tokens of a text once."""
    built_in_counter().memo = Memo()
    return ms_of(lambda: built_in_counter().count_text(text))


def call_ms(text: str, facts: dict[str, Any]) -> float:
    """A call of a new engine."""
    built_in_counter().memo = Memo()
    remembered.cache_clear()
    engine, messages = Engine(), asked(text)
    return ms_of(lambda: engine.prepare(messages, **facts))


def ratios(times: Sequence[Times]) -> dict[str, float]:
    """Medians over some texts."""
    return {
        "records": len(times),
        "counting_ms": statistics.median(one.counting for one in times),
        "exact": statistics.median(one.exact / one.counting for one in times),
        "slowest": max(one.exact / one.counting for one in times),
        "selection": statistics.median(one.selection / one.counting for one in times),
    }


def table(figures: dict[str, dict[str, float]]) -> Table:
    """A row for each kind."""
    rows = [
        [
            kind,
            f"{one['records']:.0f}",
            f"{one['counting_ms']:.1f} ms",
            f"{one['exact']:.1f} x",
            f"{one['slowest']:.1f} x",
            f"{one['selection']:.1f} x",
        ]
        for kind, one in figures.items()
    ]
    head = ["content", "records", "counting once", "call by default", "slowest record", "call with the tool"]
    return Table(head=head, rows=rows)

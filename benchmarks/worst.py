"""How long a text of 1 MB can take, whatever is in it: `python -m benchmarks.worst --profile NAME` shows where."""

from __future__ import annotations

import argparse
import cProfile
import math
import pstats
from itertools import count
from random import Random
from typing import Any

from benchmarks.clock import ms_of, one_core
from benchmarks.data import Messages, asked
from benchmarks.page import Section, Table
from benchmarks.worst_inputs import texts as json_texts
from benchmarks.worst_kinds import LARGE
from benchmarks.worst_kinds import texts as kind_texts
from headroom import Engine

CHARS = 1_000_000
TARGET_MS = 500.0
GIVE_UP_MS = 5_000.0  # at a tenth of the size: the whole would take minutes
LARGE_CHARS = 9_500_000  # just below what is left alone
REPEATS = 2
LONG_MS = 60.0
TEXTS: dict[str, Any] = {**{f"json: {name}": build for name, build in json_texts()}, **dict(kind_texts())}
HALVED = {build for name, build in TEXTS.items() if name.startswith("repeats: ")}
SEEDS = count(1)  # no two texts of a run are the same
WAYS: dict[str, dict[str, Any]] = {"exact": {}, "selection": {"retrieval": "tool"}}


def run() -> Section:
    """Every text, in both ways, on one core."""
    with one_core() as core:
        engine = Engine()
        engine.prepare(asked(TEXTS["json: rows"](Random(0), 20_000)), retrieval="tool")  # loads what is lazy
        found = {name: measured(engine, build) for name, build in TEXTS.items()}
        large = {name: timed(Engine(), TEXTS[name], LARGE_CHARS, next(SEEDS), {}) for name in LARGE}
    slow = sorted((n for n in found if worst_of(found[n]) > TARGET_MS), key=lambda n: -worst_of(found[n]))
    return Section(
        title="Worst cases",
        how=(
            f"Texts of {CHARS:,} characters made to take long; in ms, {core}, each on a text not seen "
            f"before, the better of {REPEATS} (one where that takes over {LONG_MS:.0f} ms). The name begins with the "
            f"type that is meant. Target: under {TARGET_MS:.0f} ms, "
            "whatever the text. Growth: how many times longer than a text of a tenth of the size; 10 is linear."
        ),
        tables=[table(found), large_table(large)],
        findings=[f"**Above {TARGET_MS:.0f} ms:** {name}: {worst_of(found[name]):,.0f} ms" for name in slow],
        figures={**found, "large": large},
    )


def worst_of(one: dict[str, Any]) -> float:
    """The longer of both ways."""
    return max(float(one[way]) for way in WAYS)


def measured(engine: Engine, build: Any) -> dict[str, Any]:
    """Milliseconds of both ways, their growth, and what was done."""
    found: dict[str, Any] = {}
    for way, facts in WAYS.items():
        small, _ = best_of(engine, build, CHARS // 10, facts)
        whole, reason = (math.inf, "given up") if small > GIVE_UP_MS else best_of(engine, build, CHARS, facts)
        found |= {way: whole, f"{way}_growth": whole / small, f"{way}_reason": reason}
    return found


def best_of(engine: Engine, build: Any, chars: int, facts: dict[str, Any]) -> tuple[float, str]:
    """Least time of `REPEATS` texts, of one where that takes long; and what was done."""
    times: list[float] = []
    reason = ""
    while len(times) < REPEATS and sum(times) < LONG_MS:
        ms, reason = timed(engine, build, chars, next(SEEDS), facts)
        times.append(ms)
    return min(times), reason


def timed(engine: Engine, build: Any, chars: int, seed: int, facts: dict[str, Any]) -> tuple[float, str]:
    """Milliseconds of one call on a new text, and the reason its note gives."""
    messages = messages_of(build(Random(seed), chars + seed), is_halved=build in HALVED)
    results: list[Any] = []
    ms = ms_of(lambda: results.append(engine.prepare(messages, **facts)))
    return ms, results[0].notes[-1].reason


def messages_of(text: str, *, is_halved: bool) -> Messages:
    """A conversation in which a tool answered `text`, or its halves one after the other."""
    if not is_halved:
        return asked(text)
    half = text.find("\n", len(text) // 2) + 1
    first, second = asked(text[:half]), asked(text[half:])
    call = {**second[2], "tool_calls": [{**second[2]["tool_calls"][0], "id": "call_2"}]}
    return [*first, call, {**second[3], "tool_call_id": "call_2"}]


def large_table(large: dict[str, tuple[float, str]]) -> Table:
    """Texts ten times as long."""
    rows = [[name, f"{ms:,.0f}", f"`{reason}`"] for name, (ms, reason) in large.items()]
    return Table(caption=f"Texts of {LARGE_CHARS:,} characters, by default.", head=["text", "ms", "done"], rows=rows)


def table(found: dict[str, dict[str, Any]]) -> Table:
    """The slowest first."""
    rows = [
        [
            f"**{name}**" if worst_of(one) > TARGET_MS else name,
            f"{one['exact']:,.0f}",
            f"{one['exact_growth']:.0f}",
            f"{one['selection']:,.0f}",
            f"{one['selection_growth']:.0f}",
            f"`{one['selection_reason'] if one['selection_reason'] else one['exact_reason']}`",
        ]
        for name, one in sorted(found.items(), key=lambda pair: -worst_of(pair[1]))
    ]
    return Table(head=["text", "exact, ms", "growth", "with selection, ms", "growth", "done"], rows=rows)


def main() -> None:
    """Time one text, and show where it goes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worst", description=__doc__)
    parser.add_argument("--profile", required=True, choices=list(TEXTS), metavar="NAME")
    parser.add_argument("--way", choices=list(WAYS), default="selection")
    parser.add_argument("--chars", type=int, default=CHARS)
    asked_for = parser.parse_args()
    build = TEXTS[asked_for.profile]
    engine, facts = Engine(), WAYS[asked_for.way]
    timed(engine, build, 10_000, 1, facts)
    print(*timed(engine, build, asked_for.chars, 2, facts))
    messages = asked(build(Random(3), asked_for.chars))
    profile = cProfile.Profile()
    profile.runcall(engine.prepare, messages, **facts)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(32)


if __name__ == "__main__":
    main()

"""Time of calls: cold, repeated, first; and of the import."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from benchmarks.clock import ms_of, one_core
from benchmarks.data import Messages, asked
from benchmarks.page import Section, Table
from benchmarks.rows import SHAPES, text_of_size
from headroom import Engine
from headroom.messages import read_messages
from headroom.tokenizers import built_in_counter
from headroom.tokenizers.tiktoken_counter import load_encoding

TOKENS = 100_000
HISTORY_TOKENS = 300_000
RESULT_TOKENS = 2_000
REPEATS = 7
TARGETS = {"exact": 4.0, "selection": 10.0, "repeated": 3.0, "import": 100.0}

count = built_in_counter().count_text

IMPORT = {"pass": "pass", "import headroom": "import headroom"}
FIRST = """
import json, sys, time
messages = json.load(sys.stdin)
start = time.perf_counter()
from headroom import compress, warm
if "warm" in sys.argv:
    warm()
ready = time.perf_counter()
compress(messages)
print(1000 * (ready - start), 1000 * (time.perf_counter() - ready))
"""


def run() -> Section:
    """All of it, on one core."""
    with one_core() as core:
        engine = Engine()
        engine.prepare(asked(text_of_size("flat API rows", 5_000, 0, count)), retrieval="tool")  # loads what is lazy
        cold = {shape: cold_ratios(engine, shape) for shape in SHAPES}
        again = repeated()
        starts = {name: start_ms(code) for name, code in IMPORT.items()}
        first = first_calls()
    starts["net"] = starts["import headroom"] - starts["pass"]
    return Section(
        title="Speed",
        how=(
            f"In ms, {core}; fresh interpreters in wall time. Cold: JSON of {TOKENS:,} tokens not seen before, "
            "verification included, against parsing the same text once with `json` and counting it once with tiktoken "
            f"in the same process, both in turn; median of {REPEATS}, each on a new text. With selection, the exact "
            "form is made first. Ratios compare across machines, milliseconds do not."
        ),
        tables=[cold_table(cold), repeated_table(again), start_table(starts, first)],
        findings=missed(cold, again, starts),
        figures={"cold": cold, "repeated": again, "start_ms": starts, "first_call_ms": first},
    )


def cold_ratios(engine: Engine, shape: str) -> dict[str, float]:
    """Medians of one shape: the baseline, and how many times it a call takes."""
    found: dict[str, list[float]] = {"tokens": [], "baseline_ms": [], "exact": [], "selection": []}
    for repeat in range(REPEATS):
        for name, facts in (("exact", {}), ("selection", {"retrieval": "tool"})):
            text = text_of_size(shape, TOKENS, 2 * repeat + (name == "exact"), fresh_count)
            work = calling(engine, text, **facts)
            order = (baseline(text), work) if repeat % 2 else (work, baseline(text))
            times = [ms_of(one) for one in order]
            base, own = times if repeat % 2 else reversed(times)
            found["tokens"].append(fresh_count(text))
            found["baseline_ms"].append(base)
            found[name].append(own / base)
    return {name: statistics.median(values) for name, values in found.items()}


def fresh_count(text: str) -> int:
    """Tokens, without the memo of the library."""
    encoding = load_encoding("o200k_base")
    return len(encoding.encode_ordinary(text)) if encoding else count(text)


def baseline(text: str) -> Callable[[], Any]:
    """Parse once and tokenise once."""
    return lambda: (json.loads(text), fresh_count(text))


def calling(engine: Engine, text: str, **facts: Any) -> Callable[[], Any]:
    """One call of the library."""
    messages = asked(text)
    return lambda: engine.prepare(messages, **facts)


def turns(count_of: int, first: int) -> Iterator[Messages]:
    """Question, call and result of about `RESULT_TOKENS` tokens; the results are not counted before."""
    for turn in range(first, first + count_of):
        text = text_of_size([*SHAPES][turn % len(SHAPES)], RESULT_TOKENS, 1000 + turn, fresh_count)
        _, user, call, answer = asked(text, f"And what about part {turn}?")
        call = {**call, "tool_calls": [{**call["tool_calls"][0], "id": f"call_{turn}"}]}
        yield [user, call, {**answer, "tool_call_id": f"call_{turn}"}]


def repeated() -> dict[str, float]:
    """Medians over calls on a history that was seen before."""
    engine = Engine()
    size = HISTORY_TOKENS // RESULT_TOKENS
    seen = [message for turn in turns(size, 0) for message in turn]
    first_ms = ms_of(lambda: engine.prepare(seen))
    again = [ms_of(lambda: engine.prepare(seen)) for _ in range(25)]
    tool_first = ms_of(lambda: engine.prepare(seen, retrieval="tool"))
    tool = [ms_of(lambda: engine.prepare(seen, retrieval="tool")) for _ in range(25)]
    reading = [ms_of(lambda: read_messages(seen)) for _ in range(25)]
    added = [ms_of(partial(engine.prepare, [*seen, *turn])) for turn in turns(REPEATS, size)]
    alone = [ms_of(partial(Engine().prepare, turn)) for turn in turns(REPEATS, 2 * size)]
    return {
        "messages": len(seen),
        "tokens": engine.prepare(seen).tokens_before,
        "first_ms": first_ms,
        "repeated_ms": statistics.median(again),
        "tool_first_ms": tool_first,
        "tool_repeated_ms": statistics.median(tool),
        "reading_ms": statistics.median(reading),
        "one_new_ms": statistics.median(added),
        "new_alone_ms": statistics.median(alone),
    }


def python(code: str, *words: str, given: str = "") -> str:
    """What a fresh interpreter prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADROOM_")}
    environment["HEADROOM_STORE_URL"] = "memory://default"
    done = subprocess.run(
        [sys.executable, "-c", code, *words], input=given, capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout


def start_ms(code: str) -> float:
    """Median time of a fresh interpreter that runs `code`."""
    return statistics.median(ms_of(lambda: python(code), time.perf_counter) for _ in range(REPEATS))


def first_calls() -> dict[str, float]:
    """Medians in fresh processes: import and first call of 2,000 tokens, and the same after `warm()`."""
    given = json.dumps(asked(text_of_size("flat API rows", RESULT_TOKENS, 7, count)))
    cold = [[float(ms) for ms in python(FIRST, given=given).split()] for _ in range(5)]
    warmed = [[float(ms) for ms in python(FIRST, "warm", given=given).split()] for _ in range(5)]
    return {
        "cold": statistics.median(map(sum, cold)),
        "warm": statistics.median(ready for ready, _ in warmed),
        "after_warm": statistics.median(call for _, call in warmed),
    }


def cold_table(cold: dict[str, dict[str, float]]) -> Table:
    """Ratios by shape."""
    rows = [
        [
            shape,
            f"{one['tokens']:,.0f}",
            f"{one['baseline_ms']:.0f} ms",
            f"{one['exact']:.1f} x",
            f"{one['selection']:.1f} x",
        ]
        for shape, one in cold.items()
    ]
    targets = f"targets: exact at most {TARGETS['exact']:.0f} x, with selection at most {TARGETS['selection']:.0f} x"
    head = ["JSON", "tokens", "parse + tokenise once", "exact", "with selection"]
    return Table(caption=f"Cold calls; {targets}.", head=head, rows=rows)


def repeated_table(again: dict[str, float]) -> Table:
    """Calls on a long history."""
    reading = f"{again['reading_ms']:.2f} ms ({100 * again['reading_ms'] / again['repeated_ms']:.0f} % of it)"
    rows: Sequence[Sequence[str]] = [
        ["first call", f"{again['first_ms']:.0f} ms"],
        [f"the same call again (target: under {TARGETS['repeated']:.0f} ms)", f"{again['repeated_ms']:.2f} ms"],
        ["... of which reading the messages", reading],
        ["the same call again with the retrieve tool", f"{again['tool_repeated_ms']:.2f} ms"],
        [f"history and one new result of {RESULT_TOKENS:,} tokens", f"{again['one_new_ms']:.1f} ms"],
        ["that result alone, in a new engine", f"{again['new_alone_ms']:.1f} ms"],
    ]
    caption = f"A history of {again['tokens']:,.0f} tokens in {again['messages']:.0f} messages."
    return Table(caption=caption, head=["call", "time"], rows=rows)


def start_table(starts: dict[str, float], first: dict[str, float]) -> Table:
    """Import and first call."""
    import_ms = f"{starts['net']:.0f} ms ({starts['import headroom']:.0f} against {starts['pass']:.0f})"
    rows = [
        [f"`import headroom` over `pass` (target: under {TARGETS['import']:.0f} ms)", import_ms],
        [f"import and first call on {RESULT_TOKENS:,} tokens", f"{first['cold']:.0f} ms"],
        ["import and `warm()`", f"{first['warm']:.0f} ms"],
        ["first call after `warm()`", f"{first['after_warm']:.1f} ms"],
    ]
    return Table(caption="Fresh interpreters, medians of 7 and 5.", head=["start", "time"], rows=rows)


def missed(cold: dict[str, dict[str, float]], again: dict[str, float], starts: dict[str, float]) -> list[str]:
    """Targets that were not met."""
    found = [
        f"**Missed:** {shape}, {name}: {one[name]:.1f} x, target {TARGETS[name]:.0f} x."
        for shape, one in cold.items()
        for name in ("exact", "selection")
        if one[name] > TARGETS[name]
    ]
    if again["repeated_ms"] > TARGETS["repeated"]:
        found.append(f"**Missed:** repeated call: {again['repeated_ms']:.1f} ms, target {TARGETS['repeated']:.0f} ms.")
    if starts["net"] > TARGETS["import"]:
        found.append(f"**Missed:** import: {starts['net']:.0f} ms, target {TARGETS['import']:.0f} ms.")
    return found

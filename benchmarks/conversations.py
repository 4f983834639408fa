"""The input bill of agents' conversations: each compressed again before every call, as an agent's loop does."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from benchmarks.data import Data, Messages, Talk
from benchmarks.page import Section, Table, percent
from headroom import Engine
from headroom.tokenizers import built_in_counter

WRITE, READ, MINIMUM = 1.25, 0.10, 1024  # prices over that of an input token, and the least prefix that is cached
AROUND = 4  # tokens of a message beside its text
EDGE_CALLS, LEAST_CALLS = 5, 20
EVERY = 12  # conversation of a family, by default
FEW = 20  # conversations: families with no more are measured more densely
WAYS: dict[str, dict[str, Any]] = {"default": {}, "tool": {"retrieval": "tool"}}

count = built_in_counter().count_text


@dataclass(slots=True)
class Bill:
    """What one conversation costs in one way.

    Attributes:
        units: Input tokens at their prices.
        sent: Messages of the last request.
        kept_calls: Requests that begin with all of the one before.
        follow_ups: Requests with one before them.
    """

    units: float = 0.0
    sent: Messages = field(default_factory=list, repr=False)
    kept_calls: int = 0
    follow_ups: int = 0

    def add(self, messages: Messages) -> None:
        """One more request."""
        same = 0
        for one, other in zip(self.sent, messages, strict=False):
            if one is not other and one != other:
                break
            same += 1
        whole, kept = (sum(map(size_of, part)) for part in (messages, messages[:same]))
        cached = kept if kept >= MINIMUM else 0
        self.units += cached * READ + (whole - cached) * (WRITE if whole >= MINIMUM else 1.0)
        self.follow_ups += bool(self.sent)
        self.kept_calls += bool(self.sent) and same == len(self.sent)
        self.sent = messages


@dataclass(slots=True)
class Family:
    """Sums over the conversations of one family."""

    conversations: int = 0
    raw: float = 0.0
    units: dict[str, float] = field(default_factory=lambda: dict.fromkeys(WAYS, 0.0))
    dearer: int = 0
    first_ms: list[float] = field(default_factory=list)
    last_ms: list[float] = field(default_factory=list)
    tool_tokens: int = 0
    named_tokens: int = 0
    kept_calls: int = 0
    follow_ups: int = 0


def size_of(message: dict[str, Any]) -> int:
    """Tokens of a message as a provider counts them, about."""
    content = message.get("content") or ""
    if not isinstance(content, str):
        content = "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    calls = [call.get("function", {}) for call in message.get("tool_calls") or []]
    return count("\n".join([content, *(f"{c.get('name', '')} {c.get('arguments', '')}" for c in calls)])) + AROUND


def add_talk(family: Family, talk: Talk) -> None:
    """Measure one conversation in every way."""
    places = [place for place, message in enumerate(talk.messages) if place and message["role"] == "assistant"]
    raw = Bill()
    for place in places:
        raw.add(talk.messages[:place])
    family.conversations += 1
    family.raw += raw.units
    for way, facts in WAYS.items():
        engine, bill, times = Engine(), Bill(), []
        for place in places:
            start = time.perf_counter()
            result = engine.prepare(talk.messages[:place], **facts)
            times.append(1000 * (time.perf_counter() - start))
            bill.add(result.messages)
        family.units[way] += bill.units
        family.kept_calls += bill.kept_calls
        family.follow_ups += bill.follow_ups
        family.dearer += bill.units > 1.001 * raw.units
        if way == "default" and places:
            edges(family, times)
            family.tool_tokens += sum(note.tokens_before for note in result.notes)
            named = [note for note in result.notes if note.reason.endswith("repeats")]
            family.named_tokens += sum(note.tokens_before - note.tokens_after for note in named)


def edges(family: Family, times: list[float]) -> None:
    """The first calls and the last of a long conversation."""
    if len(times) >= LEAST_CALLS:
        family.first_ms += times[:EDGE_CALLS]
        family.last_ms += times[-EDGE_CALLS:]


def run(data: Data, *, every: int) -> Section:
    """Every `every`-th conversation of each family; all of them for 1."""
    talks: dict[str, list[Talk]] = defaultdict(list)
    for talk in data.talks():
        talks[talk.family].append(talk)
    found: dict[str, Family] = defaultdict(Family)
    for name, some in talks.items():
        for talk in some[:: every if len(some) > FEW else max(1, every // 4)]:
            add_talk(found[name], talk)
    means = {way: statistics.mean(saved(one, way) for one in found.values()) for way in WAYS}
    return Section(
        title="Conversations",
        how=(
            f"Data: {data.name}; {which(every)}, compressed again before each call. Input bill with a provider's "
            f"prefix cache: written at {WRITE}, read at {READ}, prefixes of {MINIMUM:,} tokens and more, against the "
            "same without the library. Times: wall time of a call in conversations of at least "
            f"{LEAST_CALLS} calls, medians. "
            "Named: tokens of tool results that are said by a reference to an earlier message, references counted off."
        ),
        tables=[table(found, means)],
        findings=[f"**Dearer than raw:** {name}: {one.dearer}." for name, one in found.items() if one.dearer],
        figures={name: {"default": saved(one, "default"), "tool": saved(one, "tool")} for name, one in found.items()},
    )


def which(every: int) -> str:
    """Which conversations are measured, in words."""
    if every == 1:
        return "all conversations"
    return f"one conversation in {every} of each family (in {max(1, every // 4)} of families with at most {FEW})"


def saved(family: Family, way: str) -> float:
    """Part of the bill that is saved."""
    return 1 - family.units[way] / family.raw if family.raw else 0.0


def table(found: dict[str, Family], means: dict[str, float]) -> Table:
    """A row for each family, and all together."""
    rows = [row_of(name, one) for name, one in sorted(found.items())]
    together = Family()
    for one in found.values():
        together.conversations += one.conversations
        together.raw += one.raw
        together.units = {way: together.units[way] + one.units[way] for way in WAYS}
        together.tool_tokens += one.tool_tokens
        together.named_tokens += one.named_tokens
        together.kept_calls += one.kept_calls
        together.follow_ups += one.follow_ups
        together.first_ms += one.first_ms
        together.last_ms += one.last_ms
    mean = ["**mean of families**", "", *(percent(means[way], 1) for way in WAYS), "", "", "", ""]
    head = ["family", "conversations", "default", "with the tool", "prefix kept", "named", "first 5 calls", "last 5"]
    return Table(caption="Input bill saved.", head=head, rows=[*rows, row_of("**together**", together), mean])


def row_of(name: str, one: Family) -> list[str]:
    """The figures of one family."""
    first, last = (f"{statistics.median(ms):.2f} ms" if ms else "–" for ms in (one.first_ms, one.last_ms))
    return [
        name,
        f"{one.conversations:,}",
        *(percent(saved(one, way), 1) for way in WAYS),
        percent(one.kept_calls, one.follow_ups),
        percent(one.named_tokens, one.tool_tokens),
        first,
        last,
    ]

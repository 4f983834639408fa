"""OpenTelemetry, where the program has set it up: a span per compression, counters per call. Names and sizes only.

Off unless the program itself has imported the OpenTelemetry API and set a provider: this file imports nothing of it, so
that it costs nothing where nobody listens, and loads nothing on an event loop (laws 10, 13). Spans belong to whatever
span is current where the work runs; threads of ours take the caller's context along.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from headroom._version import __version__
from headroom.results import ChangeClass, CompressResult, Note, RequestMetrics, savings_by_reach
from headroom.storage.recorder import every_recorder
from headroom.transforms.contain import contain

SCOPE = "headroom"
SPAN = "headroom.compress"
MODEL = "gen_ai.request.model"  # as the GenAI conventions name it
MOST_HANDLES = 32
MOST_REASONS = 32
DROPPED = "rows_dropped"


def trace_compression(result: CompressResult, *, integration: str, mode: str = "optimize") -> None:
    """Add a span for a compression that has just ended; never raises.

    It is told afterwards, so that every surface has one place to tell it: the span ends now, and began as long ago as
    the steps took.

    Args:
        integration: Which surface it served.
        mode: `optimize`, `audit` or `simulate`.
    """
    api = loaded("opentelemetry.trace")
    if api is None:
        return
    with contain("tracing"):
        tracer = api.get_tracer_provider().get_tracer(SCOPE, __version__)
        took_ms = sum(result.timing.values())
        span = tracer.start_span(SPAN, start_time=time.time_ns() - int(took_ms * 1e6))
        if span.is_recording():
            span.set_attributes(span_attributes(result, integration=integration, mode=mode))
        span.end()


def count_call(row: RequestMetrics) -> None:
    """Count a call of the ledger; never raises."""
    api = loaded("opentelemetry.metrics")
    if api is None:
        return
    with contain("tracing"):
        instruments_of(api.get_meter_provider()).add(row)


def loaded(module: str) -> Any:
    """A module that the program has imported, else None: without its import no provider can have been set."""
    return sys.modules.get(module)


def span_attributes(result: CompressResult, *, integration: str, mode: str) -> dict[str, Any]:
    """What a span says of a compression: counts, reasons, ids of format and settings, handles. No content.

    Reasons are `reason=number` texts, as their names are not known beforehand; a reason is a word of ours.
    """
    saved = savings_by_reach(result.notes)
    changes = Counter(note.change for note in result.notes)
    skipped = Counter(note.reason for note in result.notes if note.change is None and note.reason)
    attributes = {
        "headroom.integration": integration,
        "headroom.mode": mode,
        "headroom.format": result.format,
        "headroom.fingerprint": result.fingerprint,
        "headroom.duration_ms": round(sum(result.timing.values()), 3),
        "headroom.tokens.before": result.tokens_before,
        "headroom.tokens.after": result.tokens_after,
        **{f"headroom.tokens.saved.{name}": tokens for name, tokens in saved.items()},
        **{f"headroom.parts.{change}": changes[change] for change in get_args(ChangeClass)},
        "headroom.parts.unchanged": changes[None],
        "headroom.skips": [f"{reason}={count}" for reason, count in skipped.most_common(MOST_REASONS)],
        "headroom.handles": list(dict.fromkeys(result.ccr_hashes))[:MOST_HANDLES],
        "headroom.turns_dropped": result.turns_dropped,
        "headroom.tool_units_dropped": result.tool_units_dropped,
        MODEL: result.model,
        "error.type": fault_of(result.notes),
    }
    return {name: value for name, value in attributes.items() if value not in ("", None, [])}


def fault_of(notes: Sequence[Note]) -> str | None:
    """Class name of the first fault inside, or None."""
    parts = (part for note in notes for part in note.reason.split("+"))
    return next((part.removeprefix("failed_") for part in parts if part.startswith("failed_")), None)


@dataclass(slots=True)
class Instruments:
    """The instruments of one meter provider.

    Attributes:
        calls: Calls, by surface, mode and model.
        saved: Input tokens saved, besides by class: `exact`, `reachable`, `unreachable`.
        skips: Parts that went out as they came, by reason.
        rounds: Requests that answered retrieve calls; over `calls` it is the retrieve rate.
        retrieved: Tokens of originals given back.
        duration: Milliseconds within headroom.
    """

    calls: Any
    saved: Any
    skips: Any
    rounds: Any
    retrieved: Any
    duration: Any
    most_dropped: int = field(default=0)

    def add(self, row: RequestMetrics) -> None:
        """Count one row."""
        facts = {"headroom.integration": row.integration, "headroom.mode": row.mode} | given({MODEL: row.model})
        self.calls.add(1, facts | given({"error.type": row.error}))
        for name in ("exact", "reachable", "unreachable"):
            if tokens := getattr(row, f"saved_{name}"):
                self.saved.add(tokens, {**facts, "headroom.class": name})
        for reason, parts in row.skips.items():
            self.skips.add(parts, {"headroom.integration": row.integration, "headroom.reason": reason})
        if row.retrieve_rounds:
            self.rounds.add(row.retrieve_rounds, facts)
        if row.retrieved_tokens:
            self.retrieved.add(row.retrieved_tokens, facts)
        self.duration.record(row.duration_ms, facts)

    def dropped(self) -> int:
        """Rows that queues of this process gave up; it only grows, also where a recorder goes with its engine."""
        now = sum(int(recorder.totals.snapshot()[DROPPED]) for recorder in list(every_recorder))
        self.most_dropped = max(self.most_dropped, now)
        return self.most_dropped


def given(facts: Mapping[str, str | None]) -> dict[str, str]:
    """The facts that say something."""
    return {name: value for name, value in facts.items() if value}


made: dict[int, tuple[Any, Instruments]] = {}  # of the provider set last; held, so that its id stays its own
lock = threading.Lock()


def instruments_of(provider: Any) -> Instruments:
    """The instruments of a provider, made once."""
    found = made.get(id(provider))
    if found is None:
        with lock:
            found = made.get(id(provider)) or (provider, new_instruments(provider))
            made.clear()
            made[id(provider)] = found
    return found[1]


def new_instruments(provider: Any) -> Instruments:
    """Instruments of a provider, the rows dropped by queues among them."""
    meter = provider.get_meter(SCOPE, __version__)
    instruments = Instruments(
        meter.create_counter("headroom.calls", unit="{call}", description="Calls through headroom"),
        meter.create_counter("headroom.tokens.saved", unit="{token}", description="Input tokens saved, by class"),
        meter.create_counter("headroom.parts.skipped", unit="{part}", description="Texts left as they came, by reason"),
        meter.create_counter("headroom.retrieve.rounds", unit="{request}", description="Requests for originals"),
        meter.create_counter("headroom.retrieve.tokens", unit="{token}", description="Tokens of originals given back"),
        meter.create_histogram("headroom.duration", unit="ms", description="Time within headroom"),
    )
    meter.create_observable_counter(
        "headroom.queue.dropped",
        callbacks=[lambda _: observed(instruments)],
        unit="{row}",
        description="Rows of the ledger that never reached the store",
    )
    return instruments


def observed(instruments: Instruments) -> Iterable[Any]:
    """The rows dropped so far, as the API wants them."""
    return [loaded("opentelemetry.metrics").Observation(instruments.dropped())]

"""`Observer`: counts the calls of models that a framework tells of, and writes rows for those that have none."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from headroom import ConfigurationError, RequestMetrics
from headroom.engine import Engine
from headroom.results import CompressResult
from headroom.transforms.contain import contain
from headroom_integrations._observed import Joined, ObservedRequest, Place, Reply, Sums, Usage, joined
from headroom_integrations._observed_alerts import Alert, checked_level, checked_threshold
from headroom_integrations._observed_prices import Prices
from headroom_integrations._observed_runs import Root, Runs
from headroom_integrations._shared import warmed

MOST_REQUESTS = 1000  # kept one by one
MOST_BEGUN = 10_000  # calls under way; older ones never end

logger = logging.getLogger("headroom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A call of a model that has not ended."""

    parent_run_id: str | None
    root_run_id: str
    place: Place
    started_s: float


class Observer:
    """What all handlers of frameworks have in common: sums, alerts, rows. Safe to share between threads and tasks.

    A framework's handler calls `begin_run` and `end_run` for whatever may hold calls of models, `begin_call` and
    `finish_call` for these.

    Args:
        log_level: Level of one line per call: `DEBUG`, `INFO` ...; None writes none.
        token_alert_threshold: Tokens, input and output, of one invocation from which an alert is raised, once.
        cost_alert_threshold: The same in dollars; calls whose price is not known do not count.
        on_alert: Called with each `Alert`; what it raises is logged and passed over.
        store_url: Where rows go; None takes the configured place.
        record: Whether rows are written at all.

    Raises:
        ConfigurationError: A value is refused.
    """

    integration = ""
    """Which surface the rows name."""
    prefix = ""
    """What ids of rows begin with."""
    groups: dict[str, str] = {}  # noqa: RUF012  # set by subclasses, never changed
    """What the summary sums by, as `Sums` takes it."""

    def __init__(
        self,
        log_level: str | int | None = "INFO",
        token_alert_threshold: int | None = None,
        cost_alert_threshold: float | None = None,
        *,
        on_alert: Callable[[Alert], Any] | None = None,
        store_url: str | None = None,
        record: bool = True,
    ) -> None:
        self.level = checked_level(log_level)
        self.thresholds = {
            "tokens": checked_threshold("token_alert_threshold", token_alert_threshold),
            "cost": checked_threshold("cost_alert_threshold", cost_alert_threshold),
        }
        if on_alert is not None and not callable(on_alert):
            raise ConfigurationError("on_alert must be callable", field="on_alert", value=type(on_alert).__name__)
        self.on_alert = on_alert
        self.engine = warmed(engine_at(self.integration, store_url)) if record else None
        self.prices = Prices()
        self.lock = threading.Lock()
        self.runs = Runs()
        self.begun: OrderedDict[str, Begun] = OrderedDict()
        self.reset()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.total_requests} requests, {self.total_tokens} tokens)"

    def reset(self) -> None:
        """Begin at zero; calls under way count when they end."""
        with self.lock:
            self.sums = Sums(self.groups)
            self.newest: deque[ObservedRequest] = deque(maxlen=MOST_REQUESTS)
            self.raised: deque[Alert] = deque(maxlen=MOST_REQUESTS)

    @property
    def total_tokens(self) -> int:
        """Input and output tokens of all calls that said so."""
        return self.sums.all.input_tokens + self.sums.all.output_tokens

    @property
    def total_requests(self) -> int:
        """Calls that were answered by a provider, or failed."""
        return self.sums.all.requests

    @property
    def total_cost_usd(self) -> float:
        """Dollars of all calls whose price is known."""
        return self.sums.all.cost_usd

    @property
    def requests(self) -> list[ObservedRequest]:
        """The newest calls, oldest first."""
        with self.lock:
            return list(self.newest)

    @property
    def alerts(self) -> list[Alert]:
        """The newest alerts, oldest first."""
        with self.lock:
            return list(self.raised)

    def get_summary(self) -> dict[str, Any]:
        """Totals, and the same by group; `alerts` as text."""
        with self.lock:
            return {**self.sums.summary(), "alerts": [str(alert) for alert in self.raised]}

    def joined(self) -> list[Joined]:
        """Each invocation with its calls and the ledger's rows of its runs: what was used beside what was saved.

        Reads the store: not for an event loop.

        Raises:
            StorageError: The store cannot be read.
        """
        rows: list[RequestMetrics] = [] if self.engine is None else self.engine.recorder.read(limit=None)
        with self.lock:
            members = {root_id: frozenset(root.members) for root_id, root in self.runs.roots.items()}
            return joined(list(self.newest), members, rows)

    def begin_run(self, run_id: Any, parent_run_id: Any) -> None:
        """Note whose a run is."""
        with self.lock:
            self.runs.begin(str(run_id), None if parent_run_id is None else str(parent_run_id))

    def end_run(self, run_id: Any) -> None:
        """Note that a run has ended."""
        with self.lock:
            self.runs.end(str(run_id))

    def begin_call(self, run_id: Any, parent_run_id: Any, place: Place) -> None:
        """Note where a model is called."""
        parent = None if parent_run_id is None else str(parent_run_id)
        with self.lock:
            root = self.runs.begin(str(run_id), parent)
            begun = Begun(parent_run_id=parent, root_run_id=root, place=place, started_s=time.perf_counter())
            self.begun[str(run_id)] = begun
            while len(self.begun) > MOST_BEGUN:
                self.begun.popitem(last=False)

    def drop_call(self, run_id: Any) -> None:
        """Forget a call: it is counted elsewhere."""
        with self.lock:
            self.begun.pop(str(run_id), None)

    def finish_call(self, run_id: str, reply: Reply, error: str | None = None) -> None:
        """Count a call, write its row, and see to alerts; a run that is heard of twice counts once."""
        with self.lock:
            begun = self.begun.pop(run_id, None)
        if begun is None:
            return
        made = self.observed(run_id, begun, reply, error)
        with self.lock:
            self.newest.append(made)
            self.sums.add(made)
            alerts = self.passed(self.runs.roots.setdefault(begun.root_run_id, Root()), made)
            self.raised.extend(alerts)
            self.runs.end(run_id)
        self.write(made, reply)
        self.say(made, alerts)

    def observed(self, run_id: str, begun: Begun, reply: Reply, error: str | None) -> ObservedRequest:
        """One call, as it is kept."""
        place, usage = begun.place, None if reply.is_cached else reply.usage
        model = reply.model or place.model
        return ObservedRequest(
            run_id=run_id,
            parent_run_id=begun.parent_run_id,
            root_run_id=begun.root_run_id,
            thread_id=place.thread_id,
            node=place.node,
            agent=place.agent,
            tool=place.tool,
            tags=place.tags,
            model=model,
            usage=usage,
            cost_usd=None if usage is None else self.prices.cost(model or place.model, place.provider, usage),
            is_cached_reply=reply.is_cached,
            duration_ms=1000 * (time.perf_counter() - begun.started_s),
            error=error,
        )

    def passed(self, root: Root, made: ObservedRequest) -> list[Alert]:
        """The thresholds that an invocation passes with this call; the lock is held."""
        usage = made.usage or Usage()
        root.tokens += usage.total
        root.cost_usd += made.cost_usd or 0.0
        found = []
        for kind, value in (("tokens", root.tokens), ("cost", root.cost_usd)):
            threshold = self.thresholds[kind]
            if threshold is not None and value > threshold and kind not in root.alerted:
                root.alerted.add(kind)
                found.append(alert_of(kind, value, threshold, made))
        return found

    def write(self, made: ObservedRequest, reply: Reply) -> None:
        """The ledger's row of a call that has none yet. It says what was billed; sizes are in the rows of those that
        compressed, and so are dollars, so that nothing is counted twice."""
        if self.engine is None or made.usage is None or reply.has_row:
            return
        nothing = CompressResult(messages=[], tokens_before=0, tokens_after=0, model=made.model)
        self.engine.record(
            nothing,
            mode="audit",
            request_id=f"{self.prefix}:{made.run_id}",  # once, however many handlers hear of it
            run_id=made.run_id,
            thread_id=made.thread_id,
            tokens_input_billed=made.usage.input,
            tokens_output=made.usage.output,
            cached_tokens=made.usage.cached,
            written_tokens=made.usage.written,
            cost_before=None,
            cost_after=None,
            error=made.error,
        )

    def say(self, made: ObservedRequest, alerts: list[Alert]) -> None:
        """One line per call, and one per alert: names and figures."""
        if self.level is not None:
            usage = made.usage or Usage()
            logger.log(self.level, "%s: %d + %d tokens", made.model or "a model", usage.input, usage.output)
        for alert in alerts:
            logger.warning("%s", alert)
            if self.on_alert is not None:
                with contain("on_alert"):
                    self.on_alert(alert)


def alert_of(kind: str, value: float, threshold: float, made: ObservedRequest) -> Alert:
    """An alert that a call raises."""
    return Alert(
        kind=kind,
        value=value,
        threshold=threshold,
        run_id=made.run_id,
        root_run_id=made.root_run_id,
        thread_id=made.thread_id,
    )


def engine_at(integration: str, store_url: str | None) -> Engine:
    """An engine of its own, so that calls that were only heard of are not among the totals of those that compress."""
    return (
        Engine(integration=integration) if store_url is None else Engine(integration=integration, store_url=store_url)
    )

"""Calls of models that a framework tells of, sums over them, and each invocation beside what was saved in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from typing import Any

from headroom import RequestMetrics

MOST_NAMES = 1000
OTHERS = "(others)"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call, as the provider counted them.

    Attributes:
        input: All tokens sent, however they were cached.
        output: Tokens the model wrote, thinking included.
        cached: Of `input`, read from the provider's cache.
        written: Of `input`, written to it.
        reasoning: Of `output`, thinking.
    """

    input: int = 0
    output: int = 0
    cached: int = 0
    written: int = 0
    reasoning: int = 0

    @property
    def total(self) -> int:
        """`input + output`."""
        return self.input + self.output


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the end of a run says.

    Attributes:
        usage: None where the answer does not say.
        model: Name of the model that answered, or "".
        is_cached: Whether the framework's cache answered, so that nothing was sent.
        has_row: Whether headroom has written a row with this usage already.
    """

    usage: Usage | None = None
    model: str = ""
    is_cached: bool = False
    has_row: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a program a model is called.

    Attributes:
        thread_id: Conversation, as the program names it.
        node: Node of a graph.
        agent: Name of the agent.
        tool: Name of the tool within which it is called.
        model: Name of the model that is called, or "".
        provider: Whose it is, in the framework's words, or "".
        tags: What the program marks it with.
    """

    thread_id: str | None = None
    node: str | None = None
    agent: str | None = None
    tool: str | None = None
    model: str = ""
    provider: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedRequest:
    """One call of a model. Holds no content.

    Attributes:
        run_id: The framework's id of the call.
        parent_run_id: Of the chain, node or agent that made it, or None.
        root_run_id: Of the invocation that it belongs to; its own where it stands alone.
        thread_id: Conversation, or None.
        node: Node of the graph, or None.
        agent: Name of the agent, or None.
        tool: Name of the tool within which it was made, or None.
        model: Model that answered, or that was asked.
        usage: Tokens as the provider counted them; None where it did not say, or nothing was sent.
        cost_usd: Dollars; None where no price is known.
        is_cached_reply: Whether the framework's cache answered.
        duration_ms: From start to end.
        error: Class name of an error, or None.
        tags: What the program marked it with.
    """

    run_id: str
    parent_run_id: str | None = None
    root_run_id: str = ""
    thread_id: str | None = None
    node: str | None = None
    agent: str | None = None
    tool: str | None = None
    model: str = ""
    usage: Usage | None = None
    cost_usd: float | None = None
    is_cached_reply: bool = False
    duration_ms: float = 0.0
    error: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def total_tokens(self) -> int:
        """Input and output; 0 where not known."""
        return 0 if self.usage is None else self.usage.total


@dataclass(slots=True)
class Figures:
    """Sums of some calls.

    Attributes:
        requests: Calls that reached a provider, failed ones included.
        requests_with_usage: Of these, those whose tokens are known.
        requests_with_price: Of these, those whose price is known.
    """

    requests: int = 0
    requests_with_usage: int = 0
    requests_with_price: int = 0
    errors: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    written_tokens: int = 0
    reasoning_tokens: int = 0
    cost_usd: float = 0.0

    def add(self, made: ObservedRequest) -> None:
        """Count one call."""
        self.requests += 1
        self.errors += made.error is not None
        if made.usage is None:
            return
        self.requests_with_usage += 1
        self.input_tokens += made.usage.input
        self.output_tokens += made.usage.output
        self.cached_tokens += made.usage.cached
        self.written_tokens += made.usage.written
        self.reasoning_tokens += made.usage.reasoning
        if made.cost_usd is not None:
            self.requests_with_price += 1
            self.cost_usd += made.cost_usd


class Sums:
    """Totals of all calls, and by some of their fields. For use under its owner's lock; bounded.

    Args:
        fields: Name of a group, such as `by_model`, to the field of `ObservedRequest`.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        self.all = Figures()
        self.cached_replies = 0
        self.groups: dict[str, dict[str, Figures]] = {name: {} for name in fields}

    def add(self, made: ObservedRequest) -> None:
        """Count one call; an answer from a cache is none."""
        if made.is_cached_reply:
            self.cached_replies += 1
            return
        self.all.add(made)
        for group, field_name in self.fields.items():
            named = self.groups[group]
            name = str(getattr(made, field_name) or UNKNOWN)
            named.setdefault(name if name in named or len(named) < MOST_NAMES else OTHERS, Figures()).add(made)

    def summary(self) -> dict[str, Any]:
        """All of it as plain values."""
        total = asdict(self.all)
        return {
            "total_requests": total.pop("requests"),
            "total_tokens": self.all.input_tokens + self.all.output_tokens,
            "total_cost_usd": total.pop("cost_usd"),
            **total,
            "cached_replies": self.cached_replies,
            **{group: {name: asdict(f) for name, f in sorted(named.items())} for group, named in self.groups.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """One invocation: what its calls used, and what the ledger says was saved in its runs.

    Attributes:
        root_run_id: The framework's id of the invocation.
        requests: Calls of models in it, in the order in which they ended.
        rows: The ledger's rows of its runs, oldest first.
    """

    root_run_id: str
    requests: tuple[ObservedRequest, ...] = ()
    rows: tuple[RequestMetrics, ...] = field(default=(), repr=False)

    @property
    def tokens_saved(self) -> int:
        """Tokens that were not sent, by the built-in measure."""
        return sum(row.tokens_saved for row in self.rows)

    @property
    def input_tokens(self) -> int:
        """Tokens that were sent, as the provider counted them."""
        return sum(request.usage.input for request in self.requests if request.usage is not None)

    @property
    def cost_usd(self) -> float:
        """Dollars of the calls whose price is known."""
        return sum(request.cost_usd or 0.0 for request in self.requests)

    def row_of(self, request: ObservedRequest) -> RequestMetrics | None:
        """The ledger's row of one call, or that of the wrapper that made it and counted its usage; None for neither."""
        exact = (row for row in self.rows if row.run_id == request.run_id)
        around = (
            row
            for row in self.rows
            if row.run_id is not None and row.run_id == request.parent_run_id and row.tokens_input_billed is not None
        )
        return next(chain(exact, around), None)


def joined(
    requests: Sequence[ObservedRequest], members: Mapping[str, frozenset[str]], rows: Iterable[RequestMetrics]
) -> list[Joined]:
    """Calls and rows by invocation, in the order of the first call; those without calls are left aside.

    Args:
        members: Root to the runs that belong to it.
        rows: The ledger's, newest first.
    """
    root_of = {run_id: root_id for root_id, runs in members.items() for run_id in (*runs, root_id)}
    root_of |= {request.run_id: request.root_run_id for request in requests}
    by_root: dict[str, tuple[list[ObservedRequest], list[RequestMetrics]]] = {}
    for request in requests:
        by_root.setdefault(request.root_run_id, ([], []))[0].append(request)
    for row in rows:
        root_id = root_of.get(row.run_id or "")
        if root_id in by_root:
            by_root[root_id][1].insert(0, row)
    return [
        Joined(root_run_id=root_id, requests=tuple(calls), rows=tuple(saved))
        for root_id, (calls, saved) in by_root.items()
    ]

"""The plugs: what a part must offer to be put in. `tests/contracts/` runs one suite per plug over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from headroom.results import CompressionResult, RequestMetrics, TransformResult

if TYPE_CHECKING:
    from headroom.messages import Message


@runtime_checkable
class TokenCounter(Protocol):
    """Counts tokens. Pure; never raises on any text; additive within a few tokens.

    `is_exact` says whether the figure is the provider's own or an estimate.
    """

    name: str
    is_exact: bool

    def count_text(self, text: str) -> int:
        """Tokens of one text, at least 0."""
        ...


@runtime_checkable
class Compressor(Protocol):
    """Shortens text of one kind.

    Pure: no clock, file or network; the same input always gives the same output.
    Never longer: when nothing is gained, the input comes back, the same object.
    Idempotent: its own output comes back unchanged.
    """

    name: str

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """Compress `text`; `context` is what the reader is looking for, or ""."""
        ...


@runtime_checkable
class Transform(Protocol):
    """Rewrites a conversation; keeps order, and a tool call with its answer."""

    name: str

    def transform(self, messages: Sequence[Message], request: Request) -> TransformResult:
        """The conversation after this step; `messages` of the result are `Message` views."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """Says how well items fit a question: one float of 0 to 1 per item, in order."""

    def score_items(self, items: Sequence[str], query: str) -> Sequence[float]:
        """Scores aligned with `items`; a full match is near 1, no match is 0."""
        ...


class OriginalStore(Protocol):
    """Keeps originals by handle, within a namespace. Content is bytes, never interpreted."""

    def put(self, handle: str, content: bytes, *, namespace: str = "", tool: str | None = None) -> None:
        """Store `content`; acknowledged when this returns. Storing the same again is no error."""
        ...

    def get(self, handle: str, *, namespace: str = "") -> bytes | None:
        """The content, or None where the handle is unknown or has expired."""
        ...

    def delete(self, *, namespace: str | None = None, before: datetime | None = None) -> int:
        """Remove what matches; returns how many were removed."""
        ...

    def close(self) -> None:
        """Release files and connections; may be called twice."""
        ...


class MetricsStore(Protocol):
    """Keeps one row per call. Rows hold no content."""

    def write(self, rows: Sequence[RequestMetrics]) -> None:
        """Store rows; on disk when this returns. A `request_id` stored before is replaced."""
        ...

    def read(
        self,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        model: str | None = None,
        mode: str | None = None,
        limit: int | None = 100,
    ) -> list[RequestMetrics]:
        """Rows within the bounds (inclusive; naive times are UTC), newest first, at most `limit`."""
        ...

    def close(self) -> None:
        """Release files and connections; may be called twice."""
        ...


class Provider(Protocol):
    """What is known of one vendor's models."""

    name: str

    def get_token_counter(self, model: str) -> TokenCounter:
        """Counter for `model`."""
        ...

    def get_context_limit(self, model: str) -> int:
        """Tokens that fit into the model's window."""
        ...


Retrieval = Literal["tool", "off"]
Selection = Literal["reachable", "always", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The facts of one call, as every step sees them.

    Attributes:
        model: Model the caller named; of bytes it decides only where its provider's cache begins.
        query: Explicit question; None takes the causal one (law 1).
        retrieval: `tool` when the model can call `headroom_retrieve` in this conversation.
        selection: Where leaving out is allowed: `reachable` (only with `retrieval="tool"`), `always`, `never`.
        is_selection_given: Whether the caller said so for this call; then a limit alone leaves nothing out.
        target_tokens: Size that a selection fills, per text; None takes the configured one.
        keep_turns: Newest turns protected from compression; None protects none.
        tool_profiles: Tool name or glob to its settings, such as `{"skip_compression": True}`.
        roles: Roles whose text is compressed; tool results are told by their kind, not by this.
        strict: Turn each reason for leaving something untouched through a fault into its error.
        format: Format id of the bytes to write.
        namespace: Scope of handles.
        needs_call: Leave a tool result alone whose call does not stand before it; off for loose texts.
        is_conversation: Whether the messages are what a model is sent, in order; off for loose texts such as documents,
            which no prefix cache holds and no reader sees beside each other.
        references: Whether a text may name what an earlier message showed: only where the whole conversation passes
            through this call, and what comes out is sent, not kept as the new history.
        biases: Position of a message to how many times as much of its results is kept; caller-asked, like `keep_turns`.
        counter: The model's own measure, under which budgets hold; None takes the built-in one.
        budget_tokens: Tokens that the messages may have together, under `counter` with what a provider adds around
            each; None drops nothing.
        min_cacheable_tokens: Shortest prefix that the model's provider caches; None takes the configured one.
        prefix_tokens: Tokens that stand before the messages in every request, such as the tools list.
        align: Move what changes from day to day to the end of the system text.
        dry_run: Nothing is stored.
        extra: Facts of one adapter, such as a run id; decide no bytes.
    """

    model: str = ""
    query: str | None = None
    retrieval: Retrieval = "off"
    selection: Selection = "reachable"
    is_selection_given: bool = False
    target_tokens: int | None = None
    keep_turns: int | None = None
    tool_profiles: Mapping[str, Any] = field(default_factory=dict)
    roles: frozenset[str] = frozenset({"tool", "function"})
    strict: bool = False
    format: str = "1"
    namespace: str = ""
    needs_call: bool = True
    is_conversation: bool = True
    references: bool = True
    biases: Mapping[int, float] = field(default_factory=dict)
    counter: TokenCounter | None = None
    budget_tokens: int | None = None
    min_cacheable_tokens: int | None = None
    prefix_tokens: int = 0
    align: bool = False
    dry_run: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def may_leave_out(self) -> bool:
        """Whether choosing what stays is allowed at all (law 5)."""
        return self.selection == "always" or (self.selection == "reachable" and self.retrieval == "tool")

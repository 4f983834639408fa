"""What comes back: frozen values that say what was done, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from headroom.results.explained import Explanation, explanation_of
from headroom.results.notes import ChangeClass, Note


def ratio(after: float, before: float) -> float:
    """`after / before`: 0.1 keeps a tenth, 1.0 keeps all; 1.0 for nothing at all."""
    return after / before if before else 1.0


def savings_percent(after: float, before: float) -> float:
    """Share saved, 0 to 100."""
    return 100.0 * (1.0 - ratio(after, before))


class Saving:
    """What follows from tokens before and after."""

    __slots__ = ()
    tokens_before: int
    tokens_after: int

    @property
    def tokens_saved(self) -> int:
        """`tokens_before - tokens_after`."""
        return self.tokens_before - self.tokens_after

    @property
    def compression_ratio(self) -> float:
        """`tokens_after / tokens_before`: 1.0 means that nothing was saved."""
        return ratio(self.tokens_after, self.tokens_before)

    @property
    def savings_percent(self) -> float:
        """Share of tokens saved, 0 to 100."""
        return savings_percent(self.tokens_after, self.tokens_before)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressionResult:
    """Outcome of compressing one text.

    Attributes:
        compressed: Text to send on; the input itself, the same object, when nothing was gained.
        original_tokens: Size of the input, in tokens of the compressor's counter.
        compressed_tokens: Size of `compressed`, same counter.
        exact_tokens: Size of the best exact form, same counter: `compressed_tokens` with nothing left out.
        kind: Content type the text was taken for.
        change: Class of the change; None when the text is unchanged.
        strategy: What was done, such as `table` or `table+selection`; "" when nothing was.
        reason: Why the text is unchanged, or why it stayed large; "" otherwise.
        items_total: Items (rows, lines) of the original; 0 where it has none.
        items_kept: Items that `compressed` shows; equal to `items_total` when nothing was left out.
    """

    compressed: str = field(repr=False)
    original_tokens: int
    compressed_tokens: int
    exact_tokens: int = 0
    kind: str = "text"
    change: ChangeClass | None = None
    strategy: str = ""
    reason: str = ""
    items_total: int = 0
    items_kept: int = 0

    @property
    def compression_ratio(self) -> float:
        """`compressed_tokens / original_tokens`: 0.1 keeps a tenth, 1.0 keeps all."""
        return ratio(self.compressed_tokens, self.original_tokens)

    @property
    def tokens_saved(self) -> int:
        """`original_tokens - compressed_tokens`; never negative."""
        return self.original_tokens - self.compressed_tokens

    @property
    def was_modified(self) -> bool:
        """Whether `compressed` differs from the input."""
        return self.change is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class WasteSignals:
    """Where tokens go that carry nothing, in tokens by kind."""

    json_bloat_tokens: int = 0
    html_noise_tokens: int = 0
    base64_tokens: int = 0
    whitespace_tokens: int = 0
    dynamic_date_tokens: int = 0
    repetition_tokens: int = 0

    def total(self) -> int:
        """Sum over all kinds."""
        return sum(self.to_dict().values())

    def to_dict(self) -> dict[str, int]:
        """Tokens by kind."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformResult(Saving):
    """A conversation after one or more transforms.

    Attributes:
        messages: What goes out; members that were not changed are the objects that came in.
        tokens_before: Tokens of all message texts as they came, by the built-in measure.
        tokens_after: Tokens of all message texts as they go out, same measure.
        transforms_applied: Labels of the transforms that changed something, such as `smart_crush:2`.
        markers_inserted: Marker lines that were written.
        warnings: One line each, for people.
        notes: What happened to each part, or why nothing did.
        timing: Milliseconds by transform name; never part of a decision.
        turns_dropped: Turns that a window dropped.
        tool_units_dropped: Tool calls with their results that a window dropped or clearing took out.
    """

    messages: list[Any] = field(repr=False)
    tokens_before: int = 0
    tokens_after: int = 0
    transforms_applied: list[str] = field(default_factory=list)
    markers_inserted: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    timing: dict[str, float] = field(default_factory=dict)
    waste_signals: WasteSignals | None = None
    cache_metrics: Any = None
    diff_artifact: Any = None
    turns_dropped: int = 0
    tool_units_dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressResult(Saving):
    """What `headroom.compress()` gives back.

    Attributes:
        messages: The list to send, in the format that came in.
        tokens_before: Tokens of all message texts as they came, by the built-in measure (o200k_base).
        tokens_after: Tokens of all message texts as they go out, same measure.
        transforms_applied: Labels of the transforms that changed something.
        ccr_hashes: Handles of originals of which something was left out.
        notes: What happened to each part, or why nothing did.
        warnings: One line each, for people.
        format: Format id of the compressed texts.
        fingerprint: Fingerprint of the settings that decide bytes.
        model: The model the caller named.
        timing: Milliseconds by transform name.
        turns_dropped: Turns that a window dropped.
        tool_units_dropped: Tool calls with their results that a window dropped or clearing took out.
        came: The messages as they came, the caller's own objects, where they are kept for `diff` and `explain`.
    """

    messages: list[Any] = field(repr=False)
    tokens_before: int
    tokens_after: int
    transforms_applied: list[str] = field(default_factory=list)
    ccr_hashes: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    format: str = "1"
    fingerprint: str = ""
    model: str = ""
    timing: dict[str, float] = field(default_factory=dict)
    turns_dropped: int = 0
    tool_units_dropped: int = 0
    came: Sequence[Any] = field(default=(), repr=False, compare=False)

    @property
    def compressed(self) -> bool:
        """Whether anything was changed."""
        return any(note.change for note in self.notes)

    @property
    def savings_by_reach(self) -> dict[str, int]:
        """Saved tokens in the three columns of law 12: `exact`, `reachable`, `unreachable`."""
        return savings_by_reach(self.notes)

    def explain(self, messages: Sequence[Any] | None = None) -> Explanation:
        """What happened to each part, and why: sizes, classes, reasons, ways back; no texts.

        Shows itself in notebooks (`result.explain()`), in `print`, and as a page (`.to_html()`).

        Args:
            messages: As they came; None takes those that `compress` was given.
        """
        return explanation_of(self, self.came if messages is None else messages, self.messages, with_texts=False)

    def diff(self, messages: Sequence[Any] | None = None) -> Explanation:
        """The parts that were changed, with their texts before and after. They are content.

        Args:
            messages: As `explain` takes them.
        """
        return explanation_of(self, self.came if messages is None else messages, self.messages, with_texts=True)

    def _repr_html_(self) -> str:
        return self.explain()._repr_html_()


def savings_by_reach(notes: Sequence[Note]) -> dict[str, int]:
    """Saved tokens in three columns: exact forms, left out within the model's reach, left out beyond it."""
    columns = {"exact": 0, "reachable": 0, "unreachable": 0}
    for note in notes:
        if note.change == "left_out":
            columns["exact"] += note.tokens_before - note.tokens_exact
            columns["reachable" if note.reachable_by == "model" else "unreachable"] += (
                note.tokens_exact - note.tokens_after
            )
        else:
            columns["exact"] += note.tokens_saved
    return columns


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationResult(Saving):
    """What compressing would do; nothing was sent anywhere.

    Attributes:
        tokens_before: Tokens of all message texts as they came, by the built-in measure.
        tokens_after: Tokens of all message texts as they would go out, same measure.
        transforms_applied: Labels of the transforms that would change something; also as `transforms`.
        messages_optimized: The list that would be sent.
        estimated_savings: Dollars per request at the model's uncached input price, as text.
        came: The messages as they came, for `diff` and `explain`.
    """

    tokens_before: int
    tokens_after: int
    transforms_applied: list[str] = field(default_factory=list)
    waste_signals: WasteSignals = field(default_factory=WasteSignals)
    messages_optimized: list[Any] = field(default_factory=list, repr=False)
    notes: list[Note] = field(default_factory=list)
    estimated_savings: str = "N/A per request"
    block_breakdown: Mapping[str, int] = field(default_factory=dict)
    stable_prefix_hash: str = ""
    cache_alignment_score: float = 100.0

    came: Sequence[Any] = field(default=(), repr=False, compare=False)

    @property
    def transforms(self) -> list[str]:
        """`transforms_applied`, under its older name."""
        return self.transforms_applied

    def explain(self, messages: Sequence[Any] | None = None) -> Explanation:
        """As `CompressResult.explain`."""
        return explanation_of(
            self, self.came if messages is None else messages, self.messages_optimized, with_texts=False
        )

    def diff(self, messages: Sequence[Any] | None = None) -> Explanation:
        """As `CompressResult.diff`."""
        return explanation_of(
            self, self.came if messages is None else messages, self.messages_optimized, with_texts=True
        )

    def _repr_html_(self) -> str:
        return self.explain()._repr_html_()

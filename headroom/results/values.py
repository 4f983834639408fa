"""What comes back: frozen values that say what was done, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

ChangeClass = Literal["exact", "value_exact", "by_reference", "display", "left_out"]
"""How a changed part relates to its original (law 3), from most to least faithful."""

ReachableBy = Literal["model", "caller", "nobody"]
"""Who can get back what was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What happened to one part of one message, or why nothing did.

    Attributes:
        message_index: Position of the message in the list given, from 0.
        part_index: Position of the text part within the message, from 0.
        kind: Detected content type, such as `json_array` or `text`.
        change: Class of the change; None when the part goes out as it came.
        reason: What was done (`table`), or why not (`below_min_tokens`).
        tokens_before: Size as it came, in tokens of the built-in measure.
        tokens_after: Size as it goes out, same measure.
        tokens_exact: Size after exact forms alone, before anything was left out, same measure.
        tool: Name of the tool whose result this is, or None.
        handle: Handle of the original when something was left out, else None.
        reachable_by: Who can get back what was left out; None when nothing was.
        hint: The argument that would change the outcome, or "".
    """

    message_index: int
    part_index: int = 0
    kind: str = "text"
    change: ChangeClass | None = None
    reason: str = ""
    tokens_before: int = 0
    tokens_after: int = 0
    tokens_exact: int = 0
    tool: str | None = None
    handle: str | None = None
    reachable_by: ReachableBy | None = None
    hint: str = ""

    @property
    def tokens_saved(self) -> int:
        """`tokens_before - tokens_after`; never negative."""
        return self.tokens_before - self.tokens_after


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

    @property
    def compressed(self) -> bool:
        """Whether anything was changed."""
        return any(note.change for note in self.notes)

    @property
    def savings_by_reach(self) -> dict[str, int]:
        """Saved tokens in the three columns of law 12: `exact`, `reachable`, `unreachable`."""
        return savings_by_reach(self.notes)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{n.message_index}</td><td>{n.kind}</td><td>{n.reason}</td><td>{n.tokens_before}</td>"
            f"<td>{n.tokens_after}</td></tr>"
            for n in self.notes
            if n.change
        )
        return (
            f"<p>{self.tokens_before} → {self.tokens_after} tokens ({self.savings_percent:.1f} % saved)</p>"
            f"<table><tr><th>message</th><th>kind</th><th>done</th><th>before</th><th>after</th></tr>{rows}</table>"
        )


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

    @property
    def transforms(self) -> list[str]:
        """`transforms_applied`, under its older name."""
        return self.transforms_applied

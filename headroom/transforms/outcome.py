"""What became of one text, before it is tied to a message."""

from __future__ import annotations

from dataclasses import dataclass, field

from headroom.results import ChangeClass, CompressionResult, Note, ReachableBy


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOutcome:
    """Outcome for one text; a `Note` without its place.

    Attributes:
        text: What goes out; None where the text goes out as it came.
    """

    text: str | None = field(default=None, repr=False)
    kind: str = "text"
    change: ChangeClass | None = None
    reason: str = ""
    tokens_before: int = 0
    tokens_after: int = 0
    tokens_exact: int = 0
    handle: str | None = None
    reachable_by: ReachableBy | None = None
    hint: str = ""

    def note(self, message_index: int, part_index: int, tool: str | None) -> Note:
        """The note for the part at this place."""
        return Note(
            message_index=message_index,
            part_index=part_index,
            tool=tool,
            kind=self.kind,
            change=self.change,
            reason=self.reason,
            tokens_before=self.tokens_before,
            tokens_after=self.tokens_after,
            tokens_exact=self.tokens_exact,
            handle=self.handle,
            reachable_by=self.reachable_by,
            hint=self.hint,
        )


def untouched(tokens: int, reason: str, kind: str = "text", hint: str = "") -> PartOutcome:
    """A text that goes out as it came."""
    return PartOutcome(
        kind=kind, reason=reason, tokens_before=tokens, tokens_after=tokens, tokens_exact=tokens, hint=hint
    )


def outcome_of(
    result: CompressionResult, *, handle: str | None = None, reachable_by: ReachableBy | None = None, hint: str = ""
) -> PartOutcome:
    """What a compressor made."""
    left_out = result.change == "left_out"
    return PartOutcome(
        text=result.compressed if result.was_modified else None,
        kind=result.kind,
        change=result.change,
        reason=result.strategy or result.reason,
        tokens_before=result.original_tokens,
        tokens_after=result.compressed_tokens,
        tokens_exact=result.exact_tokens,
        handle=handle if left_out else None,
        reachable_by=reachable_by if left_out else None,
        hint=hint,
    )


def result_of_outcome(text: str, outcome: PartOutcome) -> CompressionResult:
    """What a compressor had made, for one that goes on from there."""
    return CompressionResult(
        compressed=text if outcome.text is None else outcome.text,
        original_tokens=outcome.tokens_before,
        compressed_tokens=outcome.tokens_after,
        exact_tokens=outcome.tokens_exact,
        kind=outcome.kind,
        change=outcome.change,
        strategy=outcome.reason if outcome.change else "",
        reason="" if outcome.change else outcome.reason,
    )

"""`Note`: what happened to one part of one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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

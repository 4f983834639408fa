"""Texts before and after, for the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headroom.reports.samples import Sample
from headroom.results import CompressResult
from headroom_integrations.demo.bill import text_of


def samples_of(result: CompressResult, messages: Sequence[dict[str, Any]]) -> list[Sample]:
    """A sample per text that was changed."""
    return [
        Sample(
            title=f"message {note.message_index}: {note.tool or note.kind}",
            tool=note.tool,
            kind=note.kind,
            change=note.change,
            tokens_before=note.tokens_before,
            tokens_after=note.tokens_after,
            before=text_of(messages[note.message_index].get("content")),
            after=text_of(result.messages[note.message_index]["content"]),
        )
        for note in result.notes
        if note.change is not None
    ]

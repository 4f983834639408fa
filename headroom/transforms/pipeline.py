"""Transforms one after the other over one conversation."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from headroom.messages import Message, texts_of
from headroom.protocols import Request, TokenCounter, Transform
from headroom.results import Note, TransformResult
from headroom.tokenizers import built_in_counter
from headroom.transforms.contain import contain
from headroom.transforms.walks import Reader


class Pipeline:
    """Runs transforms in order; one that fails is passed over with a warning, and the others still run.

    A transform reports tokens before and after for what it has looked at; one with `counts_all` looks at every text,
    and gives the total that the savings of all others count against.

    Args:
        transforms: What runs, first to last.
        counter: The measure of what came in, where no transform could tell it; None takes the built-in one.
    """

    def __init__(self, transforms: Sequence[Transform], *, counter: TokenCounter | None = None) -> None:
        self.transforms = list(transforms)
        self.counter = counter or built_in_counter()
        self.reader = Reader()

    def run(self, raw: Sequence[Any], request: Request) -> TransformResult:
        """The conversation after all transforms; its messages are what goes out, in the form they came in."""
        messages: list[Message] = list(map(self.reader.read, raw))
        collected, counted = TransformResult(messages=messages), None
        for transform in self.transforms:
            saved = collected.tokens_before - collected.tokens_after
            done = self.step(transform, collected, request)
            if counted is None and done.tokens_before and getattr(transform, "counts_all", False):
                counted = done.tokens_before - collected.tokens_before + saved
            collected = done
        before = self.size(messages) if counted is None else counted
        return replace(
            collected,
            messages=[message.output for message in collected.messages],
            tokens_before=before,
            tokens_after=before - (collected.tokens_before - collected.tokens_after),
        )

    def size(self, messages: Sequence[Message]) -> int:
        """Tokens of a conversation that nothing has measured: a fault must not look like an empty one."""
        with contain("sizes"):
            return sum(self.counter.count_text(text) for message in messages for text in texts_of(message))
        return 0

    def step(self, transform: Transform, so_far: TransformResult, request: Request) -> TransformResult:
        """`so_far` with one more transform applied; tokens before and after are sums over what each has counted."""
        started = time.perf_counter()
        with contain(transform.name, strict=request.strict) as fault:
            done = transform.transform(so_far.messages, request)
            return TransformResult(
                messages=done.messages,
                tokens_before=so_far.tokens_before + done.tokens_before,
                tokens_after=so_far.tokens_after + done.tokens_after,
                transforms_applied=[*so_far.transforms_applied, *done.transforms_applied],
                markers_inserted=[*so_far.markers_inserted, *done.markers_inserted],
                warnings=[*so_far.warnings, *done.warnings],
                notes=merged(so_far.notes, done.notes),
                timing={**so_far.timing, transform.name: 1000 * (time.perf_counter() - started)},
                turns_dropped=so_far.turns_dropped + done.turns_dropped,
                tool_units_dropped=so_far.tool_units_dropped + done.tool_units_dropped,
            )
        return replace(so_far, warnings=[*so_far.warnings, f"{transform.name}: {fault.reason}"])


def merged(before: Sequence[Note], after: Sequence[Note]) -> list[Note]:
    """All notes, by the place of their part."""
    if not before:
        return list(after)
    return sorted([*before, *after], key=lambda note: (note.message_index, note.part_index))

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
        collected = TransformResult(messages=messages)
        for transform in self.transforms:
            collected = self.step(transform, collected, request)
        if not collected.tokens_before:
            tokens = self.size(messages)
            collected = replace(collected, tokens_before=tokens, tokens_after=tokens)
        outputs = [message.output for message in collected.messages]
        return TransformResult(
            messages=outputs,
            tokens_before=collected.tokens_before,
            tokens_after=collected.tokens_after,
            transforms_applied=collected.transforms_applied,
            markers_inserted=collected.markers_inserted,
            warnings=collected.warnings,
            notes=collected.notes,
            timing=collected.timing,
        )

    def size(self, messages: Sequence[Message]) -> int:
        """Tokens of a conversation that nothing has measured: a fault must not look like an empty one."""
        with contain("sizes"):
            return sum(self.counter.count_text(text) for message in messages for text in texts_of(message))
        return 0

    def step(self, transform: Transform, so_far: TransformResult, request: Request) -> TransformResult:
        """`so_far` with one more transform applied."""
        started = time.perf_counter()
        with contain(transform.name, strict=request.strict) as fault:
            done = transform.transform(so_far.messages, request)
            return TransformResult(
                messages=done.messages,
                tokens_before=so_far.tokens_before or done.tokens_before,
                tokens_after=done.tokens_after,
                transforms_applied=[*so_far.transforms_applied, *done.transforms_applied],
                markers_inserted=[*so_far.markers_inserted, *done.markers_inserted],
                warnings=[*so_far.warnings, *done.warnings],
                notes=merged(so_far.notes, done.notes),
                timing={**so_far.timing, transform.name: 1000 * (time.perf_counter() - started)},
            )
        return TransformResult(
            messages=so_far.messages,
            tokens_before=so_far.tokens_before,
            tokens_after=so_far.tokens_after,
            transforms_applied=so_far.transforms_applied,
            markers_inserted=so_far.markers_inserted,
            warnings=[*so_far.warnings, f"{transform.name}: {fault.reason}"],
            notes=so_far.notes,
            timing=so_far.timing,
        )


def merged(before: Sequence[Note], after: Sequence[Note]) -> list[Note]:
    """All notes, by the place of their part."""
    if not before:
        return list(after)
    return sorted([*before, *after], key=lambda note: (note.message_index, note.part_index))

"""A transform that goes through a conversation as the content router does, with settings and forms of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from headroom.messages import Message
from headroom.protocols import Request
from headroom.results import TransformResult
from headroom.transforms.content_router import ContentRouter
from headroom.transforms.face import Applicable


class Routed(Applicable):
    """Finds tool results, remembers, says what it did, keeps turns that are protected: all as the router does.

    Attributes:
        label: What its results call it.
    """

    label = ""
    counts_all = True  # its totals are over every text of the conversation

    @cached_property
    def router(self) -> ContentRouter:
        """The router that does the work; made at first use."""
        return self.new_router()

    def new_router(self) -> ContentRouter:
        """A router with the settings and forms of this transform."""
        raise NotImplementedError

    def transform(self, messages: Sequence[Message], request: Request) -> TransformResult:
        """The conversation with what this transform is for made smaller, and a note per tool result."""
        done = self.router.transform(messages, replace(request, references=False))
        changed = sum(note.change is not None for note in done.notes)
        return replace(done, transforms_applied=[f"{self.label}:{changed}"] if changed else [])

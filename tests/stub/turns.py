"""What a scripted model answers, and what goes wrong on the way: values without behaviour."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """Reasoning; the server signs or seals it. `redacted` shows only sealed data."""

    text: str
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """The model declines."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call; arguments as a value, or as the very text of the JSON. Without an id the server makes one."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    id: str = ""

    @property
    def json(self) -> str:
        """The arguments as the model writes them."""
        if isinstance(self.arguments, str):
            return self.arguments
        return json.dumps(self.arguments, ensure_ascii=False)


Part = Text | Thinking | Refusal | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One answer of the model.

    Attributes:
        parts: In the order in which they come.
        stop: Reason to stop in the provider's own word; None takes the usual one.
        sizes: Lengths of the pieces a stream is cut into, repeated; small ones cut words, escapes and names.
        bytes_per_write: Size of the writes to the socket; small ones cut UTF-8 sequences. None writes whole events.
        interleave: Deltas of parallel calls alternate.
        cut_after: Events after which the connection breaks; 0 breaks a plain answer in the middle.
        garbage_after: Events after which a line comes that is no JSON.
        error_after: Events after which the provider reports an error inside the stream.
        hold_after: Events after which the stream waits until `gate` is set, and for how long at most.
        gate: What it waits for; never set, the stream hangs.
        hold_s: Longest wait.
    """

    parts: tuple[Part, ...] = ()
    stop: str | None = None
    sizes: tuple[int, ...] = (24,)
    bytes_per_write: int | None = None
    interleave: bool = False
    cut_after: int | None = None
    garbage_after: int | None = None
    error_after: int | None = None
    hold_after: int | None = None
    gate: Event = field(default_factory=Event, compare=False)
    hold_s: float = 30.0

    @property
    def text(self) -> str:
        """All words of the answer."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def thoughts(self) -> str:
        """All reasoning."""
        return "".join(part.text for part in self.parts if isinstance(part, Thinking))

    @property
    def refusal(self) -> str | None:
        """What was said when declining, or None."""
        return next((part.text for part in self.parts if isinstance(part, Refusal)), None)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The tool calls in order."""
        return tuple(part for part in self.parts if isinstance(part, Call))


AWKWARD = (1, 2, 1, 3, 5)  # piece sizes that fall into every escape


def turn(*parts: str | Part, thinking: str = "", **facts: Any) -> Turn:
    """`turn("Let me see.", Call("get_order", {"id": 7}), thinking="Hm.")`; plain strings are text."""
    made: list[Part] = [Thinking(thinking)] if thinking else []
    made += [Text(part) if isinstance(part, str) else part for part in parts]
    return Turn(parts=tuple(made), **facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An HTTP error with the provider's own error body.

    Attributes:
        status: HTTP status.
        message: Its text; None takes the provider's usual one.
        headers: Further headers, such as `retry-after`.
    """

    status: int
    message: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing comes for `seconds`, or until `gate` is set; then the connection is closed without a word."""

    seconds: float = 30.0
    gate: Event = field(default_factory=Event, compare=False)


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection breaks before any byte of an answer."""


Reply = Turn | Fault | Hang | Drop
Step = Reply | str | Callable[[dict[str, Any]], Reply | str]

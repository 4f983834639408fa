"""Views of chat messages: what they say and where it stands, over an object that is never modified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from headroom.messages.wire import Path, rewritten


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool by the model.

    Attributes:
        id: What its answer refers to; None where the shape has no ids.
        name: Name of the tool, or "".
        arguments: As JSON text; compact where the message holds a value, "" where there are none.
    """

    id: str | None
    name: str
    arguments: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """One text document within a message.

    Attributes:
        kind: `tool_result` for what a tool answered, `text` for everything else.
        text: What it says; neighbouring text blocks of one tool result are joined with a line feed.
        tool_call_id: The call this answers, or None.
        is_error: Whether the message marks it as the report of a failure.
        blocks: Wire blocks that were read together, at least 1.
        path: Where it stands in the message.
    """

    kind: Literal["tool_result", "text"]
    text: str = field(repr=False)
    tool_call_id: str | None = None
    is_error: bool = False
    blocks: int = 1
    path: Path = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """Read-only view of one chat message: OpenAI chat, OpenAI Responses or Anthropic shaped.

    Attributes:
        raw: The caller's object, never modified; `output` is what to send.
        role: `system` (also for `developer`), `user`, `assistant`, `tool` or `function`; None when not understood.
        parts: Its text documents, in order; what is not among them goes out untouched.
        tool_calls: The tools it calls, in order.
        tool_call_id: The call it answers, where the whole message is an answer.
        name: Name of the participant or, for role `function`, of the tool.
        reason: Why it is not understood; "" exactly when `role` is not None.
        origin: The framework object this was made from, or None.
        begins_turn: Whether it is the user's own word: a user message holding something other than tool results.
        source: `parts` as they came; None until one of them is edited.
    """

    raw: Any = field(repr=False)
    role: str | None = None
    parts: tuple[Part, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = field(default=None, repr=False)
    reason: str = ""
    origin: Any = field(default=None, repr=False)
    begins_turn: bool = False
    source: tuple[Part, ...] | None = field(default=None, repr=False)

    @property
    def edited(self) -> bool:
        """Whether a part says something else than `raw`."""
        return self.source is not None

    def with_part_text(self, index: int, text: str) -> Message:
        """A copy whose part `index` says `text`; every other block stays the same object.

        The text a part has already gives this very view, and the text it came with undoes its edit.

        Raises:
            IndexError: There is no such part.
        """
        if self.parts[index].text == text:
            return self
        source = self.source or self.parts
        index %= len(source)
        old = self.parts[index]
        part = Part(old.kind, text, old.tool_call_id, old.is_error, old.blocks, old.path)
        parts = (*self.parts[:index], source[index] if source[index].text == text else part, *self.parts[index + 1 :])
        return Message(  # spelt out: dataclasses.replace takes four times as long, and this runs on every call
            self.raw,
            self.role,
            parts,
            self.tool_calls,
            self.tool_call_id,
            self.name,
            self.reason,
            self.origin,
            self.begins_turn,
            None if parts == source else source,
        )

    @property
    def output(self) -> Any:
        """What to send: `raw` itself when unedited, else a copy in the same shape, made anew at each access."""
        output = self.raw
        if self.source is None:
            return output
        # From the last to the first: rewriting a run drops blocks and moves those behind it.
        for part, before in reversed(list(zip(self.parts, self.source, strict=False))):
            if part is not before:
                output = rewritten(output, part.path, part.blocks, part.text)
        return output


def texts_of(message: Message) -> Iterator[str]:
    """All texts of a message that count as tokens: its parts, and name and arguments of its tool calls."""
    for part in message.parts:
        yield part.text
    for call in message.tool_calls:
        yield call.name
        yield call.arguments

"""What must be known of one API to send its calls through headroom; nothing here sends anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from headroom.calls.values import ModelCall, Usage, Withheld
from headroom.retrieval.tool import Shape as ToolShape

Arguments = Mapping[str, Any]
"""Keyword arguments of an SDK's method."""


class Shape(Protocol):
    """How one API's arguments and answers are read, and copied with changes. Pure: what comes in is never modified.

    Attributes:
        name: Such as `openai.chat`.
        tool_shape: How the API wants a tool described.
    """

    name: str
    tool_shape: ToolShape

    def conversation(self, arguments: Arguments) -> list[Any] | None:
        """The messages, the system text first as a message of its own; None where there is nothing to look at."""
        ...

    def with_conversation(self, arguments: Arguments, messages: Sequence[Any]) -> dict[str, Any]:
        """The arguments with other messages; what is unchanged is the same object."""
        ...

    def tools(self, arguments: Arguments) -> Sequence[Any]:
        """The caller's own tools."""
        ...

    def with_tool(self, arguments: Arguments, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with one more tool, after the caller's."""
        ...

    def may_retrieve(self, arguments: Arguments) -> bool:
        """Whether the answer is one that rounds of retrieval can stand before."""
        ...

    def calls_of(self, answer: Any) -> list[ModelCall]:
        """The tool calls of an answer."""
        ...

    def is_signed(self, answer: Any) -> bool:
        """Whether the answer holds reasoning that belongs to the very calls beside it."""
        ...

    def usage_of(self, answer: Any) -> Usage | None:
        """What the provider counted; None where it does not say."""
        ...

    def with_usage(self, answer: Any, rounds: Sequence[Usage]) -> Any:
        """The answer with the usage of all rounds, added up and listed."""
        ...

    def without_calls(self, answer: Any, ids: frozenset[str]) -> Any:
        """A copy of the answer without these calls."""
        ...

    def next_round(self, arguments: Arguments, answer: Any, answers: Mapping[str, str]) -> dict[str, Any]:
        """The arguments that continue after `answer`, whose calls all have their answers."""
        ...

    def without_more_calls(self, arguments: Arguments) -> dict[str, Any]:
        """The arguments of a last round, in which the model must answer in words."""
        ...

    def put_back(self, messages: Sequence[Any], index: int, withheld: Withheld) -> list[Any]:
        """The messages with calls that were taken out of the answer at `index`, and their results."""
        ...

    def with_result(self, messages: Sequence[Any], index: int, call_id: str, text: str) -> list[Any]:
        """The messages in which the call of the answer at `index` has this result, in place of any other."""
        ...

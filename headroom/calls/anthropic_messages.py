"""Anthropic messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.calls.openai_chat import listed
from headroom.calls.shapes import Arguments
from headroom.calls.sums import summed
from headroom.calls.values import ModelCall, Usage, Withheld, field_of, number, plain_dict, with_fields
from headroom.messages.wire import json_text
from headroom.retrieval.tool import Shape as ToolShape

MADE_BY_SDK = ("parsed_output",)
SIGNED = frozenset({"thinking", "redacted_thinking"})


class AnthropicMessages:
    """`client.messages`."""

    name = "anthropic.messages"
    tool_shape: ToolShape = "anthropic"

    def conversation(self, arguments: Arguments) -> list[Any] | None:
        """The system text as a message, and the messages."""
        messages = listed(arguments.get("messages"))
        if messages is None:
            return None
        system = system_of(arguments)
        return messages if system is None else [{"role": "system", "content": system}, *messages]

    def with_conversation(self, arguments: Arguments, messages: Sequence[Any]) -> dict[str, Any]:
        """The arguments with other messages, the first of them in `system` again."""
        if system_of(arguments) is None:
            return {**arguments, "messages": list(messages)}
        return {**arguments, "system": messages[0]["content"], "messages": list(messages[1:])}

    def tools(self, arguments: Arguments) -> Sequence[Any]:
        """The caller's tools."""
        return listed(arguments.get("tools")) or []

    def with_tool(self, arguments: Arguments, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with one more tool."""
        return {**arguments, "tools": [*self.tools(arguments), schema]}

    def may_retrieve(self, arguments: Arguments) -> bool:
        """Always: one answer is all there is."""
        return True

    def calls_of(self, answer: Any) -> list[ModelCall]:
        """`tool_use` blocks; those of the provider's own tools are none of them."""
        found: list[ModelCall] = []
        for place, block in enumerate(listed(field_of(answer, "content")) or []):
            if field_of(block, "type") == "tool_use":
                found.append(model_call(block, place, frozenset(other.id for other in found)))
        return found

    def is_signed(self, answer: Any) -> bool:
        """Whether it holds thinking."""
        return any(field_of(block, "type") in SIGNED for block in listed(field_of(answer, "content")) or [])

    def usage_of(self, answer: Any) -> Usage | None:
        """`usage`, where it is there."""
        return anthropic_usage(field_of(answer, "usage"))

    def with_usage(self, answer: Any, rounds: Sequence[Usage]) -> Any:
        """`usage` with the sums; `usage.headroom_rounds` lists the rounds."""
        usage = field_of(answer, "usage")
        return answer if usage is None else with_fields(answer, usage=summed(usage, rounds))

    def without_calls(self, answer: Any, ids: frozenset[str]) -> Any:
        """The blocks without these calls."""
        blocks = listed(field_of(answer, "content")) or []
        gone = {call.place for call in self.calls_of(answer) if call.id in ids}
        rest = [block for place, block in enumerate(blocks) if place not in gone]
        made = with_fields(answer, content=rest)
        has_calls = any(field_of(block, "type") == "tool_use" for block in rest)
        ended = field_of(answer, "stop_reason") == "tool_use" and not has_calls
        return with_fields(made, stop_reason="end_turn") if ended else made

    def next_round(self, arguments: Arguments, answer: Any, answers: Mapping[str, str]) -> dict[str, Any]:
        """The answer's blocks as they are, and their results in one user message."""
        blocks = [plain_dict(block, *MADE_BY_SDK) for block in listed(field_of(answer, "content")) or []]
        calls = self.calls_of(answer)
        results = [tool_result(call.raw["id"], answers[call.id]) for call in calls if call.id in answers]
        tail = [{"role": "assistant", "content": blocks}, {"role": "user", "content": results}]
        return {**arguments, "messages": [*(listed(arguments.get("messages")) or []), *tail]}

    def without_more_calls(self, arguments: Arguments) -> dict[str, Any]:
        """No tool may be called."""
        return {**arguments, "tool_choice": {"type": "none"}}

    def put_back(self, messages: Sequence[Any], index: int, withheld: Withheld) -> list[Any]:
        """The calls at their places, and their results first in the next user message."""
        message = plain_dict(messages[index])
        blocks = list(blocks_of(message.get("content")))
        for call in withheld.calls:
            blocks.insert(call.place, dict(call.raw))
        made = [*messages[:index], {**message, "content": blocks}, *messages[index + 1 :]]
        for call in reversed(withheld.calls):
            made = self.with_result(made, index, call.raw["id"], withheld.answers[call.id])
        return made

    def with_result(self, messages: Sequence[Any], index: int, call_id: str, text: str) -> list[Any]:
        """A `tool_result` block first in the user message behind the answer; one for the same call goes."""
        after = messages[index + 1] if index + 1 < len(messages) else None
        if field_of(after, "role") != "user":
            made = {"role": "user", "content": [tool_result(call_id, text)]}
            return [*messages[: index + 1], made, *messages[index + 1 :]]
        rest = [one for one in blocks_of(field_of(after, "content")) if field_of(one, "tool_use_id") != call_id]
        made = {**plain_dict(after), "content": [tool_result(call_id, text), *rest]}
        return [*messages[: index + 1], made, *messages[index + 2 :]]


def model_call(block: Any, place: int, taken: frozenset[str]) -> ModelCall:
    """One block as a call.

    Args:
        block: The block.
        place: Its position among the blocks.
        taken: Ids of the calls before it.
    """
    raw = plain_dict(block, *MADE_BY_SDK)
    known = raw["id"] = raw["id"] if isinstance(raw.get("id"), str) else f"toolu_{place}"
    return ModelCall(
        id=f"{known}#{place}" if known in taken else known,
        name=str(raw.get("name") or ""),
        arguments=json_text(raw.get("input")),
        place=place,
        raw=raw,
    )


def system_of(arguments: Arguments) -> Any:
    """The system text, or blocks; None where the call gives none, or something else."""
    system = arguments.get("system")
    return system if (isinstance(system, str) and system) or isinstance(system, (list, tuple)) else None


def blocks_of(content: Any) -> list[Any]:
    """A content as blocks."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else listed(content) or []


def tool_result(call_id: str, text: str) -> dict[str, Any]:
    """The result of a call."""
    return {"type": "tool_result", "tool_use_id": call_id, "content": text}


def anthropic_usage(usage: Any) -> Usage | None:
    """Usage in our terms: the provider's `input_tokens` are those that were neither read nor written."""
    if usage is None:
        return None
    read, written = number(usage, "cache_read_input_tokens"), number(usage, "cache_creation_input_tokens")
    plain = number(usage, "input_tokens")
    output = number(usage, "output_tokens")
    return Usage(input=plain + read + written, cached=read, written=written, output=output, raw=usage)

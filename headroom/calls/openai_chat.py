"""OpenAI chat completions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.calls.shapes import Arguments
from headroom.calls.sums import listing as listing
from headroom.calls.sums import summed
from headroom.calls.values import (
    ModelCall,
    Usage,
    Withheld,
    field_of,
    number,
    plain_dict,
    sound_arguments,
    with_fields,
)
from headroom.markers import RETRIEVE_TOOL
from headroom.retrieval.tool import Shape as ToolShape

MADE_BY_SDK = ("parsed", "annotations", "audio")  # fields of an answer that the API does not take back


class OpenAIChat:
    """`client.chat.completions`."""

    name = "openai.chat"
    tool_shape: ToolShape = "openai_chat"

    def conversation(self, arguments: Arguments) -> list[Any] | None:
        """The messages."""
        return listed(arguments.get("messages"))

    def with_conversation(self, arguments: Arguments, messages: Sequence[Any]) -> dict[str, Any]:
        """The arguments with other messages."""
        return {**arguments, "messages": list(messages)}

    def tools(self, arguments: Arguments) -> Sequence[Any]:
        """The caller's tools."""
        return listed(arguments.get("tools")) or []

    def with_tool(self, arguments: Arguments, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with one more tool."""
        return {**arguments, "tools": [*self.tools(arguments), schema]}

    def may_retrieve(self, arguments: Arguments) -> bool:
        """One answer, not several to choose from."""
        return arguments.get("n") in (None, 1) or not isinstance(arguments.get("n"), int)

    def calls_of(self, answer: Any) -> list[ModelCall]:
        """Calls of the first choice, of functions and of custom tools."""
        found: list[ModelCall] = []
        for place, call in enumerate(listed(field_of(message_of(answer), "tool_calls")) or []):
            found.append(model_call(call, place, frozenset(other.id for other in found)))
        return found

    def is_signed(self, answer: Any) -> bool:
        """Chat completions carry no signed reasoning."""
        return False

    def usage_of(self, answer: Any) -> Usage | None:
        """`usage`, where it is there."""
        return chat_usage(field_of(answer, "usage"))

    def with_usage(self, answer: Any, rounds: Sequence[Usage]) -> Any:
        """`usage` with the sums; `usage.headroom_rounds` lists the rounds."""
        usage = field_of(answer, "usage")
        return answer if usage is None else with_fields(answer, usage=summed(usage, rounds))

    def without_calls(self, answer: Any, ids: frozenset[str]) -> Any:
        """The first choice without these calls."""
        choices = listed(field_of(answer, "choices")) or []
        message = field_of(choices[0], "message")
        gone = {call.place for call in self.calls_of(answer) if call.id in ids}
        rest = [call for place, call in enumerate(listed(field_of(message, "tool_calls")) or []) if place not in gone]
        first = with_fields(choices[0], message=with_fields(message, tool_calls=rest or None))
        if not rest and field_of(first, "finish_reason") == "tool_calls":
            first = with_fields(first, finish_reason="stop")
        return with_fields(answer, choices=[first, *choices[1:]])

    def next_round(self, arguments: Arguments, answer: Any, answers: Mapping[str, str]) -> dict[str, Any]:
        """The answer and a tool message for each of its calls, at the end."""
        message = plain_dict(message_of(answer), *MADE_BY_SDK)
        calls = self.calls_of(answer)
        message["tool_calls"] = [call.raw for call in calls]
        results = [tool_message(call.raw["id"], answers[call.id]) for call in calls if call.id in answers]
        return {**arguments, "messages": [*(listed(arguments.get("messages")) or []), message, *results]}

    def without_more_calls(self, arguments: Arguments) -> dict[str, Any]:
        """No tool may be called."""
        return {**arguments, "tool_choice": "none"}

    def put_back(self, messages: Sequence[Any], index: int, withheld: Withheld) -> list[Any]:
        """The calls at their places, and their tool messages right behind."""
        message = plain_dict(messages[index])
        calls = list(listed(message.get("tool_calls")) or [])
        for call in withheld.calls:
            calls.insert(call.place, dict(call.raw))
        results = [tool_message(call.raw["id"], withheld.answers[call.id]) for call in withheld.calls]
        return [*messages[:index], {**message, "tool_calls": calls}, *results, *messages[index + 1 :]]

    def with_result(self, messages: Sequence[Any], index: int, call_id: str, text: str) -> list[Any]:
        """A tool message behind the answer; one that answers the same call goes."""
        rest = [one for one in messages[index + 1 :] if field_of(one, "tool_call_id") != call_id]
        return [*messages[: index + 1], tool_message(call_id, text), *rest]


def for_parsing(arguments: Arguments) -> dict[str, Any]:
    """The arguments with our tool in `extra_body`: the SDK's `parse` refuses tools that are not strict.

    A strict tool has no optional parameters, and the tools list is the same whichever method is used (R3).
    """
    tools = listed(arguments.get("tools")) or []
    if not tools or field_of(field_of(tools[-1], "function"), "name") != RETRIEVE_TOOL:
        return dict(arguments)
    extra = {**(arguments.get("extra_body") or {}), "tools": tools}
    return {**arguments, "tools": tools[:-1], "extra_body": extra}


def model_call(call: Any, place: int, taken: frozenset[str]) -> ModelCall:
    """One call as it stands in an answer.

    Args:
        call: The call.
        place: Its position among the calls.
        taken: Ids of the calls before it; some servers give all calls the same.
    """
    raw = plain_dict(call)
    known = raw["id"] = raw["id"] if isinstance(raw.get("id"), str) else f"call_{place}"
    kind = "custom" if raw.get("custom") is not None else "function"
    body = {name: value for name, value in plain_dict(raw.get(kind) or {}).items() if name != "parsed_arguments"}
    name = body["name"] = str(body.get("name") or "")
    said = body.get("input" if kind == "custom" else "arguments")
    if name == RETRIEVE_TOOL:
        body["arguments"] = sound_arguments(said)
    raw |= {"type": kind, kind: body}
    raw.pop("index", None)
    text = said if isinstance(said, str) else ""
    return ModelCall(
        id=f"{known}#{place}" if known in taken else known, name=name, arguments=text, place=place, raw=raw
    )


def listed(value: Any) -> list[Any] | None:
    """A list or tuple as a list; None for anything else."""
    return list(value) if isinstance(value, (list, tuple)) else None


def message_of(answer: Any) -> Any:
    """The message of the first choice, or None."""
    choices = listed(field_of(answer, "choices"))
    return field_of(choices[0], "message") if choices else None


def tool_message(call_id: str, text: str) -> dict[str, Any]:
    """The result of a call."""
    return {"role": "tool", "tool_call_id": call_id, "content": text}


def chat_usage(usage: Any) -> Usage | None:
    """The fields of a chat completion's usage."""
    if usage is None:
        return None
    details = field_of(usage, "prompt_tokens_details")
    return Usage(
        input=number(usage, "prompt_tokens"),
        cached=number(details, "cached_tokens"),
        written=number(details, "cache_write_tokens"),  # routers in front of Anthropic say it here
        output=number(usage, "completion_tokens"),
        raw=usage,
    )

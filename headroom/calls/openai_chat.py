"""OpenAI chat completions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.calls.shapes import Arguments
from headroom.calls.values import ModelCall, Usage, Withheld, field_of, number, plain_dict, with_fields
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
        """Function calls of the first choice."""
        found = []
        for place, call in enumerate(listed(field_of(message_of(answer), "tool_calls")) or []):
            function = field_of(call, "function")
            name, known = field_of(function, "name"), field_of(call, "id")
            if isinstance(name, str) and isinstance(known, str):
                arguments = field_of(function, "arguments")
                raw = {"id": known, "type": "function", "function": {"name": name, "arguments": arguments}}
                text = arguments if isinstance(arguments, str) else ""
                found.append(ModelCall(id=known, name=name, arguments=text, place=place, raw=raw))
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
        rest = [call for call in field_of(message, "tool_calls") or [] if field_of(call, "id") not in ids]
        first = with_fields(choices[0], message=with_fields(message, tool_calls=rest or None))
        if not rest:
            first = with_fields(first, finish_reason="stop")
        return with_fields(answer, choices=[first, *choices[1:]])

    def next_round(self, arguments: Arguments, answer: Any, answers: Mapping[str, str]) -> dict[str, Any]:
        """The answer and a tool message for each of its calls, at the end."""
        message = plain_dict(message_of(answer), *MADE_BY_SDK)
        message["tool_calls"] = [call.raw for call in self.calls_of(answer)]
        results = [tool_message(known, text) for known, text in answers.items()]
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
        results = [tool_message(known, text) for known, text in withheld.answers.items()]
        return [*messages[:index], {**message, "tool_calls": calls}, *results, *messages[index + 1 :]]

    def with_result(self, messages: Sequence[Any], index: int, call_id: str, text: str) -> list[Any]:
        """A tool message behind the answer; one that answers the same call goes."""
        rest = [one for one in messages[index + 1 :] if field_of(one, "tool_call_id") != call_id]
        return [*messages[: index + 1], tool_message(call_id, text), *rest]


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
    )


def summed(usage: Any, rounds: Sequence[Usage]) -> Any:
    """A chat completion's usage, over all rounds."""
    total = sum(rounds, Usage())
    values: dict[str, Any] = {
        "prompt_tokens": total.input,
        "completion_tokens": total.output,
        "total_tokens": total.input + total.output,
        "headroom_rounds": [listing(one) for one in rounds],
    }
    details = field_of(usage, "prompt_tokens_details")
    if details is not None:
        values["prompt_tokens_details"] = with_fields(details, cached_tokens=total.cached)
    return with_fields(usage, **values)


def listing(usage: Usage) -> dict[str, int]:
    """One round as it is listed."""
    return {
        "input_tokens": usage.input,
        "cached_tokens": usage.cached,
        "written_tokens": usage.written,
        "output_tokens": usage.output,
    }

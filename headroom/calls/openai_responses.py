"""OpenAI Responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.calls.openai_chat import listed, listing
from headroom.calls.shapes import Arguments
from headroom.calls.values import ModelCall, Usage, Withheld, field_of, number, plain_dict, with_fields
from headroom.retrieval.tool import Shape as ToolShape

MADE_BY_SDK = ("parsed_arguments", "status", "parsed")
STATE = ("previous_response_id", "conversation", "prompt")  # then the provider holds what went before


class OpenAIResponses:
    """`client.responses`."""

    name = "openai.responses"
    tool_shape: ToolShape = "openai_responses"

    def conversation(self, arguments: Arguments) -> list[Any] | None:
        """The instructions as a message, and the items; a bare text is the user's message."""
        given = arguments.get("input")
        items = [{"role": "user", "content": given}] if isinstance(given, str) else listed(given)
        if items is None:
            return None
        instructions = instructions_of(arguments)
        return items if instructions is None else [{"role": "system", "content": instructions}, *items]

    def with_conversation(self, arguments: Arguments, messages: Sequence[Any]) -> dict[str, Any]:
        """The arguments with other items, the first of them in `instructions` again."""
        made = dict(arguments)
        items = list(messages)
        if instructions_of(arguments) is not None:
            made["instructions"] = items.pop(0)["content"]
        given = arguments.get("input")
        is_same_text = isinstance(given, str) and len(items) == 1 and items[0].get("content") == given
        return made if is_same_text else {**made, "input": items}

    def tools(self, arguments: Arguments) -> Sequence[Any]:
        """The caller's tools."""
        return listed(arguments.get("tools")) or []

    def with_tool(self, arguments: Arguments, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with one more tool."""
        return {**arguments, "tools": [*self.tools(arguments), schema]}

    def may_retrieve(self, arguments: Arguments) -> bool:
        """Not where the answer is made later, or what went before is the provider's to know."""
        return not arguments.get("background") and not any(arguments.get(name) for name in STATE)

    def calls_of(self, answer: Any) -> list[ModelCall]:
        """`function_call` items."""
        found: list[ModelCall] = []
        for item in listed(field_of(answer, "output")) or []:
            name, known = field_of(item, "name"), field_of(item, "call_id")
            if field_of(item, "type") == "function_call" and isinstance(name, str) and isinstance(known, str):
                arguments = field_of(item, "arguments")
                text = arguments if isinstance(arguments, str) else ""
                raw = plain_dict(item, *MADE_BY_SDK)
                found.append(ModelCall(id=known, name=name, arguments=text, place=len(found), raw=raw))
        return found

    def is_signed(self, answer: Any) -> bool:
        """Whether it holds reasoning items."""
        return any(field_of(item, "type") == "reasoning" for item in listed(field_of(answer, "output")) or [])

    def usage_of(self, answer: Any) -> Usage | None:
        """`usage`, where it is there."""
        usage = field_of(answer, "usage")
        if usage is None:
            return None
        return Usage(
            input=number(usage, "input_tokens"),
            cached=number(field_of(usage, "input_tokens_details"), "cached_tokens"),
            output=number(usage, "output_tokens"),
        )

    def with_usage(self, answer: Any, rounds: Sequence[Usage]) -> Any:
        """`usage` with the sums; `usage.headroom_rounds` lists the rounds."""
        usage, total = field_of(answer, "usage"), sum(rounds, Usage())
        if usage is None:
            return answer
        values: dict[str, Any] = {
            "input_tokens": total.input,
            "output_tokens": total.output,
            "total_tokens": total.input + total.output,
            "headroom_rounds": [listing(one) for one in rounds],
        }
        details = field_of(usage, "input_tokens_details")
        if details is not None:
            values["input_tokens_details"] = with_fields(details, cached_tokens=total.cached)
        return with_fields(answer, usage=with_fields(usage, **values))

    def without_calls(self, answer: Any, ids: frozenset[str]) -> Any:
        """The items without these calls."""
        items = listed(field_of(answer, "output")) or []
        return with_fields(answer, output=[item for item in items if field_of(item, "call_id") not in ids])

    def next_round(self, arguments: Arguments, answer: Any, answers: Mapping[str, str]) -> dict[str, Any]:
        """The answer's items as they are, and the outputs of its calls."""
        items = [plain_dict(item, *MADE_BY_SDK) for item in listed(field_of(answer, "output")) or []]
        results = [call_output(known, text) for known, text in answers.items()]
        given = arguments.get("input")
        before = [{"role": "user", "content": given}] if isinstance(given, str) else listed(given) or []
        return {**arguments, "input": [*before, *items, *results]}

    def without_more_calls(self, arguments: Arguments) -> dict[str, Any]:
        """No tool may be called."""
        return {**arguments, "tool_choice": "none"}

    def put_back(self, messages: Sequence[Any], index: int, withheld: Withheld) -> list[Any]:
        """The calls before the item at `index`, and their outputs behind the run of calls it begins."""
        end = index
        while end < len(messages) and field_of(messages[end], "type") == "function_call":
            end += 1
        run = list(messages[index:end])
        for call in withheld.calls:
            run.insert(call.place, dict(call.raw))
        results = [call_output(known, text) for known, text in withheld.answers.items()]
        return [*messages[:index], *run, *results, *messages[end:]]

    def with_result(self, messages: Sequence[Any], index: int, call_id: str, text: str) -> list[Any]:
        """An output item behind the run of calls; one that answers the same call goes."""
        end = index
        while end < len(messages) and field_of(messages[end], "type") == "function_call":
            end += 1
        rest = [one for one in messages[end:] if not answers_call(one, call_id)]
        return [*messages[:end], call_output(call_id, text), *rest]


def instructions_of(arguments: Arguments) -> str | None:
    """The system text; None where the call gives none."""
    instructions = arguments.get("instructions")
    return instructions if isinstance(instructions, str) and instructions else None


def answers_call(item: Any, call_id: str) -> bool:
    """Whether an item is the output of a call."""
    return bool(field_of(item, "type") == "function_call_output" and field_of(item, "call_id") == call_id)


def call_output(call_id: str, text: str) -> dict[str, Any]:
    """The result of a call."""
    return {"type": "function_call_output", "call_id": call_id, "output": text}

"""OpenAI Responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.calls.openai_chat import listed
from headroom.calls.shapes import Arguments
from headroom.calls.sums import summed
from headroom.calls.values import ModelCall, Usage, Withheld, field_of, number, plain_dict, sound_arguments, with_fields
from headroom.markers import RETRIEVE_TOOL
from headroom.retrieval.tool import Shape as ToolShape

MADE_BY_SDK = ("parsed_arguments", "status", "parsed")
CALLS = frozenset({"function_call", "custom_tool_call"})
OTHER_CALLS = frozenset(
    {"computer_call", "local_shell_call", "shell_call", "apply_patch_call", "mcp_approval_request"}
)  # the caller answers these, too
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
        """Items that the caller would answer."""
        found: list[ModelCall] = []
        for item in listed(field_of(answer, "output")) or []:
            if field_of(item, "type") in CALLS | OTHER_CALLS:
                found.append(model_call(item, len(found), frozenset(other.id for other in found)))
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
            raw=usage,
        )

    def with_usage(self, answer: Any, rounds: Sequence[Usage]) -> Any:
        """`usage` with the sums; `usage.headroom_rounds` lists the rounds."""
        usage = field_of(answer, "usage")
        return answer if usage is None else with_fields(answer, usage=summed(usage, rounds))

    def without_calls(self, answer: Any, ids: frozenset[str]) -> Any:
        """The items without these calls, and without reasoning that led to nothing else."""
        places = {call.place for call in self.calls_of(answer) if call.id in ids}
        kept: list[Any] = []
        place = 0
        for item in listed(field_of(answer, "output")) or []:
            is_call = field_of(item, "type") in CALLS | OTHER_CALLS
            if is_call and place in places:
                while kept and field_of(kept[-1], "type") == "reasoning":
                    kept.pop()
            else:
                kept.append(item)
            place += is_call
        return with_fields(answer, output=kept)

    def next_round(self, arguments: Arguments, answer: Any, answers: Mapping[str, str]) -> dict[str, Any]:
        """The answer's items as they are, and the outputs of its calls."""
        calls = self.calls_of(answer)
        items = [as_input(item) for item in listed(field_of(answer, "output")) or []]
        results = [call_output(call.raw["call_id"], answers[call.id]) for call in calls if call.id in answers]
        given = arguments.get("input")
        before = [{"role": "user", "content": given}] if isinstance(given, str) else listed(given) or []
        return {**arguments, "input": [*before, *items, *results]}

    def without_more_calls(self, arguments: Arguments) -> dict[str, Any]:
        """No tool may be called."""
        return {**arguments, "tool_choice": "none"}

    def put_back(self, messages: Sequence[Any], index: int, withheld: Withheld) -> list[Any]:
        """The calls before the item at `index`, and their outputs behind the run of calls it begins."""
        end = index
        while end < len(messages) and field_of(messages[end], "type") in CALLS:
            end += 1
        run = list(messages[index:end])
        for call in withheld.calls:
            run.insert(call.place, dict(call.raw))
        results = [call_output(call.raw["call_id"], withheld.answers[call.id]) for call in withheld.calls]
        return [*messages[:index], *run, *results, *messages[end:]]

    def with_result(self, messages: Sequence[Any], index: int, call_id: str, text: str) -> list[Any]:
        """An output item behind the run of calls; one that answers the same call goes."""
        end = index
        while end < len(messages) and field_of(messages[end], "type") in CALLS:
            end += 1
        rest = [one for one in messages[end:] if not answers_call(one, call_id)]
        return [*messages[:end], call_output(call_id, text), *rest]


def as_input(item: Any) -> dict[str, Any]:
    """An item of an answer, as the API takes it back."""
    made = plain_dict(item, *MADE_BY_SDK)
    if made.get("type") == "function_call" and made.get("name") == RETRIEVE_TOOL:
        made["arguments"] = sound_arguments(made.get("arguments"))
    return made


def model_call(item: Any, place: int, taken: frozenset[str]) -> ModelCall:
    """One item as a call; with those of the provider's own tools only their being there matters.

    Args:
        item: The item.
        place: Its position among the calls.
        taken: Ids of the calls before it.
    """
    if field_of(item, "type") not in CALLS:
        return ModelCall(id="", name=str(field_of(item, "type")), place=place)
    raw = as_input(item)
    known = raw["call_id"] = raw["call_id"] if isinstance(raw.get("call_id"), str) else f"call_{place}"
    said = field_of(item, "arguments")
    return ModelCall(
        id=f"{known}#{place}" if known in taken else known,
        name=str(raw.get("name") or ""),
        arguments=said if isinstance(said, str) else "",
        place=place,
        raw=raw,
    )


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

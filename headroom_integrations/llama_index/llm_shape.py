"""LlamaIndex's LLMs as an API of their own: what a call is made of, and what its answers hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.calls.values import ModelCall, Usage, Withheld
from headroom.markers import RETRIEVE_TOOL
from headroom.messages.wire import json_text
from headroom.retrieval.tool import Shape as ToolShape
from headroom.retrieval.tool import names_of
from headroom_integrations._views import ORIGIN, view_or_fault
from headroom_integrations.llama_index.llm_messages import (
    is_signed,
    result_of,
    sound,
    taken_out,
    with_calls,
    without_calls,
)
from headroom_integrations.llama_index.llm_usage import stop_reason, usage_of, with_usage
from headroom_integrations.llama_index.messages import fields_of, from_view

Arguments = Mapping[str, Any]
OFFER = "offered_by_headroom"
"""Key of a call's arguments that says that our tool is among its tools, which the LLM has prepared."""


class LLMShape:
    """Calls of an LLM: arguments are `messages`, `model` and the LLM's keywords, answers as `answer_of` makes.

    Args:
        inner: The wrapped LLM, which reads the calls of an answer.
        tool_shape: How its provider wants a tool described.
    """

    name = "llama_index"

    def __init__(self, inner: Any, tool_shape: ToolShape) -> None:
        self.inner = inner
        self.tool_shape: ToolShape = tool_shape

    def conversation(self, arguments: Arguments) -> list[Any] | None:
        """The messages, each as a dict that holds the message it stands for."""
        return [view_of(message) for message in arguments["messages"]]

    def with_conversation(self, arguments: Arguments, messages: Sequence[Any]) -> dict[str, Any]:
        """The arguments with other messages."""
        return {**arguments, "messages": [message_of(view) for view in messages]}

    def tools(self, arguments: Arguments) -> Sequence[Any]:
        """The caller's tools, in the provider's form."""
        found = listed_tools(arguments.get("tools"))
        return [tool for tool in found if RETRIEVE_TOOL not in names_of(tool)] if arguments.get(OFFER) else found

    def with_tool(self, arguments: Arguments, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments themselves: the LLM has prepared our tool with the others."""
        return dict(arguments)

    def may_retrieve(self, arguments: Arguments) -> bool:
        """Whether our tool is among the tools."""
        return bool(arguments.get(OFFER))

    def calls_of(self, answer: Any) -> list[ModelCall]:
        """Its tool calls, as the LLM reads them."""
        response = answer["response"]
        selections = self.inner.get_tool_calls_from_response(response, error_on_no_tool_call=False)
        found: list[ModelCall] = []
        for place, one in enumerate(selections):
            known = one.tool_id or f"call_{place}"
            taken = {other.id for other in found}
            found.append(
                ModelCall(
                    id=f"{known}#{place}" if known in taken else known,
                    name=one.tool_name,
                    arguments=json_text(one.tool_kwargs),
                    place=place,
                    raw={"id": one.tool_id, **taken_out(response.message, place, len(selections))},
                )
            )
        return found

    def is_signed(self, answer: Any) -> bool:
        """Whether it holds sealed reasoning, or its calls are not held as they are known here."""
        calls = self.calls_of(answer)
        message = answer["response"].message
        return is_signed(message) or without_calls(message, {call.place for call in calls}, len(calls)) is None

    def usage_of(self, answer: Any) -> Usage | None:
        """What the provider counted."""
        usage: Usage | None = answer["usage"]
        return usage

    def with_usage(self, answer: Any, rounds: Sequence[Usage]) -> Any:
        """Sums over the rounds; `additional_kwargs["headroom_rounds"]` lists them."""
        return {**answer, "response": with_usage(answer["response"], rounds)}

    def without_calls(self, answer: Any, ids: frozenset[str]) -> Any:
        """A copy of the answer without these calls."""
        calls, response = self.calls_of(answer), answer["response"]
        message = without_calls(response.message, {call.place for call in calls if call.id in ids}, len(calls))
        return answer if message is None else {**answer, "response": response.model_copy(update={"message": message})}

    def next_round(self, arguments: Arguments, answer: Any, answers: Mapping[str, str]) -> dict[str, Any]:
        """The answer and a tool message for each of its calls, at the end."""
        results = [result_of(own_id(call), answers[call.id]) for call in self.calls_of(answer) if call.id in answers]
        return {**arguments, "messages": [*arguments["messages"], sound(answer["response"].message), *results]}

    def without_more_calls(self, arguments: Arguments) -> dict[str, Any]:
        """No tool may be called; where the caller wants a call, only ours goes."""
        choice, tools = arguments.get("tool_choice"), arguments.get("tools")
        if is_forced(choice) and isinstance(tools, list):
            return {**arguments, "tools": [tool for tool in tools if RETRIEVE_TOOL not in names_of(tool)]}
        if isinstance(choice, str):
            return {**arguments, "tool_choice": "none"}
        if isinstance(choice, Mapping) and isinstance(choice.get("type"), str):
            return {**arguments, "tool_choice": {"type": "none"}}
        return dict(arguments)

    def put_back(self, messages: Sequence[Any], index: int, withheld: Withheld) -> list[Any]:
        """The calls at their places, and their results before all others."""
        message = with_calls(messages[index][ORIGIN], [call.raw for call in withheld.calls])
        results = [view_of(result_of(own_id(call), withheld.answers[call.id])) for call in withheld.calls]
        return [*messages[:index], view_of(message), *results, *messages[index + 1 :]]

    def with_result(self, messages: Sequence[Any], index: int, call_id: str, text: str) -> list[Any]:
        """A tool message directly behind the answer; another for the same call goes."""
        rest = [view for view in messages[index + 1 :] if view.get("tool_call_id") != call_id]
        return [*messages[: index + 1], view_of(result_of(call_id, text)), *rest]


def view_of(message: Any) -> dict[str, Any]:
    """A message as a dict over the same texts; one that cannot be read costs only itself."""
    return {**view_or_fault(message, 0, fields_of, "llama_index message", False), ORIGIN: message}


def message_of(view: Mapping[str, Any]) -> Any:
    """The message itself where nothing changed; else a copy that says the new text."""
    return from_view({**view, ORIGIN: 0}, [view[ORIGIN]]) if ORIGIN in view else from_view(view, ())


def answer_of(response: Any, reason: str | None = None, usage: Usage | None = None) -> dict[str, Any]:
    """An answer: the LLM's response, why it ended, and what was billed; streams say these before their end."""
    found = {"stop_reason": reason or stop_reason(response), "usage": usage or usage_of(response)}
    return {"response": response, **found}


def own_id(call: ModelCall) -> str:
    """The id by which the provider knows a call."""
    return str(call.raw["id"] or "")


def listed_tools(tools: Any) -> list[Any]:
    """A list of tools, or the one within the object that holds it (Bedrock)."""
    if isinstance(tools, Mapping):
        tools = tools.get("tools")
    return list(tools) if isinstance(tools, (list, tuple)) else []


def is_forced(choice: Any) -> bool:
    """Whether the caller wants a call in any case, of one tool or of any."""
    if isinstance(choice, Mapping):
        return choice.get("type") not in ("auto", "none", None)
    return isinstance(choice, str) and choice not in ("auto", "none", "")

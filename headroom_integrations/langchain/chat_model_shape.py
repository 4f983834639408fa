"""LangChain's chat models as an API of its own: what a call is made of, and what its answers hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headroom.calls.sums import added, listing
from headroom.calls.values import ModelCall, Usage, Withheld
from headroom.markers import RETRIEVE_TOOL
from headroom.messages.wire import json_text
from headroom.retrieval.tool import Shape as ToolShape
from headroom.retrieval.tool import names_of
from headroom_integrations._views import ORIGIN, view_or_fault
from headroom_integrations.langchain.chat_model_messages import (
    broken,
    call_blocks,
    calls_in,
    is_signed,
    result_of,
    sound,
    whole,
    with_calls,
    without_calls,
)
from headroom_integrations.langchain.messages import from_view
from headroom_integrations.langchain.messages import view_of as fields_of

Arguments = Mapping[str, Any]
ROUNDS = "headroom_rounds"
"""Key of an answer's metadata that lists the usage of each request, where there was more than one."""


class ChatModelShape:
    """Calls of a chat model: arguments are `messages`, `model` and the model's keywords, answers as `answer_of` makes.

    Args:
        tool_shape: How the model's provider wants a tool described.
        bind: Gives a tool in the provider's form, where that is none of those known here.
    """

    name = "langchain"

    def __init__(self, tool_shape: ToolShape, bind: Callable[[Any], Any]) -> None:
        self.tool_shape: ToolShape = tool_shape
        self.bind = bind

    def conversation(self, arguments: Arguments) -> list[Any] | None:
        """The messages, each as a dict that holds the message it stands for."""
        return [view_of(message) for message in arguments["messages"]]

    def with_conversation(self, arguments: Arguments, messages: Sequence[Any]) -> dict[str, Any]:
        """The arguments with other messages."""
        return {**arguments, "messages": [message_of(view) for view in messages]}

    def tools(self, arguments: Arguments) -> Sequence[Any]:
        """The caller's tools, in the provider's form."""
        tools = arguments.get("tools")
        return tools if isinstance(tools, (list, tuple)) else []

    def with_tool(self, arguments: Arguments, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with one more tool."""
        made: list[Any] = [schema]
        if self.tool_shape == "openai_responses":  # LangChain keeps this form for both of OpenAI's APIs
            made = [{"type": "function", "function": {key: schema[key] for key in schema if key != "type"}}]
        elif self.tool_shape == "google":
            made = list(self.bind(schema["functionDeclarations"][0]))
        return {**arguments, "tools": [*self.tools(arguments), *made]}

    def may_retrieve(self, arguments: Arguments) -> bool:
        """Whether one answer is wanted, and in it more than the one call that is forced (structured output)."""
        several = arguments.get("n")
        if isinstance(several, int) and several > 1:
            return False
        return not (len(self.tools(arguments)) == 1 and is_forced(arguments))

    def calls_of(self, answer: Any) -> list[ModelCall]:
        """Its tool calls; those that were cut or broken, too."""
        found: list[ModelCall] = []
        for place, call in enumerate(calls_in(answer["message"])):
            found.append(model_call(answer["message"], call, place, {other.id for other in found}))
        return found

    def is_signed(self, answer: Any) -> bool:
        """Whether it holds sealed reasoning."""
        return is_signed(answer["message"])

    def usage_of(self, answer: Any) -> Usage | None:
        """`usage_metadata`, where it is there."""
        usage = getattr(answer["message"], "usage_metadata", None)
        if not usage:
            return None
        details = usage.get("input_token_details") or {}
        parts = ("cache_creation", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
        return Usage(
            input=usage.get("input_tokens") or 0,
            cached=details.get("cache_read") or 0,
            written=sum(details.get(part) or 0 for part in parts),
            output=usage.get("output_tokens") or 0,
            raw=usage,
        )

    def with_usage(self, answer: Any, rounds: Sequence[Usage]) -> Any:
        """`usage_metadata` with the sums; `response_metadata.headroom_rounds` lists the rounds."""
        message = answer["message"]
        if message.usage_metadata is None:
            return answer
        total = added([one.raw for one in rounds if one.raw is not None])
        metadata = {**message.response_metadata, ROUNDS: [listing(one) for one in rounds]}
        update = {"usage_metadata": total, "response_metadata": metadata}
        return {**answer, "message": message.model_copy(update=update)}

    def without_calls(self, answer: Any, ids: frozenset[str]) -> Any:
        """A copy without these calls."""
        gone = [own_id(call) for call in self.calls_of(answer) if call.id in ids]
        return {**answer, "message": without_calls(answer["message"], gone)}

    def next_round(self, arguments: Arguments, answer: Any, answers: Mapping[str, str]) -> dict[str, Any]:
        """The answer, and a tool message per call."""
        calls = self.calls_of(answer)
        results = [result_of(own_id(call), answers[call.id]) for call in calls if call.id in answers]
        message = sound(whole(answer["message"]))
        return {**arguments, "messages": [*arguments["messages"], message, *results]}

    def without_more_calls(self, arguments: Arguments) -> dict[str, Any]:
        """No tool may be called; where the caller wants a call, only ours goes."""
        if is_forced(arguments):
            rest = [tool for tool in self.tools(arguments) if RETRIEVE_TOOL not in names_of(tool)]
            return {**arguments, "tools": rest}
        return {**arguments, "tool_choice": {"type": "none"} if self.tool_shape == "anthropic" else "none"}

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
    """A message as a dict over the same content; one that cannot be read costs only itself."""
    return {**view_or_fault(message, 0, fields_of, "langchain message", False), ORIGIN: message}


def message_of(view: Mapping[str, Any]) -> Any:
    """The message itself where nothing changed; else a copy that says the new text."""
    return from_view({**view, ORIGIN: 0}, [view[ORIGIN]]) if ORIGIN in view else from_view(view, ())


def answer_of(message: Any, facts: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An answer: the model's message, and why it stopped; `facts` are what LangChain keeps beside the message."""
    known = {**(facts or {}), **getattr(message, "response_metadata", {})}
    reason = next((known[name] for name in ("finish_reason", "stop_reason", "status") if known.get(name)), None)
    return {"message": message, "stop_reason": ascii_lower(reason) if isinstance(reason, str) else None}


def ascii_lower(text: str) -> str:
    """Google writes reasons in capitals."""
    return text.encode("ascii", "replace").lower().decode("ascii")


def model_call(message: Any, call: Mapping[str, Any], place: int, taken: set[str]) -> ModelCall:
    """One call of an answer; one of ours that is broken is kept as a call without arguments."""
    known = call.get("id") or f"call_{place}"
    args, valid, name = call.get("args"), len(message.tool_calls), str(call.get("name") or "")
    is_valid = place < valid or name == RETRIEVE_TOOL
    return ModelCall(
        id=f"{known}#{place}" if known in taken else known,
        name=name,
        arguments=args if isinstance(args, str) else json_text(args),
        place=place,
        raw={
            "call": {**call, "id": call.get("id") or known} if place < valid else broken(call, known),
            "list": "tool_calls" if is_valid else "invalid_tool_calls",
            "place": place if is_valid else place - valid,
            "blocks": call_blocks(message, known),
        },
    )


def own_id(call: ModelCall) -> str:
    """The id by which the provider knows a call."""
    return str(call.raw["call"]["id"])


def is_forced(arguments: Arguments) -> bool:
    """Whether the caller wants a call in any case, of one tool or of any."""
    choice = arguments.get("tool_choice")
    if isinstance(choice, Mapping):
        return choice.get("type") not in ("auto", "none", None)
    if isinstance(choice, str):
        return choice not in ("auto", "none", "")
    config = arguments.get("tool_config")
    return choice is True or (config is not None and "ANY" in str(config))

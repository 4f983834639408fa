"""Google's `generate_content`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from headroom.calls.google_contents import (
    either,
    is_models,
    parts_of,
    system_message,
    system_of,
    to_contents,
    to_messages,
    with_parts,
)
from headroom.calls.openai_chat import listed
from headroom.calls.shapes import Arguments
from headroom.calls.sums import summed
from headroom.calls.values import ModelCall, Usage, Withheld, field_of, number, plain_dict, with_fields
from headroom.markers import RETRIEVE_TOOL
from headroom.messages import read_message
from headroom.messages.google import CALL_KEYS, numbered, plain_text
from headroom.messages.wire import as_mapping, json_text
from headroom.retrieval.tool import Shape as ToolShape

# Settings of a call in the SDK's spelling and in that of the wire; dicts may have either.
SYSTEM = ("system_instruction", "systemInstruction")
CHOICE = ("tool_config", "toolConfig")
CACHED = ("cached_content", "cachedContent")
SEVERAL = ("candidate_count", "candidateCount")
DECLARED = ("function_declarations", "functionDeclarations")
CALLING = ("function_calling_config", "functionCallingConfig")
PIECEWISE = ("stream_function_call_arguments", "streamFunctionCallArguments")


class GoogleContent:
    """`client.models`.

    Where the tools are Python functions, or sessions of MCP servers, the SDK makes further calls by itself: then our
    tool is not offered, for its answer is not the SDK's to give.
    """

    name = "google.content"
    tool_shape: ToolShape = "google"

    def conversation(self, arguments: Arguments) -> list[Any] | None:
        """The system instruction as a message, and the contents."""
        messages = to_messages(arguments.get("contents"))
        if messages is None:
            return None
        system = system_message(either(arguments.get("config"), *SYSTEM))
        return messages if system is None else [system, *messages]

    def with_conversation(self, arguments: Arguments, messages: Sequence[Any]) -> dict[str, Any]:
        """The arguments with other messages, the first of them in `config` again."""
        before = system_message(either(arguments.get("config"), *SYSTEM))
        if before is None:
            return {**arguments, "contents": to_contents(messages)}
        is_kept = bool(messages) and field_of(messages[0], "role") == "system"
        made = {**arguments, "contents": to_contents(messages[is_kept:])}
        if is_kept and messages[0] == before:
            return made
        return with_setting(made, SYSTEM, system_of(messages[0]) if is_kept else None)

    def tools(self, arguments: Arguments) -> Sequence[Any]:
        """The caller's tools, as data."""
        return [tool_data(tool) for tool in given_tools(arguments)]

    def with_tool(self, arguments: Arguments, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with one more tool, in the type that the others have."""
        added = typed(arguments.get("config"), "tools", [dict(schema)])
        return with_setting(arguments, ("tools",), [*given_tools(arguments), *added])

    def may_retrieve(self, arguments: Arguments) -> bool:
        """One answer, whose calls come whole and are the caller's to answer; functions beside built-in tools only
        where the caller has functions, too, for not every model takes both."""
        config = arguments.get("config")
        if not (config is None or isinstance(config, Mapping) or hasattr(config, "model_copy")):
            return False
        tools = given_tools(arguments)
        calling = either(either(config, *CHOICE), *CALLING)
        return (
            either(config, *SEVERAL) in (None, 1)
            and either(config, *CACHED) is None  # the API takes no tools beside it
            and not either(calling, *PIECEWISE)
            and all(isinstance(tool, Mapping) or hasattr(tool, DECLARED[0]) for tool in tools)
            and (not tools or any(either(tool, *DECLARED) for tool in tools))
        )

    def calls_of(self, answer: Any) -> list[ModelCall]:
        """Function calls of the first candidate; one without an id has the one that a view of it gives it."""
        found: list[ModelCall] = []
        seen: Counter[str] = Counter()
        for place, part in enumerate(parts_of(content_of(answer))):
            call = either(part, *CALL_KEYS)
            name = field_of(call, "name")
            if isinstance(name, str):
                known = str(field_of(call, "id") or numbered(name, seen))
                known = f"{known}@{place}" if any(other.id == known for other in found) else known
                raw, text = plain_dict(part), json_text(field_of(call, "args"))
                found.append(ModelCall(id=known, name=name, arguments=text, place=place, raw=raw))
        return found

    def is_signed(self, answer: Any) -> bool:
        """Whether a part carries the signature of thoughts."""
        return any(either(part, "thought_signature") for part in parts_of(content_of(answer)))

    def usage_of(self, answer: Any) -> Usage | None:
        """`usage_metadata`, where it is there."""
        return google_usage(field_of(answer, "usage_metadata"))

    def with_usage(self, answer: Any, rounds: Sequence[Usage]) -> Any:
        """`usage_metadata` with the sums; its `headroom_rounds` lists the rounds."""
        usage = field_of(answer, "usage_metadata")
        return answer if usage is None else with_fields(answer, usage_metadata=summed(usage, rounds))

    def without_calls(self, answer: Any, ids: frozenset[str]) -> Any:
        """The first candidate without these calls."""
        gone = {call.place for call in self.calls_of(answer) if call.id in ids}
        candidates = listed(field_of(answer, "candidates")) or []
        content = field_of(candidates[0], "content")
        rest = [part for place, part in enumerate(parts_of(content)) if place not in gone]
        first = with_fields(candidates[0], content=with_fields(content, parts=rest))
        return with_fields(answer, candidates=[first, *candidates[1:]])

    def next_round(self, arguments: Arguments, answer: Any, answers: Mapping[str, str]) -> dict[str, Any]:
        """The answer's content, and one with the results."""
        results = [
            function_response(id_of(call.raw), answers[call.id]) for call in self.calls_of(answer) if call.id in answers
        ]
        given = arguments.get("contents")
        contents = given if isinstance(given, (list, tuple)) else [given]
        return {**arguments, "contents": [*contents, as_said(content_of(answer)), {"role": "user", "parts": results}]}

    def without_more_calls(self, arguments: Arguments) -> dict[str, Any]:
        """No function may be called."""
        choice = as_mapping(either(arguments.get("config"), *CHOICE)) or {}
        rest = {name: value for name, value in choice.items() if name not in CALLING}
        made = {**rest, "function_calling_config": {"mode": "NONE"}}
        return with_setting(arguments, CHOICE, typed(arguments.get("config"), CHOICE[0], made))

    def put_back(self, messages: Sequence[Any], index: int, withheld: Withheld) -> list[Any]:
        """The calls at their places, and their results first in the content that answers the others."""
        parts = parts_of(messages[index])
        for call in withheld.calls:
            parts.insert(call.place, dict(call.raw))
        made = [*messages[:index], with_parts(messages[index], parts), *messages[index + 1 :]]
        for call in reversed(withheld.calls):
            made = self.with_result(made, index, id_of(call.raw) or call.id, withheld.answers[call.id])
        return made

    def with_result(self, messages: Sequence[Any], index: int, call_id: str, text: str) -> list[Any]:
        """A function response first in the content that answers; one for the same call goes."""
        is_known = any(id_of(part) == call_id for part in parts_of(messages[index]))  # else we made it
        made = function_response(call_id if is_known else None, text)
        place = index + 1
        while place < len(messages) and is_models(messages[place]):  # streams leave a content for each chunk
            place += 1
        after = messages[place] if place < len(messages) else None
        view = read_message(after)
        if not any(part.kind == "tool_result" for part in view.parts):
            return [*messages[:place], {"role": "user", "parts": [made]}, *messages[place:]]
        gone = {part.path[1] for part in view.parts if part.kind == "tool_result" and part.tool_call_id == call_id}
        rest = [part for position, part in enumerate(parts_of(after)) if position not in gone]
        return [*messages[:place], with_parts(after, [made, *rest]), *messages[place + 1 :]]


def given_tools(arguments: Arguments) -> list[Any]:
    """The tools as the caller gave them."""
    return listed(field_of(arguments.get("config"), "tools")) or []


def tool_data(tool: Any) -> Any:
    """A tool as data, as far as it can be: a declaration as a dict, of a Python function name and docstring."""
    if isinstance(tool, Mapping):
        return tool
    if hasattr(type(tool), "model_dump"):
        return tool.model_dump(mode="json", exclude_none=True)
    if callable(tool):
        about = {"name": getattr(tool, "__name__", ""), "description": getattr(tool, "__doc__", None) or ""}
        return {DECLARED[1]: [about]}
    return tool


def with_setting(arguments: Arguments, names: Sequence[str], value: Any) -> dict[str, Any]:
    """The arguments with another value in a copy of their `config`, in the spelling it has there."""
    config = arguments.get("config")
    if config is None or isinstance(config, Mapping):
        given = config or {}
        name = next((name for name in names if name in given), names[0])
        return {**arguments, "config": {**given, name: value}}
    return {**arguments, "config": with_fields(config, **{names[0]: value})}


def typed(config: Any, name: str, value: Any) -> Any:
    """A value as a `config` holds it: an object where that is one."""
    return value if config is None or isinstance(config, Mapping) else getattr(type(config)(**{name: value}), name)


def content_of(answer: Any) -> Any:
    """The content of the first candidate, or None."""
    candidates = listed(field_of(answer, "candidates"))
    return field_of(candidates[0], "content") if candidates else None


def as_said(content: Any) -> Any:
    """An answer's content as the API takes it back: pieces of a stream without the empty texts among them."""
    if not isinstance(content, Mapping):
        return content
    return {**content, "parts": [part for part in content["parts"] if plain_text(as_mapping(part) or {}) != ""]}


def id_of(part: Any) -> Any:
    """The id that Google gave the call in a part; None without one."""
    return field_of(either(part, *CALL_KEYS), "id") or None


def function_response(known: Any, text: str) -> dict[str, Any]:
    """The result of a call of ours."""
    identity = {"id": known} if known else {}
    return {"function_response": {**identity, "name": RETRIEVE_TOOL, "response": {"output": text}}}


def google_usage(usage: Any) -> Usage | None:
    """Usage in our terms: thoughts count as output, what built-in tools brought as input."""
    if usage is None:
        return None
    return Usage(
        input=number(usage, "prompt_token_count") + number(usage, "tool_use_prompt_token_count"),
        cached=number(usage, "cached_content_token_count"),
        output=number(usage, "candidates_token_count") + number(usage, "thoughts_token_count"),
        raw=usage,
    )

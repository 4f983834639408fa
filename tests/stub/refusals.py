"""Requests that a provider answers with HTTP 400, found as the provider finds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from anthropic import types as claude
from anthropic.types import message_create_params
from openai.types.chat import completion_create_params
from openai.types.responses import response_create_params

from tests.stub.seals import Seals

Body = Mapping[str, Any]
TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
MOST_BREAKPOINTS = 4
THOUGHTS = ("thinking", "redacted_thinking")

CHAT_FIELDS = frozenset(completion_create_params.CompletionCreateParamsBase.__annotations__) | {"stream"}
RESPONSES_FIELDS = frozenset(response_create_params.ResponseCreateParamsBase.__annotations__) | {"stream"}
MESSAGES_FIELDS = frozenset(message_create_params.MessageCreateParamsBase.__annotations__) | {"stream"}
MESSAGES_FIELDS |= {"temperature", "top_p", "top_k"}  # older models take them, the SDK's types no longer name them
COUNT_FIELDS = frozenset({"messages", "model", "system", "tools", "tool_choice", "thinking", "cache_control"})
CHAT_MESSAGE_FIELDS = frozenset(
    {"role", "content", "name", "tool_calls", "tool_call_id", "refusal", "audio", "function_call", "annotations"}
)
CLAUDE_BLOCKS = {
    "text": frozenset(claude.TextBlockParam.__annotations__),
    "image": frozenset(claude.ImageBlockParam.__annotations__),
    "document": frozenset(claude.DocumentBlockParam.__annotations__),
    "tool_use": frozenset(claude.ToolUseBlockParam.__annotations__),
    "tool_result": frozenset(claude.ToolResultBlockParam.__annotations__),
    "thinking": frozenset(claude.ThinkingBlockParam.__annotations__),
    "redacted_thinking": frozenset(claude.RedactedThinkingBlockParam.__annotations__),
}
CLAUDE_TOOL = frozenset(claude.ToolParam.__annotations__)
GOOGLE_FIELDS = frozenset(
    {
        "contents",
        "systemInstruction",
        "tools",
        "toolConfig",
        "generationConfig",
        "safetySettings",
        "cachedContent",
        "labels",
        "model",
        "serviceTier",
        "store",
    }
)


class RefusedError(Exception):
    """The provider refuses the request; `message` is its text."""

    def __init__(self, message: str, param: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.status = status


def require(condition: object, message: str, param: str | None = None) -> None:
    """Refuse unless `condition` holds."""
    if not condition:
        raise RefusedError(message, param)


def check_chat(body: Body, seals: Seals) -> None:
    """OpenAI chat completions."""
    for name in body:
        require(name in CHAT_FIELDS, f"Unrecognized request argument supplied: {name}", name)
    require(isinstance(body.get("model"), str), "you must provide a model parameter", "model")
    messages = body.get("messages")
    require(isinstance(messages, list) and messages, "Invalid 'messages': empty array.", "messages")
    assert isinstance(messages, list)
    for n, message in enumerate(messages):
        for name in message:
            at = f"messages[{n}]"
            require(name in CHAT_MESSAGE_FIELDS, f"Additional properties are not allowed ('{name}') - '{at}'", at)
        roles = ("system", "developer", "user", "assistant", "tool", "function")
        require(message.get("role") in roles, f"Invalid value: '{message.get('role')}'.", f"messages[{n}].role")
        has_content = message.get("content") is not None or message.get("tool_calls") or message.get("refusal")
        require(has_content or message.get("function_call"), "Invalid value for 'content': got null.")
    check_chat_tools(body)
    check_chat_pairs(messages)
    if body.get("stream_options") is not None:
        require(body.get("stream"), "The 'stream_options' parameter is only allowed when 'stream' is enabled.")


def check_chat_tools(body: Body) -> None:
    """The tools, and the choice of one."""
    tools = body.get("tools")
    require(tools is None or tools, "Invalid 'tools': empty array.", "tools")
    names = [tool["function"]["name"] for tool in tools or () if tool.get("type") == "function"]
    check_names(names, "Invalid 'tools[].function.name'")
    choice = body.get("tool_choice")
    require(choice is None or tools, "'tool_choice' is only allowed when 'tools' are specified.", "tool_choice")
    require("parallel_tool_calls" not in body or tools, "'parallel_tool_calls' is only allowed with 'tools'.")
    if isinstance(choice, Mapping) and choice.get("type") == "function":
        wanted = choice["function"]["name"]
        require(wanted in names, f"Tool choice '{wanted}' not found in 'tools' parameter.", "tool_choice")


def check_names(names: Sequence[str], where: str) -> None:
    """Tool names are well formed and given once."""
    for name in names:
        require(TOOL_NAME.fullmatch(name), f"{where}: string does not match pattern.")
    require(len(set(names)) == len(names), f"{where}: Tool names must be unique.")


def check_chat_pairs(messages: Sequence[Body]) -> None:
    """Every call is answered right after it, and every answer has its call."""
    open_ids: list[str] = []
    for n, message in enumerate(messages):
        if message["role"] == "tool":
            known = message.get("tool_call_id") in open_ids
            text = "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
            require(known, f"Invalid parameter: {text}", f"messages.[{n}].role")
            open_ids.remove(message["tool_call_id"])
            continue
        check_none_open(open_ids, n)
        open_ids = [call["id"] for call in message.get("tool_calls") or ()]
    check_none_open(open_ids, len(messages))


def check_none_open(open_ids: Sequence[str], n: int) -> None:
    """No call waits for its answer."""
    text = (
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
        f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(open_ids)}"
    )
    require(not open_ids, text, f"messages.[{n}].role")


def check_responses(body: Body, seals: Seals) -> None:
    """OpenAI Responses; `input` holds the whole conversation, earlier items included."""
    for name in body:
        require(name in RESPONSES_FIELDS, f"Unknown parameter: '{name}'.", name)
    require(isinstance(body.get("model"), str), "Missing required parameter: 'model'.", "model")
    require(body.get("input") is not None, "Missing required parameter: 'input'.", "input")
    names = [tool["name"] for tool in body.get("tools") or () if tool.get("type") == "function"]
    check_names(names, "Invalid 'tools[].name'")
    items = body["input"]
    if not isinstance(items, str):
        check_items(items, seals)


def check_items(items: Sequence[Body], seals: Seals) -> None:
    """Calls with their outputs; reasoning sealed and before what it led to."""
    calls = [item["call_id"] for item in items if item.get("type") == "function_call"]
    outputs = [item["call_id"] for item in items if item.get("type") == "function_call_output"]
    for output in outputs:
        require(output in calls, f"No tool call found for function call output with call_id {output}.", "input")
    for call in calls:
        require(call in outputs, f"No tool output found for function call {call}.", "input")
    for item, following in zip(items, [*items[1:], {}], strict=True):
        if item.get("type") == "reasoning":
            check_reasoning(item, following, seals)
    for before, item in zip([{}, *items], items, strict=False):
        needed = seals.needs.get(str(item.get("id")))
        missing = f"of type '{item.get('type')}' was provided without its required 'reasoning' item: '{needed}'."
        led = needed is None or before.get("id") == needed or before.get("type") in ("function_call", "message")
        require(led, f"Item '{item.get('id')}' {missing}", "input")


def check_reasoning(item: Body, following: Body, seals: Seals) -> None:
    """One reasoning item."""
    name = item.get("id")
    followed = (
        following.get("type") in ("function_call", "message", "reasoning") or following.get("role") == "assistant"
    )
    require(followed, f"Item '{name}' of type 'reasoning' was provided without its required following item.", "input")
    sealed = item.get("encrypted_content")
    broken = f"The encrypted content for item {name} could not be verified."
    require(sealed is None or seals.opens(sealed), broken, "input")


def check_messages(body: Body, seals: Seals, fields: Iterable[str] = MESSAGES_FIELDS) -> None:
    """Anthropic messages."""
    for name in body:
        require(name in fields, f"{name}: Extra inputs are not permitted")
    require(isinstance(body.get("model"), str), "model: Field required")
    require("max_tokens" not in fields or isinstance(body.get("max_tokens"), int), "max_tokens: Field required")
    messages = body.get("messages") or []
    require(messages, "messages: at least one message is required")
    require(messages[0].get("role") == "user", 'messages: first message must use the "user" role')
    for n, message in enumerate(messages):
        check_claude_message(n, message, seals)
    check_claude_tools(body)
    check_claude_pairs(messages)
    check_breakpoints(body)
    if (body.get("thinking") or {}).get("type") == "enabled":
        check_thinking_kept(messages)
        least = body["thinking"].get("budget_tokens", 0)
        require(body.get("max_tokens", 0) > least, "`max_tokens` must be greater than `thinking.budget_tokens`.")


def check_claude_message(n: int, message: Body, seals: Seals) -> None:
    """One message: its role and blocks."""
    for name in message:
        require(name in ("role", "content"), f"messages.{n}.{name}: Extra inputs are not permitted")
    roles = ("user", "assistant", "system")
    require(message.get("role") in roles, f'messages: Unexpected role "{message.get("role")}".')
    content = message.get("content")
    if isinstance(content, str):
        require(content, f"messages.{n}: all messages must have non-empty content")
        return
    require(content, f"messages.{n}: all messages must have non-empty content")
    for m, block in enumerate(content or ()):
        check_claude_block(f"messages.{n}.content.{m}", message["role"], block, seals)


def check_claude_block(at: str, role: str, block: Body, seals: Seals) -> None:
    """One block: its fields, its place, its seal."""
    kind = str(block.get("type"))
    for name in block:
        allowed = kind not in CLAUDE_BLOCKS or name in CLAUDE_BLOCKS[kind]
        require(allowed, f"{at}.{kind}.{name}: Extra inputs are not permitted")
    if kind == "text":
        require(block.get("text"), f"{at}: text content blocks must be non-empty")
    elif kind == "tool_use":
        require(role == "assistant", f"{at}: `tool_use` blocks can only be in `assistant` messages")
    elif kind == "tool_result":
        require(role == "user", f"{at}: `tool_result` blocks can only be in `user` messages")
        for m, inner in enumerate(block.get("content") or () if not isinstance(block.get("content"), str) else ()):
            check_claude_block(f"{at}.tool_result.content.{m}", role, inner, seals)
    elif kind == "thinking":
        text, signature = str(block.get("thinking")), str(block.get("signature"))
        require(seals.signs(text, signature), f"{at}: Invalid `signature` in `thinking` block")
        require("cache_control" not in block, f"{at}.thinking.cache_control: Extra inputs are not permitted")
    elif kind == "redacted_thinking":
        require(seals.opens(str(block.get("data"))), f"{at}: Invalid `data` in `redacted_thinking` block")


def check_claude_tools(body: Body) -> None:
    """The tools, and the choice of one."""
    tools = body.get("tools") or ()
    for n, tool in enumerate(tools):
        if tool.get("type", "custom") in ("custom", None):
            for name in tool:
                require(name in CLAUDE_TOOL, f"tools.{n}.custom.{name}: Extra inputs are not permitted")
            require("input_schema" in tool, f"tools.{n}.custom.input_schema: Field required")
    names = [str(tool.get("name")) for tool in tools]
    check_names(names, "tools")
    choice = body.get("tool_choice")
    require(choice is None or tools, "tool_choice: may only be specified while providing tools")
    if isinstance(choice, Mapping) and choice.get("type") == "tool":
        require(choice.get("name") in names, f"Tool '{choice.get('name')}' not found in provided tools")


def check_claude_pairs(messages: Sequence[Body]) -> None:
    """Results stand first in the message right after their calls."""
    open_ids: list[str] = []
    for n, message in enumerate(messages):
        blocks = [block for block in message["content"] if isinstance(block, Mapping)]
        results = [str(block.get("tool_use_id")) for block in blocks if block.get("type") == "tool_result"]
        for result in results:
            text = f"unexpected `tool_use_id` found in `tool_result` blocks: {result}. Each `tool_result` block must "
            text += "have a corresponding `tool_use` block in the previous message."
            require(result in open_ids, f"messages.{n}.content.0: {text}")
        missing = [name for name in open_ids if name not in results]
        text = f"`tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(missing)}."
        require(not missing, f"messages.{n}: {text}")
        first = [block.get("type") == "tool_result" for block in blocks]
        require(first == sorted(first, reverse=True), f"messages.{n}: `tool_result` blocks must come first")
        open_ids = [str(block["id"]) for block in blocks if block.get("type") == "tool_use"]
        require(len(set(open_ids)) == len(open_ids), f"messages.{n}: `tool_use` ids must be unique")
    text = f"`tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(open_ids)}."
    require(not open_ids, f"messages.{len(messages) - 1}: {text}")


def check_breakpoints(body: Body) -> None:
    """At most four, the longer-lived before the others."""
    found = list(breakpoints(body.get("tools"))) + list(breakpoints(body.get("system")))
    for message in body["messages"]:
        found += breakpoints(message["content"])
    found += [body["cache_control"]] if body.get("cache_control") else []
    text = f"A maximum of 4 blocks with cache_control may be provided. Found {len(found)}."
    require(len(found) <= MOST_BREAKPOINTS, text)
    for control in found:
        require(control.get("type") == "ephemeral", "cache_control.type: Input should be 'ephemeral'")
        require(control.get("ttl", "5m") in ("5m", "1h"), "cache_control.ttl: Input should be '5m' or '1h'")
    lives = [control.get("ttl", "5m") for control in found]
    text = "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block."
    require(lives == sorted(lives), text)


def breakpoints(blocks: Any) -> Iterable[Body]:
    """The breakpoints on blocks and on what they hold."""
    for block in blocks if isinstance(blocks, list) else ():
        if isinstance(block, Mapping):
            if block.get("type") == "tool_result":
                yield from breakpoints(block.get("content"))
            if isinstance(block.get("cache_control"), Mapping):
                yield block["cache_control"]


def dicts_in(content: Any) -> list[Body]:
    """The blocks of a content."""
    return [block for block in content if isinstance(block, Mapping)] if isinstance(content, list) else []


def check_thinking_kept(messages: Sequence[Body]) -> None:
    """With thinking on, a turn that called tools begins with its thinking.

    Where no turn has any, thinking was switched on in between, and the provider goes on without it.
    """
    if not any(block.get("type") in THOUGHTS for message in messages for block in dicts_in(message["content"])):
        return
    last = next((n for n in range(len(messages) - 1, -1, -1) if messages[n]["role"] == "assistant"), None)
    if last is None or isinstance(messages[last]["content"], str):
        return
    blocks = messages[last]["content"]
    kinds = [block.get("type") for block in blocks]
    begins = kinds[0] in THOUGHTS or "tool_use" not in kinds
    text = f"Expected `thinking` or `redacted_thinking`, but found `{kinds[0]}`."
    require(begins, f"messages.{last}.content.0.type: {text}")


def check_google(body: Body, seals: Seals) -> None:
    """Gemini."""
    for name in body:
        unknown = f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
        require(name in GOOGLE_FIELDS, unknown)
    contents = body.get("contents") or []
    require(contents, "* GenerateContentRequest.contents: contents is not specified")
    require(contents[0].get("role", "user") == "user", "Please ensure that the first turn is a user turn.")
    open_calls = 0
    for n, content in enumerate(contents):
        parts = content.get("parts") or ()
        require(parts, f"* GenerateContentRequest.contents[{n}].parts: contents.parts must not be empty.")
        answers = sum("functionResponse" in part for part in parts)
        text = "the number of function response parts is equal to the number of function call parts"
        require(answers == open_calls, f"Please ensure that {text} of the function call turn.")
        open_calls = sum("functionCall" in part for part in parts)
        for part in parts:
            sealed = part.get("thoughtSignature")
            require(sealed is None or seals.opens(sealed), "Corrupted thought signature.")
    require(not open_calls, "Please ensure that function call turn is followed by a function response turn.")
    if body.get("cachedContent"):
        clash = any(name in body for name in ("systemInstruction", "tools", "toolConfig"))
        text = "CachedContent can not be used with GenerateContent request setting system_instruction, tools"
        require(not clash, f"{text} or tool_config.")


CHECKS = {"chat": check_chat, "responses": check_responses, "messages": check_messages, "google": check_google}

"""A call's arguments as they are sent: withheld calls put back, texts compressed, tool and cache hints added."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from headroom.calls.controls import Controls
from headroom.calls.host import Host
from headroom.calls.shapes import Shape
from headroom.markers import RETRIEVE_TOOL
from headroom.messages import Message, ToolCall, texts_of
from headroom.messages.wire import json_text
from headroom.results import CompressResult, Note
from headroom.retrieval.answers import Answers
from headroom.retrieval.tool import is_offered, names_of, schema_tokens, tool_schema
from headroom.scope import current_scope
from headroom.transforms.contain import contain

TOOLS_SHARE = 4  # tokens around a tool's JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One call, ready to be sent.

    Attributes:
        arguments: For the SDK's method.
        conversation: The messages as the caller gave them, system text first.
        result: What was done to them.
        offers: Whether our retrieve tool was added.
        tools_tokens: Size of the caller's tools.
        room_tokens: What of the window the messages leave free; None where it does not limit.
        hinted: What the cache was told; None where nothing was.
        faults: Reasons of steps that failed.
    """

    arguments: dict[str, Any] = field(repr=False)
    conversation: list[Any] = field(repr=False)
    result: CompressResult
    offers: bool = False
    tools_tokens: int = 0
    room_tokens: int | None = None
    hinted: Any = None
    faults: tuple[str, ...] = ()


def offers_tool(host: Host, shape: Shape, arguments: Mapping[str, Any], controls: Controls) -> bool:
    """Whether the retrieve tool is added: by settings and the caller's own tools list alone (R3)."""
    config = host.engine.config
    wanted = controls.retrieval or config.retrieval
    tools = shape.tools(arguments)
    if wanted == "off" or not (config.ccr.enabled and config.ccr.inject_tool) or is_offered(tools):
        return False
    extra = arguments.get("extra_body")
    if isinstance(extra, Mapping) and "tools" in extra:  # these are sent in place of the others
        return False
    return shape.may_retrieve(arguments) and (wanted == "tool" or bool(tools))


def prepare(host: Host, shape: Shape, arguments: dict[str, Any], controls: Controls) -> Prepared | None:
    """The call in `optimize` mode; None where its arguments hold no messages that could be read.

    What fails costs only itself: a hint that cannot be given is no reason to send a large request, and the tools list
    is the same whatever goes wrong.
    """
    conversation = shape.conversation(arguments)
    if conversation is None:
        return None
    steps = Steps(strict=bool(controls.facts.get("strict")))
    tools, tools_tokens = shape.tools(arguments), 0
    with steps.step("tools"):
        tools_tokens = size_of_tools(host, tools)
    offers = offers_tool(host, shape, arguments, controls)
    messages = conversation
    with steps.step("withheld calls"):
        messages = with_our_calls(host, shape, conversation, tools, controls)
    facts: dict[str, Any] = {"model": str(arguments.get("model") or ""), **controls.facts}
    with steps.step("budget"):
        facts = facts_of(host, arguments, controls, tools_tokens + (schema_tokens(shape.tool_shape) if offers else 0))
    result = CompressResult(messages=list(messages), tokens_before=0, tokens_after=0, model=facts["model"])
    with steps.step("client"):
        result = compressed(host, messages, tools, facts, reachable=offers or is_offered(tools))
    with steps.step("ledger"):
        result = less(host, result, conversation, messages)
    made = arguments
    if not same(result.messages, conversation):
        made = shape.with_conversation(arguments, result.messages)
    if offers:
        made = shape.with_tool(made, tool_schema(shape.tool_shape))
    hinted = None
    with steps.step("cache hints"):
        hinted = hints(host, made, conversation, tools)
    budget = facts.get("budget_tokens")
    return Prepared(
        arguments=dict(made if hinted is None else hinted.arguments),
        conversation=conversation,
        result=result,
        offers=offers,
        tools_tokens=tools_tokens,
        room_tokens=None if budget is None else max(budget - result.tokens_after, 0),
        hinted=hinted,
        faults=tuple(steps.faults),
    )


class Steps:
    """Steps of which each may fail alone; the reasons are kept."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.faults: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One of them."""
        with contain(name, strict=self.strict) as fault:
            yield
        if fault.reason:
            self.faults.append(fault.reason)


def views_of(host: Host, messages: Sequence[Any]) -> list[Message]:
    """Views of messages; those read before are not read again."""
    return list(map(host.engine.pipeline.reader.read, messages))


def compressed(
    host: Host, messages: Sequence[Any], tools: Sequence[Any], facts: Mapping[str, Any], *, reachable: bool
) -> CompressResult:
    """What the engine makes of the messages."""
    given = dict(facts)
    if host.hooks is not None:
        given |= {"hooks": host.hooks, "tool_names": [name for tool in tools for name in names_of(tool)]}
    return host.engine.prepare(messages, retrieval="tool" if reachable else "off", **given)


def with_our_calls(
    host: Host, shape: Shape, conversation: list[Any], tools: Sequence[Any], controls: Controls
) -> list[Any]:
    """The messages with the retrieve calls that were taken out of them, and with answers to those that were not."""
    views = views_of(host, conversation)
    messages = host.withheld.put_back(shape, namespace_of(host, controls), conversation, views)
    views = views if messages is conversation else views_of(host, messages)
    return with_visible_calls(host, shape, messages, views, tools, controls)


def facts_of(host: Host, arguments: Mapping[str, Any], controls: Controls, tools_tokens: int) -> dict[str, Any]:
    """Facts for `Engine.prepare`."""
    model = str(arguments.get("model") or "")
    count = getattr(host.provider, "get_local_counter", None) or host.provider.get_token_counter
    facts = {
        "model": model,
        "counter": count(model),
        "prefix_tokens": tools_tokens,
        "align": host.engine.config.cache_aligner.enabled,
        "budget_tokens": budget_of(host, model, controls, tools_tokens),
        "extra": {"provider": str(host.provider.name)},
        **controls.facts,
    }
    if facts.get("token_budget") is not None:
        del facts["budget_tokens"]
    return facts


def budget_of(host: Host, model: str, controls: Controls, tools_tokens: int) -> int | None:
    """What of the model's window the messages may fill; None where no window is on."""
    config = host.engine.config
    rolling, chosen = config.rolling_window, config.intelligent_context
    if not host.fits_window or not (rolling.enabled or chosen.enabled):
        return None
    limit = config.get_context_limit(model) or host.provider.get_context_limit(model)
    buffer = controls.output_buffer_tokens
    if buffer is None:
        buffer = (chosen if chosen.enabled else rolling).output_buffer_tokens
    return int(max(limit - buffer - tools_tokens, 1))


def with_visible_calls(
    host: Host, shape: Shape, messages: list[Any], views: Sequence[Message], tools: Sequence[Any], controls: Controls
) -> list[Any]:
    """The messages in which each retrieve call that stayed visible has its answer, whoever sends them back."""
    if is_offered(tools):  # the caller's own tool; its results are the caller's
        return messages
    asked = [(i, call) for i, view in enumerate(views) for call in view.tool_calls if call.name == RETRIEVE_TOOL]
    if not asked:
        return messages
    known = {part.tool_call_id for view in views for part in view.parts if part.kind == "tool_result"}
    made = messages
    for index, call in reversed(asked):
        if call.id and (call.id not in known or is_failed(views, call.id)):
            text = visible_answer(host, messages[:index], controls, call)
            made = shape.with_result(made, index, call.id, text)
    return made


def visible_answer(host: Host, before: Sequence[Any], controls: Controls, call: ToolCall) -> str:
    """The answer to one visible call; the same each time, so it is worked out once."""
    key = (namespace_of(host, controls), call.id, call.arguments)
    known = host.visible.get(key)
    if known is not None:
        return known
    answer = answers_for(host, before, controls).answer(call.arguments)
    return answer.text if answer.is_final else host.visible.put(key, answer.text, len(answer.text) + 200)


def is_failed(views: Sequence[Any], call_id: str) -> bool:
    """Whether the caller's loop answered a call it does not know with an error of its own."""
    parts = [part for view in views for part in view.parts if part.tool_call_id == call_id]
    return any(part.is_error or RETRIEVE_TOOL in part.text[:500] for part in parts)


def answers_for(
    host: Host, conversation: Sequence[Any], controls: Controls, *, room_tokens: int | None = None
) -> Answers:
    """What answers retrieve calls in this conversation, within the room that the window has left."""
    engine = host.engine
    return Answers(
        conversation,
        counter=engine.counter,
        store=engine.originals,
        namespace=namespace_of(host, controls),
        secret=engine.config.secret.get_secret_value(),
        page_tokens=host.page_tokens,
        budget_tokens=room_tokens,
        most_rounds=host.most_rounds,
    )


def namespace_of(host: Host, controls: Controls) -> str:
    """The scope in which handles of this call are made."""
    given = controls.facts.get("namespace")
    return str(given) if given is not None else host.engine.config.namespace or current_scope().namespace


def less(host: Host, result: CompressResult, given: Sequence[Any], messages: Sequence[Any]) -> CompressResult:
    """`result`, which counts `messages`, as one of what the caller gave.

    What we put back is part of what is sent, and is a price of what was left out within the model's reach: a note
    says it, so that the columns of the ledger add up to what was saved.
    """
    if same(given, messages):
        return result
    tokens = size_of(host, messages) - size_of(host, given)
    note = Note(message_index=0, kind="put_back", change="left_out", reachable_by="model", tokens_after=tokens)
    return replace(result, tokens_before=result.tokens_before - tokens, notes=[*result.notes, note])


def size_of(host: Host, messages: Sequence[Any]) -> int:
    """Tokens of all texts, as the ledger counts them."""
    return sum(host.engine.counter.count_text(text) for view in views_of(host, messages) for text in texts_of(view))


def same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two lists hold the same objects."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def size_of_tools(host: Host, tools: Sequence[Any]) -> int:
    """Tokens of the caller's tools, by the built-in measure."""
    return sum(host.engine.counter.count_text(json_text(tool)) + TOOLS_SHARE for tool in tools)


def hints(host: Host, arguments: Mapping[str, Any], conversation: Sequence[Any], tools: Sequence[Any]) -> Any:
    """What the optimizer makes of the arguments; None where it is off."""
    if host.optimizer is None or not host.engine.config.cache_optimizer.enabled:
        return None
    model = str(arguments.get("model") or "")
    key = steady_key(host, conversation, tools)
    return host.optimizer.cache_hints(arguments, model=model, base_url=host.base_url, key=key)


def steady_key(host: Host, conversation: Sequence[Any], tools: Sequence[Any]) -> str:
    """16 hex digits that all calls of one conversation share: system text, tools, and what the user said first."""
    found = hashlib.sha256(host.engine.config.secret.get_secret_value().encode("utf-8", "surrogatepass"))
    for tool in tools:
        found.update(json_text(tool).encode("utf-8", "surrogatepass") + b"\0")
    for view in views_of(host, conversation[:8]):
        for part in view.parts:
            found.update(part.text.encode("utf-8", "surrogatepass") + b"\0")
        if view.begins_turn:
            break
    return found.hexdigest()[:16]

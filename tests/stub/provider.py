"""What stands behind the wire: checks a request, asks the script, charges the call, makes the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Lock
from typing import Any

from tests.stub import wire_chat, wire_google, wire_messages, wire_responses
from tests.stub.billing import Line, Meter, Usage
from tests.stub.cached_content import CachedContents
from tests.stub.prompt import count as count_tokens
from tests.stub.prompt import prompt_blocks
from tests.stub.refusals import CHECKS, RefusedError
from tests.stub.script import Script
from tests.stub.seals import Seals
from tests.stub.turns import Call, Reply, Turn

MESSAGE_START_TOKENS = 1


@dataclass(slots=True)
class Recorded:
    """One request as it arrived.

    Attributes:
        api: `chat`, `responses`, `messages` or `google`; `other` for everything else.
        method: HTTP method.
        path: With its query.
        headers: By lower-case name.
        raw: The body, byte for byte.
        body: The body as JSON.
        status: What it was answered with; 0 where nothing was.
        line: Its line on the invoice, if it was charged.
        reply: The step of the script that answered it.
    """

    api: str
    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    body: dict[str, Any]
    status: int = 0
    line: Line | None = None
    reply: Reply | None = None


@dataclass(slots=True)
class Answer:
    """A turn on its way out: the whole object, or the events of a stream."""

    turn: Turn
    whole: dict[str, Any]
    events: Iterator[dict[str, Any]]


@dataclass(slots=True)
class Provider:
    """All of a provider but its HTTP. Thread-safe.

    Attributes:
        script: The model.
        meter: Caches and invoice.
        window_tokens: Prompts beyond this are refused; None refuses none.
    """

    script: Script
    meter: Meter
    window_tokens: int | None = None
    seals: Seals = field(default_factory=Seals)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    stored: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    lock: Any = field(default_factory=Lock)
    contents: CachedContents = field(init=False)

    def __post_init__(self) -> None:
        self.contents = CachedContents(self.meter.clock)

    def new_id(self, prefix: str) -> str:
        """An id that no other thing here has."""
        return f"{prefix}_{next(self.numbers):08}"

    def prompt_of(self, request: Recorded) -> dict[str, Any]:
        """The body with what the provider itself adds to it: earlier items, cached contents.

        Raises:
            RefusedError: What it refers to is not here.
        """
        body = request.body
        if request.api == "responses" and body.get("previous_response_id"):
            earlier = self.stored.get(body["previous_response_id"])
            if earlier is None:
                name = body["previous_response_id"]
                raise RefusedError(f"Previous response with id '{name}' not found.", "previous_response_id")
            return {**body, "input": [*earlier, *as_items(body.get("input"))]}
        if request.api == "google" and body.get("cachedContent"):
            kept = self.contents.find(body["cachedContent"])
            given = {key: kept.body[key] for key in ("systemInstruction", "tools", "toolConfig") if key in kept.body}
            return {**body, **given, "contents": [*(kept.body.get("contents") or ()), *body["contents"]]}
        return body

    def check(self, request: Recorded) -> dict[str, Any]:
        """The whole prompt of a request that a provider takes.

        Raises:
            RefusedError: It does not take it.
        """
        CHECKS[request.api](request.body if request.api == "google" else self.prompt_of(request), self.seals)
        prompt = self.prompt_of(request)
        if self.window_tokens is not None:
            tokens = sum(len(block.ids) for block in prompt_blocks(request.api, prompt))
            if tokens > self.window_tokens:
                limit = f"{tokens} tokens > {self.window_tokens} maximum"
                raise RefusedError(f"This model's maximum context length is exceeded: {limit}", "messages")
        return prompt

    def answer(self, request: Recorded, prompt: Mapping[str, Any], reply: Turn, organisation: str) -> Answer:
        """Charge a call and make its answer."""
        made = self.named(reply, request.api)
        with self.lock:
            usage = self.charge(request, prompt, made, organisation)
            request.line = self.meter.enter(request.api, str(request.body["model"]), usage)
        return BUILDERS[request.api](self, request, prompt, made, usage)

    def charge(self, request: Recorded, prompt: Mapping[str, Any], made: Turn, organisation: str) -> Usage:
        """Usage of the whole call."""
        usage = self.meter.charge(request.api, prompt, organisation)
        if request.body.get("cachedContent"):
            kept = min(self.contents.find(request.body["cachedContent"]).tokens, usage.prompt)
            read = max(kept, usage.read)
            usage = Usage(plain=usage.prompt - read, read=read)
        reasoning = count_tokens(made.thoughts) if made.thoughts else 0
        words = sum(count_tokens(part.json) + count_tokens(part.name) for part in made.calls)
        words += count_tokens(made.text) + count_tokens(made.refusal or "")
        return replace(usage, output=words + reasoning, reasoning=reasoning)

    def named(self, reply: Turn, api: str) -> Turn:
        """The turn with an id on each call."""
        prefix = "toolu" if api == "messages" else "call"
        parts = (
            replace(part, id=part.id or self.new_id(prefix)) if isinstance(part, Call) else part for part in reply.parts
        )
        return replace(reply, parts=tuple(parts))


def as_items(given: Any) -> list[dict[str, Any]]:
    """The input of Responses as items."""
    return [{"role": "user", "content": given}] if isinstance(given, str) else list(given or ())


def chat_answer(provider: Provider, request: Recorded, prompt: Any, turn: Turn, usage: Usage) -> Answer:
    """Chat completions."""
    model, identity = str(request.body["model"]), provider.new_id("chatcmpl")
    figures = wire_chat.usage_json(usage, reports_writes=provider.meter.prices_of(model).write is not None)
    wants = bool((request.body.get("stream_options") or {}).get("include_usage"))
    return Answer(
        turn,
        wire_chat.answer(turn, identity, model, figures),
        wire_chat.chunks(turn, identity, model, figures, includes_usage=wants),
    )


def responses_answer(provider: Provider, request: Recorded, prompt: Any, turn: Turn, usage: Usage) -> Answer:
    """Responses; kept unless the request says otherwise."""
    identity = provider.new_id("resp")
    output = wire_responses.items(turn, request.body, provider.new_id, provider.seals)
    if request.body.get("store") is not False:
        provider.stored[identity] = [*as_items(prompt.get("input")), *output]
    status = turn.stop or "completed"
    return Answer(
        turn,
        wire_responses.answer(output, identity, request.body, usage, status),
        wire_responses.events(turn, output, identity, request.body, usage),
    )


def messages_answer(provider: Provider, request: Recorded, prompt: Any, turn: Turn, usage: Usage) -> Answer:
    """Anthropic messages."""
    facts = (turn, provider.new_id("msg"), str(request.body["model"]), usage, provider.seals)
    return Answer(turn, wire_messages.answer(*facts), wire_messages.events(*facts))


def google_answer(provider: Provider, request: Recorded, prompt: Any, turn: Turn, usage: Usage) -> Answer:
    """Gemini."""
    facts = (turn, provider.new_id("gen"), str(request.body["model"]), usage, provider.seals)
    return Answer(turn, wire_google.answer(*facts), wire_google.chunks(*facts))


BUILDERS = {
    "chat": chat_answer,
    "responses": responses_answer,
    "messages": messages_answer,
    "google": google_answer,
}

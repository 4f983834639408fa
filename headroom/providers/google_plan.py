"""What of a Gemini request is steady, so that cached content can stand for it: pure, nothing is asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.providers.counting import MessageCounter
from headroom.tokenizers import messages_tokens
from headroom.tokenizers.loose import as_fields

MOVED = ("system_instruction", "tools", "tool_config")  # what the API refuses beside `cached_content`
REFUSED = ("cached_content", "cachedContent", "systemInstruction", "toolConfig")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A request divided into what can be cached and the rest.

    Attributes:
        key: Digest of namespace, model and the steady part.
        cached: `contents`, `system_instruction`, `tools`, `tool_config` for `caches.create`, those that there are.
        arguments: The rest of the request, without `cached_content`.
        tokens: Estimated tokens of the steady part.
    """

    key: str
    cached: Mapping[str, Any] = field(repr=False)
    arguments: Mapping[str, Any] = field(repr=False)
    tokens: int

    def with_cached(self, name: str) -> dict[str, Any]:
        """Arguments of a request in which cached content stands for the steady part."""
        return {**self.arguments, "config": {**self.arguments["config"], "cached_content": name}}


def plans(arguments: Mapping[str, Any], model: str, counter: MessageCounter, namespace: str = "") -> list[Plan]:
    """How a request can be divided, the longest steady part first; nothing where it cannot be.

    The steady part is system text and tools, and where a second turn of the user has begun, the first turn, too: what
    is left begins with the user's own word then, as the API wants it. Requests whose tools are Python functions stay
    whole, for the SDK must see them.

    Args:
        arguments: `contents` and `config` as `generate_content` takes them; not changed.
        model: Model that is called.
        counter: Estimates sizes; must not ask the network.
        namespace: Whose request it is; cached content is shared only within one.
    """
    config = as_fields(arguments.get("config") or {})
    contents = arguments.get("contents")
    if config is None or any(config.get(key) is not None for key in REFUSED) or not are_plain(config.get("tools")):
        return []
    heads = [0] if not isinstance(contents, (list, tuple)) else [*second_turn(contents), 0]
    found = (divided(arguments, config, head, model, counter, namespace) for head in heads)
    return [plan for plan in found if plan is not None]


def divided(
    arguments: Mapping[str, Any],
    config: Mapping[str, Any],
    head: int,
    model: str,
    counter: MessageCounter,
    namespace: str,
) -> Plan | None:
    """The request with its first `head` contents in the steady part; None where that is empty or not plain data."""
    cached: dict[str, Any] = {key: config[key] for key in MOVED if config.get(key) is not None}
    contents = arguments.get("contents")
    if head:
        cached["contents"] = list(contents[:head])  # type: ignore[index]
    text = canonical([namespace, model, cached]) if cached else None
    if text is None:
        return None
    rest = {key: value for key, value in config.items() if key not in MOVED and value is not None}
    tail = list(contents[head:]) if head else contents  # type: ignore[index]
    return Plan(
        key=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        cached=cached,
        arguments={**arguments, "contents": tail, "config": rest},
        tokens=cached_tokens(cached, counter),
    )


def cached_tokens(cached: Mapping[str, Any], counter: MessageCounter) -> int:
    """Estimated tokens of a steady part."""
    system = cached.get("system_instruction")
    said = [{"role": "user", "content": system}] if isinstance(system, (str, list)) else [system] if system else []
    return messages_tokens([*said, *cached.get("contents", ())], counter) + counter.count_tools(cached.get("tools"))


def second_turn(contents: Sequence[Any]) -> Iterator[int]:
    """Position of the second content in which the user says something himself; nothing where there is none."""
    own = [at for at, content in enumerate(contents) if is_own_word(content)]
    after_answer = [at for at in own if any(role_of(content) == "model" for content in contents[:at])]
    yield from after_answer[:1]


def is_own_word(content: Any) -> bool:
    """Whether a content is the user's, and not the answer of a tool."""
    parts = (as_fields(content) or {}).get("parts") or ()
    answers = ("function_response", "functionResponse")
    has_answer = any((as_fields(part) or {}).get(key) for part in parts for key in answers)
    return role_of(content) == "user" and bool(parts) and not has_answer


def role_of(content: Any) -> Any:
    """Who speaks."""
    return (as_fields(content) or {}).get("role")


def are_plain(tools: Any) -> bool:
    """Whether all tools are declarations; nothing is, too."""
    if tools is None:
        return True
    return isinstance(tools, (list, tuple)) and all(as_fields(tool) is not None for tool in tools)


def canonical(value: Any) -> str | None:
    """A text that is the same for equal data; None for what is no data, or nested too deeply."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain)
    except (TypeError, ValueError, RecursionError):
        return None


def plain(value: Any) -> Any:
    """What JSON does not know: bytes by their digest, objects by their fields.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    fields = as_fields(value)
    if fields is None:
        raise TypeError(type(value).__name__)
    return dict(fields)

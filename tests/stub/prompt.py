"""The prompt behind a request body: its blocks in the provider's order, tokens included."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from headroom.tokenizers.tiktoken_counter import load_encoding

Body = Mapping[str, Any]
IMAGE_TOKENS = 85
IMAGES = frozenset({"image_url", "image", "input_image", "input_audio", "file", "input_file", "document"})


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the prompt.

    Attributes:
        text: What the model reads.
        mark: Lifetime of the cache breakpoint that stands on it, `5m` or `1h`; None without one.
        is_image: Counted as an image, told apart by its text.
    """

    text: str
    mark: str | None = None
    is_image: bool = False

    @property
    def ids(self) -> array[int]:
        """The tokens, o200k."""
        return image_ids(self.text) if self.is_image else text_ids(self.text)


@lru_cache(4096)
def text_ids(text: str) -> array[int]:
    """Token ids of a text; lone surrogates count as U+FFFD."""
    encoding = load_encoding("o200k_base")
    assert encoding is not None
    return array("I", encoding.encode_ordinary(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")))


@lru_cache(1024)
def image_ids(text: str) -> array[int]:
    """As many ids as an image has, made from its data."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return array("I", [int.from_bytes(digest, "big")] * IMAGE_TOKENS)


def count(text: str) -> int:
    """Tokens of a text, o200k."""
    return len(text_ids(text))


def prompt_blocks(api: str, body: Body) -> list[Block]:
    """Blocks of a request in the order in which the provider's cache sees them."""
    return [block for block in READERS[api](body) if block.text]


def chat_blocks(body: Body) -> Iterator[Block]:
    """OpenAI chat completions: tools, output schema, messages."""
    for name in ("tools", "functions", "response_format"):
        yield from (Block(dump(item)) for item in listed(body.get(name)))
    for message in body.get("messages", ()):
        yield Block(f"<|{message.get('role')}|>{message.get('name') or ''}{message.get('tool_call_id') or ''}\n")
        yield from content_blocks(message.get("content"))
        for key in ("refusal", "tool_calls", "function_call"):
            yield from (Block(dump(item)) for item in listed(message.get(key)))


def responses_blocks(body: Body) -> Iterator[Block]:
    """OpenAI Responses: tools, output schema, instructions, items."""
    for name in ("tools", "text"):
        yield from (Block(dump(item)) for item in listed(body.get(name)))
    yield Block(body.get("instructions") or "")
    items = body.get("input") or ()
    for item in [{"role": "user", "content": items}] if isinstance(items, str) else items:
        if "content" in item and item.get("type", "message") == "message":
            yield Block(f"<|{item.get('role')}|>\n")
            yield from content_blocks(item["content"])
        elif isinstance(item.get("output"), str):
            yield Block(f"{item.get('call_id')}\n{item['output']}")
        else:
            yield Block(dump({key: value for key, value in item.items() if key not in ("id", "status")}))


def messages_blocks(body: Body) -> Iterator[Block]:
    """Anthropic: tools, system, messages; each with the breakpoint that stands on it.

    What changes how messages are read (the choice of tools, thinking) stands between system and messages, as a block.
    """
    blocks = [Block(dump(unmarked(tool)), mark_of(tool)) for tool in body.get("tools") or ()]
    blocks += content_blocks(body.get("system"))
    blocks.append(Block(dump([body[key] for key in ("tool_choice", "thinking") if body.get(key)])))
    for message in body.get("messages", ()):
        content = message.get("content")
        head, *rest = content_blocks(content) or [Block("")]
        blocks.append(Block(f"\n\n{message.get('role')}: {head.text}", head.mark, head.is_image))
        blocks += rest
    if body.get("cache_control") and blocks:
        last = blocks[-1]
        blocks[-1] = Block(last.text, last.mark or mark_of(body), last.is_image)
    return iter(blocks)


def google_blocks(body: Body) -> Iterator[Block]:
    """Gemini: system instruction, tools, contents."""
    for name in ("systemInstruction", "system_instruction", "tools", "toolConfig"):
        yield from (Block(dump(item)) for item in listed(body.get(name)))
    for content in body.get("contents") or ():
        yield Block(f"<|{content.get('role', 'user')}|>\n")
        for part in content.get("parts") or ():
            if "inlineData" in part or "fileData" in part:
                yield Block(dump(part), is_image=True)
            else:
                yield Block(part["text"] if isinstance(part.get("text"), str) else dump(part))


def content_blocks(content: Any) -> list[Block]:
    """Blocks of a content: a text, or a list of parts."""
    if isinstance(content, str):
        return [Block(content)]
    return [part_block(part) for part in content or ()]


def part_block(part: Any) -> Block:
    """One part of a content; tool results are one block."""
    if not isinstance(part, Mapping):
        return Block(str(part))
    kind = part.get("type")
    if kind in IMAGES:
        return Block(dump(unmarked(part)), mark_of(part), is_image=True)
    if kind == "tool_result":
        inner = content_blocks(part.get("content"))
        mark = mark_of(part) or next((block.mark for block in reversed(inner) if block.mark), None)
        text = "".join(block.text for block in inner)
        return Block(f"{part.get('tool_use_id')}{part.get('is_error') or ''}\n{text}", mark)
    text = part.get("text") if kind in ("text", "input_text", "output_text") else None
    return Block(text if isinstance(text, str) else dump(unmarked(part)), mark_of(part))


def mark_of(block: Mapping[str, Any]) -> str | None:
    """Lifetime of the breakpoint on a block."""
    control = block.get("cache_control")
    return control.get("ttl") or "5m" if isinstance(control, Mapping) else None


def unmarked(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block without its breakpoint, which the model does not read."""
    return {key: value for key, value in block.items() if key != "cache_control"}


def listed(value: Any) -> Sequence[Any]:
    """A value as a list: nothing, the list, or the one."""
    if not value:
        return ()
    return value if isinstance(value, list) else (value,)


def dump(value: Any) -> str:
    """Compact JSON, in the order of its keys; nothing for nothing."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""


READERS = {
    "chat": chat_blocks,
    "responses": responses_blocks,
    "messages": messages_blocks,
    "google": google_blocks,
}

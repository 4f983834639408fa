"""Anthropic's prompt cache as its documentation describes it, small enough to be read at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from headroom.tokenizers import built_in_counter

COUNT = built_in_counter().count_text
LOOKBACK = 20  # blocks per mark, its own included
MOST_MARKS = 4
WRITE, READ = 1.25, 0.1


@dataclass(frozen=True)
class Usage:
    """Input tokens of one request by how they are billed."""

    plain: int
    written: int
    read: int

    @property
    def total(self) -> int:
        return self.plain + self.written + self.read

    @property
    def share_read(self) -> float:
        return self.read / self.total

    @property
    def cost(self) -> float:
        return self.plain + WRITE * self.written + READ * self.read


class AnthropicCache:
    """An entry is the exact prefix up to a marked block; entries do not expire here."""

    def __init__(self, minimum_tokens: int) -> None:
        self.minimum_tokens = minimum_tokens
        self.entries: set[str] = set()

    def send(self, arguments: Mapping[str, Any]) -> Usage:
        """What the request is billed for."""
        prefix, size = "", 0
        prefixes, sizes, marks = [], [], []
        for text, is_marked in blocks(arguments):
            prefix, size = prefix + text + "\0", size + COUNT(text)
            prefixes.append(prefix)
            sizes.append(size)
            if is_marked:
                marks.append(len(prefixes) - 1)
        assert len(marks) <= MOST_MARKS, "the API refuses more than four marks"
        marks = [mark for mark in marks if sizes[mark] >= self.minimum_tokens]
        looked_at = {at for mark in marks for at in range(max(0, mark - LOOKBACK + 1), mark + 1)}
        read = max((sizes[at] for at in looked_at if prefixes[at] in self.entries), default=0)
        end = max((sizes[mark] for mark in marks), default=0)
        self.entries |= {prefixes[mark] for mark in marks}
        return Usage(plain=size - max(end, read), written=max(end - read, 0), read=read)


def blocks(arguments: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """All blocks of a request in the order of the cache: text without its mark, and whether it has one."""
    for tool in arguments.get("tools") or ():
        yield from one("tool", tool)
    for block in as_blocks(arguments.get("system") or []):
        yield from one("system", block)
    for message in arguments["messages"]:
        for block in as_blocks(message["content"]):
            yield from one(message["role"], block)


def one(role: str, block: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """A block as text."""
    bare = {key: value for key, value in block.items() if key != "cache_control"}
    yield role + json.dumps(bare, sort_keys=True), "cache_control" in block


def as_blocks(content: Any) -> Any:
    """A text is one text block."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else content

"""`SharedContext`: texts that agents hand to each other, compressed once and read by all; in memory."""

from __future__ import annotations

import asyncio
import json
import math
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from headroom.api import compress, simulate
from headroom.errors import ConfigurationError, ValidationError
from headroom.messages import read_message
from headroom.results import Note, savings_percent
from headroom.scope import current_scope
from headroom.storage.forks import ForkAware

TOOL = "shared_context"
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextEntry:
    """One text that is shared.

    Attributes:
        key: Its name.
        agent: Who put it there, or None.
        original: As it was put.
        compressed: As it is read; the original itself where nothing was gained.
        original_tokens: Size as it was put, by the built-in measure.
        compressed_tokens: Size as it is read, same measure.
        transforms: Labels of what was done.
        note: What happened to it, or why nothing did.
        stored_s: When, by the context's clock.
    """

    key: str = field(repr=False)
    agent: str | None = None
    original: str = field(repr=False)
    compressed: str = field(repr=False)
    original_tokens: int
    compressed_tokens: int
    transforms: tuple[str, ...] = ()
    note: Note | None = field(default=None, repr=False)
    stored_s: float = 0.0

    @property
    def savings_percent(self) -> float:
        """Share of tokens saved, 0 to 100."""
        return savings_percent(self.compressed_tokens, self.original_tokens)

    @property
    def size_bytes(self) -> int:
        """What its texts take in memory."""
        return sum(map(sys.getsizeof, {id(text): text for text in (self.key, self.original, self.compressed)}.values()))


class SharedContext(ForkAware):
    """Texts by key, compressed as a tool's result would be; for all threads.

    By default nothing is left out, only exact forms are used: whoever reads the compressed text need not know that
    there is more. `selection="always"` or `target_tokens=...` leave out; `get(key, full=True)` gives the whole text.
    Keys are those of the scope that holds (`headroom.scope`): no tenant sees another's.

    Args:
        model: Named to `compress`; decides figures only.
        ttl: Seconds after which a text is forgotten; None keeps it.
        max_entries: Texts kept at most; those not read for longest leave.
        max_bytes: Size of all texts at most.
        clock: Seconds that never run backwards.
        settings: As `compress` takes them.

    Raises:
        ConfigurationError: A value is refused.
    """

    def __init__(
        self,
        model: str = "gpt-4o",
        ttl: float | None = 3600,
        max_entries: int = 100,
        *,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
        **settings: Any,
    ) -> None:
        require_above_zero("ttl", ttl)
        require_above_zero("max_entries", max_entries)
        require_above_zero("max_bytes", max_bytes)
        self.model = model
        self.ttl_s = math.inf if ttl is None else ttl
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self.clock = clock
        self.settings = dict(settings)
        if not any(name.startswith("cache_optimizer") for name in settings):
            self.settings["cache_optimizer.min_cacheable_tokens"] = 0  # no provider's prompt begins with these texts
        simulate([], model, **self.settings)  # refuses settings now, and loads what a put needs
        self.after_fork_in_child()
        self.watch_forks()

    def __repr__(self) -> str:
        return f"SharedContext({len(self.entries)} entries, {self.size_bytes} bytes)"

    def put(self, key: str, content: str, agent: str | None = None) -> ContextEntry:
        """Share a text under a key, in place of the one that is there.

        Raises:
            ValidationError: Key or content is no text, or the content is larger than the whole context may be.
            CompressionError: With `strict=True`, where a fault would leave it untouched.
        """
        check_text("key", key)
        check_text("content", content)
        entry = self.compressed(key, content, agent)
        if entry.size_bytes > self.max_bytes:
            raise ValidationError("content is larger than max_bytes", field="content", type=f"{entry.size_bytes} bytes")
        with self.lock:
            self.remove((self.namespace, key))
            self.entries[self.namespace, key] = entry
            self.size_bytes += entry.size_bytes
            self.forget_expired()
            while len(self.entries) > self.max_entries or self.size_bytes > self.max_bytes:
                self.remove(next(iter(self.entries)))
        return entry

    async def aput(self, key: str, content: str, agent: str | None = None) -> ContextEntry:
        """`put` in a thread, so that the event loop goes on."""
        return await asyncio.to_thread(self.put, key, content, agent)

    def get(self, key: str, full: bool = False) -> str | None:
        """The text as compressed, or as it was put; None where there is none under this key."""
        entry = self.entry(key)
        if entry is None:
            return None
        return entry.original if full else entry.compressed

    def entry(self, key: str) -> ContextEntry | None:
        """The text with its figures; None where there is none under this key."""
        with self.lock:
            self.forget_expired()
            found = self.entries.get((self.namespace, key))
            if found is not None:
                self.entries.move_to_end((self.namespace, key))
            return found

    def keys(self) -> list[str]:
        """The keys of the scope that holds, in the order they were put or read."""
        return [entry.key for entry in self.own()]

    def clear(self) -> None:
        """Forget the texts of the scope that holds."""
        with self.lock:
            for key in [key for key in self.entries if key[0] == self.namespace]:
                self.remove(key)

    def stats(self) -> dict[str, Any]:
        """Sums over the texts of the scope that holds."""
        entries = self.own()
        before = sum(entry.original_tokens for entry in entries)
        after = sum(entry.compressed_tokens for entry in entries)
        return {
            "entries": len(entries),
            "original_tokens": before,
            "compressed_tokens": after,
            "tokens_saved": before - after,
            "savings_percent": savings_percent(after, before),
        }

    @property
    def namespace(self) -> str:
        """Whose keys are meant."""
        return self.settings.get("namespace") or current_scope().namespace

    def own(self) -> list[ContextEntry]:
        """The entries of the scope that holds."""
        with self.lock:
            self.forget_expired()
            return [entry for (namespace, _), entry in self.entries.items() if namespace == self.namespace]

    def compressed(self, key: str, content: str, agent: str | None) -> ContextEntry:
        """The entry for a text: read as the answer of a tool that was asked for the key."""
        arguments = json.dumps({"key": key})
        call = {"id": "shared", "type": "function", "function": {"name": TOOL, "arguments": arguments}}
        asked = {"role": "assistant", "content": None, "tool_calls": [call]}
        answer = {"role": "tool", "tool_call_id": "shared", "content": content}
        result = compress([asked, answer], self.model, **self.settings)
        note = next((note for note in result.notes if note.message_index == 1), None)
        [part] = read_message(result.messages[1]).parts
        tokens = result.tokens_before if note is None else note.tokens_before
        return ContextEntry(
            key=key,
            agent=agent,
            original=content,
            compressed=content if part.text == content else part.text,
            original_tokens=tokens,
            compressed_tokens=tokens if note is None else note.tokens_after,
            transforms=tuple(result.transforms_applied),
            note=note,
            stored_s=self.clock(),
        )

    def after_fork_in_child(self) -> None:
        """Empty: another thread of the parent may have been at work on what it kept."""
        self.entries: OrderedDict[tuple[str, str], ContextEntry] = OrderedDict()  # least recently used first
        self.size_bytes = 0
        self.lock = threading.Lock()

    def forget_expired(self) -> None:
        """Forget what is too old; the lock is held."""
        limit_s = self.clock() - self.ttl_s
        for key in [key for key, entry in self.entries.items() if entry.stored_s <= limit_s]:
            self.remove(key)

    def remove(self, key: tuple[str, str]) -> None:
        """Forget one text, if it is there; the lock is held."""
        found = self.entries.pop(key, None)
        self.size_bytes -= found.size_bytes if found else 0


def require_above_zero(field: str, value: Any) -> None:
    """Refuse what is no number above 0; None is for `ttl` alone."""
    if value is None and field == "ttl":
        return
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (is_number and value > 0):
        shown = value if is_number else type(value).__name__
        raise ConfigurationError(f"{field} must be a number above 0", field=field, value=shown)


def check_text(field: str, value: object) -> None:
    """Refuse what is no text."""
    if not isinstance(value, str):
        raise ValidationError(f"{field} must be a text", field=field, type=type(value).__name__)

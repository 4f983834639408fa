"""Google's cached content: made for what requests share, renewed while it is used, deleted in the end."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from headroom.errors import ConfigurationError
from headroom.providers.counting import MessageCounter
from headroom.providers.failures import api_errors
from headroom.providers.google_plan import Plan, plans
from headroom.providers.hints import Hinted

DEFAULT_TTL_S = 600.0
MARGIN_S = 5.0  # what is about to expire is not relied on
MOST_SEEN = 4096

logger = logging.getLogger("headroom")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the caches' API."""

    method: str
    arguments: Mapping[str, Any] = field(repr=False)


@dataclass(slots=True)
class Entry:
    """Cached content that we made.

    Attributes:
        name: Google's name for it.
        expires_s: When it ends, on the clock of the caches.
    """

    name: str
    expires_s: float


Steps = Generator[Call, Any, Hinted]
"""Calls to make; each is sent its answer, or None where it failed. Shared by the two ways of calling."""


class ContextCaches:
    """Cached contents of one Gemini client.

    Google caches prefixes of its newer models by itself, without a guarantee. Cached content is guaranteed, but **its
    storage is billed by the hour**; that is why it is off unless `GoogleProvider(enable_context_caching=True)`. It is
    made for a steady part (see `google_plan.plans`) that is at least as long as the model's minimum and that came in an
    earlier request of this process, too. Whatever fails, the request goes out as it came. May be shared by threads.

    Args:
        client: A `google.genai.Client`.
        count: Counter by model.
        minimum: Tokens from which a model caches; None for one that does not.
        ttl_s: Seconds that a content lives after it was made or renewed; it is renewed while it is used. At least 60.
        max_entries: Contents at a time; the one that was not used for longest is deleted. At least 1.
        clock: Seconds that only grow.

    Raises:
        ConfigurationError: `ttl_s` or `max_entries` is too small.
    """

    def __init__(
        self,
        client: Any,
        *,
        count: Callable[[str], MessageCounter],
        minimum: Callable[[str], int | None],
        ttl_s: float = DEFAULT_TTL_S,
        max_entries: int = 32,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        for name, value, least in (("ttl_s", ttl_s, 60), ("max_entries", max_entries, 1)):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
                raise ConfigurationError(f"{name} must be at least {least}", field=name, value=repr(value)[:60])
        self.client, self.count, self.minimum = client, count, minimum
        self.ttl_s, self.max_entries, self.clock = ttl_s, max_entries, clock
        self.seen: OrderedDict[str, None] = OrderedDict()
        self.entries: OrderedDict[str, Entry] = OrderedDict()
        self.resting: OrderedDict[str, float] = OrderedDict()  # keys not to be made, until when
        self.lock = Lock()

    def __repr__(self) -> str:
        return f"ContextCaches(entries={len(self.entries)})"

    def apply(self, arguments: Mapping[str, Any], *, model: str, namespace: str = "") -> Hinted:
        """Arguments of `generate_content` with `cached_content` where there is one; may ask Google, so it may block."""
        return drive(self.steps(arguments, model, namespace), getattr(self.client, "caches", None))

    async def aapply(self, arguments: Mapping[str, Any], *, model: str, namespace: str = "") -> Hinted:
        """As `apply`, for an event loop: `client.aio` is asked."""
        return await adrive(self.steps(arguments, model, namespace), asynchronous(self.client))

    def forget(self, name: str) -> None:
        """Cached content is gone: do not use it again. For a request that failed because of it."""
        with self.lock:
            for key in [key for key, entry in self.entries.items() if entry.name == name]:
                del self.entries[key]

    def close(self) -> None:
        """Delete all that was made here; may be called twice."""
        drive(self.deleting(), getattr(self.client, "caches", None))

    async def aclose(self) -> None:
        """As `close`, for an event loop."""
        await adrive(self.deleting(), asynchronous(self.client))

    def steps(self, arguments: Mapping[str, Any], model: str, namespace: str) -> Steps:
        """Find, make or renew the cached content of one request."""
        plan = self.choose(arguments, model, namespace)
        if plan is None:
            return Hinted(arguments)
        entry = self.alive(plan.key)
        if entry is None:
            entry = yield from self.make(plan, model)
        elif entry.expires_s - self.clock() < self.ttl_s / 3:
            entry = yield from self.renew(plan.key, entry)
        if entry is None:
            return Hinted(arguments)
        return Hinted(plan.with_cached(entry.name), strategy="cached_content", cacheable_tokens=plan.tokens)

    def choose(self, arguments: Mapping[str, Any], model: str, namespace: str) -> Plan | None:
        """The longest steady part that is long enough and came before; all of them are remembered."""
        minimum = self.minimum(model)
        if minimum is None:
            return None
        found = [plan for plan in plans(arguments, model, self.count(model), namespace) if plan.tokens >= minimum]
        with self.lock:
            known = [plan for plan in found if plan.key in self.seen and not self.rests(plan.key)]
            for plan in found:
                self.seen[plan.key] = None
                self.seen.move_to_end(plan.key)
            shrink(self.seen, MOST_SEEN)
        return known[0] if known else None

    def rests(self, key: str) -> bool:
        """Whether making it failed lately, or is going on elsewhere."""
        return self.resting.get(key, 0.0) > self.clock()

    def alive(self, key: str) -> Entry | None:
        """The content of a key, unless it has ended."""
        with self.lock:
            entry = self.entries.get(key)
            if entry is not None and entry.expires_s - MARGIN_S <= self.clock():
                entry = None
                del self.entries[key]
            if entry is not None:
                self.entries.move_to_end(key)
            return entry

    def make(self, plan: Plan, model: str) -> Generator[Call, Any, Entry | None]:
        """Make a content; None where that fails or another thread is at it."""
        with self.lock:
            if self.rests(plan.key):
                return None
            self.resting[plan.key] = self.clock() + self.ttl_s  # until it is there; or, if it fails, for that long
            shrink(self.resting, MOST_SEEN)
        started = self.clock()
        answer = yield Call("create", {"model": model, "config": {**plan.cached, "ttl": self.ttl}})
        name = getattr(answer, "name", None)
        if not isinstance(name, str):
            return None
        entry = Entry(name, started + self.ttl_s)
        with self.lock:
            self.resting.pop(plan.key, None)
            self.entries[plan.key] = entry
            dropped = shrink(self.entries, self.max_entries)
        for old in dropped:
            yield Call("delete", {"name": old.name})
        return entry

    def renew(self, key: str, entry: Entry) -> Generator[Call, Any, Entry | None]:
        """Let a content live on; None where Google does not know it any more."""
        started = self.clock()
        answer = yield Call("update", {"name": entry.name, "config": {"ttl": self.ttl}})
        if answer is None:
            self.forget(entry.name)
            return None
        entry.expires_s = started + self.ttl_s
        return entry

    def deleting(self) -> Steps:
        """Delete all."""
        with self.lock:
            names = [entry.name for entry in self.entries.values()]
            self.entries.clear()
            self.seen.clear()
        for name in names:
            yield Call("delete", {"name": name})
        return Hinted({})

    @property
    def ttl(self) -> str:
        """The lifetime as Google writes it."""
        return f"{self.ttl_s:g}s"


def shrink(table: OrderedDict[str, Any], most: int) -> list[Any]:
    """Take the oldest out until `most` are left; those that were taken."""
    return [table.popitem(last=False)[1] for _ in range(len(table) - most)]


def asynchronous(client: Any) -> Any:
    """The caches of a client that are awaited."""
    return getattr(getattr(client, "aio", client), "caches", None)


def drive(steps: Steps, caches: Any) -> Hinted:
    """Make the calls."""
    answer = None
    while True:
        try:
            call = steps.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        try:
            answer = getattr(caches, call.method)(**call.arguments)
        except api_errors() as error:
            answer = None
            leave_trace(call, error)


async def adrive(steps: Steps, caches: Any) -> Hinted:
    """Make the calls, awaiting each."""
    answer = None
    while True:
        try:
            call = steps.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        try:
            answer = await getattr(caches, call.method)(**call.arguments)
        except api_errors() as error:
            answer = None
            leave_trace(call, error)


def leave_trace(call: Call, error: Exception) -> None:
    """Log that a call failed, without content."""
    logger.warning("cached content: %s failed: %s", call.method, type(error).__name__)

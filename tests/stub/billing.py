"""Providers' prompt caches and invoices, simulated to the token."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from hashlib import blake2b
from itertools import accumulate
from typing import Any

from tests.stub.prompt import Block, prompt_blocks

STEP_TOKENS = 128
LOOKBACK_BLOCKS = 20
LIFETIME_S = {"5m": 300.0, "1h": 3600.0}
TOKEN_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Dollars per million tokens, and the shortest prefix that is cached.

    `write` None: writing costs nothing extra and is not reported.
    """

    input: float
    output: float
    read: float
    write: float | None = None
    write_1h: float | None = None
    minimum: int = 1024


# Providers' price pages, November 2026; first match wins.
PRICES: dict[str, Prices] = {
    "gpt-4o-mini*": Prices(input=0.15, output=0.60, read=0.075),
    "gpt-4o*": Prices(input=2.50, output=10.00, read=1.25),
    "gpt-4.1-mini*": Prices(input=0.40, output=1.60, read=0.10),
    "gpt-4.1*": Prices(input=2.00, output=8.00, read=0.50),
    "gpt-5.6*": Prices(input=4.00, output=20.00, read=0.40, write=5.00),
    "gpt-5-mini*": Prices(input=0.25, output=2.00, read=0.025),
    "gpt-5*": Prices(input=1.25, output=10.00, read=0.125),
    "claude-sonnet-5-5*": Prices(input=2.0, output=10.0, read=0.1, write=2.5, write_1h=4.0, minimum=512),
    "claude-sonnet-5*": Prices(input=2.0, output=10.0, read=0.2, write=2.5, write_1h=4.0),
    "claude-sonnet-4*": Prices(input=3.0, output=15.0, read=0.3, write=3.75, write_1h=6.0),
    "claude-opus-4-6*": Prices(input=5.0, output=25.0, read=0.5, write=6.25, write_1h=10.0, minimum=4096),
    "claude-haiku-4-5*": Prices(input=1.0, output=5.0, read=0.1, write=1.25, write_1h=2.0, minimum=4096),
    "claude*": Prices(input=3.0, output=15.0, read=0.3, write=3.75, write_1h=6.0),
    "gemini-2.5-pro*": Prices(input=1.25, output=10.0, read=0.125, minimum=4096),
    "gemini*": Prices(input=0.30, output=2.50, read=0.03),
    "*": Prices(input=1.0, output=4.0, read=0.5),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call by price: `plain`, `read`, `written` and `written_1h` together are the whole prompt.

    `reasoning` is a part of `output`.
    """

    plain: int = 0
    read: int = 0
    written: int = 0
    written_1h: int = 0
    output: int = 0
    reasoning: int = 0

    @property
    def prompt(self) -> int:
        """All tokens of the prompt."""
        return self.plain + self.read + self.written + self.written_1h

    @property
    def share_read(self) -> float:
        """Share of the prompt that came from the cache."""
        return self.read / self.prompt if self.prompt else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One call on the invoice.

    Attributes:
        api: `chat`, `responses`, `messages` or `google`.
        model: As the request named it.
        usage: Its tokens by price.
        input_dollars: What the prompt cost.
        output_dollars: What the answer cost.
    """

    api: str
    model: str
    usage: Usage
    input_dollars: float
    output_dollars: float


@dataclass(slots=True)
class Invoice:
    """What all calls together cost."""

    lines: list[Line] = field(default_factory=list)

    @property
    def input_dollars(self) -> float:
        """All prompts."""
        return math.fsum(line.input_dollars for line in self.lines)

    @property
    def output_dollars(self) -> float:
        """All answers."""
        return math.fsum(line.output_dollars for line in self.lines)

    @property
    def dollars(self) -> float:
        """Everything."""
        return self.input_dollars + self.output_dollars

    @property
    def usage(self) -> Usage:
        """Tokens of all calls by price."""
        names = Usage.__dataclass_fields__
        return Usage(**{name: sum(getattr(line.usage, name) for line in self.lines) for name in names})

    @property
    def shares_read(self) -> list[float]:
        """Share of the prompt that came from the cache, call by call."""
        return [line.usage.share_read for line in self.lines]


class Clock:
    """Seconds that pass only when told to; cheap to share between threads."""

    def __init__(self, now_s: float = 1_700_000_000.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds


class PrefixCache:
    """OpenAI's and Google's kind: automatic, by tokens, from a minimum on in steps of 128."""

    def __init__(self, clock: Callable[[], float], lifetime_s: float = LIFETIME_S["5m"]) -> None:
        self.clock = clock
        self.lifetime_s = lifetime_s
        self.used_s: dict[tuple[Any, bytes], float] = {}

    def charge(self, blocks: Iterable[Block], scope: Any, prices: Prices) -> Usage:
        """Usage of a prompt, which is cached from now on."""
        data = b"".join(block.ids.tobytes() for block in blocks)
        tokens, now_s = len(data) // TOKEN_BYTES, self.clock()
        prefixes = [(n, digest) for n, digest in chained(data) if n >= prices.minimum]
        alive = (n for n, d in prefixes if now_s - self.used_s.get((scope, d), -math.inf) < self.lifetime_s)
        read = max(alive, default=0)
        for _, digest in prefixes:
            self.used_s[scope, digest] = now_s
        written = prefixes[-1][0] - read if prefixes and prices.write is not None else 0
        return Usage(plain=tokens - read - written, read=read, written=written)


def chained(data: bytes) -> list[tuple[int, bytes]]:
    """Length in tokens and digest of each prefix of a whole number of steps."""
    size, running, found = STEP_TOKENS * TOKEN_BYTES, blake2b(digest_size=12), []
    for end in range(size, len(data) + 1, size):
        running.update(data[end - size : end])
        found.append((end // TOKEN_BYTES, running.copy().digest()))
    return found


@dataclass(slots=True)
class Entry:
    """A prefix that Anthropic keeps."""

    lifetime_s: float
    used_s: float


class BreakpointCache:
    """Anthropic's kind: only up to breakpoints, looked for up to 20 blocks before each, minutes of life."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.entries: dict[tuple[Any, bytes], Entry] = {}

    def charge(self, blocks: list[Block], scope: Any, prices: Prices) -> Usage:
        """Usage of a prompt; what its breakpoints close is kept from now on."""
        sums = list(accumulate(len(block.ids) for block in blocks))
        digests = block_digests(blocks)
        marks = [n for n, block in enumerate(blocks) if block.mark and sums[n] >= prices.minimum]
        hit = max((found for mark in marks for found in self.found(mark, digests, scope)), default=None)
        read = 0 if hit is None else sums[hit]
        last_1h = max((sums[n] for n in marks if blocks[n].mark == "1h"), default=0)
        last = max((sums[n] for n in marks), default=0)
        written_1h = max(last_1h - read, 0)
        written = max(last - read - written_1h, 0)
        self.keep(marks, hit, blocks, digests, scope)
        plain = (sums[-1] if sums else 0) - read - written - written_1h
        return Usage(plain=plain, read=read, written=written, written_1h=written_1h)

    def found(self, mark: int, digests: list[bytes], scope: Any) -> Iterable[int]:
        """Kept prefixes that the search from one breakpoint meets."""
        now_s = self.clock()
        for n in range(mark, max(mark - LOOKBACK_BLOCKS, -1), -1):
            entry = self.entries.get((scope, digests[n]))
            if entry is not None and now_s - entry.used_s < entry.lifetime_s:
                yield n
                return

    def keep(self, marks: list[int], hit: int | None, blocks: list[Block], digests: list[bytes], scope: Any) -> None:
        """Keep what the breakpoints close, and keep longer what was read."""
        now_s = self.clock()
        if hit is not None:
            self.entries[scope, digests[hit]].used_s = now_s
        for mark in marks:
            lifetime_s = LIFETIME_S[blocks[mark].mark or "5m"]
            self.entries[scope, digests[mark]] = Entry(lifetime_s, now_s)


def block_digests(blocks: Iterable[Block]) -> list[bytes]:
    """Digest of the prompt up to and including each block; breakpoints are no part of it."""
    running, found = blake2b(digest_size=12), []
    for block in blocks:
        data = block.text.encode("utf-8", "surrogatepass")
        running.update(len(data).to_bytes(8, "big") + data)
        found.append(running.copy().digest())
    return found


class Meter:
    """Charges calls and writes the invoice. Not thread-safe.

    Args:
        prices: Pattern of model names to prices, before the built-in table.
        clock: Seconds; caches forget by it.
    """

    def __init__(self, prices: Mapping[str, Prices] | None = None, clock: Callable[[], float] | None = None) -> None:
        self.prices = {**(prices or {}), **PRICES}
        self.clock = clock or Clock()
        self.automatic = PrefixCache(self.clock)
        self.marked = BreakpointCache(self.clock)
        self.invoice = Invoice()

    def prices_of(self, model: str) -> Prices:
        """Prices of a model; first match wins."""
        return next(prices for pattern, prices in self.prices.items() if fnmatchcase(model, pattern))

    def charge(self, api: str, body: Mapping[str, Any], organisation: str = "") -> Usage:
        """Usage of a prompt, which the provider's cache has seen then."""
        model = str(body.get("model"))
        cache = self.marked if api == "messages" else self.automatic
        scope = (organisation, model, body.get("prompt_cache_key"))
        return cache.charge(prompt_blocks(api, body), scope, self.prices_of(model))

    def enter(self, api: str, model: str, usage: Usage) -> Line:
        """Put a call on the invoice."""
        line = priced(api, model, usage, self.prices_of(model))
        self.invoice.lines.append(line)
        return line


def priced(api: str, model: str, usage: Usage, prices: Prices) -> Line:
    """What the tokens of one call cost."""
    write = prices.input if prices.write is None else prices.write
    write_1h = write if prices.write_1h is None else prices.write_1h
    amounts = (
        usage.plain * prices.input,
        usage.read * prices.read,
        usage.written * write,
        usage.written_1h * write_1h,
    )
    return Line(
        api=api,
        model=model,
        usage=usage,
        input_dollars=math.fsum(amounts) / 1e6,
        output_dollars=usage.output * prices.output / 1e6,
    )


def bill(
    requests: Iterable[Mapping[str, Any]],
    api: str,
    *,
    prices: Mapping[str, Prices] | None = None,
    outputs: Iterable[int] = (),
    seconds_between: float = 0.0,
) -> Invoice:
    """The invoice of request bodies sent one after the other, without a server.

    Args:
        requests: Bodies as they would be sent.
        api: `chat`, `responses`, `messages` or `google`.
        prices: As for `Meter`.
        outputs: Tokens of the answers, in order; missing ones count as 0.
        seconds_between: Pause between two requests; caches forget after minutes.
    """
    clock = Clock()
    meter, answered = Meter(prices, clock), list(outputs)
    for n, body in enumerate(requests):
        usage = meter.charge(api, body)
        output = answered[n] if n < len(answered) else 0
        meter.enter(api, str(body.get("model")), replace(usage, output=output))
        clock.advance(seconds_between)
    return meter.invoice

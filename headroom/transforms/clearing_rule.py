"""When a batch of old tool results pays: the bill of every call so far, raw and as it was sent, gone through again.

A provider reads a prefix it has seen for a tenth of the price and writes what is new for a quarter more. Taking a
result out saves its reading on every call to come, and costs the writing of all that stands after it, once. Two
conditions: what is saved on the calls to come, taken to be half as many as there were, is more than that cost; and
the cost is within what was saved so far, so that no conversation becomes dearer than it would be raw, even if it ends
here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

WRITE, READ = 1.25, 0.10  # price of a token that is written to the cache, and of one read from it; 1 without a cache
TO_COME = 0.5  # calls to come, per call so far: as likely as not there are as many again


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What the calls so far cost, in prices of an uncached token.

    Attributes:
        least: Shortest prefix that is cached.
        calls: Calls so far.
        raw: What they would have cost as the conversation came.
        sent: What they cost as it was sent.
        raw_prompt: Tokens of the newest call as the conversation came.
        prompt: Tokens of the newest call as it was sent.
    """

    least: int
    calls: int = 0
    raw: float = 0.0
    sent: float = 0.0
    raw_prompt: int = 0
    prompt: int = 0

    def price(self, cached: int, whole: int) -> float:
        """Of one call whose first `cached` tokens were sent before."""
        known = cached if cached >= self.least else 0
        return known * READ + (whole - known) * (WRITE if whole >= self.least else 1.0)

    def with_call(self, raw_prompt: int, prompt: int, cached: int | None = None) -> Bill:
        """The bill with one more call; `cached` tokens of it were sent before, by default the whole last prompt."""
        return replace(
            self,
            calls=self.calls + 1,
            raw=self.raw + self.price(self.raw_prompt, raw_prompt),
            sent=self.sent + self.price(self.prompt if cached is None else cached, prompt),
            raw_prompt=raw_prompt,
            prompt=prompt,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A tool result that may be taken out.

    Attributes:
        before: Tokens of the prompt that stand before it.
        freed: Tokens that taking it out frees; below 1 where its line is as long.
    """

    before: int
    freed: int


def best_batch(places: Sequence[Place], bill: Bill, raw_prompt: int, prompt: int, least_tokens: int) -> int | None:
    """From which of `places` on a batch pays best; None where none pays.

    Args:
        places: Ascending; all from the one chosen on are taken out.
        bill: All calls before this one.
        raw_prompt: Tokens of this call as the conversation came.
        prompt: Tokens of this call if nothing were taken out.
        least_tokens: Smallest batch.
    """
    kept = bill.with_call(raw_prompt, prompt)
    best: tuple[float, int] | None = None
    freed = 0
    for index in range(len(places) - 1, -1, -1):
        freed += places[index].freed
        if freed < least_tokens or prompt - freed < bill.least:
            continue
        made = bill.with_call(raw_prompt, prompt - freed, min(bill.prompt, places[index].before))
        gain = READ * freed * TO_COME * bill.calls - (made.sent - kept.sent)
        if gain > 0 and made.sent <= made.raw and (best is None or gain > best[0]):
            best = (gain, index)
    return best[1] if best else None

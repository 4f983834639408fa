"""The bill with and without headroom, and what the provider counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headroom.results import savings_percent

BUCKETS = (
    ("Uncached", "billed_uncached_tokens", "uncached"),
    ("Read from cache", "billed_read_tokens", "cached"),
    ("Written to cache", "billed_written_tokens", "written"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """Dollars of one part of the bill, without headroom (what would have been) and with it (what was)."""

    name: str
    without_usd: float
    with_usd: float

    @property
    def saved_usd(self) -> float:
        """`without_usd - with_usd`."""
        return self.without_usd - self.with_usd

    @property
    def percent(self) -> float:
        """Share saved, 0 to 100."""
        return savings_percent(self.with_usd, self.without_usd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Input tokens of one way of being cached."""

    name: str
    fill: str
    tokens: int
    percent: float


def bill_lines(summary: Mapping[str, Any]) -> list[BillLine]:
    """Input, output where its price is known, and their sum; empty where no price is known at all."""
    if not summary["requests_with_price"]:
        return []
    before, after = summary["total_cost_before_usd"], summary["total_cost_after_usd"]
    lines = [BillLine(name="Input", without_usd=before, with_usd=after)]
    if summary["requests_with_output_price"]:
        out = summary["total_cost_output_usd"]
        lines.append(BillLine(name="Output", without_usd=out, with_usd=out))
        lines.append(BillLine(name="Bill", without_usd=before + out, with_usd=after + out))
    return lines


def buckets(summary: Mapping[str, Any]) -> list[Bucket]:
    """What the provider counted, by how it was cached; empty where it said nothing."""
    billed = summary["total_tokens_billed"]
    if not billed:
        return []
    return [
        Bucket(name=name, fill=fill, tokens=summary[key], percent=100.0 * summary[key] / billed)
        for name, key, fill in BUCKETS
    ]

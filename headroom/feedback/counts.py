"""Counts of compressed results and of those asked for again, and what follows from them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from typing import Literal

RetrievalKind = Literal["whole", "rows", "search"]
KINDS: tuple[RetrievalKind, ...] = ("whole", "rows", "search")
EVERY_SHAPE = "all"  # stands in place of a shape for the sum over a tool's shapes; no hash looks like it

# Thresholds as the API reference's implementation documents them (api.md 12.8).
LEAST_SAMPLES = 10
SAMPLES_FOR_CERTAINTY = 100
MOST_CONFIDENCE = 0.7
OFTEN, SELDOM = 0.5, 0.2
MOSTLY_WHOLE = 0.8

Key = tuple[str, str]
"""Hashed tool name, and hashed shape or `EVERY_SHAPE`."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How often results of one kind were compressed, and how often one was asked for again.

    Attributes:
        compressed: Results of which something was left out.
        whole: Of these, results that were asked for from beginning to end.
        rows: Results of which rows were asked for first.
        search: Results that were searched or filtered first.
    """

    compressed: int = 0
    whole: int = 0
    rows: int = 0
    search: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def retrieved(self) -> int:
        """Results that were asked for again, in whatever way."""
        return self.whole + self.rows + self.search

    @property
    def retrieval_rate(self) -> float:
        """Share of the compressed results that was asked for again, 0 to 1."""
        return min(1.0, self.retrieved / self.compressed) if self.compressed else 0.0

    @property
    def confidence(self) -> float:
        """How far the rate can be trusted: a hundredth a sample, 0.7 at most; 0 below ten samples."""
        if self.compressed < LEAST_SAMPLES:
            return 0.0
        return min(MOST_CONFIDENCE, self.compressed / SAMPLES_FOR_CERTAINTY)


NOTHING = Counts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """How much of a result to keep.

    Attributes:
        keep_factor: What to multiply the size to keep with: 2.0 where more than half of the results were asked for
            again, 1.0 up to that, 0.5 up to a fifth; 1.0 where little is known. Only these three, so that the bytes
            that hang on it change in few, large steps.
        leave_whole: Whether to leave nothing out: results are asked for often, and four in five times as a whole.
        confidence: How far this can be trusted, 0 to 0.7; compare it with `toin_confidence_threshold`.
        samples: Compressed results it rests on.
    """

    keep_factor: float = 1.0
    leave_whole: bool = False
    confidence: float = 0.0
    samples: int = 0


def advice_of(counts: Counts) -> Advice:
    """What counts advise.

    >>> advice_of(Counts(compressed=40, rows=30)).keep_factor
    2.0
    """
    rate = counts.retrieval_rate
    factor = 2.0 if rate > OFTEN else 1.0 if rate > SELDOM else 0.5
    return Advice(
        keep_factor=factor if counts.confidence else 1.0,
        leave_whole=bool(counts.confidence) and rate > OFTEN and counts.whole >= MOSTLY_WHOLE * counts.retrieved,
        confidence=counts.confidence,
        samples=counts.compressed,
    )


def importance_of(counts: Counts) -> float:
    """How much a tool's results matter to the models that read them: rate times confidence, 0 to 0.7.

    >>> importance_of(NOTHING), round(importance_of(Counts(compressed=100, whole=50)), 2)
    (0.0, 0.35)
    """
    return counts.confidence * counts.retrieval_rate


def name_hash(secret: str, domain: str, name: str) -> str:
    """16 hex digits of HMAC-SHA256 over a name; without the secret nobody can tell which name it is."""
    message = f"{domain}\0{name}".encode("utf-8", "surrogatepass")
    return hmac.new(secret.encode("utf-8", "surrogatepass"), message, hashlib.sha256).hexdigest()[:16]


def key_of(secret: str, tool: str, shape: str) -> Key:
    """Where a tool's results of one shape are counted; of every shape where `shape` is ""."""
    return name_hash(secret, "tool", tool), name_hash(secret, "shape", shape) if shape else EVERY_SHAPE


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What was counted up to a moment. It does not change, so bytes that are decided by it stay.

    Attributes:
        counts: By hashed tool and shape.
        secret: Key of the hashes.
        least_confidence: Below it nothing counts as known; a `toin_confidence_threshold`.
    """

    counts: Mapping[Key, Counts] = field(repr=False)
    secret: str = field(default="", repr=False)
    least_confidence: float = 0.0

    def of(self, tool: str, shape: str = "") -> Counts:
        """Counts of a tool's results of one shape; of every shape where none is given."""
        return self.counts.get(key_of(self.secret, tool, shape), NOTHING)

    def advice(self, tool: str, shape: str = "") -> Advice:
        """How much to keep of a tool's results of one shape; where that is seldom, of any shape."""
        counts = self.of(tool, shape)
        advice = advice_of(counts if counts.compressed >= LEAST_SAMPLES or not shape else self.of(tool))
        return advice if advice.confidence >= self.least_confidence else Advice(samples=advice.samples)

    def importance(self, tool: str) -> float:
        """How often the tool's results were asked for again, weighed with how sure that is; 0 where it is not known."""
        counts = self.of(tool)
        return importance_of(counts) if counts.confidence >= self.least_confidence else 0.0


def fewest_last(counts: Mapping[Key, Counts], most: int) -> dict[Key, Counts]:
    """At most so many entries: those with the most samples, in a fixed order."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1].compressed - item[1].retrieved, item[0]))
    return dict(ordered[:most])


def added(counts: dict[Key, Counts], more: Mapping[Key, Counts]) -> None:
    """Add `more` to `counts`, in place."""
    for key, one in more.items():
        counts[key] = counts.get(key, NOTHING) + one

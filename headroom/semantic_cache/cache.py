"""`SemanticCache`: the answer to a question that was asked before, from memory."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.errors import ConfigurationError
from headroom.semantic_cache.answers import copied, keepable
from headroom.semantic_cache.questions import Question, Questions, same_facts
from headroom.storage.forks import ForkAware

Vector = tuple[float, ...]
Embedder = Callable[[list[str]], Sequence[Sequence[float]]]
"""Texts to one vector each; a caller's own function."""

MAX_BYTES = 64 * 1024 * 1024
MOST_COMPARED = 128  # newest questions with the same frame; 128 vectors of 384 numbers take 3 ms
MOST_PENDING = 64
ROUNDING = 1e-9
COUNTED = ("exact_hits", "similar_hits", "misses", "stored", "refused")


@dataclass(slots=True, kw_only=True)
class Entry:
    """One answer.

    Attributes:
        question: What it answers.
        response: The answer; never handed out itself.
        size_bytes: As JSON.
        stored_s: When it was stored, by the cache's clock.
        vector: Embedding of the question's last text, as a unit vector; None where there is none.
    """

    question: Question
    response: Any = field(repr=False)
    size_bytes: int
    stored_s: float
    vector: Vector | None = field(default=None, repr=False)


class SemanticCache(ForkAware):
    """Answers that are given again, for all threads; in memory only, never across namespaces.

    An exact repeat is the same in everything that decides an answer: model, messages, tools, parameters, provider,
    address. With an `embedder` a question is also answered that differs in nothing but the last text of the user,
    where that text means the same: its embedding is as near as `similarity` says, and it names the same numbers, ids,
    names and quoted words and denies as often. What an embedding does not see can still differ ("first", "last"), so
    it is for questions that people put in many ways, not for agents.

    See `Questions.of` for calls, and `is_repeatable` for answers, that are never remembered.

    Args:
        max_entries: Answers kept at most; those not asked for longest leave.
        ttl_seconds: Seconds after which an answer is forgotten, however often it was given.
        similarity: Cosine from which two texts mean the same, 0 to 1.
        embedder: Texts to vectors; None answers exact repeats only.
        max_bytes: Size of all answers as JSON at most.
        clock: Seconds that never run backwards.

    Raises:
        ConfigurationError: A value is out of range.
    """

    def __init__(
        self,
        max_entries: int = 1000,
        ttl_seconds: float = 300,
        similarity: float = 0.95,
        embedder: Embedder | None = None,
        *,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        require_between("max_entries", max_entries, 1, math.inf)
        require_between("ttl_seconds", ttl_seconds, 0, math.inf)
        require_between("similarity", similarity, 0, 1)
        require_between("max_bytes", max_bytes, 1, math.inf)
        if embedder is not None and not callable(embedder):
            raise ConfigurationError("embedder must be a function", field="embedder", value=type(embedder).__name__)
        self.max_entries = max_entries
        self.ttl_seconds = ttl_seconds
        self.similarity = similarity
        self.embedder = embedder
        self.max_bytes = max_bytes
        self.clock = clock
        self.questions = Questions()
        self.after_fork_in_child()
        self.watch_forks()

    def __repr__(self) -> str:
        return f"SemanticCache({len(self.entries)} answers, {self.size_bytes} bytes)"

    def lookup(self, arguments: Mapping[str, Any], *, namespace: str = "", endpoint: str = "") -> Any | None:
        """A copy of the answer to a call, or None. Raises what the embedder raises.

        Args:
            arguments: As the caller gave them to the wrapped client, without `headroom_` ones.
            namespace: Whose call it is.
            endpoint: Who answers, and whatever else decides: provider, address, method, fingerprint of settings.
        """
        question = self.questions.of(arguments, namespace=namespace, endpoint=endpoint)
        return None if question is None else self.get(question)

    def store(self, arguments: Mapping[str, Any], response: Any, *, namespace: str = "", endpoint: str = "") -> bool:
        """Remember a copy of the answer to a call, as `lookup` will look for it; whether it was one to remember."""
        question = self.questions.of(arguments, namespace=namespace, endpoint=endpoint)
        return question is not None and self.put(question, response)

    def get(self, question: Question) -> Any | None:
        """A copy of the answer, or None."""
        with self.lock:
            self.expire()
            found = self.entries.get(question.exact)
            counted = "exact_hits"
        if found is None and self.embedder is not None and question.frame:
            found = self.similar(question, self.vector_of(question))
            counted = "similar_hits"
        with self.lock:
            self.counts["misses" if found is None else counted] += 1
            if found is not None and found.question.exact in self.entries:
                self.entries.move_to_end(found.question.exact)
        return None if found is None else copied(found.response)

    def put(self, question: Question, response: Any) -> bool:
        """Remember a copy of an answer; whether it was one to remember."""
        kept = keepable(response)
        if kept is None or kept[1] > self.max_bytes:
            with self.lock:
                self.counts["refused"] += 1
            return False
        copy, size = kept
        entry = Entry(question=question, response=copy, size_bytes=size, stored_s=self.clock())
        with self.lock:
            self.remove(question.exact)
            self.entries[question.exact] = entry
            self.size_bytes += size
            self.counts["stored"] += 1
            self.shrink()
        if self.embedder is not None and question.frame:
            entry.vector = self.vector_of(question)
        return True

    def clear(self, namespace: str | None = None) -> int:
        """Forget all answers, or those of one namespace; how many."""
        only = None if namespace is None else self.questions.namespace(namespace)
        with self.lock:
            gone = [key for key, entry in self.entries.items() if only in (None, entry.question.namespace)]
            for key in gone:
                self.remove(key)
            self.pending.clear()
        return len(gone)

    def stats(self) -> dict[str, int]:
        """Answers and bytes held, and what was counted since the start."""
        with self.lock:
            self.expire()
            return {"entries": len(self.entries), "size_bytes": self.size_bytes, **self.counts}

    def similar(self, question: Question, vector: Vector | None) -> Entry | None:
        """The nearest answer whose question means the same."""
        with self.lock:
            near = [entry for entry in reversed(self.entries.values()) if entry.question.frame == question.frame]
        scored = sorted(((cosine(vector, entry.vector), entry) for entry in near[:MOST_COMPARED]), key=likeness)
        return next((entry for like, entry in scored if self.is_near(like) and same(question, entry)), None)

    def is_near(self, cosine: float) -> bool:
        """Whether two texts of this cosine mean the same; rounding is forgiven."""
        return cosine + ROUNDING >= self.similarity

    def vector_of(self, question: Question) -> Vector | None:
        """The embedding of a question's last text; of the newest ones it is remembered, for `put` follows `get`."""
        if self.embedder is None:
            return None
        with self.lock:
            if question.exact in self.pending:
                return self.pending[question.exact]
        vector = unit_vector(self.embedder([question.text]))
        with self.lock:
            self.pending[question.exact] = vector
            while len(self.pending) > MOST_PENDING:
                self.pending.popitem(last=False)
        return vector

    def after_fork_in_child(self) -> None:
        """Empty: another thread of the parent may have been at work on what it kept."""
        self.entries: OrderedDict[str, Entry] = OrderedDict()  # least recently used first
        self.pending: OrderedDict[str, Vector | None] = OrderedDict()
        self.counts = dict.fromkeys(COUNTED, 0)
        self.size_bytes = 0
        self.lock = threading.Lock()

    def expire(self) -> None:
        """Forget what is too old; the lock is held."""
        limit_s = self.clock() - self.ttl_seconds
        for key in [key for key, entry in self.entries.items() if entry.stored_s <= limit_s]:
            self.remove(key)

    def shrink(self) -> None:
        """Forget what was not asked for longest, until the rest fits; the lock is held."""
        while len(self.entries) > self.max_entries or self.size_bytes > self.max_bytes:
            self.remove(next(iter(self.entries)))

    def remove(self, key: str) -> None:
        """Forget one answer, if it is there; the lock is held."""
        entry = self.entries.pop(key, None)
        self.size_bytes -= entry.size_bytes if entry else 0


def likeness(scored: tuple[float, Entry]) -> float:
    """Sorts the nearest first; of equals the newest stays first."""
    return -scored[0]


def same(question: Question, entry: Entry) -> bool:
    """Whether an entry's question names the same facts."""
    return same_facts(question.text, entry.question.text)


def unit_vector(vectors: Any) -> Vector | None:
    """The one vector, of length 1; None where it has no direction."""
    numbers = [float(number) for number in vectors[0]]
    length = math.sqrt(math.fsum(number * number for number in numbers))
    if not (math.isfinite(length) and length > 0):
        return None
    return tuple(number / length for number in numbers)


def cosine(one: Vector | None, other: Vector | None) -> float:
    """Cosine of two unit vectors; -1 where one is missing or they are of different models."""
    if one is None or other is None or len(one) != len(other):
        return -1.0
    return sum(map(float.__mul__, one, other))


def require_between(field: str, value: object, least: float, most: float) -> None:
    """Refuse a setting that is no number, or outside its range."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (is_number and least <= value <= most):  # type: ignore[operator]
        shown = value if is_number else type(value).__name__
        raise ConfigurationError(f"{field} must be a number from {least} to {most}", field=field, value=shown)

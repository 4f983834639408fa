"""`Feedback`: counts which compressed results were asked for again, so that less is left out where models miss it.

Nothing is ever sent anywhere. It is in memory unless the caller names a file, and holds no values and no names: tools
and shapes are keyed hashes. It acts only where the caller hands it to an engine, since what it advises hangs on
earlier calls and so breaks the law of causality.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from typing import Any

from headroom.errors import ConfigurationError, ValidationError
from headroom.feedback.counts import EVERY_SHAPE, KINDS, NOTHING, Advice, Counts, Key, Learnt, RetrievalKind, key_of
from headroom.feedback.kept import KeptCounts

MOST_RESULTS = 10_000


class Feedback:
    """Counts by tool and shape of its results; for all threads.

    Args:
        path: File to keep the counts in, shared with other processes; None keeps them in memory.
        secret: Key of the hashes; with one, a name cannot be guessed from the file. The same on every worker.
        max_entries: Pairs of tool and shape counted at most; those with the fewest samples leave.
        save_after_s: Seconds from the first count that is not in the file until a thread writes it.

    Raises:
        ConfigurationError: A value is refused, or a later release wrote the file.

    >>> feedback = Feedback()
    >>> feedback.record_compression("search", handle="6ed4d46cf9e6")
    >>> feedback.record_retrieval(kind="rows", handle="6ed4d46cf9e6")
    >>> feedback.of("search").retrieval_rate
    1.0
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        secret: str = "",
        max_entries: int = 10_000,
        save_after_s: float = 60.0,
    ) -> None:
        require_positive("max_entries", max_entries)
        require_positive("save_after_s", save_after_s)
        self.secret = secret
        self.kept = KeptCounts(path, max_entries=max_entries, save_after_s=save_after_s)
        # Handle to where the result was counted, and whether it was asked for; single steps of a dict need no lock.
        self.results: OrderedDict[str, tuple[Key, bool]] = OrderedDict()
        self.unknown_retrievals = 0

    def __repr__(self) -> str:
        return f"Feedback({len(self.kept.totals)} entries, {'in memory' if self.kept.path is None else 'in a file'})"

    def knows(self, handle: str) -> bool:
        """Whether this result was counted before: then its shape need not be worked out again."""
        return handle in self.results

    def record_compression(self, tool: str | None, shape: str = "", *, handle: str | None = None) -> None:
        """Something was left out of a result.

        Args:
            tool: Name of the tool.
            shape: What `shape_of` gives for the original.
            handle: Handle of the original. A result whose handle was counted before is not counted again: each call
                sends the whole conversation.
        """
        key = key_of(self.secret, tool or "", shape)
        if handle is None or self.is_first(handle, (key, False)):
            self.count(key, Counts(compressed=1))

    def record_retrieval(
        self,
        tool: str | None = None,
        shape: str = "",
        kind: RetrievalKind = "whole",
        *,
        handle: str | None = None,
    ) -> None:
        """The model asked for an original, or for a part of it.

        Args:
            tool: Name of the tool, where the handle was not recorded in this process.
            shape: What `shape_of` gives for the original; likewise.
            kind: `whole`, `rows`, or `search` (also for filters).
            handle: Handle of the original; of several questions about one only the first counts.

        Raises:
            ValidationError: `kind` is another word.
        """
        if kind not in KINDS:
            raise ValidationError(f"kind must be one of {', '.join(KINDS)}", field="kind", type=type(kind).__name__)
        key, was_asked = self.results.get(handle or "", (None, False))
        if key is None and tool is not None:
            key = key_of(self.secret, tool, shape)
        if key is None:
            self.unknown_retrievals += 1
        elif not was_asked:
            if handle is not None:
                self.remember(handle, (key, True))
            self.count(key, Counts(**{kind: 1}))

    def snapshot(self, *, least_confidence: float = 0.0) -> Learnt:
        """What is known now, as a value that does not change: what one engine should go by all its life.

        Args:
            least_confidence: Below it nothing counts as known; a `toin_confidence_threshold`.
        """
        return Learnt(counts=self.kept.copy(), secret=self.secret, least_confidence=least_confidence)

    @property
    def now(self) -> Learnt:
        """What is known, as it grows."""
        return Learnt(counts=self.kept.totals, secret=self.secret)

    def advice(self, tool: str, shape: str = "") -> Advice:
        """How much to keep of a tool's results of one shape, as of now."""
        return self.now.advice(tool, shape)

    def importance(self, tool: str) -> float:
        """How often the tool's results were asked for again, weighed with how sure that is; 0 where it is not known."""
        return self.now.importance(tool)

    def of(self, tool: str, shape: str = "") -> Counts:
        """Counts of a tool's results of one shape; of every shape where none is given."""
        return self.now.of(tool, shape)

    def stats(self) -> dict[str, Any]:
        """Sums over all tools; no names and no hashes."""
        counts = self.kept.copy()
        whole = sum((one for (_, shape), one in counts.items() if shape == EVERY_SHAPE), NOTHING)
        return {
            "tools": len({tool for tool, _ in counts}),
            "shapes": sum(shape != EVERY_SHAPE for _, shape in counts),
            "compressed": whole.compressed,
            "retrieved": {kind: getattr(whole, kind) for kind in KINDS},
            "retrieval_rate": whole.retrieval_rate,
            "unknown_retrievals": self.unknown_retrievals,
            "path": None if self.kept.path is None else str(self.kept.path),
        }

    def keep_in(self, path: str | os.PathLike[str]) -> None:
        """Keep the counts in a file from now on, those of before included.

        Raises:
            ConfigurationError: They are kept in another one, or the path is refused.
        """
        self.kept.keep_in(path)

    def save(self) -> bool:
        """Write now what is not in the file yet; whether that went well. Never raises."""
        return self.kept.save()

    def reset(self) -> None:
        """Forget everything, in the file, too."""
        self.results.clear()
        self.unknown_retrievals = 0
        self.kept.clear()

    def is_first(self, handle: str, result: tuple[Key, bool]) -> bool:
        """Note a result, unless it was noted before; whether it was not."""
        is_first = self.results.setdefault(handle, result) is result
        self.shorten()
        return is_first

    def remember(self, handle: str, result: tuple[Key, bool]) -> None:
        """Note a result."""
        self.results[handle] = result
        self.shorten()

    def shorten(self) -> None:
        """Forget the oldest results beyond what is kept."""
        while len(self.results) > MOST_RESULTS:
            try:
                self.results.popitem(last=False)
            except KeyError:  # another thread emptied it
                return

    def count(self, key: Key, one: Counts) -> None:
        """Add to a shape and to its tool."""
        self.kept.add({key: one, (key[0], EVERY_SHAPE): one})


def require_positive(field: str, value: float) -> None:
    """Refuse what is not above 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise ConfigurationError(f"{field} must be above 0", field=field, value=value)


TOIN = Feedback
"""The name of the API reference."""

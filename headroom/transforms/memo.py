"""What was worked out before: a bounded memo shared by all threads of an engine."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Memo(Generic[V]):
    """Keeps the newest values within a number of characters.

    Reading takes no lock: a value is put in whole, and losing a race costs only its work done twice.

    Args:
        max_chars: Characters of keys and values kept at most, as the caller weighs them.
    """

    def __init__(self, max_chars: int = 40_000_000) -> None:
        self.max_chars = max_chars
        self.chars = 0
        self.values: dict[Hashable, tuple[V, int]] = {}
        self.lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Memo({len(self.values)} values, {self.chars} of {self.max_chars} characters)"

    def get(self, key: Hashable) -> V | None:
        """The value, or None."""
        found = self.values.get(key)
        return None if found is None else found[0]

    def put(self, key: Hashable, value: V, chars: int) -> V:
        """Keep `value`, which weighs `chars`; the oldest leave for it. Returns `value`."""
        if chars > self.max_chars // 4:
            return value
        with self.lock:
            old = self.values.pop(key, None)
            self.chars += chars - (old[1] if old else 0)
            self.values[key] = (value, chars)
            while self.chars > self.max_chars:
                oldest = next(iter(self.values))
                self.chars -= self.values.pop(oldest)[1]
        return value

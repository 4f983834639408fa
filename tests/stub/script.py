"""The scripted model: which step answers which request."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from tests.stub.turns import Fault, Reply, Step, turn

Model = Callable[[dict[str, Any]], "Reply | str"]


class Script:
    """Steps that are used up one per request, or one function of the request body that answers all.

    A step may be a function itself. A request after the last step gets HTTP 418, which no SDK tries again.
    """

    def __init__(self, steps: Iterable[Step] | Model = ()) -> None:
        self.model = steps if callable(steps) else None
        self.steps: deque[Step] = deque(() if callable(steps) else steps)
        self.lock = Lock()

    def add(self, *steps: Step) -> None:
        """More steps after those there are."""
        with self.lock:
            self.steps.extend(steps)

    def reply(self, body: dict[str, Any]) -> Reply:
        """What answers this request."""
        with self.lock:
            step: Step | None = self.model or (self.steps.popleft() if self.steps else None)
        if step is None:
            return Fault(status=418, message="the script has no further step")
        made = step(body) if callable(step) else step
        return turn(made) if isinstance(made, str) else made

"""Which run belongs to which: parents and roots of the runs that a framework tells of."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

MOST_ROOTS = 1000
MOST_MEMBERS = 2000  # runs of one root that are remembered by name


@dataclass(slots=True)
class Root:
    """One invocation by the caller: of a chain, an agent, or a model alone.

    Attributes:
        members: Runs that belong to it.
        live: Runs of it that have not ended.
        tokens: Tokens of its calls so far.
        cost_usd: Dollars of its calls so far, as far as prices are known.
        alerted: Kinds of alerts that were raised for it.
    """

    members: set[str] = field(default_factory=set)
    live: set[str] = field(default_factory=set)
    tokens: int = 0
    cost_usd: float = 0.0
    alerted: set[str] = field(default_factory=set)


class Runs:
    """Roots by run. For use under its owner's lock; bounded: the oldest roots are forgotten."""

    def __init__(self) -> None:
        self.root_of: dict[str, str] = {}
        self.roots: OrderedDict[str, Root] = OrderedDict()

    def begin(self, run_id: str, parent_run_id: str | None) -> str:
        """Note that a run begins; its root."""
        root_id = self.root_of.get(parent_run_id or "", parent_run_id or run_id)
        root = self.roots.get(root_id)
        if root is None:
            root = self.roots[root_id] = Root()
            self.forget()
        self.root_of[run_id] = root_id
        root.live.add(run_id)
        if len(root.members) < MOST_MEMBERS:
            root.members.add(run_id)
        return root_id

    def end(self, run_id: str) -> None:
        """Note that a run has ended; with a root, all that belongs to it."""
        root_id = self.root_of.pop(run_id, None)
        root = self.roots.get(root_id or "")
        if root is None:
            return
        root.live.discard(run_id)
        if run_id == root_id:
            for left in root.live:  # cancelled, or never heard of again
                self.root_of.pop(left, None)
            root.live.clear()

    def forget(self) -> None:
        """Drop the oldest roots."""
        while len(self.roots) > MOST_ROOTS:
            _, root = self.roots.popitem(last=False)
            for left in root.live:
                self.root_of.pop(left, None)

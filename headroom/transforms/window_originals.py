"""Originals of what a window does not show, put where the caller named a store."""

from __future__ import annotations

from collections.abc import Iterator

from headroom.messages.rendering import render_turns
from headroom.protocols import OriginalStore, Request
from headroom.transforms.contain import contain
from headroom.transforms.memo import Memo
from headroom.transforms.window_state import Cut, Walk


class Originals:
    """Puts each original once; one that cannot be put still resolves from the caller's messages.

    Args:
        store: Where to; None keeps nothing.
    """

    def __init__(self, store: OriginalStore | None) -> None:
        self.store = store
        self.acknowledged: Memo[bool] = Memo(max_chars=4_000_000)

    def keep(self, walk: Walk, cut: Cut, request: Request) -> None:
        """Put what the handles of `cut` stand for."""
        if self.store is None or request.dry_run:
            return
        for handle, text in texts(walk, cut):
            if self.acknowledged.get((request.namespace, handle)):
                continue
            with contain("originals", strict=request.strict):
                self.store.put(handle, text.encode("utf-8", "surrogatepass"), namespace=request.namespace)
                self.acknowledged.put((request.namespace, handle), True, len(handle) + len(request.namespace))


def texts(walk: Walk, cut: Cut) -> Iterator[tuple[str, str]]:
    """Handle and original of all that `cut` leaves out."""
    if cut.marker is not None:
        last = max(cut.dropped)
        yield walk.handle_upto(last), render_turns(walk.views[walk.begin : last + 1])
    for place, part in cut.edited_parts(walk.views):
        yield walk.handle_of_part(place, part), walk.original(place, part)

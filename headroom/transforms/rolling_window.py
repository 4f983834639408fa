"""The window in which the oldest goes first."""

from __future__ import annotations

from headroom.config import HeadroomConfig, RollingWindowConfig
from headroom.protocols import OriginalStore, Request
from headroom.transforms.turns import Turn
from headroom.transforms.window import Window
from headroom.transforms.window_state import Cut, Result
from headroom.transforms.window_steps import Steps


class RollingWindow(Window):
    """Drops the oldest turns of a conversation that is larger than its budget; old tool results go first.

    The budget is `request.budget_tokens`, and `max_tokens` where the caller set it, whichever is smaller; `apply`
    takes its own `max_tokens` before both. Turns are dropped whole; system messages and the newest turns stay. Where
    even these are too large, tool results in them go but for the newest.

    Args:
        config: What is kept; read, never changed.
    """

    def __init__(
        self,
        config: RollingWindowConfig | None = None,
        *,
        settings: HeadroomConfig | None = None,
        originals: OriginalStore | None = None,
    ) -> None:
        super().__init__(settings=settings, originals=originals)
        self.config = (config if config is not None else RollingWindowConfig()).model_copy(deep=True)
        self.keep_system = self.config.preserve_system
        self.keep_turns = max(self.config.preserve_recent_turns, self.config.min_keep_turns)
        self.output_buffer = self.config.output_buffer_tokens

    def limit_of(self, request: Request) -> int | None:
        """The smaller of the call's budget and the one that the caller configured."""
        if not self.config.enabled:
            return None
        configured = self.config.max_tokens if "max_tokens" in self.config.model_fields_set else None
        return min((limit for limit in (request.budget_tokens, configured) if limit is not None), default=None)

    def choose(self, steps: Steps, cut: Cut) -> Cut:
        """Old tool results first where they are preferred, then turns, then tool results in the newest turns."""
        if self.config.prefer_drop_tool_outputs:
            cut = steps.cleared(cut, self.in_order(steps, steps.clearable(cut, self.kept_from(steps))))
        if cut.total > steps.target:
            cut = steps.dropped(cut, self.turns_in_order(steps))
        if cut.total > steps.limit and self.config.prefer_drop_tool_outputs:
            cut = steps.cleared(cut, self.in_order(steps, steps.clearable(cut, cut.upto)))
        return cut

    def in_order(self, steps: Steps, results: list[Result]) -> list[Result]:
        """Results, the one to go first in front: the oldest, or the largest where age does not count."""
        if self.config.drop_oldest_first:
            return results
        return sorted(results, key=lambda result: (-steps.tokens(result), result.message, result.part))

    def turns_in_order(self, steps: Steps) -> list[Turn]:
        """Turns that may be dropped, the one to go first in front."""
        turns = self.droppable(steps)
        if self.config.drop_oldest_first:
            return turns
        sizes = steps.walk.sizes
        return sorted(turns, key=lambda turn: (-sum(sizes[turn.start : turn.stop]), turn.start))

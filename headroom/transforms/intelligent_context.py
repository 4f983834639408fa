"""The window in which the least important goes first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from headroom.config import HeadroomConfig, IntelligentContextConfig
from headroom.errors import ConfigurationError
from headroom.messages import Message
from headroom.protocols import OriginalStore, Request
from headroom.transforms.contain import contain
from headroom.transforms.content_router import ContentRouter
from headroom.transforms.importance import MessageScorer, Toin
from headroom.transforms.memo import Memo
from headroom.transforms.turns import Turn
from headroom.transforms.window import Window
from headroom.transforms.window_marker import marker_message
from headroom.transforms.window_state import Cut
from headroom.transforms.window_steps import Steps

RESULT_TOKENS = 500  # what a tool result is compressed to where a conversation is little too large
HEADING_TOKENS = 12  # of the words before a summary

Summarize = Callable[..., str]


class IntelligentContextManager(Window):
    """Drops the least important turns of a conversation that is larger than its budget.

    A little too large (`compress_threshold`): tool results of older turns are compressed further first. With
    `summarization_enabled` and not much too large (`summarize_threshold`): what is dropped is summarized in the
    marker. System messages and the newest turns stay. Scores are those at the moment of the cut; they are not looked
    at again until the next one. Statistics of `toin` change over time: a process that has not seen the conversation
    may cut it differently.

    Args:
        config: What is kept and what counts; read, never changed. `enabled` is for clients, and is not asked here.
        toin: Anything with `importance(tool_name) -> float`; None counts nothing.
        summarize_fn: `summarize_fn(messages)`, or with `model=` where `summarization_model` is set, gives a text for
            messages that are dropped. Called once per cut and process; what it gives is remembered. A failure drops
            without a summary.

    Raises:
        ConfigurationError: `summarization_enabled` without `summarize_fn`.
    """

    name = "intelligent_context"
    label = "intelligent_cap"
    reason = "importance"

    def __init__(
        self,
        config: IntelligentContextConfig | None = None,
        toin: Toin | None = None,
        *,
        summarize_fn: Summarize | None = None,
        settings: HeadroomConfig | None = None,
        originals: OriginalStore | None = None,
    ) -> None:
        super().__init__(settings=settings, originals=originals)
        self.config = (config if config is not None else IntelligentContextConfig()).model_copy(deep=True)
        if self.config.summarization_enabled and summarize_fn is None:
            raise ConfigurationError(
                "summarization_enabled needs summarize_fn", field="summarization_enabled", value=True
            )
        if toin is not None and not callable(getattr(toin, "importance", None)):
            raise ConfigurationError("toin must have importance(tool_name)", field="toin", value=type(toin).__name__)
        self.summarize_fn = summarize_fn
        self.scorer = MessageScorer(self.config, toin=toin)
        self.summaries: Memo[str] = Memo(max_chars=4_000_000)
        self.router = ContentRouter(self.settings, counter=self.counter)
        self.keep_system = self.config.keep_system
        self.keep_turns = self.config.keep_last_turns
        self.output_buffer = self.config.output_buffer_tokens
        self.summary_tokens = self.config.summary_max_tokens + HEADING_TOKENS

    def choose(self, steps: Steps, cut: Cut) -> Cut:
        """Compressing where that may do, then the least important turns, then tool results in the newest turns."""
        share_over = cut.total / steps.limit - 1
        if share_over <= self.config.compress_threshold:
            cut = self.compressed(steps, cut)
        if cut.total > steps.target:
            summarizes = self.config.summarization_enabled and share_over <= self.config.summarize_threshold
            tried = steps.dropped(replace(cut, is_summarized=summarizes), self.least_important(steps))
            cut = tried if tried.marker is not None else cut
        if cut.total > steps.limit:
            cut = steps.cleared(cut, steps.clearable(cut, cut.upto))
        return cut

    def least_important(self, steps: Steps) -> list[Turn]:
        """Turns that may be dropped, the one to go first in front."""
        turns = self.droppable(steps)
        if not turns or not self.config.use_importance_scoring:
            return turns
        scores = self.scorer.score(steps.walk.views)
        totals = {turn.start: self.scorer.together(scores[turn.start : turn.stop]).total for turn in turns}
        return sorted(turns, key=lambda turn: (totals[turn.start], turn.start))

    def compressed(self, steps: Steps, cut: Cut) -> Cut:
        """`cut` with tool results of older turns compressed further, the oldest first, until the target is reached."""
        views = steps.walk.views
        kept_from = steps.walk.protected_from(self.kept_from(steps), steps.request.keep_turns)
        done = self.router.transform([as_it_came(view) for view in views[:kept_from]], hard(steps.request))
        edited, total = dict(cut.edited), cut.total
        for place, small in enumerate(done.messages):
            if total <= steps.target:
                break
            if place in cut.dropped or place in edited or not small.edited:
                continue
            shown = cut.shown(place) or views[place]
            smaller = views[place]
            for index, part in enumerate(small.parts):
                smaller = smaller.with_part_text(index, part.text)
            if smaller is not views[place] and steps.walk.size(smaller) < steps.walk.size(shown):
                edited[place] = smaller
                total += steps.walk.size(smaller) - steps.walk.size(shown)
        return steps.settled(replace(cut, edited=edited)) if len(edited) > len(cut.edited) else cut

    def completed(self, steps: Steps, cut: Cut) -> Cut:
        """`cut` with the summary in its marker, where there is to be one."""
        if cut.marker is None or not cut.is_summarized or self.summarize_fn is None:
            return cut
        walk, line = steps.walk, cut.marker.parts[0].text
        room = walk.size(cut.marker) + self.summary_tokens
        text = shortened(self.summary(steps, cut), lambda text: walk.measure(marker_message(line, text)), room)
        marker = marker_message(line, text)
        return replace(cut, marker=marker, total=cut.total - room + walk.measure(marker))

    def summary(self, steps: Steps, cut: Cut) -> str:
        """What the callback says of the messages that are dropped; "" where it fails."""
        dropped = sorted(cut.dropped)
        key = (steps.walk.handle_upto(dropped[-1]), tuple(dropped))
        found = self.summaries.get(key)
        if found is None and self.summarize_fn is not None:
            found = ""
            model: dict[str, Any] = (
                {"model": self.config.summarization_model} if self.config.summarization_model else {}
            )
            with contain("summary", strict=steps.request.strict):
                found = str(self.summarize_fn([steps.walk.views[place].raw for place in dropped], **model))
            self.summaries.put(key, found, len(found) + 8 * len(dropped) + 100)
        return (found or "").strip(" \t\r\n")


def as_it_came(view: Message) -> Message:
    """The view of a message before anything was edited."""
    return view if view.source is None else replace(view, parts=view.source, source=None)


def hard(request: Request) -> Request:
    """The facts under which tool results are compressed because the window demands it."""
    return replace(
        request,
        selection="always",
        is_selection_given=True,
        target_tokens=RESULT_TOKENS,
        references=False,
        keep_turns=None,
        budget_tokens=None,
        dry_run=True,
    )


def shortened(summary: str, size: Callable[[str], int], most: int) -> str:
    """The beginning of a summary that fits, cut at a word."""
    low, high = 0, len(summary)
    if high and size(summary) <= most:
        return summary
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(summary[:middle]) <= most else (low, middle - 1)
    return summary[:low].rpartition(" ")[0]

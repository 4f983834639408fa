"""What a window can do about a conversation that is too large: take old tool results out, drop turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from headroom.config import ClearingConfig
from headroom.messages import Message
from headroom.protocols import Request, TokenCounter
from headroom.tokenizers.message_tokens import LIST_TOKENS
from headroom.transforms.turns import Turn
from headroom.transforms.window_marker import LeftOut, is_result_line, marker_message, result_line, turns_line
from headroom.transforms.window_state import Cut, Result, Walk, with_sources_written_out

TARGET_PERCENT = 65  # of the budget: what a cut leaves, so that the next one is many turns away
MARKER_TOKENS = 60  # of the message that says what was dropped, before its wording is known


@dataclass(slots=True)
class Steps:
    """The steps that fit one conversation into one budget.

    Attributes:
        walk: The conversation so far.
        request: Facts of the call.
        limit: Tokens that the messages may have.
        clearing: Which tool results stay.
        may_clear: Whether results of a tool may be taken out at all.
        measure: The built-in measure.
        keep_system: Whether system messages stay wherever they stand.
        summary_tokens: Size of a summary in the marker.
    """

    walk: Walk
    request: Request
    limit: int
    clearing: ClearingConfig
    may_clear: Callable[[str], bool]
    measure: TokenCounter
    keep_system: bool = True
    summary_tokens: int = 0
    turns: list[Turn] = field(default_factory=list)

    @property
    def worth(self) -> dict[tuple[int, int], bool]:
        """Which results may be taken out, as far as it is known; the walk remembers."""
        return self.walk.worth

    @property
    def lines(self) -> dict[tuple[int, int], str]:
        """The lines for results, as far as they were written; the walk remembers."""
        return self.walk.lines

    @property
    def target(self) -> int:
        """What a cut should leave."""
        return self.limit * TARGET_PERCENT // 100

    def clearable(self, cut: Cut, stop: int) -> list[Result]:
        """Tool results before `stop` that may be taken out, oldest first; the newest ones and small ones stay."""
        stop = min(stop, self.walk.protected_from(cut.upto, self.request.keep_turns))
        newest = len(self.walk.results) - self.clearing.keep_results
        return [
            result
            for result in self.walk.results[: max(0, newest)]
            if result.message < stop
            and result.message not in cut.dropped
            and (result.message, result.part) not in cut.cleared
            and self.is_worth_it(result)
        ]

    def is_worth_it(self, result: Result) -> bool:
        """Whether a result may be taken out and is large enough for it; one that names others counts as it came."""
        key = (result.message, result.part)
        found = self.worth.get(key)
        if found is None:
            walk = self.walk
            walk.references.go_on()
            text = walk.views[result.message].parts[result.part].text
            whole = walk.original(*key) if result.message in walk.references.named else text
            found = self.worth[key] = (
                self.may_clear(result.tool)
                and self.measure.count_text(whole) >= self.clearing.least_result_tokens
                and not is_result_line(text, secret=walk.secret)
            )
        return found

    def tokens(self, result: Result) -> int:
        """Size of a result as it would be sent, by the built-in measure."""
        return self.measure.count_text(self.walk.views[result.message].parts[result.part].text)

    def cleared(self, cut: Cut, results: Sequence[Result]) -> Cut:
        """`cut` with as many of `results` taken out, in this order, as it takes to reach the target."""
        while cut.total > self.target:
            left = [result for result in results if (result.message, result.part) not in cut.cleared]
            tried = self.cleared_once(cut, left)
            if tried.total >= cut.total:
                break
            cut = tried  # again: what named a result that is gone was written out, and may go, too
        return cut

    def cleared_once(self, cut: Cut, results: Sequence[Result]) -> Cut:
        """The same, by the sizes as they are shown in `cut`."""
        edited, gone, total = dict(cut.edited), set(cut.cleared), cut.total
        for result in results:
            if total <= self.target:
                break
            view, key = self.walk.views[result.message], (result.message, result.part)
            base = edited.get(result.message) or view
            before = base if result.message in edited else cut.shown(result.message) or view
            after = base.with_part_text(result.part, self.line(result))
            freed = self.walk.size(before) - self.walk.size(after)
            if freed > 0:
                edited[result.message] = after
                gone.add(key)
                total -= freed
        return self.settled(replace(cut, edited=edited, cleared=frozenset(gone)))

    def line(self, result: Result) -> str:
        """What stands for a result that was taken out."""
        key = (result.message, result.part)
        if key not in self.lines:
            self.lines[key] = result_line(
                result.tool,
                tokens=self.measure.count_text(self.walk.original(*key)),
                handle=self.walk.handle_of_part(*key),
                by_tool=self.request.retrieval == "tool",
                is_error=self.walk.reports_error(result.message),
                secret=self.walk.secret,
            )
        return self.lines[key]

    def dropped(self, cut: Cut, turns: Sequence[Turn]) -> Cut:
        """`cut` without as many of `turns`, in this order, as it takes to reach the target, or at least the limit."""
        gone, total = set(cut.dropped), cut.total + (MARKER_TOKENS if cut.marker is None else 0)
        done = cut
        for turn in turns:
            if total <= self.target:
                done = self.settled(replace(cut, dropped=frozenset(gone)))
                if done.total <= self.limit:
                    return done
            for place in self.messages_of(turn):
                if place not in gone:
                    gone.add(place)
                    total -= self.walk.size(shown) if (shown := cut.shown(place)) else self.walk.sizes[place]
        return self.settled(replace(cut, dropped=frozenset(gone))) if len(gone) > len(cut.dropped) else cut

    def messages_of(self, turn: Turn) -> list[int]:
        """Positions of what goes with a turn: system messages stay where they stand."""
        places = range(turn.start, turn.stop)
        return [place for place in places if not (self.keep_system and self.walk.views[place].role == "system")]

    def settled(self, cut: Cut) -> Cut:
        """`cut` with its marker, with references whose source is gone written out, and with its exact size."""
        walk = self.walk
        edited = {place: view for place, view in cut.edited.items() if place not in cut.dropped}
        marker = self.marker(cut)
        dropped = cut.dropped
        if marker is not None and walk.earlier is not None:
            dropped = dropped | {walk.turns.lead - 1}
        cut = replace(cut, dropped=dropped, edited=edited, written_out={}, marker=marker)
        total = LIST_TOKENS + (0 if marker is None else walk.size(marker))
        if marker is not None and cut.is_summarized:
            total += self.summary_tokens
        for place in range(cut.upto):
            if place not in dropped:
                total += walk.size(edited[place]) if place in edited else walk.sizes[place]
        return with_sources_written_out(walk, replace(cut, total=total), range(cut.upto))

    def marker(self, cut: Cut) -> Message | None:
        """The message that says what `cut` does not show; None where it shows all turns."""
        left_out = self.left_out(cut)
        if left_out is None:
            return None
        handle = self.walk.handle_upto(max(cut.dropped))
        by_tool = self.request.retrieval == "tool"
        line = turns_line(left_out.added_to(self.walk.earlier), handle=handle, by_tool=by_tool, secret=self.walk.secret)
        return marker_message(line)

    def left_out(self, cut: Cut) -> LeftOut | None:
        """What `cut` drops of the turns at hand."""
        gone = [place for place in cut.dropped if place >= self.walk.turns.lead]
        if not gone:
            return None
        last = max(gone)
        return LeftOut(
            turns=len([turn for turn in self.turns if any(map(cut.dropped.__contains__, self.messages_of(turn)))]),
            of_turns=len([turn for turn in self.turns if turn.start <= last]),
            messages=len(gone),
            errors=sum(self.walk.reports_error(place) for place in gone),
        )

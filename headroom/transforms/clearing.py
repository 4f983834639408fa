"""Takes old tool results out, many at once and seldom, where that costs less than reading them again each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from headroom.config import HeadroomConfig
from headroom.messages import Message
from headroom.protocols import OriginalStore, Request, TokenCounter
from headroom.results import TransformResult
from headroom.tokenizers import built_in_counter
from headroom.tokenizers.message_tokens import LIST_TOKENS, MESSAGE_TOKENS
from headroom.transforms.clearing_rule import Bill, Place, best_batch
from headroom.transforms.face import Applicable
from headroom.transforms.treatment import Treatments
from headroom.transforms.turns import is_call_point
from headroom.transforms.walks import Walks
from headroom.transforms.window_notes import outcome
from headroom.transforms.window_originals import Originals
from headroom.transforms.window_state import Cut, Result, Walk, advanced, with_sources_written_out
from headroom.transforms.window_steps import Steps


class ClearingWalk(Walk):
    """A way through a conversation, with what its calls cost.

    Attributes:
        bill: Of the calls so far.
        raw_total: Size of the messages so far as they came to the first transform.
    """

    def __init__(
        self, messages: Sequence[Message], counter: TokenCounter, secret: str, namespace: str, bill: Bill
    ) -> None:
        super().__init__(messages, lambda view: text_size(view, counter), counter, secret, namespace=namespace)
        self.bill = bill
        self.raw_total = LIST_TOKENS
        self.starts: list[int] = []
        self.starts_with: dict[int, Message] = {}

    def go_to(self, messages: Sequence[Message], stop: int) -> None:
        """Go past messages up to `stop`."""
        begun = len(self.views)
        super().go_to(messages, stop)
        self.raw_total += sum(self.sizes[begun:stop])
        for view in self.views[begun:stop]:
            for came, sent in zip(view.source or (), view.parts, strict=False):
                self.raw_total += self.counter.count_text(came.text) - self.counter.count_text(sent.text)

    def starts_of(self, cut: Cut) -> list[int]:
        """Tokens that stand before each message, as `cut` shows them."""
        if self.starts_with is not cut.edited:
            self.starts, self.starts_with = [], cut.edited
        if not self.starts:
            self.starts = [LIST_TOKENS]
        for place in range(len(self.starts) - 1, cut.upto):
            shown = cut.shown(place)
            self.starts.append(self.starts[-1] + (self.size(shown) if shown else self.sizes[place]))
        return self.starts


def text_size(view: Message, counter: TokenCounter) -> int:
    """Size of a message by the built-in measure: its texts, and what a provider adds."""
    calls = sum(counter.count_text(call.name) + counter.count_text(call.arguments) for call in view.tool_calls)
    return MESSAGE_TOKENS + calls + sum([counter.count_text(part.text) for part in view.parts])


class Clearing(Applicable):
    """Clears old tool results in batches, by `config.clearing`; what a batch took out stays out.

    A function of the message list alone: every earlier call is gone through again, and remembered. Between two
    batches the prompt only grows. The newest results stay, and so do those in turns that the caller protects, and of
    tools whose profile says `skip_compression` or `exact_only`.

    Args:
        config: Settings; read, never changed.
        counter: The built-in measure, which decides.
        originals: Where originals are put; None relies on the caller's messages.
    """

    name = "clearing"

    def __init__(
        self,
        config: HeadroomConfig | None = None,
        *,
        counter: TokenCounter | None = None,
        originals: OriginalStore | None = None,
    ) -> None:
        self.config = config if config is not None else HeadroomConfig()
        self.counter = counter or built_in_counter()
        self.originals = Originals(originals)
        self.secret = self.config.secret.get_secret_value()
        self.walks: Walks[ClearingWalk] = Walks()

    def __repr__(self) -> str:
        return "Clearing()"

    def transform(self, messages: Sequence[Message], request: Request) -> TransformResult:
        """`messages` with the results taken out that the calls so far made not worth reading again."""
        if not request.is_conversation or request.selection == "never":
            return TransformResult(messages=list(messages))
        least = self.config.cache_optimizer.min_cacheable_tokens
        least = least if request.min_cacheable_tokens is None else request.min_cacheable_tokens
        bill = Bill(least=least)
        key = (least, request.prefix_tokens, request.namespace, request.retrieval, request.keep_turns)
        walk = self.walks.take((*key, repr(request.tool_profiles)), messages)
        walk = walk or ClearingWalk(messages, self.counter, self.secret, request.namespace, bill)
        steps = self.new_steps(walk, request)
        for stop in range(walk.point + 1, len(messages)):
            if is_call_point(messages, stop):
                walk.go_to(messages, stop)
                (walk.cut, walk.bill), walk.point = self.step(walk, steps, stop), stop
        walk.go_to(messages, len(messages))
        cut, _ = self.step(walk, steps, len(messages))
        self.originals.keep(walk, cut, request)
        done = outcome(walk, cut, request, self.counter, label=self.name, reason=self.name)
        if walk.begin < len(messages):
            self.walks.give((*key, repr(request.tool_profiles)), walk)
        return done

    def new_steps(self, walk: Walk, request: Request) -> Steps:
        """What can be taken out of one conversation."""
        treatments = Treatments(self.config, request)
        return Steps(
            walk=walk,
            request=request,
            limit=0,
            clearing=self.config.clearing,
            may_clear=lambda tool: treatments.of(tool).skip != "tool_profile" and not treatments.of(tool).exact_only,
            measure=self.counter,
        )

    def step(self, walk: ClearingWalk, steps: Steps, stop: int) -> tuple[Cut, Bill]:
        """What the call with the first `stop` messages sends, and the bill with it."""
        cut = advanced(walk, walk.cut, stop)
        extra = steps.request.prefix_tokens
        raw, prompt = walk.raw_total + extra, cut.total + extra
        found = None
        if prompt >= self.config.clearing.above_tokens:
            results = steps.clearable(cut, stop)
            places = self.places(walk, steps, cut, results)
            found = best_batch(places, walk.bill, raw, prompt, self.config.clearing.least_tokens)
        kept = cut, walk.bill.with_call(raw, prompt)
        if found is None:
            return kept
        made = self.without(walk, steps, cut, results[found:], places[found:])
        bill = walk.bill.with_call(raw, made.total + extra, min(walk.bill.prompt, places[found].before))
        return (made, bill) if bill.sent <= bill.raw else kept

    def places(self, walk: ClearingWalk, steps: Steps, cut: Cut, results: Sequence[Result]) -> list[Place]:
        """Where results stand, and what taking them out frees."""
        extra = steps.request.prefix_tokens
        return [
            Place(extra + walk.starts_of(cut)[result.message], self.freed(steps, cut, result)) for result in results
        ]

    def freed(self, steps: Steps, cut: Cut, result: Result) -> int:
        """Tokens that taking a result out frees."""
        shown = cut.shown(result.message) or steps.walk.views[result.message]
        return self.counter.count_text(shown.parts[result.part].text) - self.counter.count_text(steps.line(result))

    def without(self, walk: Walk, steps: Steps, cut: Cut, results: Sequence[Result], places: Sequence[Place]) -> Cut:
        """`cut` with `results` taken out; one that frees nothing only where it names something that is gone."""
        edited, written, gone = dict(cut.edited), dict(cut.written_out), set(cut.cleared)
        tried, total = replace(cut, edited=edited, written_out=written), cut.total
        walk.references.label(cut.upto)
        for result, place in zip(results, places, strict=True):
            at = result.message
            if place.freed <= 0 and not walk.references.names_gone(at, tried.is_gone):
                continue
            base = edited.get(at) or walk.views[at]
            before = written.pop(at, None) or base
            edited[at] = base.with_part_text(result.part, steps.line(result))
            total += walk.size(edited[at]) - walk.size(before)
            gone.add((at, result.part))
        cut = replace(tried, cleared=frozenset(gone), total=total)
        return with_sources_written_out(walk, cut, range(cut.upto))

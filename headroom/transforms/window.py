"""What both windows share: going through the calls of a conversation, the marker, the notes, and what is too large.

The cut is a function of the message list alone. Every earlier call, before each message of the model, is gone through
again: where the messages were more than the budget they were cut down to about two thirds of it, and so the same
beginning is sent until they are too many again, many turns later. What was gone through before is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from headroom.config import HeadroomConfig
from headroom.errors import CompressionError, ValidationError
from headroom.messages import Message, read_messages, texts_of
from headroom.protocols import OriginalStore, Request, TokenCounter
from headroom.results import TransformResult
from headroom.tokenizers import built_in_counter
from headroom.tokenizers.message_tokens import MESSAGE_TOKENS, message_tokens
from headroom.transforms.face import Applicable
from headroom.transforms.treatment import Treatments
from headroom.transforms.turns import Turn, is_call_point
from headroom.transforms.walks import Walks
from headroom.transforms.window_notes import outcome, tokens_of
from headroom.transforms.window_originals import Originals
from headroom.transforms.window_state import Cut, Size, Walk, advanced
from headroom.transforms.window_steps import Steps


def size_under(counter: TokenCounter) -> Size:
    """How large a message is under a counter, with what a provider adds around it."""

    def size(view: Message) -> int:
        raw = view.output
        counted = message_tokens(raw, counter)
        if isinstance(raw, dict) and "role" in raw:
            return counted
        return max(counted, MESSAGE_TOKENS + sum(map(counter.count_text, texts_of(view))))

    return size


class Window(Applicable):
    """A transform that keeps a conversation within `request.budget_tokens`; None drops nothing.

    Args:
        settings: What of the settings is no window's own: secret, tool profiles, which old results stay.
        originals: Where what was dropped is put before its handle goes out; None relies on the caller's messages.
    """

    name = "window"
    label = "window_cap"
    reason = "window"

    def __init__(self, *, settings: HeadroomConfig | None = None, originals: OriginalStore | None = None) -> None:
        self.settings = settings if settings is not None else HeadroomConfig()
        self.secret = self.settings.secret.get_secret_value()
        self.originals = Originals(originals)
        self.counter = built_in_counter()
        self.walks: Walks[Walk] = Walks()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    keep_system = True
    keep_turns = 0
    output_buffer = 0
    summary_tokens = 0

    def limit_of(self, request: Request) -> int | None:
        """Tokens that the messages may have; None where nothing limits them."""
        return request.budget_tokens

    def choose(self, steps: Steps, cut: Cut) -> Cut:
        """What to show of a conversation that is larger than `steps.limit`."""
        raise NotImplementedError

    def transform(self, messages: Sequence[Message], request: Request) -> TransformResult:
        """`messages` within the budget, or as near to it as what is always kept allows, with a warning."""
        limit = self.limit_of(request)
        if limit is None or not request.is_conversation:
            return TransformResult(messages=list(messages))
        return self.fitted(messages, request, limit, refuses=request.strict)

    def apply(
        self, messages: Sequence[Any], tokenizer: TokenCounter | str | None = None, **context: Any
    ) -> TransformResult:
        """`messages` within a budget: `max_tokens`, else `model_limit` less `output_buffer`, else the configured one.

        Raises:
            CompressionError: What is always kept is larger than the budget; `details` holds `sizes` and `budget`.
            ValidationError: `messages` is no list.
            ConfigurationError: A fact is unknown or refused.
        """
        if not isinstance(messages, (list, tuple)):
            raise ValidationError(f"messages must be a list, got {type(messages).__name__}", field="messages")
        request = self.request_for(tokenizer, context)
        limit = request.budget_tokens if context.get("max_tokens") is not None else self.limit_of(request)
        views = read_messages(messages)
        before = sum(tokens_of(view, self.counter) for view in views)
        if limit is None:
            return TransformResult(messages=list(messages), tokens_before=before, tokens_after=before)
        done = self.fitted(views, request, limit, refuses=True)
        return replace(
            done,
            messages=[message.output for message in done.messages],
            tokens_before=before,
            tokens_after=before - done.tokens_saved,
        )

    def request_for(self, tokenizer: TokenCounter | str | None, context: dict[str, Any]) -> Request:
        """The facts of a call by hand; the answer has its room where the call does not say how much."""
        if context.get("model_limit") is not None and context.get("output_buffer") is None:
            context = {**context, "output_buffer": self.output_buffer}
        return super().request_for(tokenizer, context)

    def fitted(self, messages: Sequence[Message], request: Request, limit: int, *, refuses: bool) -> TransformResult:
        """`messages` within `limit`.

        Args:
            refuses: Whether to raise where what is always kept is larger, in place of sending it with a warning.
        """
        counter = request.counter or self.counter
        key = (limit, id(counter), request.namespace, request.retrieval, request.keep_turns)
        walk = self.walks.take(key, messages) or Walk(
            messages,
            size_under(counter),
            self.counter,
            self.secret,
            namespace=request.namespace,
            keep_system=self.keep_system,
        )
        steps = self.new_steps(walk, request, limit)
        for stop in range(walk.point + 1, len(messages)):
            if is_call_point(messages, stop):
                walk.go_to(messages, stop)
                walk.cut, walk.point = self.fit(steps, advanced(walk, walk.cut, stop)), stop
        walk.go_to(messages, len(messages))
        cut = self.fit(steps, advanced(walk, walk.cut, len(messages)))
        problem = self.problem(steps, cut) if cut.total > limit else None
        if problem and refuses:
            raise problem
        cut = self.completed(steps, cut)
        self.originals.keep(walk, cut, request)
        done = outcome(walk, cut, request, self.counter, label=self.label, reason=self.reason)
        if walk.begin < len(messages):  # else what begins the conversation is not known yet
            self.walks.give(key, walk)
        return replace(done, warnings=[problem.message]) if problem else done

    def new_steps(self, walk: Walk, request: Request, limit: int) -> Steps:
        """The steps that this window can take."""
        treatments = Treatments(self.settings, request)
        return Steps(
            walk=walk,
            request=request,
            limit=limit,
            clearing=self.settings.clearing,
            may_clear=lambda tool: treatments.of(tool).skip != "tool_profile" and not treatments.of(tool).exact_only,
            measure=self.counter,
            keep_system=self.keep_system,
            summary_tokens=self.summary_tokens,
        )

    def fit(self, steps: Steps, cut: Cut) -> Cut:
        """What is shown at one call."""
        if cut.total <= steps.limit:
            return cut
        steps.turns = steps.walk.turns.so_far(cut.upto)
        done = self.choose(steps, cut)
        return done if done.total < cut.total and self.is_shorter(steps, done) else cut

    def is_shorter(self, steps: Steps, cut: Cut) -> bool:
        """Whether the marker says less than what it stands for, by the built-in measure (law 2)."""
        if cut.marker is None:
            return True
        extra = steps.summary_tokens if cut.is_summarized else 0
        dropped = sum(tokens_of(steps.walk.views[place], self.counter) for place in cut.dropped)
        return tokens_of(cut.marker, self.counter) + extra <= dropped

    def kept_from(self, steps: Steps) -> int:
        """Position from which on the newest turns stand that are always kept; the newest one is, whatever is set."""
        keep = max(1, self.keep_turns, steps.request.keep_turns or 0)
        return steps.turns[-keep:][0].start if steps.turns else 0

    def droppable(self, steps: Steps) -> list[Turn]:
        """Turns that may be dropped, oldest first; one that waits for an answer to a call stays."""
        kept_from = self.kept_from(steps)
        return [turn for turn in steps.turns if turn.stop <= kept_from and not turn.is_open]

    def completed(self, steps: Steps, cut: Cut) -> Cut:
        """`cut` with what is only made for what goes out, such as a summary."""
        return cut

    def problem(self, steps: Steps, cut: Cut) -> CompressionError:
        """What to say where the part that is always kept is too large."""
        walk = steps.walk
        turns = [
            turn for turn in walk.turns.so_far(cut.upto) if not cut.dropped.issuperset(range(turn.start, turn.stop))
        ]
        system = sum(walk.sizes[: walk.begin])
        sizes = [sum(walk.sizes[turn.start : turn.stop]) for turn in turns]
        listed = ", ".join(map(str, sizes[-10:]))
        return CompressionError(
            f"{cut.total} tokens of what is always kept do not fit into {steps.limit}: system messages {system}, the "
            f"newest {len(sizes[-10:])} turns {listed} as they came; keep fewer turns, cut large tool results "
            "(tool_profiles max_tokens, target_tokens), or give a larger budget",
            step=self.name,
            budget=steps.limit,
            total=cut.total,
            system=system,
            sizes=sizes,
        )

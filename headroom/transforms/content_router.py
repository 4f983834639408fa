"""Sends each tool result to the compressor of its content type, once, and remembers what came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from headroom.compressors.json_kept import is_json
from headroom.config import HeadroomConfig
from headroom.errors import ValidationError
from headroom.feedback import Learnt
from headroom.markers import RETRIEVE_TOOL, handle_of
from headroom.messages import Message, Part, ToolCall, turn_starts
from headroom.protocols import OriginalStore, Request, TokenCounter
from headroom.results import Note, TransformResult
from headroom.transforms.contain import FAULT, contain
from headroom.transforms.forms import Forms, encoded
from headroom.transforms.memo import Memo
from headroom.transforms.outcome import PartOutcome, untouched
from headroom.transforms.questions import Conversation, Question
from headroom.transforms.repeats import Trail, Trails, fold
from headroom.transforms.repeats.expand import expand
from headroom.transforms.repeats.sources import call_sources, result_label
from headroom.transforms.treatment import Treatment, Treatments, biased
from headroom.transforms.walks import Walks, chars_of


@dataclass(slots=True)
class Walk:
    """One way through a conversation, from its first message to its last.

    Attributes:
        treatments: How each tool's results are treated.
        conversation: What is known so far.
        request: The facts of the call.
        trail: What was shown so far.
        views: Messages so far, as they came.
        done: The same, as they go out.
        notes: What happened so far.
        chars: Memory that all of it keeps alive, about.
        tokens: Tokens of all texts so far, as they came.
        tokens_sent: The same, as they go out.
    """

    treatments: Treatments
    conversation: Conversation
    request: Request
    trail: Trail
    views: list[Message] = field(default_factory=list)
    done: list[Message] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    chars: int = 0
    tokens: int = 0
    tokens_sent: int = 0

    @property
    def has_fault(self) -> bool:
        """Whether a step failed, so that it is to be tried again."""
        return any(FAULT in note.reason for note in self.notes)

    def pass_by(self, tokens: int) -> None:
        """Go past a text that stays as it came."""
        self.tokens += tokens
        self.tokens_sent += tokens


class ContentRouter:
    """Compresses the tool results of a conversation, each as it was when it first came (law 1).

    Args:
        config: Settings; read, never changed.
        counter: The built-in measure, which decides.
        memo: Outcomes of earlier calls; None makes a new one.
        originals: Where originals are put before a handle goes out; None relies on the conversation alone.
        hints: What was asked for again, by tool: more of it is kept, and less of what nobody asks for.
    """

    name = "content_router"
    counts_all = True  # its totals are over every text of the conversation

    def __init__(
        self,
        config: HeadroomConfig,
        *,
        counter: TokenCounter,
        memo: Memo[PartOutcome] | None = None,
        originals: OriginalStore | None = None,
        hints: Learnt | None = None,
    ) -> None:
        self.config = config
        self.hints = hints
        self.counter = counter
        self.memo = memo if memo is not None else Memo()
        self.forms = Forms(config, counter=counter, memo=self.memo)
        self.secret = config.secret.get_secret_value()
        self.originals = originals
        self.acknowledged: Memo[bool] = Memo(max_chars=4_000_000)
        self.trails = Trails()
        self.walks: Walks[Walk] = Walks()

    def transform(self, messages: Sequence[Message], request: Request) -> TransformResult:
        """The conversation with its tool results compressed, and a note per result."""
        key = None if request.keep_turns or request.biases else facts_of(request)
        walk = (self.walks.take(key, messages) if key else None) or self.new_walk(request)
        walk.request = request
        protected = protected_from(messages, request.keep_turns)
        for index in range(len(walk.views), len(messages)):
            message = messages[index]
            if message.reason:
                walk.notes.append(Note(message_index=index, reason=message.reason))
                if request.strict:
                    raise ValidationError(f"messages[{index}]: {message.reason}", field=f"messages[{index}]")
            walk.done.append(self.message(index, message, walk, is_protected=index >= protected))
            walk.views.append(message)
            walk.chars += chars_of(message)
            walk.conversation.read(message)  # afterwards: text beside a result in one message stands not before it
        walk.trail.end()
        result = result_of(walk)
        if key and not walk.has_fault:
            self.walks.give(key, walk)
        return result

    def new_walk(self, request: Request) -> Walk:
        """The beginning of a conversation."""
        return Walk(
            Treatments(self.config, request, self.hints), Conversation(request.query), request, Trail(self.trails)
        )

    def message(self, index: int, message: Message, walk: Walk, *, is_protected: bool) -> Message:
        """One message with its texts compressed; notes go to `walk`."""
        for place, part in enumerate(message.parts):
            if part.kind != "tool_result" and message.role not in walk.request.roles:
                walk.pass_by(self.counter.count_text(part.text))
                continue
            call = walk.conversation.call_of(part.tool_call_id)
            tool = call.name if call else message.name
            treatment = walk.treatments.of(tool)
            if index in walk.request.biases:
                treatment = biased(treatment, walk.request.biases[index])
            if is_protected:
                outcome = untouched(self.counter.count_text(part.text), "recent_turn")
            elif call is None and part.kind == "tool_result" and message.role != "function" and walk.request.needs_call:
                if walk.request.strict:
                    raise ValidationError(f"messages[{index}]: no call before it", field=f"messages[{index}]")
                outcome = untouched(self.counter.count_text(part.text), "no_call_before_it")
            else:
                outcome = self.part(part, tool, treatment, Question(walk.conversation, call), walk.request)
            beside = sum(other.tool_call_id == part.tool_call_id for other in message.parts)
            outcome = self.placed(part, outcome, tool, call, treatment, walk, beside)
            walk.tokens += outcome.tokens_before
            walk.tokens_sent += outcome.tokens_after
            walk.notes.append(outcome.note(index, place, tool))
            if outcome.text is not None:
                message = message.with_part_text(place, outcome.text)
        for made in message.tool_calls:
            walk.pass_by(self.counter.count_text(made.name) + self.counter.count_text(made.arguments))
        if walk.request.references:
            for label, text in call_sources(message):
                walk.trail.add(label, text)
        return message

    def part(
        self, part: Part, tool: str | None, treatment: Treatment, question: Question, request: Request
    ) -> PartOutcome:
        """One text, whatever was shown before, from memory where it was seen before."""
        reason = reason_to_skip(part, tool, treatment)
        if reason:
            return untouched(self.counter.count_text(part.text), reason)
        outcome = self.forms.outcome(part.text, treatment, question, request)
        if part.blocks > 1 and treatment.output == "minified" and treatment.keeps_json(outcome.kind):
            return untouched(outcome.tokens_before, "several_blocks_of_json", outcome.kind)
        if self.originals is not None and outcome.handle is not None and not request.dry_run:
            exact = self.forms.exact(part.text, treatment, request)
            return self.with_original_stored(part.text, tool, exact, outcome, request)
        return outcome

    def placed(
        self,
        part: Part,
        outcome: PartOutcome,
        tool: str | None,
        call: ToolCall | None,
        treatment: Treatment,
        walk: Walk,
        beside: int,
    ) -> PartOutcome:
        """`outcome` at its place: with what was shown before named, and as it came where that keeps the cache."""
        if walk.request.references and part.kind == "tool_result":
            with contain("references", strict=walk.request.strict) as fault:
                if outcome.reason == "already_compressed":
                    outcome = self.with_source(part.text, outcome, walk)
                elif self.names_in(part.text, outcome, treatment):
                    outcome = self.folded(part.text, outcome, walk)
            outcome = with_fault(outcome, fault.reason)
            outcome = self.under_ceiling(part, outcome, treatment, call, walk, beside)
            outcome = self.cacheable(outcome, treatment, walk)
            label = result_label(call.name if call else tool, call.arguments if call else None)
            walk.trail.add(label, part.text if outcome.text is None else outcome.text)
            return outcome
        return self.cacheable(self.under_ceiling(part, outcome, treatment, call, walk, beside), treatment, walk)

    def under_ceiling(
        self, part: Part, outcome: PartOutcome, treatment: Treatment, call: ToolCall | None, walk: Walk, beside: int
    ) -> PartOutcome:
        """`outcome`, cut to the hard ceiling of its tool; a fault leaves it as it is.

        Args:
            beside: Parts of this tool result, this one among them; each has its share.
        """
        most = treatment.most_tokens
        if most is None or treatment.skip == "not_enabled" or part.kind != "tool_result":
            return outcome
        if outcome.reason == "retrieved_original":
            return outcome
        with contain("ceiling", strict=walk.request.strict) as fault:
            question = Question(walk.conversation, call)
            share = max(LEAST_CEILING, most // beside)
            return self.forms.under_ceiling(part.text, outcome, treatment, share, question, walk.request)
        return with_fault(outcome, fault.reason)

    def with_source(self, text: str, outcome: PartOutcome, walk: Walk) -> PartOutcome:
        """`outcome` of a text that was compressed before, with the reason where what it names is gone."""
        if expand(text, walk.trail.so_far(), secret=self.secret) is not None:
            return outcome
        return replace(outcome, reason="reference_without_source", hint=WITHOUT_SOURCE_HINT)

    def names_in(self, text: str, outcome: PartOutcome, treatment: Treatment) -> bool:
        """Whether parts of a text may be named instead; never where it is to stay JSON."""
        if not treatment.references or not self.may_name(outcome):
            return False
        return treatment.output == "text" or not (treatment.keeps_json(outcome.kind) or is_json(text))

    def may_name(self, outcome: PartOutcome) -> bool:
        """Whether parts of a text may be named instead: from half the smallest size on, if it was looked at."""
        if outcome.reason == "below_min_tokens":
            return 2 * outcome.tokens_before >= self.config.min_tokens
        return outcome.change is not None or outcome.reason not in NEVER_NAMED

    def folded(self, text: str, outcome: PartOutcome, walk: Walk) -> PartOutcome:
        """`outcome` with references to what was shown before, where that pays."""
        base = text if outcome.text is None else outcome.text
        handle = handle_of(text, namespace=walk.request.namespace, secret=self.secret)
        key = (walk.trail.state, base, handle)  # other originals may have the same form
        made = self.trails.folded.get(key)
        if made is None:
            made = fold(base, walk.trail.so_far(), counter=self.counter, handle=handle, secret=self.secret)
            self.trails.folded.put(key, made, 2 * len(made) + 100)
        if made == base:
            return outcome
        tokens = self.counter.count_text(made)
        if outcome.change == "left_out":
            return replace(outcome, text=made, reason=f"{outcome.reason}+repeats", tokens_after=tokens)
        return replace(
            outcome,
            text=made,
            change="by_reference" if outcome.change != "display" else "display",
            reason="repeats" if outcome.change is None else f"{outcome.reason}+repeats",
            tokens_after=tokens,
            tokens_exact=tokens,
        )

    def cacheable(self, outcome: PartOutcome, treatment: Treatment, walk: Walk) -> PartOutcome:
        """`outcome`, unless it leaves a prefix too short for the provider's cache and gains less than half of it."""
        if outcome.change is None or not walk.request.is_conversation or treatment.most_tokens is not None:
            return outcome
        if outcome.change == "left_out" and treatment.asked:
            return outcome
        sent, raw = walk.tokens_sent + outcome.tokens_after, walk.tokens + outcome.tokens_before
        if sent >= self.least_prefix(walk.request) or 2 * sent < raw:
            return outcome
        return untouched(outcome.tokens_before, "prefix_too_short_to_cache", outcome.kind, CACHE_HINT)

    def least_prefix(self, request: Request) -> int:
        """Tokens of the messages from which the provider caches a prefix that also holds what stands before them."""
        least = request.min_cacheable_tokens
        least = self.config.cache_optimizer.min_cacheable_tokens if least is None else least
        return least - request.prefix_tokens

    def with_original_stored(
        self, text: str, tool: str | None, exact: PartOutcome, chosen: PartOutcome, request: Request
    ) -> PartOutcome:
        """`chosen` once its original is in the store; the exact form where it cannot be put there."""
        handle = chosen.handle or ""
        if self.originals is None or self.acknowledged.get((request.namespace, handle)):
            return chosen
        with contain("originals", strict=request.strict) as fault:
            self.originals.put(handle, encoded(text), namespace=request.namespace, tool=tool)
            self.acknowledged.put((request.namespace, handle), True, len(handle) + len(request.namespace))
            return chosen
        return replace(exact, reason=f"{exact.reason}+original_not_stored_{fault.reason}")


def with_fault(outcome: PartOutcome, reason: str) -> PartOutcome:
    """`outcome` with what failed added to its reason."""
    return replace(outcome, reason=f"{outcome.reason}+{reason}") if reason else outcome


LEAST_CEILING = 60  # tokens that a marker line takes
CACHE_HINT = 'cache_optimizer={"min_cacheable_tokens": 0} for models without prompt caching'
WITHOUT_SOURCE_HINT = "the message that it names is gone; compress from the originals, or retrieve its handle"
NEVER_NAMED = frozenset(
    {
        "already_compressed",
        "recent_turn",
        "no_call_before_it",
        "tool_profile",
        "not_enabled",
        "retrieved_original",
        "error_result",
        "above_max_total_bytes",
    }
)


def result_of(walk: Walk) -> TransformResult:
    """Totals over all texts, and what was done."""
    selected = sum([note.change == "left_out" for note in walk.notes])
    changed = sum([note.change is not None for note in walk.notes])
    labels = [f"router:{changed - selected}"] * (changed > selected) + [f"smart_crush:{selected}"] * (selected > 0)
    return TransformResult(
        messages=list(walk.done),
        tokens_before=walk.tokens,
        tokens_after=walk.tokens_sent,
        transforms_applied=labels,
        notes=list(walk.notes),
    )


def facts_of(request: Request) -> tuple[object, ...]:
    """What of a request decides what becomes of its messages."""
    left_aside = ("extra", "tool_profiles", "counter", "budget_tokens", "align", "biases")
    facts = [getattr(request, name) for name in Request.__dataclass_fields__ if name not in left_aside]
    return (*facts, repr(request.tool_profiles))


def reason_to_skip(part: Part, tool: str | None, treatment: Treatment) -> str:
    """Why a part is not even looked at, or ""."""
    if treatment.skip:
        return treatment.skip
    if tool == RETRIEVE_TOOL:
        return "retrieved_original"
    return "error_result" if part.is_error else ""


def protected_from(messages: Sequence[Message], keep_turns: int | None) -> int:
    """Index from which on messages are protected from compression."""
    if not keep_turns:
        return len(messages)
    starts = turn_starts(messages)
    return starts[-keep_turns] if len(starts) >= keep_turns else 0

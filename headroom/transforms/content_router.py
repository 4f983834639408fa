"""Sends each tool result to the compressor of its content type, once, and remembers what came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from headroom.compressors.by_type import compressors_by_kind
from headroom.compressors.limits import Limits, Selector
from headroom.config import HeadroomConfig
from headroom.detection import detect
from headroom.errors import ValidationError
from headroom.markers import RETRIEVE_TOOL, handle_of, has_marker
from headroom.messages import Message, Part, turn_starts
from headroom.protocols import OriginalStore, Request, TokenCounter
from headroom.results import Note, TransformResult
from headroom.tokenizers import estimate_tokens
from headroom.transforms.choice_settings import RowScorer, RowSettings
from headroom.transforms.contain import FAULT, contain
from headroom.transforms.memo import Memo
from headroom.transforms.outcome import PartOutcome, outcome_of, result_of_outcome, untouched
from headroom.transforms.questions import Conversation, Question
from headroom.transforms.treatment import Treatment, Treatments

UNREACHABLE_HINT = 'retrieval="tool" with headroom_retrieve bound, or selection="always"'
BYTES_PER_CHAR = 4


@dataclass(slots=True)
class Walk:
    """One way through a conversation, from its first message to its last.

    Attributes:
        treatments: How each tool's results are treated.
        conversation: What is known so far.
        request: The facts of the call.
        notes: What happened so far.
        tokens: Tokens of all texts so far, as they came.
    """

    treatments: Treatments
    conversation: Conversation
    request: Request
    notes: list[Note] = field(default_factory=list)
    tokens: int = 0


class ContentRouter:
    """Compresses the tool results of a conversation, each as it was when it first came (law 1).

    Args:
        config: Settings; read, never changed.
        counter: The built-in measure, which decides.
        memo: Outcomes of earlier calls; None makes a new one.
        originals: Where originals are put before a handle goes out; None relies on the conversation alone.
    """

    name = "content_router"

    def __init__(
        self,
        config: HeadroomConfig,
        *,
        counter: TokenCounter,
        memo: Memo[PartOutcome] | None = None,
        originals: OriginalStore | None = None,
    ) -> None:
        self.config = config
        self.counter = counter
        self.memo = memo if memo is not None else Memo()
        self.compressors = compressors_by_kind(counter)
        self.settings = RowSettings.of(config.smart_crusher)
        self.secret = config.secret.get_secret_value()
        self.scores = RowScorer(config.smart_crusher)
        self.originals = originals
        self.acknowledged: Memo[bool] = Memo(max_chars=4_000_000)

    def transform(self, messages: Sequence[Message], request: Request) -> TransformResult:
        """The conversation with its tool results compressed, and a note per result."""
        walk = Walk(Treatments(self.config, request), Conversation(request.query), request)
        protected = protected_from(messages, request.keep_turns)
        done: list[Message] = []
        for index, message in enumerate(messages):
            if message.reason:
                walk.notes.append(Note(message_index=index, reason=message.reason))
                if request.strict:
                    raise ValidationError(f"messages[{index}]: {message.reason}", field=f"messages[{index}]")
            done.append(self.message(index, message, walk, is_protected=index >= protected))
            walk.conversation.read(message)  # afterwards: text beside a result in one message stands not before it
        return result_of(done, walk)

    def message(self, index: int, message: Message, walk: Walk, *, is_protected: bool) -> Message:
        """One message with its texts compressed; notes go to `walk`."""
        for made in message.tool_calls:
            walk.tokens += self.counter.count_text(made.name) + self.counter.count_text(made.arguments)
        for place, part in enumerate(message.parts):
            if part.kind != "tool_result" and message.role not in walk.request.roles:
                walk.tokens += self.counter.count_text(part.text)
                continue
            call = walk.conversation.call_of(part.tool_call_id)
            tool = call.name if call else message.name
            if is_protected:
                outcome = untouched(self.counter.count_text(part.text), "recent_turn")
            elif call is None and part.kind == "tool_result" and message.role != "function" and walk.request.needs_call:
                if walk.request.strict:
                    raise ValidationError(f"messages[{index}]: no call before it", field=f"messages[{index}]")
                outcome = untouched(self.counter.count_text(part.text), "no_call_before_it")
            else:
                question = Question(walk.conversation, call)
                outcome = self.part(part, tool, walk.treatments.of(tool), question, walk.request)
            walk.tokens += outcome.tokens_before
            walk.notes.append(outcome.note(index, place, tool))
            if outcome.text is not None:
                message = message.with_part_text(place, outcome.text)
        return message

    def part(
        self, part: Part, tool: str | None, treatment: Treatment, question: Question, request: Request
    ) -> PartOutcome:
        """One text, from memory where it was seen before."""
        reason = reason_to_skip(part, tool, treatment)
        if reason:
            return untouched(self.counter.count_text(part.text), reason)
        exact = self.memo.get((part.text, treatment.exact_only))
        if exact is None:
            exact = self.compress(part.text, request) if not treatment.exact_only else self.untouched_exact(part.text)
            if not exact.reason.startswith(FAULT):
                self.memo.put((part.text, treatment.exact_only), exact, weight(part.text, exact))
        if not self.is_large(exact, treatment):
            return exact
        if not treatment.may_leave_out:
            key = (part.text, "large_but_unreachable")
            return self.memo.get(key) or self.memo.put(key, large_but_unreachable(exact), len(part.text))
        asked = str(question)
        selection_key = (part.text, treatment, asked, request.namespace)
        found = self.memo.get(selection_key)
        if found is None:
            found = self.select(part.text, exact, treatment, asked, request)
            if FAULT not in found.reason:
                self.memo.put(selection_key, found, weight(part.text, found))
        if self.originals is not None and found.handle is not None and not request.dry_run:
            return self.with_original_stored(part.text, tool, exact, found, request)
        return found

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

    def untouched_exact(self, text: str) -> PartOutcome:
        """Where only byte-exact forms are wanted, and this type has none."""
        return untouched(self.counter.count_text(text), "exact_only")

    def compress(self, text: str, request: Request) -> PartOutcome:
        """The exact form of one text; a fault leaves it as it came, with the reason."""
        if (
            len(text) * BYTES_PER_CHAR > self.config.max_total_bytes
            and len(encoded(text)) > self.config.max_total_bytes
        ):
            return untouched(estimate_tokens(text), "above_max_total_bytes")  # counting would take seconds
        tokens = self.counter.count_text(text)
        if tokens <= self.config.min_tokens:
            return untouched(tokens, "below_min_tokens")
        with contain("content_router", strict=request.strict) as fault:
            if has_marker(text, secret=self.secret):
                return untouched(tokens, "already_compressed")
            kind = detect(text).kind.value
            compressor = self.compressors.get(kind)
            if compressor is None:
                return untouched(tokens, f"no_compressor_for_{kind}", kind)
            outcome = outcome_of(compressor.compress(text))
            return outcome if outcome.kind != "text" else replace(outcome, kind=kind)
        return untouched(tokens, fault.reason)

    def is_large(self, exact: PartOutcome, treatment: Treatment) -> bool:
        """Whether rows should be left out, if that is allowed."""
        if not isinstance(self.compressors.get(exact.kind), Selector):
            return False
        if treatment.most_items is not None:
            return exact.tokens_after > self.config.smart_crusher.min_tokens_to_crush
        if treatment.asked:
            return exact.tokens_after > treatment.target_tokens
        return exact.tokens_after > self.config.select_above_tokens

    def select(
        self, text: str, exact: PartOutcome, treatment: Treatment, question: str, request: Request
    ) -> PartOutcome:
        """The rows that matter; where none can be left out, the exact form."""
        with contain("selection", strict=request.strict) as fault:
            handle = handle_of(text, namespace=request.namespace, secret=self.secret)
            limits = Limits(
                tokens=treatment.target_tokens,
                above_tokens=0 if treatment.most_items is not None else treatment.target_tokens,
                most_items=treatment.most_items,
                handle=handle,
                is_asked=treatment.asked,
                by_tool=treatment.by_tool,
                secret=self.secret,
                settings=self.settings,
                scores=self.scores,
            )
            compressor = self.compressors[exact.kind]
            if not isinstance(compressor, Selector):
                return exact
            result = compressor.select(text, result_of_outcome(text, exact), limits, context=question)
            if result.change != "left_out":
                return replace(exact, reason=f"{exact.reason}+nothing_to_leave_out")
            return outcome_of(result, handle=handle, reachable_by=treatment.reachable_by)
        return replace(exact, reason=f"{exact.reason}+{fault.reason}")


def result_of(messages: list[Message], walk: Walk) -> TransformResult:
    """Totals over all texts, and what was done."""
    notes = walk.notes
    saved = sum([note.tokens_before - note.tokens_after for note in notes])
    selected = sum([note.change == "left_out" for note in notes])
    changed = sum([note.change is not None for note in notes])
    labels = [f"router:{changed - selected}"] * (changed > selected) + [f"smart_crush:{selected}"] * (selected > 0)
    return TransformResult(
        messages=list(messages),
        tokens_before=walk.tokens,
        tokens_after=walk.tokens - saved,
        transforms_applied=labels,
        notes=notes,
    )


def large_but_unreachable(exact: PartOutcome) -> PartOutcome:
    """`exact`, which is all that may be done where nobody could ask for what was left out."""
    return replace(exact, reason=f"{exact.reason}+large_but_unreachable", hint=UNREACHABLE_HINT)


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


def weight(text: str, outcome: PartOutcome) -> int:
    """Characters that a memo entry keeps alive."""
    return len(text) + len(outcome.text or "") + 200


def encoded(text: str) -> bytes:
    """UTF-8 bytes of any string."""
    return text.encode("utf-8", "surrogatepass")

"""`CacheAligner`: what changes from day to day moves to the end of the system text, so that what precedes it is steady.

A provider's prefix cache ends at the first token that differs. Only parts that are nothing but dynamic are moved
(`analysis/dynamic_spans`), their order and wording kept; in case of doubt everything stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

from headroom.analysis.dynamic_spans import dynamic_spans
from headroom.config import CacheAlignerConfig
from headroom.errors import ConfigurationError, ValidationError
from headroom.messages import Message, read_messages, texts_of
from headroom.protocols import Request, TokenCounter
from headroom.results import Note, TransformResult
from headroom.tokenizers import built_in_counter
from headroom.transforms.aligner_text import put_together, rules_of, split
from headroom.transforms.face import Applicable, request_by_hand
from headroom.transforms.memo import Memo

MOST_TOKENS_MORE = 8  # law 2, over all system texts of a call
SHORT_SEPARATOR = "\n\n"
MOST_ROUNDS = 4  # taking a part out may bring another to light
LABEL = "cache_align"


@dataclass(frozen=True, slots=True)
class Alignment:
    """What becomes of the texts of one message.

    Attributes:
        texts: As they go out.
        tokens_more: Tokens that this costs, by the built-in measure.
        steady_tokens: Tokens of what does not change.
        reason: Why the texts stay as they are although parts of them are dynamic; "" otherwise.
    """

    texts: tuple[str, ...] = field(repr=False)
    tokens_more: int = 0
    steady_tokens: int = 0
    reason: str = ""


class CacheAligner(Applicable):
    """Moves what is nothing but dynamic to the end of each leading system message; nothing else is touched.

    In a pipeline it acts where the request says `align` and the settings `enabled`. By hand (`align`, `apply`) it
    always acts, and `stable_prefix_min_tokens` holds only where it was set.

    Args:
        config: What counts as dynamic; None takes the defaults.
        counter: The measure of size; None takes the built-in one.

    Raises:
        ConfigurationError: `config` is something else.
    """

    name = "cache_aligner"

    def __init__(self, config: CacheAlignerConfig | None = None, *, counter: TokenCounter | None = None) -> None:
        if config is not None and not isinstance(config, CacheAlignerConfig):
            raise ConfigurationError(
                f"config must be a CacheAlignerConfig, got {type(config).__name__}", field="config"
            )
        self.config = (config or CacheAlignerConfig()).model_copy(deep=True)
        self.counter = counter or built_in_counter()
        self.rules = rules_of(self.config)
        self.least_by_hand = (
            self.config.stable_prefix_min_tokens if "stable_prefix_min_tokens" in self.config.model_fields_set else 0
        )
        self.memo: Memo[Alignment] = Memo(max_chars=4_000_000)

    def transform(self, messages: Sequence[Message], request: Request) -> TransformResult:
        """The conversation with its system texts aligned; tokens are those of the messages that changed."""
        if not (request.align and self.config.enabled):
            return TransformResult(messages=list(messages))
        return self.aligned(messages, self.config.stable_prefix_min_tokens)

    def align(self, messages: Sequence[Any]) -> TransformResult:
        """`messages` with what changes at the end of their system texts; the list given is not changed.

        >>> text = "You are helpful. Current Date: 2025-04-06 Always cite."
        >>> print(CacheAligner().align([{"role": "system", "content": text}]).messages[0]["content"])
        You are helpful. Always cite.
        <BLANKLINE>
        ---
        [Dynamic Context]
        Current Date: 2025-04-06
        """
        return self.apply(messages)

    def apply(
        self, messages: Sequence[Any], tokenizer: TokenCounter | str | None = None, **context: Any
    ) -> TransformResult:
        """As `Applicable.apply`; acts whatever `enabled` says. Tokens are those of all texts."""
        if not isinstance(messages, (list, tuple)):
            raise ValidationError(f"messages must be a list, got {type(messages).__name__}", field="messages")
        request_by_hand(tokenizer, context)
        views = read_messages(messages)
        done = self.aligned(views, self.least_by_hand)
        before = sum(self.counter.count_text(text) for view in views for text in texts_of(view))
        more = done.tokens_after - done.tokens_before
        outputs = [message.output for message in done.messages]
        return replace(done, messages=outputs, tokens_before=before, tokens_after=before + more)

    def get_alignment_score(self, messages: Sequence[Any]) -> float:
        """100 where nothing in the leading system texts changes from call to call, 10 less per part that does.

        At least 0. Parts that stand at the end already count, too: they are what no cache holds.
        """
        texts = [part.text for message in leading(read_messages(messages)) for part in message.parts]
        return max(0.0, 100.0 - 10.0 * sum(len(dynamic_spans(text, self.rules)) for text in texts))

    def aligned(self, messages: Sequence[Message], least_tokens: int) -> TransformResult:
        """The conversation with its leading system messages aligned, each by what stands before it (law 1)."""
        done, notes, more = list(messages), [], 0
        for index, message in enumerate(leading(messages)):
            if not message.parts:
                continue
            texts = tuple(part.text for part in message.parts)
            made = self.alignment(texts, MOST_TOKENS_MORE - max(0, more))
            reason = made.reason
            if made.texts != texts and made.steady_tokens < least_tokens:
                reason = "below_stable_prefix_min_tokens"
            if reason:
                notes.append(Note(message_index=index, kind="system", reason=reason, hint=HINTS[reason]))
                continue
            more += made.tokens_more
            for place, (before, after) in enumerate(zip(texts, made.texts, strict=True)):
                if before != after:
                    notes.append(self.note(index, place, before, after))
                    done[index] = done[index].with_part_text(place, after)
        return result_of(done, notes)

    def alignment(self, texts: tuple[str, ...], most_tokens: int) -> Alignment:
        """What becomes of the texts of one message, from memory where they were seen before."""
        key = (texts, most_tokens)
        found = self.memo.get(key)
        if found is None:
            found = self.align_texts(texts, most_tokens)
            self.memo.put(key, found, 2 * sum(map(len, texts)) + 100)
        return found

    def align_texts(self, texts: tuple[str, ...], most_tokens: int) -> Alignment:
        """The same, worked out: with the separator of the settings, or a shorter one where that costs too much."""
        for separator in dict.fromkeys((self.config.dynamic_tail_separator, SHORT_SEPARATOR)):
            made, is_settled = self.settled(texts, separator)
            if not is_settled:
                return Alignment(texts, reason="not_settled")
            if made == texts:
                return Alignment(texts)
            more = self.size(made) - self.size(texts)
            if more <= most_tokens:
                steady = self.size([split(text, self.config, self.rules).steady for text in texts])
                return Alignment(made, more, steady)
        return Alignment(texts, reason="costs_too_many_tokens")

    def settled(self, texts: tuple[str, ...], separator: str) -> tuple[tuple[str, ...], bool]:
        """`texts` aligned until nothing moves any more (law 9), and whether that came about."""
        for _ in range(MOST_ROUNDS):
            made = put_together([split(text, self.config, self.rules) for text in texts], separator)
            if made is None:
                return texts, True
            texts = tuple(made)
        return texts, False

    def size(self, texts: Sequence[str]) -> int:
        """Tokens of several texts, by the built-in measure."""
        return sum(map(self.counter.count_text, texts))

    def note(self, index: int, place: int, before: str, after: str) -> Note:
        """What happened to one text."""
        tokens = self.counter.count_text(after)
        return Note(
            message_index=index,
            part_index=place,
            kind="system",
            change="value_exact",
            reason="aligned",
            tokens_before=self.counter.count_text(before),
            tokens_after=tokens,
            tokens_exact=tokens,
        )


HINTS = {
    "below_stable_prefix_min_tokens": "cache_aligner.stable_prefix_min_tokens",
    "costs_too_many_tokens": "a shorter cache_aligner.dynamic_tail_separator",
    "not_settled": "",
}


def leading(messages: Sequence[Message]) -> list[Message]:
    """The system messages that a conversation begins with."""
    return list(takewhile(lambda message: message.role == "system", messages))


def result_of(messages: list[Message], notes: list[Note]) -> TransformResult:
    """The outcome, with the sizes of what changed."""
    return TransformResult(
        messages=messages,
        tokens_before=sum(note.tokens_before for note in notes),
        tokens_after=sum(note.tokens_after for note in notes),
        transforms_applied=[LABEL] if any(note.change for note in notes) else [],
        notes=notes,
    )

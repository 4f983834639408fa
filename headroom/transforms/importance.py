"""What a message is worth: six scores of 0 to 1, each a function of its own, and their weighted sum."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from headroom.analysis.failures import failure_word
from headroom.analysis.literals import without_common_words
from headroom.config import IntelligentContextConfig, ScoringWeights
from headroom.messages import Message, ToolCall, read_message, turn_starts
from headroom.relevance import BM25Scorer

NEWEST_CHARS = 8000  # of the newest turn, from its end
QUESTION_CHARS = 1000  # of these, without common words
END_CHARS = 4000  # of a message that is compared with them, from each end
DIGITS = 9  # of a score: what decides must not hang on the last bit of a machine's exp()
WORD = re.compile(r"[A-Za-z0-9_]+|[^\x00-\x7f]", re.ASCII)
LITERAL = re.compile(r"[A-Za-z0-9_@#./:+-]*[0-9/_@#][A-Za-z0-9_@#./:+-]{2,}", re.ASCII)
LITERAL_CHARS = range(5, 121)


class Toin(Protocol):
    """Statistics of what was asked for again."""

    def importance(self, tool_name: str) -> float:
        """How often results of a tool were asked for again, 0 to 1."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageScore:
    """What one message is worth, and why.

    Attributes:
        message_index: Its position in the list given.
        total: The weighted sum, 0 to 1.
        recency: How new it is.
        semantic_similarity: How much of the newest turn's words it holds.
        toin_importance: How often its tool's results were asked for again; 0 where nobody counts.
        error_indicator: 1 where it reports an error.
        forward_reference: How much of what it showed first was used later.
        token_density: How little it repeats itself.
    """

    message_index: int
    total: float
    recency: float = 0.0
    semantic_similarity: float = 0.0
    toin_importance: float = 0.0
    error_indicator: float = 0.0
    forward_reference: float = 0.0
    token_density: float = 0.0

    @property
    def parts(self) -> dict[str, float]:
        """The six scores by name."""
        return {name: getattr(self, name) for name in PARTS}


PARTS = tuple(name for name in ScoringWeights.model_fields)


class MessageScorer:
    """Scores the messages of a conversation against its newest turn.

    Args:
        config: Weights and how fast messages age; read, never changed.
        toin: Anything with `importance(tool_name)`. None, or `toin_integration=False`: its weight goes to the others
            in proportion.
    """

    def __init__(self, config: IntelligentContextConfig | None = None, *, toin: Toin | None = None) -> None:
        self.config = config if config is not None else IntelligentContextConfig()
        self.toin = toin if self.config.toin_integration else None
        self.weights = effective_weights(self.config.scoring_weights, has_toin=self.toin is not None)

    def score(self, messages: Sequence[Any]) -> list[MessageScore]:
        """One score per message, in order; messages as callers have them, or views of them."""
        views = [message if isinstance(message, Message) else read_message(message) for message in messages]
        texts = list(map(whole_text, views))
        columns = (
            [recency(len(views) - 1 - index, self.config.recency_decay_rate) for index in range(len(views))],
            semantic_similarity(texts, newest_text(views)),
            toin_importance(views, self.toin),
            list(map(error_indicator, views)),
            forward_reference(views, texts),
            list(map(token_density, texts)),
        )
        rows = zip(*columns, strict=True)
        return [self.weighed(index, dict(zip(PARTS, row, strict=True))) for index, row in enumerate(rows)]

    def weighed(self, index: int, parts: Mapping[str, float]) -> MessageScore:
        """A score with its weighted sum."""
        total = sum(self.weights[name] * parts[name] for name in PARTS)
        return MessageScore(message_index=index, total=round(min(1.0, total), DIGITS), **parts)

    def together(self, scores: Sequence[MessageScore]) -> MessageScore:
        """The score of a turn: in each part that of its best message, so that many words do not hide one error."""
        best = {name: max(getattr(score, name) for score in scores) for name in PARTS}
        return self.weighed(scores[0].message_index, best)


def effective_weights(weights: ScoringWeights, *, has_toin: bool) -> dict[str, float]:
    """Weights that sum to 1; without statistics their share goes to the others."""
    given = weights if has_toin else ScoringWeights(**{**weights.model_dump(), "toin_importance": 0.0})
    if not any(given.model_dump().values()):  # nothing but statistics was to count, and there are none
        given = ScoringWeights(toin_importance=0.0)
    normalized = given.normalized()
    return {name: getattr(normalized, name) for name in PARTS}


def recency(messages_after: int, rate: float) -> float:
    """exp(-rate x messages after it).

    >>> recency(0, 0.1), round(recency(10, 0.1), 3)
    (1.0, 0.368)
    """
    return math.exp(-rate * messages_after)


def semantic_similarity(texts: Sequence[str], newest: str) -> list[float]:
    """How much of the words of `newest` each text holds, rare words more (BM25).

    >>> semantic_similarity(["where is order 1007", "hello"], "cancel order 1007")[1]
    0.0
    """
    ends = [text if len(text) <= 2 * END_CHARS else text[:END_CHARS] + text[-END_CHARS:] for text in texts]
    question = without_common_words(newest)[-QUESTION_CHARS:]
    return [float(score) for score in BM25Scorer().score_items(ends, question)]


def toin_importance(views: Sequence[Message], toin: Toin | None) -> list[float]:
    """How often the results of a message's tools were asked for again; of an unknown tool 0."""
    if toin is None:
        return [0.0] * len(views)
    calls: dict[str, ToolCall] = {}
    known: dict[str, float] = {}
    scores = []
    for view in views:
        names = {calls[part.tool_call_id].name for part in view.parts if part.tool_call_id in calls}
        names |= {call.name for call in view.tool_calls}
        for name in names - known.keys():
            known[name] = min(1.0, max(0.0, float(toin.importance(name))))
        scores.append(max((known[name] for name in names), default=0.0))
        calls.update({call.id: call for call in view.tool_calls if call.id is not None})
    return scores


def error_indicator(view: Message) -> float:
    """1 where a tool result of the message is an error or says one of the error table's words, else 0."""
    results = [part for part in view.source or view.parts if part.kind == "tool_result"]
    return float(any(part.is_error or failure_word(part.text) is not None for part in results))


def forward_reference(views: Sequence[Message], texts: Sequence[str]) -> list[float]:
    """How much of what each message showed first was used later, by the user or the model: n literals give n/(n+1).

    Literals are paths, ids, numbers with marks, addresses. What tools repeat counts for nothing.
    """
    first: dict[str, int] = {}
    used: list[set[str]] = [set() for _ in texts]
    for index, (view, text) in enumerate(zip(views, texts, strict=True)):
        for literal in literals(text):
            shown = first.setdefault(literal, index)
            if shown < index and view.role in ("user", "assistant") and view.tool_call_id is None:
                used[shown].add(literal)
    return [len(literals_used) / (len(literals_used) + 1) for literals_used in used]


@lru_cache(maxsize=512)
def literals(text: str) -> tuple[str, ...]:
    """What a text names to the letter, each once, in order.

    >>> literals("see src/app.py:12, order #1007.")
    ('src/app.py:12', '#1007')
    """
    found = (literal.strip(".,:;/-") for literal in LITERAL.findall(text))
    return tuple(dict.fromkeys(literal for literal in found if len(literal) in LITERAL_CHARS))


def token_density(text: str) -> float:
    """Different words as a share of all; 0 for a text without words.

    >>> token_density("to be or not to be")
    0.6666666666666666
    """
    words = WORD.findall(text)
    return len(set(words)) / len(words) if words else 0.0


def whole_text(view: Message) -> str:
    """All that a message says as it came, its calls among it."""
    texts = [part.text for part in view.source or view.parts]
    return "\n".join([*texts, *(f"{call.name} {call.arguments}" for call in view.tool_calls)])


def newest_text(views: Sequence[Message]) -> str:
    """What the newest turn says, by the user and the model; not what tools answered."""
    starts = turn_starts(views)
    newest = views[starts[-1] :] if starts else views[-1:]
    said = [part.text for view in newest for part in view.source or view.parts if part.kind == "text"]
    calls = [call.arguments for view in newest for call in view.tool_calls]
    return "\n".join([*said, *calls])[-NEWEST_CHARS:]

"""Token counts: the built-in measure that decides, and counters for figures."""

from headroom.tokenizers.estimate import EstimatingCounter, estimate_tokens
from headroom.tokenizers.memo import Memo
from headroom.tokenizers.message_tokens import message_tokens, messages_tokens
from headroom.tokenizers.registry import counter_for
from headroom.tokenizers.scaled import ScaledCounter
from headroom.tokenizers.tiktoken_counter import TiktokenCounter, built_in_counter, warm
from headroom.tokenizers.tokenizer import Tokenizer, count_tokens_messages, count_tokens_text

__all__ = [
    "EstimatingCounter",
    "Memo",
    "ScaledCounter",
    "TiktokenCounter",
    "Tokenizer",
    "built_in_counter",
    "count_tokens_messages",
    "count_tokens_text",
    "counter_for",
    "estimate_tokens",
    "message_tokens",
    "messages_tokens",
    "warm",
]

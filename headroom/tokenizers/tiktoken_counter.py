"""Exact counts with tiktoken's encoder, over vocabularies that are already on this machine."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING
from warnings import warn

from headroom.errors import HeadroomWarning
from headroom.tokenizers.blocks import BLOCK_CHARS, blocks
from headroom.tokenizers.estimate import estimate_tokens
from headroom.tokenizers.memo import Memo, memo_key
from headroom.tokenizers.vocabulary import BUILT_IN, VOCABULARIES, built_in_ranks, found_ranks, is_here

if TYPE_CHECKING:
    from tiktoken import Encoding

# What format 1 was measured with: a tiktoken that splits or merges differently must not decide bytes unnoticed.
PROBE = (
    'fooBar\'s 12345 {"a":[1.5,null]}\r\n\n  \t x\u0301\u00c9\u00c7 \u03a9\u03bc\u03ad\u03b3\u03b1 '
    "\u041f\u0440\u0438\u0432\u0435\u0442 \u05e9\u05dc\u05d5\u05dd \u0928\u092e\u0938\u094d\u0924\u0947 "
    "\u65e5\u672c\u8a9e\u30c6\u30b9\u30c8 \ud55c\uad6d\uc5b4 \U0001f469\u200d\U0001f467 "
    "<|endoftext|>\x00\xa0\u2026\n/==="
)
PROBE_TOKENS = 52


class TiktokenCounter:
    """Counts tokens of one vocabulary; special-token text counts as the plain text it is.

    Never raises on any text: lone surrogates count as U+FFFD, and long text is counted in blocks (`blocks`). Nothing is
    ever fetched: a vocabulary that is not on this machine is estimated from the built-in count. Loads at the first
    count (o200k_base: 0.2 s, 75 MB) or in `warm`, for all threads. Some 20 MB of text a second; what was counted
    before costs a look-up.

    Attributes:
        name: Name of the vocabulary.
        is_exact: False when counts are estimates.
    """

    def __init__(self, name: str = BUILT_IN) -> None:
        self.name = name
        self.is_exact = name == BUILT_IN or is_here(name)
        self.memo = Memo()
        self.lock = Lock()
        self.count_block: Callable[[str], int] | None = None

    def __repr__(self) -> str:
        return f"TiktokenCounter({self.name!r})"

    def count_text(self, text: str) -> int:
        """Tokens of `text`; 0 for the empty text."""
        key = memo_key(text)
        found = self.memo.get(key)
        if found is None:
            found = self.count_anew(text)
            self.memo.put(key, found)
        return found

    def count_anew(self, text: str) -> int:
        """Tokens of `text`, without the memo."""
        count_block = self.count_block or self.warm()
        if len(text) <= BLOCK_CHARS:
            return count_block(text)
        return sum(map(count_block, blocks(text)))

    def warm(self) -> Callable[[str], int]:
        """Load the vocabulary now; idempotent."""
        with self.lock:
            if self.count_block is None:
                encoding = load_encoding(self.name)
                self.is_exact = encoding is not None
                self.count_block = estimating(self.name) if encoding is None else counting(encoding)
            return self.count_block


@cache
def built_in_counter() -> TiktokenCounter:
    """The built-in measure: o200k_base from the wheel; the same counter for the whole process."""
    return TiktokenCounter(BUILT_IN)


def warm() -> None:
    """Load the built-in measure now, so that no later call does (law 13)."""
    built_in_counter().warm()


def counting(encoding: Encoding) -> Callable[[str], int]:
    """Number of tokens `encoding` gives."""
    encode = encoding.encode_ordinary
    return lambda text: len(encode(text))


def estimating(name: str) -> Callable[[str], int]:
    """Estimated number of tokens of a vocabulary that cannot be used: scaled from the built-in one if that can be."""
    if name == BUILT_IN:
        return estimate_tokens
    return lambda text: math.ceil(built_in_counter().count_anew(text) * VOCABULARIES[name].factor)


@cache
def load_encoding(name: str) -> Encoding | None:
    """tiktoken's encoder of a vocabulary; None where the vocabulary is not here or the encoder counts differently.

    Raises:
        TokenizationError: The built-in vocabulary is damaged.
    """
    from tiktoken import Encoding

    ranks = built_in_ranks() if name == BUILT_IN else found_ranks(name)
    if ranks is None:
        return None
    published = VOCABULARIES[name]
    encoding = Encoding(name, pat_str=published.pattern, mergeable_ranks=ranks, special_tokens=published.special)
    if name == BUILT_IN and len(encoding.encode_ordinary(PROBE)) != PROBE_TOKENS:
        warn("the installed tiktoken counts differently; sizes are estimated", HeadroomWarning, stacklevel=2)
        return None
    return encoding

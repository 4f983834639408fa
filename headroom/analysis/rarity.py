"""How surprising a value is in its column, in bits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import log2
from typing import TypeVar

Value = TypeVar("Value", bound=Hashable)

FEW_VALUES = 12  # a column of at most this many values is a state, a level, a kind (law 4)
RARE_SHARE = 0.01
WORD = re.compile(r"[A-Za-z_]{3,}", re.ASCII)
CLASSES = (
    (re.compile(r"[0-9]+", re.ASCII), "0"),
    (re.compile(r"[A-Z][a-z]+|[a-z]+", re.ASCII), "a"),
    (re.compile(r"[A-Z]+", re.ASCII), "A"),
    (re.compile(r"(?:a[ _]?){2,}", re.ASCII), "a"),
)


def entropy(counts: Iterable[int]) -> float:
    """Shannon entropy in bits of a distribution given by its counts.

    >>> entropy([1, 1])
    1.0
    """
    amounts = list(counts)
    total = sum(amounts)
    return sum(-n / total * log2(n / total) for n in amounts)


def excess_surprisal(counts: Mapping[Value, int]) -> dict[Value, float]:
    """Bits by which each value surprises more than its column does on average; only those above 0.

    max(0, -log2 p - entropy), where a value seen once has the probability of all values seen once together (the
    Good-Turing estimate of what is new): in a column of ids a new id surprises nobody.

    >>> excess_surprisal(Counter("aaaaaaab"))
    {'b': 2.456}
    """
    total = sum(counts.values())
    once = sum(1 for n in counts.values() if n == 1)
    average = entropy(counts.values())
    found = {}
    for value, n in counts.items():
        bits = -log2((once if n == 1 else n) / total) - average
        if bits > 0:
            found[value] = round(bits, 3)
    return found


def rare_values(counts: Mapping[Value, int], records: int) -> list[Value]:
    """Values that less than 1 % of `records` share; of a column of at most 12 values.

    >>> rare_values({"ok": 999, "bad": 1}, 1000)
    ['bad']
    """
    if len(counts) > FEW_VALUES:
        return []
    return [value for value, n in counts.items() if n < RARE_SHARE * records]


def shape(text: str) -> str:
    """Character classes of a text: digits `0`, words `a`, capitals `A`, and what stands between them.

    >>> shape("2024-01-31"), shape("ERR_42"), shape("two little words")
    ('0-0-0', 'A_0', 'a')
    """
    for pattern, letter in CLASSES:
        text = pattern.sub(letter, text)
    return text[:40]


def magnitude(text: str) -> str:
    """Sign and size class of a number's text: `-`, digits before the point, a point or not.

    >>> magnitude("-12.5"), magnitude("7")
    ('-2.', '1')
    """
    whole, point, _ = text.lstrip("-").partition(".")
    return f"{'-' if text.startswith('-') else ''}{len(whole)}{point}"


def novel_word_bits(texts: Sequence[str]) -> dict[int, float]:
    """Surprise of the texts that hold a word seen in no other text, by position: log2 of one over their share."""
    words = [set(WORD.findall(text)) for text in texts]
    seen = Counter(word for found in words for word in found)
    holders = [i for i, found in enumerate(words) if any(seen[word] == 1 for word in found)]
    return {i: log2(len(texts) / len(holders)) for i in holders}

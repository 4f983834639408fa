"""Orders that cover: an even spread, lists taken in turn, and repetition that counts for less."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import zip_longest

AGAIN = 0.7  # what the second item with the same reason is worth of the first, the third of the second


def even_spread(count: int) -> list[int]:
    """All of 0 to `count - 1`, so that every beginning of the list covers the range evenly.

    Van der Corput's order: positions by their reversed bits.

    >>> even_spread(8)
    [0, 4, 2, 6, 1, 5, 3, 7]
    """
    bits = max(count - 1, 0).bit_length()
    reversed_bits = (int(f"{i:0{bits}b}"[::-1], 2) if bits else i for i in range(1 << bits))
    return [i for i in reversed_bits if i < count]


def in_turn(*lists: Iterable[int]) -> list[int]:
    """One item of each list after the other, without those that came before.

    >>> in_turn([1, 2], [3], [2, 4])
    [1, 3, 2, 4]
    """
    rounds = zip_longest(*lists)
    return list(dict.fromkeys(item for taken in rounds for item in taken if item is not None))


def by_score_and_novelty(scores: Mapping[int, float], reasons: Mapping[int, Hashable]) -> list[int]:
    """Items by score, best first, where each further item with the same reason counts 0.7 of the one before.

    >>> by_score_and_novelty({1: 9.0, 2: 9.0, 3: 7.0}, {1: "big", 2: "big", 3: "new"})
    [1, 3, 2]
    """
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for item in sorted(scores, key=lambda item: (-round(scores[item], 9), item)):
        alike[reasons.get(item)].append(item)
    discounted = {
        item: round(scores[item] * AGAIN**rank, 9) for items in alike.values() for rank, item in enumerate(items)
    }
    return sorted(discounted, key=lambda item: (-discounted[item], item))


def extremes_per_bucket(numbers: Sequence[float], buckets: int) -> list[int]:
    """Positions of the largest and the smallest number of each of `buckets` stretches of equal length."""
    size = max(1, -(-len(numbers) // buckets))
    found = []
    for start in range(0, len(numbers), size):
        stretch = numbers[start : start + size]
        found += [start + stretch.index(max(stretch)), start + stretch.index(min(stretch))]
    return list(dict.fromkeys(found))

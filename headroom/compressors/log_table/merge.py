"""Groups of lines that differ in one plain word, such as a name, become one group in which that word is variable.

The words without digits that a log line is made of are mostly its message; where three lines and more that are equal
otherwise have three and more words at one place, these are values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from headroom.analysis.failures import failure_word
from headroom.compressors.log_table.groups import Group, Words
from headroom.compressors.log_table.words import ENDS

PASSES = 2  # words in which lines may differ
FEWEST_WORDS = 3
MOST_GROUPS = 4000
MOST_PIECES = 100  # words and what separates them
CHARS_PER_TOKEN = 4
HOLE = "\n"  # stands for a variable word; no line holds one
PIECES = re.compile(rf"[{ENDS}\n]+|[^{ENDS}\n]+", re.ASCII)
PRIME = (1 << 61) - 1
FACTORS = tuple(pow(0x9E3779B97F4A7C15, place + 1, PRIME) for place in range(MOST_PIECES))

Pieces = list[str]


def merged(groups: Sequence[Group]) -> list[Group]:
    """The groups, with those that differ in one word as one; at most twice over. In order of first lines."""
    found = list(groups)
    known: dict[Words, Pieces] = {}
    for _ in range(PASSES):
        count = len(found)
        found = merged_once(found, known)
        if len(found) == count:
            break
    return found


def merged_once(groups: Sequence[Group], known: dict[Words, Pieces]) -> list[Group]:
    """The groups, each of them merged with others at most once; what saves most first.

    Args:
        known: Pieces by the text between words; what is not there yet is put there.
    """
    for group in groups[:MOST_GROUPS]:
        if group.between not in known:
            known[group.between] = pieces_of(group)
    pieces = [known[group.between] for group in groups[:MOST_GROUPS]]
    alike: dict[tuple[int, int, int], list[int]] = {}
    for index, keys in enumerate(keys_of(pieces)):
        for key in keys:
            alike.setdefault(key, []).append(index)
    offers = [(place, found) for (_, place, _), found in alike.items() if len(found) >= FEWEST_WORDS]
    offers = without_failures(offers, groups)
    offers.sort(key=lambda offer: -saved(groups, pieces, offer[1]))
    taken: dict[int, None] = {}
    made: list[Group] = []
    for place, found in offers:
        members = [index for index in found if index not in taken and same_but(pieces, found[0], index, place)]
        if len(members) >= FEWEST_WORDS and saved(groups, pieces, members) > 0:
            taken.update(dict.fromkeys(members))
            made.append(joined([(groups[index], pieces[index][place]) for index in members], pieces[members[0]], place))
    left = [group for index, group in enumerate(groups) if index not in taken]
    return sorted([*left, *made], key=lambda group: group.lines[0])


def pieces_of(group: Group) -> Pieces:
    """Words, separators and holes of a group; none where there are too many to merge it."""
    text = HOLE.join(group.between)
    pieces = PIECES.findall(text) if len(text) < 20 * MOST_PIECES else []
    return [] if len(pieces) > MOST_PIECES else pieces


def without_failures(offers: Sequence[tuple[int, list[int]]], groups: Sequence[Group]) -> list[tuple[int, list[int]]]:
    """The offers without groups that report a failure, which are never merged."""
    reports: dict[int, bool] = {}
    for _, found in offers:
        for index in found:
            if index not in reports:
                reports[index] = failure_word(HOLE.join(groups[index].between)) is not None
    left = [(place, [index for index in found if not reports[index]]) for place, found in offers]
    return [(place, found) for place, found in left if len(found) >= FEWEST_WORDS]


def keys_of(all_pieces: Sequence[Pieces]) -> Iterator[list[tuple[int, int, int]]]:
    """For each group and each of its words that stands alone: the place, and a hash of everything else.

    None for words of one half where too few groups are alike in the other half.
    """
    halves = [halves_of(pieces) for pieces in all_pieces]
    counts = Counter(half for pair in halves for half in pair)
    numbers: dict[str, int] = {}
    for pieces, (left, right) in zip(all_pieces, halves, strict=True):
        in_left, in_right = counts[right] >= FEWEST_WORDS, counts[left] >= FEWEST_WORDS
        if not in_left and not in_right:
            yield []
            continue
        parts = [
            numbers.setdefault(piece, len(numbers) + 1) * factor for piece, factor in zip(pieces, FACTORS, strict=False)
        ]
        total, size = sum(parts), len(pieces)
        places = [place for place in words_at(pieces) if (in_left if place < size // 2 else in_right)]
        yield [(size, place, total - parts[place]) for place in places]


Half = tuple[int, bool, tuple[str, ...]]


def halves_of(pieces: Pieces) -> tuple[Half, Half]:
    """The first and the second half of pieces, each with how many there are: lines that differ in a word share one."""
    size = len(pieces)
    return (size, False, tuple(pieces[: size // 2])), (size, True, tuple(pieces[size // 2 :]))


def words_at(pieces: Pieces) -> list[int]:
    """Places of the words that touch no hole; words and separators take turns."""
    ends = ["", *pieces, ""]
    first = 1 if pieces and pieces[0][0] in SEPARATORS else 0
    return [place for place in range(first, len(pieces), 2) if ends[place][-1:] != HOLE and ends[place + 2][:1] != HOLE]


SEPARATORS = frozenset(" \t\r=,;|()[]{}<>\"'" + HOLE)


def same_but(pieces: Sequence[Pieces], one: int, other: int, place: int) -> bool:
    """Whether two groups differ in that place only."""
    first, second = pieces[one], pieces[other]
    return first[:place] == second[:place] and first[place + 1 :] == second[place + 1 :]


def saved(groups: Sequence[Group], pieces: Sequence[Pieces], members: Sequence[int]) -> int:
    """Tokens that one pattern in place of several saves, about; each line tells its word for them."""
    pattern = sum(map(len, pieces[members[0]])) // CHARS_PER_TOKEN
    return (len(members) - 1) * pattern - 3 * sum(len(groups[index].lines) for index in members) // 2


def joined(members: Sequence[tuple[Group, str]], pieces: Pieces, place: int) -> Group:
    """One group in which the word at `place` is variable."""
    hole = "".join(pieces[:place]).count(HOLE)
    between = "".join([*pieces[:place], HOLE, *pieces[place + 1 :]]).split(HOLE)
    rows = sorted(
        (line, (*words[:hole], word, *words[hole:]))
        for group, word in members
        for line, words in zip(group.lines, group.words, strict=True)
    )
    return Group(tuple(between), [line for line, _ in rows], [words for _, words in rows])

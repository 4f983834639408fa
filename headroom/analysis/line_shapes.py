"""What lines have in common: the template of a line, and the numbers that stand in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isqrt

HOLE = "<*>"
# One mask for every kind of line: a token with a digit (formats.md 3 compares it with drain3). The look-behind keeps
# it linear: a long token without a digit is looked at once, not from each of its characters.
TOKEN_WITH_DIGIT = re.compile(r"(?<![^ \t\n\r])[^ \t\n\r0-9]*[0-9][^ \t\n\r]*", re.ASCII)
HOLES = re.compile(r"<\*>(?:[ \t]+<\*>)+", re.ASCII)
TOKEN = re.compile(r"[^ \t\r]+", re.ASCII)
LETTER = re.compile(r"[A-Za-z]", re.ASCII)
LONE_NUMBER = re.compile(
    r"[^ \t\r0-9]*?(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)(?:[A-Za-z%/]{0,5}[^A-Za-z0-9.:]{0,3})", re.ASCII
)
MOST_TEMPLATE_CHARS = 400
MOST_TOKENS = 60
SATURATED = 2  # lines with a pair of words; in later ones it tells nothing
FEW_TEMPLATES = 12
FEW_SHARE = 2  # of the root of the number of templates


def templates(lines: Sequence[str]) -> list[str]:
    """The lines with every token that holds a digit as `<*>`; of long ones the first 400 characters.

    >>> templates(["took 12ms for a.py:7", "took 3ms for b.py:9"])
    ['took <*> for <*>', 'took <*> for <*>']
    """
    heads = (line[:MOST_TEMPLATE_CHARS].replace("\n", " ") for line in lines)
    return TOKEN_WITH_DIGIT.sub(HOLE, "\n".join(heads)).split("\n") if lines else []


def wider(distinct: Iterable[str]) -> dict[str, str]:
    """Each template to one that takes in more: words that few other templates have are holes, too.

    The idea of frequent words is that of SLCT (Vaarandi 2003); how many are few grows with the root of the number of
    templates. Few templates stay as they are, and so does one of whose words less than half would be left: it is not
    like the others.

    >>> wider([f"Compiling {name} <*>" for name in "abcdefghijklm"])["Compiling a <*>"]
    'Compiling <*>'
    """
    distinct = list(distinct)
    if len(distinct) <= FEW_TEMPLATES:
        return {template: template for template in distinct}
    tokens = {template: TOKEN.findall(template)[:MOST_TOKENS] for template in distinct}
    holders = Counter(token for found in tokens.values() for token in dict.fromkeys(found))
    least = max(2, isqrt(len(tokens)) // FEW_SHARE)
    frequent = frozenset(token for token, count in holders.items() if count >= least)
    return {template: widened(template, found, frequent) for template, found in tokens.items()}


def widened(template: str, tokens: Sequence[str], frequent: frozenset[str]) -> str:
    """`template` with its seldom words as holes, runs of holes as one; itself where less than half of them are left."""
    words = [token if token in frequent else HOLE for token in tokens]
    spoken = [token for token in tokens if token != HOLE and LETTER.search(token)]
    left = sum(token in frequent for token in spoken)
    if not left or 2 * left < len(spoken):
        return template
    indent = template[: len(template) - len(template.lstrip(" \t"))]
    return indent + HOLES.sub(HOLE, " ".join(words))


def lone_numbers(line: str) -> list[float | None]:
    """For each token with a digit, its number; None where it holds several or none that can be compared.

    >>> lone_numbers("10:22:01 took 12.5ms size=300 of a1b2")
    [None, 12.5, 300.0, None]
    """
    found = (LONE_NUMBER.fullmatch(token) for token in TOKEN_WITH_DIGIT.findall(line[:MOST_TEMPLATE_CHARS]))
    return [float(number[1]) if number else None for number in found]


def new_pairs(lines: Sequence[str]) -> list[int]:
    """For each line, how many pairs of neighbouring words in it stand in fewer than two lines before.

    Bigram saturation in one pass: the cheap order where lines have no templates (formats.md 2.4).

    >>> new_pairs(["a b c", "a b c", "a b c", "b c d"])
    [2, 2, 0, 1]
    """
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for line in lines:
        tokens = TOKEN.findall(line[:MOST_TEMPLATE_CHARS])[:MOST_TOKENS]
        pairs = list(dict.fromkeys(pairwise(tokens)))
        found.append(sum(seen[pair] < SATURATED for pair in pairs))
        seen.update(pairs)
    return found

"""Terms of prose: words without their endings and accents, so that `founded` finds `founder`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

from headroom.compressors.sentences.accents import without_accents
from headroom.relevance.letters import LETTERS
from headroom.relevance.tokens import STOP_WORDS, WHOLE, terms

WORD = re.compile("[a-z]{4,}")
# English endings, longest first; what they leave is no word but is the same for the forms of one.
ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))
FEWEST_LETTERS = 3
MOST_KNOWN = 16_384
MOST_KNOWN_CHARS = 24

# The first letters of a word hold for its forms in languages with many endings (McNamee and Mayfield 2004: truncation
# to five does as well as rules made for each language); here they count beside the word, so that the word itself wins.
BEGINNING_LETTERS = 5
LONG_WORD = re.compile(f"[a-z{LETTERS}]{{{BEGINNING_LETTERS + 1},}}")
FEWEST_COMPOUND_CHARS = 6


def prose_terms(text: str) -> list[str]:
    """The telling terms of `text` in order, English endings off.

    >>> prose_terms("Where were the stories first published?")
    ['story', 'first', 'publish']
    """
    found: list[str] = []
    for word in WHOLE.findall(text):
        found += known_terms(word) if len(word) <= MOST_KNOWN_CHARS else word_terms(word)
    return found


def word_terms(word: str) -> tuple[str, ...]:
    """The telling terms of one word, id or path."""
    return tuple(stem(without_accents(term)) for term in terms(word) if term not in STOP_WORDS)


known_terms = lru_cache(maxsize=MOST_KNOWN)(word_terms)  # texts say the same words again and again


def stem(term: str) -> str:
    """A term without its English ending; terms of other scripts and with digits as they are."""
    if not WORD.fullmatch(term):
        return term
    for ending, instead in ENDINGS:
        if term.endswith(ending) and len(term) - len(ending) >= FEWEST_LETTERS:
            term = term[: -len(ending)] + instead
            break
    return term[:-1] if term.endswith("e") and len(term) > FEWEST_LETTERS + 1 else term


def with_beginnings(found: Sequence[str]) -> list[str]:
    """Terms, and behind each long word its beginning.

    >>> with_beginnings(["taxonomic", "tree"])
    ['taxonomic', 'taxon~', 'tree']
    """
    return [form for term in found for form in (known_forms(term) if len(term) <= MOST_KNOWN_CHARS else (term,))]


@lru_cache(maxsize=MOST_KNOWN)
def known_forms(term: str) -> tuple[str, ...]:
    """A term, and its beginning if it is a long word."""
    return (term, f"{term[:BEGINNING_LETTERS]}~") if LONG_WORD.fullmatch(term) else (term,)


def with_compounds(found: list[str], wanted: Collection[str]) -> list[str]:
    """Terms, and behind them those of `wanted` that two neighbours make together: `super bowl` is `superbowl`, too."""
    if not wanted:
        return found
    made = [first + second for first, second in pairwise(found) if first + second in wanted]
    return [*found, *made]

"""Terms of prose: words without their endings, so that `founded` finds `founder`."""

from __future__ import annotations

import re

from headroom.relevance.tokens import STOP_WORDS, terms

WORD = re.compile("[a-z]{4,}")
# English endings, longest first; what they leave is no word but is the same for the forms of one.
ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))
FEWEST_LETTERS = 3


def prose_terms(text: str) -> list[str]:
    """The telling terms of `text` in order, English endings off.

    >>> prose_terms("Where were the stories first published?")
    ['story', 'first', 'publish']
    """
    return [stem(term) for term in terms(text) if term not in STOP_WORDS]


def stem(term: str) -> str:
    """A term without its English ending; terms of other scripts and with digits as they are."""
    if not WORD.fullmatch(term):
        return term
    for ending, instead in ENDINGS:
        if term.endswith(ending) and len(term) - len(ending) >= FEWEST_LETTERS:
            term = term[: -len(ending)] + instead
            break
    return term[:-1] if term.endswith("e") and len(term) > FEWEST_LETTERS + 1 else term

"""Where the links of a page lead, as a list behind its text: within a sentence an address would be in the way."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.compressors.html_write import PageText
from headroom.protocols import TokenCounter

TEXT_CHARS = 60


def link_list(made: PageText, named: Sequence[str], room_tokens: int, counter: TokenCounter) -> str:
    """Text and target of each link as far as they fit, the rest counted; "" where there are none.

    Links that the question names come first, then those within sentences; they are numbered and stand as in the page.

    Args:
        named: Strings that the question names.
        room_tokens: Tokens that the list may take; links that the question names may pass it.
    """
    links = list(made.links.items())
    ranks = [rank(target, text, made, named) for target, text in links]
    listed: dict[int, str] = {}
    for place in sorted(range(len(links)), key=lambda place: (ranks[place], place)):
        target, text = links[place]
        line = f"[{place + 1}] {text[:TEXT_CHARS]}: {target}"
        room_tokens -= counter.count_text(line) + 1
        if room_tokens < 0 and ranks[place] > 0:
            break
        listed[place] = line
    shown = [listed[place] for place in sorted(listed)]
    rest = len(links) - len(shown)
    head = ["Links:"] if shown else []
    more = [f"[{rest} {'more ' if shown else ''}link targets not listed]"] if rest else []
    return "\n".join([*head, *shown, *more])


def rank(target: str, text: str, made: PageText, named: Sequence[str]) -> int:
    """How much a link matters, 0 first."""
    if any(name in text or name in target for name in named):
        return 0
    return 1 if target in made.told else 2

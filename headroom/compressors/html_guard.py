"""Whether a page can be parsed in linear time: HTML parsers are quadratic on nesting, which its author chooses."""

from __future__ import annotations

import re

from headroom.analysis.failures import ascii_lower

SMALL_CHARS = 20_000  # less cannot be made slow
# What parsing costs beside its length, in steps: elements that each tag is looked for in. Pages have a hundredth of it.
MOST_NESTING_STEPS = 30_000_000
MOST_FORMATTING_STEPS = 2_000_000  # each may become an element
LONG_TAG_CHARS = 50_000  # from here on attributes are counted
MOST_ATTRIBUTE_CHARS = 20_000  # of one tag, values aside; names are compared with each other

TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]{0,30})", re.ASCII)
VALUE_OR_END = re.compile(r"=[ \t\r\n\f]{0,100}([\"'])|>")
VOID_NAMES = "area base br col embed hr img input link meta param source track wbr"
VOID = frozenset(VOID_NAMES.split())
CLOSED_BY_OTHER_NAMES = "dd dt li option p tbody td tfoot th thead tr"
CLOSED_BY_OTHERS = frozenset(CLOSED_BY_OTHER_NAMES.split())
FORMATTING_NAMES = "b big code em font i nobr s small strike strong tt u"
FORMATTING = frozenset(FORMATTING_NAMES.split())


def is_safe_to_parse(text: str) -> bool:
    """Whether a parser needs about as long for `text` as for any page of its size."""
    if len(text) <= SMALL_CHARS:
        return True
    depth = formatting = nesting_steps = formatting_steps = place = 0
    for tag in TAG.finditer(text):
        name = ascii_lower(tag[2])
        if tag.start() - place > LONG_TAG_CHARS and not ends_soon(text, place, tag.start()):
            return False
        place = tag.start()
        if name not in VOID and name not in CLOSED_BY_OTHERS:
            depth = max(0, depth - 1) if tag[1] else depth + 1
        if name in FORMATTING:
            formatting = max(0, formatting - 1) if tag[1] else formatting + 1
        nesting_steps += depth
        formatting_steps += formatting
        if nesting_steps > MOST_NESTING_STEPS or formatting_steps > MOST_FORMATTING_STEPS:
            return False
    return len(text) - place <= LONG_TAG_CHARS or ends_soon(text, place, len(text))


def ends_soon(text: str, start: int, end: int) -> bool:
    """Whether the tag that begins at `start` has no more than `MOST_ATTRIBUTE_CHARS` beside quoted values."""
    chars, place = 0, start
    while chars <= MOST_ATTRIBUTE_CHARS:
        step = VALUE_OR_END.search(text, place, end)
        if step is None:
            return chars + end - place <= MOST_ATTRIBUTE_CHARS
        chars += step.end() - place
        if step[1] is None:
            return chars <= MOST_ATTRIBUTE_CHARS
        place = text.find(step[1], step.end(), end) + 1
        if place == 0:
            return True
    return False

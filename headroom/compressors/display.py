"""What a terminal would not show: colour and cursor codes, and what a progress bar wrote over."""

from __future__ import annotations

import re

from headroom.compressors.display_codes import moves_as_lines, moves_up, without_still_codes
from headroom.compressors.display_lines import CONTROL, overstruck, shown_line
from headroom.compressors.display_screen import redrawn

PASSES = 4  # codes within codes; what is not steady then is no output of a program

# Bytes of programs and archives: backspaces and carriage returns in it move no cursor.
BINARY = re.compile(r"[\x00-\x06\x10-\x1a\x1c-\x1f]")


def displayed(text: str) -> str:
    """`text` as a terminal finally shows it; the same object where nothing goes.

    Codes for colour, cursor, title and character set go; a link keeps its target where that is not shown otherwise.
    What a carriage return, a backspace or a cursor-up code wrote over goes only where it was progress or was erased by
    a code, and where what came later covers it wholly: in doubt both stay. Line ends of any kind, form feeds and byte
    order marks are content. Idempotent and never longer, in characters, for every string; linear.

    >>> displayed("\\x1b[1;31merror\\x1b[0m: 10% [#     ]\\r done"), displayed("a\\r\\nb\\r\\n")
    ('error: 10% [#     ]\\r done', 'a\\r\\nb\\r\\n')
    >>> displayed("  5% |#     | 1/20\\r100% |######| 20/20\\n")
    '100% |######| 20/20\\n'
    """
    if not has_controls(text):
        return text
    before = text
    for _ in range(PASSES):
        after = shown_once(before)
        if after == before:
            return after if len(after) < len(text) else text
        if not has_controls(after):
            return after if len(after) < len(text) else text
        before = after
    return text


def has_controls(text: str) -> bool:
    """Whether anything but line ends could move a cursor; some 2 GB a second."""
    return "\x1b" in text or "\b" in text or text.count("\r") != text.count("\r\n")


def shown_once(text: str) -> str:
    """`text` with one layer of codes gone."""
    if "\x1b" in text:
        text = without_still_codes(text)
    if not has_controls(text):
        return text
    if moves_up(text):
        screen = redrawn(text)
        if screen is not None:
            return screen
    text = moves_as_lines(text)
    is_one_line = text.find("\n", 0, len(text) - 1) < 0
    lines = text.split("\n")
    for row, line in enumerate(lines):
        if CONTROL.search(line) and not BINARY.search(line):
            lines[row] = shown_line(overstruck(line), is_one_line=is_one_line)
    return "\n".join(lines)

"""Escape sequences of terminals (ECMA-48, and what xterm documents): which draw nothing, which move the cursor."""

from __future__ import annotations

import re

# Colour, modes, reports, tab stops, character sets, keypad; `\x0f` where terminfo's `sgr0` ends with it.
STILL = re.compile(
    r"\x1b(?:\[[0-?]*(?:m\x0f?|[ -/]*[hlnctpqgixyz])|\[[0-?]*[ -/]+[@-~]|[=>\\]|[()*+\-./][0-9A-Za-z%]|#[0-9]|%[@G]"
    r"| [FGLMN]|[c6789NO](?=\x1b|$)|(?=\x1b))"
)
# Titles and marks of shells; strings for the device, such as pictures.
COMMAND = re.compile(r"\x1b(?:\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[PX^_][^\x07\x1b]*\x1b\\)")
COMMANDS = re.compile(r"\x1b[\]PX^_]")
LINK = re.compile(r"\x1b\]8;[^;\x07\x1b\n]*;([^\x07\x1b\n]*)(?:\x07|\x1b\\)")
DRAWN = re.compile(r"\x1b\(0([^\x1b]*)")  # in the character set of lines
LINES = str.maketrans("jklmnqtuvwx", "┘┐┌└┼─├┤┴┬│")

ERASE = r"\x1b\[[0-2]?K"
TO_START = re.compile(r"\x1b\[[01]?G")
UP = re.compile(r"\x1b(?:\[[0-9]*[AF]|M)")
JUMP = r"\x1b(?:\[[0-9;]*[ABEFHdfu]|[78DEM])|\x1b\[s"
JUMPS = re.compile(rf"(?:{ERASE}|\x1b\[[0-3]?J|\x1b\[[01]?G)*(?:{JUMP})(?:{JUMP}|{ERASE}|\x1b\[[0-3]?J|\x1b\[[01]?G)*")
OTHER_MOVE = re.compile(r"\x1b\[([0-9;]*)([CDGJLMPSTX@r])")
COLUMNS = re.compile(r"[0-9]{1,3}")
MOST_BLANKS = 8


def without_still_codes(text: str) -> str:
    """`text` without the codes that move nothing, links as text with their target."""
    if COMMANDS.search(text):
        text = COMMAND.sub("", with_targets(text))
    if "\x1b(0" in text:
        text = DRAWN.sub(drawn, STILL_COLOURS.sub("", text))
    return STILL.sub("", text)


STILL_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")


def drawn(found: re.Match[str]) -> str:
    """Letters of the line drawing set as the lines they draw."""
    return found[1].translate(LINES)


def with_targets(text: str) -> str:
    """`text` with ` (target)` behind each link whose text does not show it; each target once.

    >>> with_targets("see \\x1b]8;;https://a.b/c\\x07docs\\x1b]8;;\\x07.")
    'see docs (https://a.b/c).'
    """
    pieces = LINK.split(text)
    made = [pieces[0]]
    seen: set[str] = set()
    for target, shown in zip(pieces[1::2], pieces[2::2], strict=True):
        made.append(shown)
        if target and target not in seen and not is_shown(target, STILL.sub("", shown)):
            made.append(f" ({target})")
            seen.add(target)
    return "".join(made)


def is_shown(target: str, shown: str) -> bool:
    """Whether the text of a link says where it leads: the target itself, or the end of a file's path."""
    words = shown.strip(" \t\r\n")
    return not words or target in shown or (target.startswith("file:") and target.split("#")[0].endswith(words))


def moves_up(text: str) -> bool:
    """Whether a code in `text` moves the cursor to an earlier line."""
    return "\x1b" in text and UP.search(text) is not None


def moves_as_lines(text: str) -> str:
    """`text` with jumps to other lines as line ends, so that nothing is glued together, and what moves within a line
    as blanks; codes that erase a line stay.

    >>> moves_as_lines("a\\x1b[5;1Hb\\x1b[2Cc\\x1b[1Gd")
    'a\\nb  c\\x1b[1Gd'
    """
    if "\x1b" not in text:
        return text
    return OTHER_MOVE.sub(moved, JUMPS.sub(jumped, text))


def jumped(found: re.Match[str]) -> str:
    """A line end, where the line is not empty."""
    return "\n" if found.start() > 0 and found.string[found.start() - 1] != "\n" else ""


def moved(found: re.Match[str]) -> str:
    """Blanks for a move to the right; nothing for codes that shift or erase what we cannot follow."""
    if found[2] == "G" and found[1] in ("", "0", "1"):
        return found[0]
    if found[2] == "C":
        wide = int(found[1]) if COLUMNS.fullmatch(found[1]) else 1
        return " " * max(1, min(wide, MOST_BLANKS, len(found[0]) - 1))
    return " " if found[2] == "G" else ""

"""One line with what was written over gone."""

from __future__ import annotations

import re

from headroom.compressors.display_codes import TO_START
from headroom.compressors.display_progress import covers, hides_failure, is_volatile

CONTROL = re.compile(r"[\x1b\x08]|\r(?!$)")
OVERSTRIKE = re.compile(r"[^\x08\r\x1b]\x08(?=[^\x08\r\x1b \t])")
MARKS = "\ufeff\f\v\x85\u2028\u2029"  # content that draws nothing
ERASES = re.compile(r"\x1b\[([0-2]?)K")


def overstruck(line: str) -> str:
    """`line` with each character that another one was typed over gone, as `col -b` does it.

    >>> overstruck("N\\bNA\\bAM\\bME\\bE _\\bx 10%\\b\\b\\b20%")
    'NAME x 20%'
    """
    if "\b" not in line:
        return line
    line = OVERSTRIKE.sub("", line)
    return "\r".join(map(retyped, line.split("\r"))) if "\b" in line else line


def retyped(piece: str) -> str:
    """`piece`, without carriage returns, as it stands once its backspaces were obeyed."""
    if "\b" not in piece or "\x1b" in piece:
        return piece
    cells: list[str] = []
    column = 0
    for run in re.findall(r"\x08+|[^\x08]+", piece):
        if run[0] == "\b":
            column = max(0, column - len(run))
        else:
            cells[column : column + len(run)] = run
            column += len(run)
    return "".join(cells).rstrip(" ")


def shown_line(line: str, *, is_one_line: bool = False) -> str:
    """`line`, without what ends it, as it is finally shown.

    What is written over and covered goes where it was progress, or was erased; the rest stays, with the carriage
    returns between. Where nothing goes, all carriage returns stay: the line is none of a terminal.
    """
    body, end = (line[:-1], "\r") if line.endswith("\r") else (line, "")
    pieces = (TO_START.sub("\r", body) if "\x1b" in body else body).split("\r")
    shown: list[str] = []
    has_lost = False
    for piece in pieces:
        text, is_erasing = erased(piece) if "\x1b" in piece else (piece, False)
        has_lost |= is_erasing and "\x1b[2K" in piece and not piece.startswith("\x1b[2K")
        kept = [old for old in shown if hides_failure(old, text)] if is_erasing and shown else shown
        has_lost |= len(kept) < len(shown)
        shown = kept
        while shown and covers(text, shown[-1]) and goes(shown[-1], text, has_lost, is_one_line):
            shown.pop()
            has_lost = True
        if text:
            shown.append(text)
    if not has_lost:
        return "\r".join(erased(piece)[0] if "\x1b" in piece else piece for piece in pieces) + end
    return "\r".join(text for text in shown if text.strip(" ")) + end


def goes(text: str, later: str, has_lost: bool, is_one_line: bool) -> bool:
    """Whether `text` goes when `later` is written over it; blanks do in a line of progress."""
    return has_lost if not text.strip(" ") else is_volatile(text, later, is_one_line=is_one_line)


def erased(piece: str) -> tuple[str, bool]:
    """`piece` without the codes that erase, and whether they erase what was there before it.

    >>> erased("old\\x1b[2Knew"), erased("new\\x1b[K")
    (('new', True), ('new', True))
    """
    parts = ERASES.split(piece)
    kept = parts[0]
    for kind, text in zip(parts[1::2], parts[2::2], strict=True):
        is_gone = kind == "2" and kept.strip(MARKS) and not hides_failure(kept, text)
        kept = text if is_gone else kept + text
    return kept, any(kind != "1" for kind in parts[1::2])

"""Output that goes back to earlier lines and draws them again, such as that of docker and npm."""

from __future__ import annotations

import re

from headroom.analysis.failures import failure_word
from headroom.compressors.display_progress import covers, is_volatile

TOKEN = re.compile(
    r"(?P<end>\r?\n)|(?P<start>\r|\x1b\[[01]?G)|\x1b\[(?P<count>[0-9]{0,3})(?P<move>[ABEF])|\x1b\[(?P<erase>[02]?)K"
    r"|(?P<below>\x1b\[0?J)|(?P<text>[^\r\n\x1b\x08]+)"
)
DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
MOST_ROW_CHARS = 4000
MOST_UP = 200  # rows of a large terminal


class Screen:
    """Rows as they are drawn, each with its line end.

    Attributes:
        rows: Texts that show in each row; several where the last does not cover the others.
        ends: Line end of each row; "" where none was written.
        row: Row of the cursor.
        column: `start`, `behind` the last text of the row, or `elsewhere`.
        lost: What failures said that were written over, with their digits masked.
    """

    def __init__(self) -> None:
        self.rows: list[list[str]] = [[]]
        self.ends = [""]
        self.row = 0
        self.column = "start"
        self.drawn_again: set[int] = set()
        self.lost: dict[str, None] = {}

    def lose(self, texts: list[str]) -> None:
        """Remember failures that do not show any longer."""
        self.lost.update((masked(text), None) for text in texts if failure_word(text) is not None)

    def end_line(self, end: str) -> None:
        """Go to the beginning of the next row."""
        self.ends[self.row] = self.ends[self.row] or end
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append([])
            self.ends.append("")
        else:
            self.drawn_again.add(self.row)
        self.column = "start"

    def move(self, rows: int, to_start: bool) -> bool:
        """Go up or down; whether there is such a row."""
        self.row += rows
        if to_start:
            self.column = "start"
        elif self.column != "start":
            self.column = "elsewhere"
        if not (0 <= self.row < len(self.rows)) or abs(rows) > MOST_UP:
            return False
        self.drawn_again.add(self.row)
        return True

    def erase(self, kind: str) -> None:
        """Erase the row, or what stands behind the cursor."""
        row = self.rows[self.row]
        kept = row[-1:] if kind != "2" and self.column != "start" else []
        self.lose(row[: len(row) - len(kept)])
        self.rows[self.row] = kept
        if self.column == "behind" and not kept:
            self.column = "elsewhere"

    def erase_below(self) -> None:
        """Erase what stands behind the cursor and all rows below."""
        self.erase("")
        for row in self.rows[self.row + 1 :]:
            self.lose(row)
        del self.rows[self.row + 1 :], self.ends[self.row + 1 :]
        self.ends[self.row] = ""

    def write(self, text: str) -> bool:
        """Write at the cursor; whether we know what shows then."""
        row = self.rows[self.row]
        if self.column == "elsewhere":
            return False
        if self.column == "behind":
            row[-1] += text
            return len(row[-1]) < MOST_ROW_CHARS
        is_again = self.row in self.drawn_again
        while row and covers(text, row[-1]) and (is_again or is_volatile(row[-1], text, is_one_line=False)):
            self.lose([row.pop()])
        row.append(text)
        self.column = "behind"
        return not is_again or len(row) == 1

    def text(self) -> str | None:
        """What shows in the end; None where a failure was written over that shows no longer."""
        lines = ["\r".join(text for text in row if text.strip(" ")) for row in self.rows]
        if self.lost:
            shown = {masked(line) for line in lines}
            if not all(text in shown for text in self.lost):
                return None
        return "".join(line + end for line, end in zip(lines, self.ends, strict=True))


def masked(text: str) -> str:
    """`text` without what changes from one drawing to the next."""
    return DIGITS.sub("0", text).strip(" ")


def redrawn(text: str) -> str | None:
    """What a terminal shows of `text` in the end; None where we cannot be sure."""
    screen = Screen()
    place = 0
    for token in TOKEN.finditer(text):
        if token.start() != place or not obey(screen, token):
            return None
        place = token.end()
    return screen.text() if place == len(text) else None


def obey(screen: Screen, token: re.Match[str]) -> bool:
    """Draw one token; whether we know what shows then."""
    kind = token.lastgroup
    if kind == "text":
        return screen.write(token[0])
    if kind == "end":
        screen.end_line(token[0])
    elif kind == "start":
        screen.column = "start"
    elif kind == "erase":
        screen.erase(token["erase"])
    elif kind == "below":
        screen.erase_below()
    else:
        rows = int(token["count"] or 1)
        return screen.move(-rows if token["move"] in "AF" else rows, token["move"] in "EF")
    return True

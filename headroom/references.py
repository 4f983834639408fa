"""The line that stands for lines which an earlier message showed: writer and reader side by side.

    [headroom 41d0: as lines 12-88 of read_file("src/app.py") above, "def foo():" to "return x"; handle 5b1f09c2a7e4]

It names its source in words that a reader finds, and quotes the first and the last line of what it stands for; lines
are those of the text as it is shown there. The handle, in the first reference of a text, is that of this text's own
original. Wording and grammar are fixed in format 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.markers import find_markers, write_line

QUOTED_CHARS = 16
LABEL_CHARS = 40
VALUE_CHARS = 40
LINES = re.compile(
    r'as lines? ([0-9]+)(?:-([0-9]+))? of (?:the same|(.*?) above), (".*?")(?:; handle [0-9a-f]{12})?', re.ASCII
)
EXCEPT = re.compile(r'as (.*?) above, (".*"), with these fields changed(?:; handle [0-9a-f]{12})?', re.ASCII)
SAME = "the same"
MOST_LOOKED = 20  # lines from each end in which one that says something is looked for
TELLING = re.compile(r"[^\x00-\x7f]|[A-Za-z][^\n]*[A-Za-z0-9]", re.ASCII)
BLANKS = " \t\r"
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference line that was read and is ours.

    Attributes:
        label: What it names, such as `read_file("src/app.py")`; "the same" repeats that of the one before.
        first: First line that it stands for, counted from 1; 0 where it stands for a whole result with exceptions.
        last: Last line that it stands for.
        quotes: The quoted beginnings of the first and the last of these lines, as they stand in the reference.
    """

    label: str
    first: int
    last: int
    quotes: str = field(repr=False)

    def fits(self, lines: Sequence[str]) -> bool:
        """Whether `lines` are those it stands for, as far as it quotes them."""
        return self.quotes == quotes_of(lines)


def label_of(name: str, arguments: str) -> str:
    """A tool call in words: its name and the beginning of its arguments' values.

    >>> label_of("read_file", '{"path": "src/app.py", "offset": 120}')
    'read_file("src/app.py", 120)'
    """
    try:
        value: Any = json.loads(arguments) if arguments else {}
    except (ValueError, RecursionError):
        value = arguments
    values = list(value.values()) if isinstance(value, Mapping) else [value]
    shown = cut(", ".join(plain(inner) for inner in values), LABEL_CHARS)
    return f"{cut(name, VALUE_CHARS)}({shown})".replace(" above, ", " above ")  # what ends a label stands only there


def plain(value: Any) -> str:
    """One argument, short and in one line."""
    if isinstance(value, str):
        return f'"{cut(value, VALUE_CHARS)}"'
    return cut(json.dumps(value, ensure_ascii=False), VALUE_CHARS)


def cut(text: str, most_chars: int) -> str:
    """The beginning of a text, in one line; dots where it goes on."""
    head = UNPRINTABLE.sub(" ", text[: most_chars + 1])
    return head if len(text) <= most_chars else head[: most_chars - 3].rstrip(BLANKS) + "..."


def lines_reference(label: str, first: int, lines: Sequence[str], *, handle: str, secret: str = "") -> str:
    """The line for `lines`, which begin with line `first` of what `label` names.

    Args:
        handle: Handle of the original of the text that the reference stands in; "" leaves it out.
    """
    numbers = f"lines {first}-{first + len(lines) - 1}" if len(lines) > 1 else f"line {first}"
    where = label if label == SAME else f"{label} above"
    return write_line(f"as {numbers} of {where}, {quotes_of(lines)}" + handle_part(handle), secret=secret)


def except_reference(label: str, begin: str, *, handle: str, secret: str = "") -> str:
    """The line before the fields in which a result differs from what `label` names, and which begins with `begin`."""
    body = f"as {label} above, {quotes_of([begin])}, with these fields changed"
    return write_line(body + handle_part(handle), secret=secret)


def quotes_of(lines: Sequence[str]) -> str:
    """The beginnings of the first and the last of some lines that say something, as references quote them."""
    telling = [line for line in (*lines[:MOST_LOOKED], *lines[-MOST_LOOKED:]) if TELLING.search(line)] or lines[:1]
    return f'"{quoted(telling[0])}"' + (f' to "{quoted(telling[-1])}"' if len(lines) > 1 else "")


def handle_part(handle: str) -> str:
    """How a handle stands at the end."""
    return f"; handle {handle}" if handle else ""


def quoted(line: str) -> str:
    """The beginning of a line, without blanks around it."""
    return cut(line.strip(BLANKS), QUOTED_CHARS)


def read_reference(line: str, *, secret: str = "") -> Reference | None:
    """The reference that a line is; None for every other line, and for one that is not ours."""
    if not line.startswith("[headroom ") or not line.endswith("]"):
        return None
    found = find_markers(line, secret=secret)
    if len(found) != 1 or found[0].line != line:
        return None
    body = line[len("[headroom 0000: ") : -1]
    if whole := EXCEPT.fullmatch(body):
        return Reference(whole[1], 0, 0, whole[2])
    lines = LINES.fullmatch(body)
    return Reference(lines[3] or SAME, int(lines[1]), int(lines[2] or lines[1]), lines[4]) if lines else None

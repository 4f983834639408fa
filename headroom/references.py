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

QUOTED_CHARS = 20
LABEL_CHARS = 48
VALUE_CHARS = 40
LINES = re.compile(
    r'as lines? ([0-9]+)(?:-([0-9]+))? of (?:the same|(.*?) above), (".*?")(?:; handle [0-9a-f]{12})?', re.ASCII
)
EXCEPT = re.compile(r'as (.*?) above, (".*"), with these fields changed(?:; handle [0-9a-f]{12})?', re.ASCII)
SAME = "the same"
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
        return self.quotes == quotes_of(lines[0], lines[-1] if len(lines) > 1 else None)


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


def lines_reference(label: str, first: int, last: int, begin: str, end: str, *, handle: str, secret: str = "") -> str:
    """The line for the lines `first` to `last` of what `label` names.

    Args:
        begin: The first of these lines, which is quoted.
        end: The last of them.
        handle: Handle of the original of the text that the reference stands in; "" leaves it out.
    """
    lines = f"lines {first}-{last}" if last > first else f"line {first}"
    where = label if label == SAME else f"{label} above"
    quotes = quotes_of(begin, end if last > first else None)
    return write_line(f"as {lines} of {where}, {quotes}" + handle_part(handle), secret=secret)


def except_reference(label: str, begin: str, *, handle: str, secret: str = "") -> str:
    """The line before the fields in which a result differs from what `label` names, and which begins with `begin`."""
    return write_line(f"as {label} above, {quotes_of(begin)}, with these fields changed" + handle_part(handle), secret=secret)


def quotes_of(begin: str, end: str | None = None) -> str:
    """The beginnings of a first and a last line, as references quote them."""
    return f'"{quoted(begin)}"' + ("" if end is None else f' to "{quoted(end)}"')


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

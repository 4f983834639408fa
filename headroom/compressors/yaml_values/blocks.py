"""Texts over several lines: `|` keeps line ends, `>` folds them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom.compressors.yaml_values.scalars import YamlError

HEADER = re.compile(r"([|>])([+-]?)(?: +#(.*))?", re.ASCII)


def block_text(lines: Sequence[str], row: int, parent: int, style: str, end: str) -> tuple[str, int]:
    """The text whose first line is `row`, and the row behind it.

    Args:
        parent: Column of the entry that it belongs to; its own lines stand further in.
        style: `|` or `>`.
        end: `-` takes all line ends at its end away, `+` none, "" all but one.

    Raises:
        YamlError: Its first line is blank and stands further in than the text, or it holds tabs where blanks belong.
    """
    first = row
    while row < len(lines) and not lines[row].strip(" "):
        row += 1
    column = width(lines[row]) if row < len(lines) else 0
    if column <= parent:  # there is no text
        return "\n" * (row - first) if end == "+" else "", first if end != "+" else row
    if any(len(lines[blank]) > column for blank in range(first, row)):
        raise YamlError("yaml_not_simple")
    while row < len(lines) and (width(lines[row]) >= column or not lines[row].strip(" ")):
        row += 1
    content = [line[column:] for line in lines[first:row]]
    size = len(content)
    while size and not content[size - 1]:
        size -= 1
    if any(not line.strip(" \t") for line in content[size - 1 : size]):
        raise YamlError("yaml_not_simple")
    text = "\n".join(content[:size]) if style == "|" else folded(content[:size])
    blank = len(content) - size
    if row == len(lines):
        blank -= 1  # the last line has no end
    more = {"-": 0, "": min(1, 1 + blank), "+": 1 + blank}[end]
    return text + "\n" * more, row


def width(line: str) -> int:
    """Column of the first character that is no blank."""
    return len(line) - len(line.lstrip(" "))


def folded(lines: Sequence[str]) -> str:
    """Lines with single line ends as blanks; not at lines that stand further in."""
    found = ""
    blank = 0
    before_is_in = True  # nothing stands before the first line
    for line in lines:
        if not line:
            blank += 1
            continue
        is_in = line[0] in " \t"
        if not found:
            found = "\n" * blank + line
        elif is_in or before_is_in:
            found += "\n" * (blank + 1) + line
        else:
            found += ("\n" * blank if blank else " ") + line
        before_is_in, blank = is_in, 0
    return found

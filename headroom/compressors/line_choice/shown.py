"""The lines that stay, with a line for each stretch that was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from headroom.compressors.gaps import gap_line
from headroom.compressors.line_choice.choose import Alike
from headroom.compressors.log_table import head_and_rows

MOST_NAMED = 3  # templates in a gap line
MOST_FACTS = 8
FEW_CHARS = 48  # a gap of so little says no less than the line that would stand for it
LONE_CHARS = 100  # likewise of a single line, which disturbs the reader less than the line that would stand for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A text as items of lines.

    Attributes:
        lines: The lines of the text.
        items: Positions of the lines of each item.
        known: Which items are alike.
        item_of: Line to its item; blank lines have none.
    """

    lines: Sequence[str] = field(repr=False)
    items: Sequence[tuple[int, ...]] = field(repr=False)
    known: Alike = field(repr=False)
    item_of: Mapping[int, int] = field(repr=False)


def shown_lines(text: Lines, kept: Sequence[int]) -> list[int]:
    """The lines of the items kept, and gaps between them that are not worth a line."""
    lines = sorted(line for item in kept for line in text.items[item])
    shown: list[int] = []
    for line in [*lines, len(text.lines)]:
        first = shown[-1] + 1 if shown else 0
        gap = range(first, min(line, first + FEW_CHARS))
        if sum(len(text.lines[place]) + 1 for place in gap) <= (FEW_CHARS if line - first > 1 else LONE_CHARS):
            shown += range(first, line)
        if line < len(text.lines):
            shown.append(line)
    return shown


def body_of(text: Lines, shown: Sequence[int], encode: Callable[[str], str] | None = None) -> str:
    """The lines that stay, gap lines between them.

    Args:
        encode: Writes the lines in a shorter form: a head, a blank line, and one line for each; gap lines stay.
    """
    plain = [text.lines[line] for line in shown]
    head, rows = encoded(plain, encode) if encode else ("", plain)
    examples = examples_of(text, shown)
    pieces: list[str] = []
    next_line = 0
    for line, row in zip([*shown, len(text.lines)], [*rows, ""], strict=True):
        if line > next_line:
            pieces.append(gap_line(next_line + 1, line, detail(text, next_line, line, examples)))
        if line < len(text.lines):
            pieces.append(row)
        next_line = line + 1
    return head + "\n".join(pieces)


def encoded(lines: Sequence[str], encode: Callable[[str], str]) -> tuple[str, list[str]]:
    """Head and rows of the shorter form of some lines; "" and the lines where there is none of one row a line."""
    text = "\n".join(lines)
    made = encode(text)
    head, rows = head_and_rows(made)
    return (head, rows) if made != text and head and len(rows) == len(lines) else ("", list(lines))


def examples_of(text: Lines, shown: Sequence[int]) -> dict[str, int]:
    """Template to the first line shown that has it, counted from 1; finer templates stand for themselves."""
    found: dict[str, int] = {}
    for line in shown:
        item = text.item_of.get(line)
        if item is not None and text.items[item][0] == line:
            found.setdefault(text.known.fine[item], line + 1)
            found.setdefault(text.known.wide[item], line + 1)
    return found


def detail(text: Lines, start: int, stop: int, examples: Mapping[str, int]) -> str:
    """What the lines from `start` up to `stop` are: failures first, then those like a line that is shown."""
    failed: Counter[int] = Counter()
    like: Counter[int] = Counter()
    for item in items_in(text, start, stop):
        like_line = examples.get(text.known.fine[item]) or examples.get(text.known.wide[item]) or 0
        (failed if item in text.known.failures else like)[like_line] += 1
    told = [named(count, line, "failure") for line, count in failed.most_common()[:MOST_NAMED]]
    told += [f"{sum(n for _, n in failed.most_common()[MOST_NAMED:])} other failures"] * (len(failed) > MOST_NAMED)
    common = [(line, count) for line, count in like.most_common() if line][:MOST_NAMED]
    told += [named(count, line) for line, count in common]
    rest = sum(like.values()) - sum(count for _, count in common)
    return ", ".join(told + [f"{rest} other{'s' if rest > 1 else ''}"] * (rest > 0 and bool(told)))


def items_in(text: Lines, start: int, stop: int) -> list[int]:
    """Items whose first line stands there."""
    found = (text.item_of.get(line) for line in range(start, stop))
    return [item for item in dict.fromkeys(found) if item is not None and start <= text.items[item][0]]


def named(count: int, line: int, what: str = "") -> str:
    """`79 like line 44`, `3 failures like line 7`, `2 failures`."""
    noun = f" {what}{'s' if count > 1 else ''}" if what else ""
    return f"{count}{noun}" + (f" like line {line}" if line else "")


def facts_of(text: Lines, shown: Sequence[int]) -> str:
    """How many items report a failure, and which lines stand for those not shown."""
    lines, failures = frozenset(shown), text.known.failures
    hidden = [item for item in failures if text.items[item][0] not in lines]
    if not hidden:
        return f"lines that report failures: {len(failures)}, all shown" if failures else ""
    examples = examples_of(text, shown)
    like = Counter(examples.get(text.known.fine[item]) or examples.get(text.known.wide[item]) or 0 for item in hidden)
    named_lines = [(line, count) for line, count in like.most_common() if line][:MOST_FACTS]
    told = [named(count, line) for line, count in named_lines]
    rest = len(hidden) - sum(count for _, count in named_lines)
    told += [f"{rest} other{'s' if rest > 1 else ''}"] * (rest > 0)
    return f"lines that report failures: {len(failures)}, of them not shown: {', '.join(told)}"

"""The lines of a log as patterns and what fills them.

    [384 log lines; a letter stands for its pattern, the words beside it fill {}]
    A=[{}] INFO Completed load of log {} with 1 log segments in {} ms (kafka.log.Log)

    2016-12-19 16:32:00,946 A __consumer_offsets-2 2
    [2016-12-19 16:32:00,948] WARN a line that is like no other stands as it came

One line for each line, in their order. The letter stands behind the first word, because a blank and a letter are one
token, a blank and a digit two. A line that would be read as something else has a backslash before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from headroom.compressors.log_table.decode import HOLES, decode_lines, header, is_log_table, needs_escape
from headroom.compressors.log_table.groups import Group, groups_of
from headroom.compressors.log_table.merge import merged
from headroom.compressors.log_table.patterns import FEWEST_TO_SPLIT, Pattern, patterns_of
from headroom.compressors.log_table.words import MOST_NAMES, names
from headroom.protocols import TokenCounter

FEWEST = 2  # lines of a pattern
ROW_TOKENS = 1  # the letter
PATTERN_TOKENS = 3  # name, sign and line end


def encode_log(text: str, *, counter: TokenCounter, is_whole: bool = True, least_tokens: float = 0) -> str:
    """`text` as patterns and rows, read back and compared; "" where no pattern pays or it would be read otherwise.

    Args:
        counter: What patterns are measured by.
        is_whole: Whether the text is a whole log; else the header counts no lines.
        least_tokens: What the patterns must seem to save, or nothing is written; real savings may be twice as large.
    """
    if is_log_table(text):
        return ""
    lines = text.split("\n")
    patterns, hole = mined(text, lines, lambda group: paying(group, counter))
    if not patterns or (least_tokens and sum(gain(pattern, counter) for pattern in patterns) < least_tokens):
        return ""
    return verified(lines, patterns, header(count_of(lines, is_whole=is_whole), hole), hole)


def mined(text: str, lines: Sequence[str], find: Callable[[Group], Sequence[Pattern]]) -> tuple[list[Pattern], str]:
    """The patterns of `lines` in order of first appearance, and what stands for their holes.

    Args:
        text: What must not hold that.
        find: Gives the patterns of a group.
    """
    groups = [group for group in merged(groups_of(lines)) if len(group.lines) >= FEWEST]
    hole = next((hole for hole in HOLES if hole not in text), HOLES[0])
    groups = [group for group in groups if not any(hole in piece for piece in (*group.between, *group.words[0]))]
    patterns = [pattern for group in groups for pattern in find(group)][:MOST_NAMES]
    return sorted(patterns, key=lambda pattern: pattern.lines[0]), hole


def count_of(lines: Sequence[str], *, is_whole: bool) -> int | None:
    """How many lines the header counts."""
    return len(lines) - (not lines[-1]) if is_whole else None


def verified(lines: Sequence[str], patterns: Sequence[Pattern], head: str, hole: str) -> str:
    """The text, with lines that would be read otherwise as they came; "" where even that is read otherwise."""
    made = written(lines, patterns, head, hole)
    wrong = read_otherwise(made, lines)
    if wrong:
        fewer = [without(pattern, wrong) for pattern in patterns]
        fewer = [pattern for pattern in fewer if pattern.lines]
        made = written(lines, fewer, head, hole)
        wrong = read_otherwise(made, lines)
    return made if wrong is not None and not wrong else ""


def read_otherwise(made: str, lines: Sequence[str]) -> frozenset[int] | None:
    """Positions of the lines that are read as something else; None where nothing can be read."""
    try:
        found = decode_lines(made)
    except ValueError:
        return None
    if len(found) != len(lines):
        return None
    return frozenset(place for place, (one, other) in enumerate(zip(found, lines, strict=True)) if one != other)


def without(pattern: Pattern, lines: frozenset[int]) -> Pattern:
    """A pattern that does not stand for `lines`."""
    rows = [row for row, line in enumerate(pattern.lines) if line not in lines]
    return Pattern(pattern.pieces, [pattern.lines[row] for row in rows], [pattern.cells[row] for row in rows])


def paying(group: Group, counter: TokenCounter) -> list[Pattern]:
    """The patterns of a group that save more than they cost."""
    tokens = counter.count_text(" ".join(group.between)) if len(group.lines) >= FEWEST_TO_SPLIT else 0
    return [pattern for pattern in patterns_of(group, tokens) if pays(pattern, counter)]


def pays(pattern: Pattern, counter: TokenCounter) -> bool:
    """Whether the rows and the line of a pattern take fewer tokens than its lines."""
    return gain(pattern, counter) > 0


def gain(pattern: Pattern, counter: TokenCounter) -> int:
    """How many tokens fewer the rows and the line of a pattern take than its lines, about."""
    tokens = counter.count_text("".join(pattern.pieces))
    saved = tokens - pattern.holes - ROW_TOKENS
    return len(pattern.lines) * saved - (tokens + 2 * pattern.holes + PATTERN_TOKENS)


def written(lines: Sequence[str], patterns: Sequence[Pattern], head: str, hole: str) -> str:
    """The text."""
    table: dict[str, Pattern] = dict(zip(islice(names(), len(patterns)), patterns, strict=True))
    rows: list[str | None] = [None] * len(lines)
    for name, pattern in table.items():
        for line, cells in zip(pattern.lines, pattern.cells, strict=True):
            rows[line] = " ".join((cells[0], name, *cells[1:])) if cells else name
    holes = {name: pattern.holes for name, pattern in table.items()}
    body = [
        ("\\" + line if needs_escape(line, holes) else line) if row is None else row
        for line, row in zip(lines, rows, strict=True)
    ]
    named = [f"{name}={hole.join(pattern.pieces)}" for name, pattern in table.items()]
    return "\n".join([head, *named, "", *body])

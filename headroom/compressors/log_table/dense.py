"""The lines of a log as patterns and rows, denser: dates said once above lines, what columns share in their patterns.

    [384 log lines; a letter stands for its pattern, ... fill {}, @ stands for the text behind the last @=]
    A=[@:{}] INFO Completed load of log __consumer_offsets-{} with 1 log segments in {} ms (kafka.log.Log)

    @=2016-12-19 16:32
    00,946 A 2 2
    [@:00,948] WARN a line that is like no other

Every line comes back byte for byte, but a time, path or id does not stand whole in its line any more.
"""

from __future__ import annotations

from headroom.compressors.log_table.dates import Dated, dated, mark_for
from headroom.compressors.log_table.decode import decode_log, header, is_log_table
from headroom.compressors.log_table.encode import count_of, mined, pays, verified
from headroom.compressors.log_table.groups import Group
from headroom.compressors.log_table.hoist import hoisted
from headroom.compressors.log_table.patterns import FEWEST_TO_SPLIT, Pattern, patterns_of
from headroom.protocols import TokenCounter


def encode_dense(text: str, *, counter: TokenCounter, is_whole: bool = True) -> str:
    """`text` in the denser form, read back and compared; "" where that says nothing shorter or is read otherwise.

    Args:
        counter: What patterns are measured by.
        is_whole: Whether the text is a whole log; else the header counts no lines.
    """
    if is_log_table(text):
        return ""
    lines = text.split("\n")
    mark = mark_for(text)
    short = dated(lines, mark) if mark else Dated(list(lines), {})
    patterns, hole = mined(text, short.lines, lambda group: paying(group, counter))
    if not patterns and not short.said:
        return ""
    count = count_of(lines, is_whole=is_whole)
    table = verified(short.lines, patterns, header(count, hole), hole)
    if not table:
        return ""
    made = with_dates(table, short, mark, header(count, hole, mark)) if short.said else table
    return made if decode_log(made) == text else ""


def with_dates(table: str, short: Dated, mark: str, head: str) -> str:
    """The text of a table, with what is said above lines."""
    _, *lines = table.split("\n")
    body = len(lines) - len(short.lines)
    made = [head, *lines[:body]]
    for place, line in enumerate(lines[body:]):
        if place in short.said:
            made.append(f"{mark}={short.said[place]}")
        made.append(line)
    return "\n".join(made)


def paying(group: Group, counter: TokenCounter) -> list[Pattern]:
    """The patterns of a group that save more than they cost."""
    tokens = counter.count_text(" ".join(group.between)) if len(group.lines) >= FEWEST_TO_SPLIT else 0
    found = [hoisted(pattern, counter) for pattern in patterns_of(group, tokens)]
    return [pattern for pattern in found if pays(pattern, counter)]

"""Runs of lines, and fields of JSON objects, that were shown before: named instead of said again.

Greedy, from the first line to the last, the longest run at each; after LZ77 with lines for letters (Ziv and Lempel
1977), where a reference must also pay for the words that name its source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from headroom.compressors.json_documents import Documents
from headroom.compressors.table.values import dump_json
from headroom.protocols import TokenCounter
from headroom.references import SAME, except_reference, lines_reference
from headroom.transforms.repeats.expand import expand
from headroom.transforms.repeats.shown import Shown, Source, is_ours, table_of

LEAST_RUN_CHARS = 80  # shorter runs are never worth their reference
WORTH = 3  # halves of its own tokens that a reference must stand for: less is easier to read where it stands
LEAST_GAIN = 8  # tokens that all references of a text must save
STEADY = ("[headroom 9c2e: ", "; handle 5b1f09c2a7e4")  # what stands for check and handle where sizes are compared:
CHANGING = re.compile(r"\[headroom [0-9a-f]{4}: |; handle [0-9a-f]{12}\b", re.ASCII)  # texts sent again have others
LIKE = 4  # earlier objects with the same keys that are tried


@dataclass(frozen=True, slots=True)
class Run:
    """Lines `start` to `stop` (from 0, without the last) of a text that stand from `row` on in a source."""

    start: int
    stop: int
    source: int
    row: int


def fold(text: str, shown: Shown, *, counter: TokenCounter, handle: str, secret: str = "") -> str:
    """`text` with what was shown before named instead; `text` itself, the same object, where that gains nothing.

    Whatever is returned reads back as `text` with `expand`.

    Args:
        handle: Handle of the original of `text`.
    """
    made = [folded_lines(text, shown, counter, handle, secret), folded_object(text, shown, handle, secret)]
    sizes = {form: steady_size(form, counter) for form in made if form}
    if not sizes:
        return text
    best = min(sizes, key=lambda form: sizes[form])
    if sizes[best] + LEAST_GAIN > steady_size(text, counter) or expand(best, shown, secret=secret) != text:
        return text
    return best if counter.count_text(best) < counter.count_text(text) else text


def steady_size(text: str, counter: TokenCounter) -> int:
    """Tokens of a text whose references have any check and handle: what decides must not change when it is sent."""
    return counter.count_text(CHANGING.sub(lambda found: STEADY[found[0][0] == ";"], text))


def folded_lines(text: str, shown: Shown, counter: TokenCounter, handle: str, secret: str) -> str:
    """`text` with runs of lines as references; "" where there are none."""
    lines = text.split("\n")
    pieces: list[str] = []
    place, last = 0, -1
    for run in runs(lines, shown):
        source = shown.sources[run.source]
        label = SAME if run.source == last else source.label
        line = lines_reference(
            label,
            run.row + 1,
            lines[run.start : run.stop],
            handle="" if last >= 0 else handle,
            secret=secret,
        )
        if 2 * counter.count_text("\n".join(lines[run.start : run.stop])) < WORTH * steady_size(line, counter):
            continue
        pieces += [*lines[place : run.start], line]
        place, last = run.stop, run.source
    return "\n".join([*pieces, *lines[place:]]) if pieces else ""


def runs(lines: Sequence[str], shown: Shown) -> Iterator[Run]:
    """The longest runs that were shown before and may be worth a reference, one after the other."""
    start = 0
    tried: dict[int, int] = {}  # source and distance of a run that was too short, to the line where it ends
    while start < len(lines):
        best = longest(lines, start, shown, tried)
        if best is None:
            start += 1
            continue
        if sum(map(len, lines[best.start : best.stop])) + best.stop - best.start < LEAST_RUN_CHARS:
            start += 1
            continue
        yield best
        start = best.stop


def longest(lines: Sequence[str], start: int, shown: Shown, tried: dict[int, int]) -> Run | None:
    """The longest run from line `start` on; of equally long ones the latest."""
    best: Run | None = None
    for source, row in shown.places_of(lines[start]):
        diagonal = source * 10_000_000 + row - start
        if tried.get(diagonal, -1) > start:
            continue  # the rest of a run that was seen and was too short
        there = shown.sources[source].lines
        size = 0
        while start + size < len(lines) and row + size < len(there) and lines[start + size] == there[row + size]:
            if is_ours(lines[start + size]):
                break
            size += 1
        tried[diagonal] = start + size
        if size and (best is None or start + size >= best.stop):
            best = Run(start, start + size, source, row)
    return best


def folded_object(text: str, shown: Shown, handle: str, secret: str) -> str:
    """`text`, where it shows a JSON object, as an earlier one and the fields that differ; "" where none is like it."""
    if text[:1] != "{" or all(source.table() is None for source in shown.sources):
        return ""
    value = table_of(text)
    if type(value) is not dict or not any(has_keys(source, value) for source in shown.sources):
        return ""
    if Documents(value).table_text() != text:
        return ""
    best = ""
    like = 0
    for source in reversed(shown.sources):
        other = source.table()
        if other is None or not has_keys(source, value):
            continue
        changed = {key: inner for key, inner in value.items() if dump_json(inner) != dump_json(other[key])}
        line = except_reference(source.label, source.lines[0], handle=handle, secret=secret)
        made = f"{line}\n{Documents(changed).table_text()}"
        best = made if not best or len(made) < len(best) else best
        like += 1
        if like == LIKE:
            break
    return best


def has_keys(source: Source, value: dict[str, Any]) -> bool:
    """Whether a source shows an object with the same keys in the same order."""
    other = source.table()
    return other is not None and list(other) == list(value)

"""Takes parts out of system texts and puts them at the end; all other bytes stay where they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.analysis.dynamic_spans import DynamicSpan, dynamic_spans
from headroom.analysis.dynamic_units import Rules
from headroom.config import CacheAlignerConfig

BLANK = " \t\r\n"
LEAD = re.compile(r"[ \t]*(?:[-*+•][ \t]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Split:
    """One text, taken apart.

    Attributes:
        text: The whole.
        steady: What stays.
        units: What moves, in order, each without the blanks around it.
        opening: The separator of an earlier move, or "".
        tail: What stands behind it.
        ending: Blanks and line ends that the text ended with.
        is_at_end: Whether all units stand at the end already.
    """

    text: str = field(repr=False)
    steady: str = field(repr=False)
    units: tuple[str, ...] = field(repr=False)
    opening: str = ""
    tail: str = field(default="", repr=False)
    ending: str = ""
    is_at_end: bool = False


def rules_of(config: CacheAlignerConfig) -> Rules:
    """What counts as dynamic with these settings."""
    detects = config.use_dynamic_detector
    dates = config.date_patterns if config.extract_dates else []
    return Rules(
        moments=detects and config.extract_dates,
        ids=detects,
        labels=tuple(config.extra_dynamic_labels) if detects else (),
        patterns=tuple(map(re.compile, config.dynamic_patterns)),
        dates=tuple(map(re.compile, dates)),
        entropy_threshold=config.entropy_threshold,
    )


def split(text: str, config: CacheAlignerConfig, rules: Rules) -> Split:
    """`text` with its dynamic parts apart."""
    head, opening, tail = parted(text, config.dynamic_tail_separator, rules)
    spans = dynamic_spans(head, rules)
    return Split(
        text,
        without(head, spans, config) if spans else head,
        tuple(head[span.start : span.end].strip(BLANK) for span in spans),
        opening,
        tail,
        "" if opening else head[len(head.rstrip(BLANK)) :],
        not spans or (not opening and at_end(head, spans)),
    )


def parted(text: str, separator: str, rules: Rules) -> tuple[str, str, str]:
    """`text` up to the separator that was written before, the separator, and the dynamic parts behind it.

    What looks like a separator and has other text behind it is none.
    """
    place = text.rfind(separator) if separator.strip(BLANK) else -1
    if place < 0:
        return text, "", ""
    tail = text[place + len(separator) :]
    spans = dynamic_spans(tail, rules)
    is_ours = bool(spans) and not tail[: spans[0].start].strip(BLANK) and at_end(tail, spans)
    return (text[:place], separator, tail) if is_ours else (text, "", "")


def at_end(text: str, spans: Sequence[DynamicSpan]) -> bool:
    """Whether nothing but blanks and line ends stands between and behind the spans."""
    ends = [span.end for span in spans]
    starts = [*(span.start for span in spans[1:]), len(text)]
    return not any(text[end:start].strip(BLANK) for end, start in zip(ends, starts, strict=True))


def without(text: str, spans: Sequence[DynamicSpan], config: CacheAlignerConfig) -> str:
    """`text` without its spans. Blanks change at the seams only, and only where the settings say so."""
    gone = {span.start for span in spans if span.is_lines}
    within = [span for span in spans if not span.is_lines]
    lines: list[tuple[str, bool]] = []
    start = taken = 0
    while start < len(text):
        feed = text.find("\n", start)
        following = len(text) if feed < 0 else feed + 1
        inner = []
        while taken < len(within) and within[taken].start < following:
            inner.append(within[taken])
            taken += 1
        line = cut(text[start:following], inner, start, config) if inner else text[start:following]
        lines.append((line, start in gone))
        start = following
    return "".join(closed_up(lines, config))


def cut(line: str, spans: Sequence[DynamicSpan], start: int, config: CacheAlignerConfig) -> str:
    """One line without the spans within it."""
    for span in reversed(spans):
        before, after = line[: span.start - start], line[span.end - start :]
        if config.normalize_whitespace:
            before, after = joined(before, after)
        line = before + after
    return line


def joined(before: str, after: str) -> tuple[str, str]:
    """Both sides of a seam with one blank between them at most, and none at the line's end."""
    rest = after.lstrip(" \t")
    if LEAD.fullmatch(before):
        return before, rest
    kept = before.rstrip(" \t")
    had_blank = len(kept) < len(before) or len(rest) < len(after)
    return kept, f" {rest}" if had_blank and rest.strip(BLANK) else rest


def closed_up(lines: Sequence[tuple[str, bool]], config: CacheAlignerConfig) -> list[str]:
    """Lines without those that go; of the blank lines around and between them, those of the longer side stay."""
    if not config.collapse_blank_lines:
        return [line for line, goes in lines if not goes]
    kept: list[str] = []
    run: list[tuple[str, bool]] = []  # blank lines, and lines that go
    for line, goes in lines:
        if goes or not line.strip(BLANK):
            run.append((line, goes))
        else:
            kept += seam(run, is_first=not kept)
            kept.append(line)
            run = []
    return kept + seam(run, is_first=not kept)


def seam(run: Sequence[tuple[str, bool]], *, is_first: bool) -> list[str]:
    """The blank lines that stay of a run."""
    going = [place for place, (_, goes) in enumerate(run) if goes]
    if not going:
        return [line for line, _ in run]
    above = [line for line, _ in run[: going[0]]]
    below = [line for line, _ in run[going[-1] + 1 :]]
    return above if is_first or len(above) > len(below) else below


def put_together(splits: Sequence[Split], separator: str) -> list[str] | None:
    """The texts with all units at the end of the last; None where nothing has to move.

    A text that would be left empty keeps what it says: providers refuse empty blocks.
    """
    *before, last = splits
    moving = [bool(one.units and one.steady.strip(BLANK)) for one in before]
    if last.is_at_end and not any(moving):
        return None
    units = [unit for one, moves in zip(before, moving, strict=True) if moves for unit in one.units]
    texts = [one.steady if moves else one.text for one, moves in zip(before, moving, strict=True)]
    said = "\n".join([*units, *last.units])
    if last.opening:
        return [*texts, f"{last.steady}{last.opening}{said}\n{last.tail}"]
    steady = last.steady.rstrip(BLANK)
    return [*texts, f"{steady}{separator}{said}{last.ending}" if steady else f"{said}{last.ending}"]

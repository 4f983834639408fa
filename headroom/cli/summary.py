"""What was saved, in words: the three columns of law 12 and the reasons for what stayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from headroom.results import CompressResult, Note, savings_percent

COLUMNS = {"exact": "exact", "reachable": "left out within reach", "unreachable": "left out beyond it"}


def summary_lines(result: CompressResult) -> list[str]:
    """A few lines about one result."""
    saved = f"{result.savings_percent:.1f} %" if result.tokens_saved else "nothing"
    lines = [f"{result.tokens_before} -> {result.tokens_after} tokens, {saved} saved"]
    if result.tokens_saved:
        lines.append(three_columns(result.savings_by_reach))
    return [*lines, *kept_lines(result.notes), *(f"warning: {line}" for line in result.warnings)]


def three_columns(saved: Mapping[str, int]) -> str:
    """Saved tokens by class and reach."""
    return ", ".join(f"{words}: {saved[name]}" for name, words in COLUMNS.items())


def kept_lines(notes: Sequence[Note]) -> list[str]:
    """Reasons of texts that went out as they came or stayed large, most frequent first."""
    stayed = Counter((note.reason, note.hint) for note in notes if note.change is None or note.hint)
    return [
        f"{count} x {reason or 'no shorter form'}{f' -> {hint}' if hint else ''}"
        for (reason, hint), count in stayed.most_common()
    ]


def percent(after: int, before: int) -> str:
    """Share saved, as people read it."""
    return f"{savings_percent(after, before):.1f} %"

"""Which rows of a table that is too large stay: law 4 first, then what tells most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from headroom.analysis.columns import Column, columns_of
from headroom.analysis.coverage import even_spread, in_turn
from headroom.analysis.literals import folded, named_positions, rarest_literals, without_common_words
from headroom.compressors.item_choice.protect import Group, protected_groups
from headroom.compressors.item_choice.rank import (
    column_extremes,
    first_of_each_value,
    is_series,
    series_points,
    surprising,
)
from headroom.compressors.item_choice.settings import ChoiceSettings, DefaultSettings, ItemChoice, Scores
from headroom.relevance.bm25 import find_matches, plain_bm25


def choose_items(
    records: Sequence[Any],
    *,
    question: str = "",
    path: str = "",
    config: ChoiceSettings | None = None,
    scores: Scores | None = None,
    columns: Sequence[Column] | None = None,
) -> ItemChoice:
    """Which items of a table matter, best first.

    The order interleaves question match, excess surprisal and column extremes, because scores of different kinds
    should not be added (formats.md 2.3), and for a time series the points that draw its curve. Then come the first
    value of each kind, `keep_first`, `keep_last`, and an even spread of the rest. Items that equal a better one come
    after all others.

    Args:
        records: Values as `parse_json` gives them.
        question: What the reader is looking for; "" when that is not known.
        path: Where the records stand in their document, such as `items` or `Results[0].Vulnerabilities`.
        config: Settings; None takes the defaults.
        scores: How well texts fit a question; None takes BM25.
        columns: `columns_of(records)`, where the caller has them.
    """
    settings = config or DefaultSettings()
    columns = columns_of(records) if columns is None else columns
    if not columns:
        return ItemChoice()
    texts = [record_text(record) for record in records] if question.strip() else []
    literals = rarest_literals(question, [folded(text) for text in texts]) if texts else []
    positions = named_positions(question, path, len(records))
    groups = protected_groups(columns, positions, literals, settings)
    asked = matching(texts, question, scores or bm25) if texts else []
    unusual, surprise_reasons = surprising(columns)
    columns = [column for column in columns if len(column.cells) > 1]
    ends, end_reasons = column_extremes(columns)
    curves = series_points(columns)
    best = [*in_turn(asked, unusual, ends, curves if is_series(columns) else ()), *first_of_each_value(columns)]
    ranking = complete(best, curves, settings, len(records))
    if settings.dedup_identical_items:
        ranking = twins_last(ranking, records)
    reasons = {**dict.fromkeys(asked, "matches the question"), **surprise_reasons, **end_reasons}
    return assemble(groups, ranking, reasons)


def assemble(groups: Sequence[Group], ranking: Sequence[int], reasons: dict[int, str]) -> ItemChoice:
    """Groups with their members ranked, and the ranking without them."""
    rank = {item: place for place, item in enumerate(ranking)}
    protected = []
    for reason, items in groups:
        protected.append((items[0], *sorted(items[1:], key=rank.__getitem__)))
        reasons.update(dict.fromkeys(items, reason))
    taken = {item for group in protected for item in group}
    return ItemChoice(
        protected=tuple(protected),
        reasons=reasons,
        order=tuple(item for item in ranking if item not in taken),
        ranking=tuple(ranking),
    )


def matching(texts: Sequence[str], question: str, scores: Scores) -> list[int]:
    """Items that match the telling words of the question at all, best first."""
    words = without_common_words(question)
    if not words:
        return []
    fits = {item: round(score, 9) for item, score in enumerate(scores(texts, words)) if score > 0}
    return sorted((item for item, fit in fits.items() if fit > 0), key=lambda item: (-fits[item], item))


def bm25(texts: Sequence[str], question: str) -> list[float]:
    """Plain BM25 of each text."""
    return plain_bm25(texts, find_matches(texts, question))


def complete(best: Sequence[int], series: Sequence[int], settings: ChoiceSettings, count: int) -> list[int]:
    """All items: the best, then both ends, and the rest evenly spread, in turn with what a series needs.

    Ends that the caller asked for come before the best.
    """
    first = range(min(settings.keep_first, count))
    last = range(max(0, count - settings.keep_last), count)
    ends = [*first, *last]
    leading = [*ends, *best] if settings.ends_were_set else [*best, *ends]
    return list(dict.fromkeys([*leading, *in_turn(even_spread(count), series)]))


def twins_last(ranking: Sequence[int], records: Sequence[Any]) -> list[int]:
    """`ranking` with items that equal an earlier one behind all others: the second of two tells nothing."""
    seen: set[str] = set()
    first: list[int] = []
    twins: list[int] = []
    for item in ranking:
        said = repr(records[item])
        (twins if said in seen else first).append(item)
        seen.add(said)
    return [*first, *twins]


def record_text(record: Any) -> str:
    """Keys and values of a record, one a line, for finding words in it."""
    pieces: list[str] = []
    collect(record, pieces.append)
    return "\n".join(pieces)


def collect(value: Any, add: Callable[[str], None]) -> None:
    """Hand over every key and every filled scalar of `value`, in order."""
    if isinstance(value, str):
        add(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            add(key)
            collect(inner, add)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            collect(inner, add)
    elif isinstance(value, bool):
        add("true" if value else "false")

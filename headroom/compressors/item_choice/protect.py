"""The items that law 4 protects, as groups of like ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from headroom.analysis.changes import change_points
from headroom.analysis.columns import Column, is_number, numbers_of
from headroom.analysis.failures import failure_in, may_report
from headroom.analysis.literals import Literal
from headroom.analysis.outliers import beyond_deviations, far_from_median
from headroom.analysis.rarity import FEW_VALUES, RARE_SHARE, rare_values
from headroom.compressors.item_choice.settings import ChoiceSettings, deviations_asked_for

MOST_ERROR_GROUPS = 12
LONE_SHARE = 0.1  # of the records: from here on, having a key of one's own is nothing special
Group = tuple[str, list[int]]  # reason, items with the most telling one first


def protected_groups(
    columns: Sequence[Column], positions: Sequence[int], literals: Sequence[Literal], settings: ChoiceSettings
) -> list[Group]:
    """Errors, then what the question names, outliers, rare values, changes; no item twice, the first reason stands.

    Only that an item the question names stays with the question, so that grouping the errors cannot hide it.
    """
    asked = [
        *((f"item {position}", [position]) for position in positions),
        *((f"has {literal.text[:40]}", list(literal.holders)) for literal in literals),
    ]
    named = {item for _, items in asked for item in items}
    failed = errors(columns) if settings.preserve_errors else []
    several = [column for column in columns if len(column.cells) > 1]
    return unshared(
        [
            *((reason, [item for item in items if item not in named]) for reason, items in failed),
            *asked,
            *outliers(several, deviations_asked_for(settings)),
            *rare_states(several),
            *lone_keys(columns),
            *(changes(several) if settings.preserve_change_points else ()),
        ]
    )


def unshared(groups: Iterable[Group]) -> list[Group]:
    """The groups, each without the items of those before it."""
    taken: set[int] = set()
    own_groups = []
    for reason, items in groups:
        own = [item for item in dict.fromkeys(items) if item not in taken]
        if own:
            taken.update(own)
            own_groups.append((reason, own))
    return own_groups


def errors(columns: Sequence[Column]) -> list[Group]:
    """Items that report a failure, grouped by what they say; small groups first."""
    alike: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for column in columns:
        if not may_report(column.path):
            continue
        words = {value: failure_in(column.path, value) for value in dict.fromkeys(column.cells)}
        if any(words.values()):
            for row, value in zip(column.rows, column.cells, strict=True):
                if word := words[value]:
                    alike[column.path][word].append(row)
    groups: list[Group] = []
    for path, by_word in alike.items():
        if len(by_word) > MOST_ERROR_GROUPS:
            by_word = {f"error in {path}": sorted(row for rows in by_word.values() for row in rows)}
        groups += by_word.items()
    return sorted(groups, key=lambda group: len(group[1]))


def outliers(columns: Sequence[Column], deviations: float | None = None) -> Iterable[Group]:
    """Items with a number far from its column's median, by column and side; the farthest first."""
    for column in columns:
        if not column.is_flat:
            continue
        positions, numbers = numbers_of(column)
        low, high = far_from_median(numbers)
        if deviations is not None:
            high = list(dict.fromkeys([*high, *beyond_deviations(numbers, deviations)]))
        for side, found in (("high", high), ("low", low)):
            if found:
                yield f"{side} {column.path}", [column.rows[positions[i]] for i in found]


def rare_states(columns: Sequence[Column]) -> Iterable[Group]:
    """Items whose value, or lack of one, fewer than 1 % share, in a column of at most 12 values; rarest first."""
    groups: list[Group] = []
    for column in columns:
        counts = Counter(column.cells)
        if not column.is_flat or len(counts) > FEW_VALUES:
            continue
        rare = rare_values(counts, column.records)
        found: dict[object, list[int]] = {value: [] for value in rare}
        for row, value in zip(column.rows, column.cells, strict=True) if rare else ():
            if value in found:
                found[value].append(row)
        groups += ((f"rare {column.path}", rows) for rows in found.values())
        if 0 < column.records - len(column.cells) < RARE_SHARE * column.records:
            groups.append((f"no {column.path}", column.absent()))
    return sorted(groups, key=lambda group: len(group[1]))


def lone_keys(columns: Sequence[Column]) -> Iterable[Group]:
    """Items with a key that no other item has, unless many have one, as where ids are keys."""
    lone = dict.fromkeys(column.rows[0] for column in columns if len(column.cells) == 1)
    if columns and lone and RARE_SHARE * columns[0].records > 1 and len(lone) < LONE_SHARE * columns[0].records:
        yield "a key of its own", list(lone)


def changes(columns: Sequence[Column]) -> Iterable[Group]:
    """Items where the level of a number changes for good, one group per column."""
    for column in columns:
        positions, numbers = numbers_of(column) if column.is_flat and is_number(column.cells[0]) else ([], [])
        found = change_points(numbers)
        if found:
            yield f"change in {column.path}", [column.rows[positions[i]] for i in found]

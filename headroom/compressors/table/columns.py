"""From a list of records to columns: what is constant, nested, optional, repeated.

The form is the one called KT in `formats.md` 1.2, without what would tear a value apart
(prefixes, templates, macros): every value that is shown stands whole in its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.compressors.table.compare import same
from headroom.compressors.table.text import is_ambiguous
from headroom.compressors.table.values import Number

MAX_COLUMNS = 300
LEAST_FILL = 0.4  # of the cells of a table; below it records are too different to share a header


class Absent:
    """The value of a key that a record does not have."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


@dataclass(slots=True)
class Column:
    """One key of the records.

    Attributes:
        key: The key.
        kind: `cell` (one cell a row), `constant` (no cell), `group` (an object in every row: its children are
            columns of this table), `tuple` (an object in some rows: one cell `(a,b)`), `tuples` (a list of
            objects: one cell `(a,b)(c,d)`), `block` (a list of objects: the cell holds their number, each
            stands on a line of its own below), `copy` (no cell: the value is that of the column `source`).
        values: One value a row, `ABSENT` where the record lacks the key.
        children: Columns of the objects within; empty for `cell` and `constant`.
        optional: Whether some row lacks the key.
        typed: Whether every bare cell is a string, so that `"007"` needs no quotes.
        default: What an empty cell stands for; `ABSENT` where that is the absent key, or nothing at all.
        source: For a copy, the key of the other column; `MAP_KEY` for the key of a map's entry.
        hoisted: Whether the value stands once above each run of rows instead of in each row.
    """

    key: str
    kind: str
    values: list[Any]
    children: list[Column] = field(default_factory=list)
    optional: bool = False
    typed: bool = False
    default: Any = ABSENT
    hoisted: bool = False
    source: str = ""
    counts: Counter[str] = field(default_factory=Counter)


def fits(keys: Iterable[str], order: Mapping[str, int]) -> bool:
    """Whether `keys` stand in the order of the columns."""
    places = [order.get(key, -1) for key in keys]
    return -1 not in places and places == sorted(places)


def key_order(records: Sequence[dict[str, Any]]) -> list[str]:
    """One order for the keys of most records: each behind the one it follows in the commonest shape that has it.

    A shape whose keys stand in another order than those of commoner shapes adds nothing; its records do not fit.
    """
    order: list[str] = []
    places: dict[str, int] = {}
    for keys, _ in Counter(map(tuple, records)).most_common():
        known = [places[key] for key in keys if key in places]
        if known != sorted(known) or len(known) == len(keys):
            continue
        place = 0
        for key in keys:
            if key in places:
                place = order.index(key) + 1
            else:
                order.insert(place, key)
                place += 1
        places = {key: place for place, key in enumerate(order)}
        if len(order) > MAX_COLUMNS:
            break
    return order


def columns_of(
    records: Sequence[dict[str, Any]], *, allow_block: bool = True, order: Sequence[str] = ()
) -> list[Column] | None:
    """Columns of records whose keys stand in one order, or None where no table would be worth it.

    Args:
        order: That order where it is known.
    """
    order = order or key_order(records)
    filled = sum(map(len, records))
    if len(order) > MAX_COLUMNS or filled < LEAST_FILL * len(order) * len(records):
        return None
    places = {key: place for place, key in enumerate(order)}
    if not all(fits(keys, places) for keys in dict.fromkeys(map(tuple, records))):
        return None
    full = filled == len(order) * len(records)
    blocks = [block_key(records, order)] if allow_block else []
    return [
        column(
            key,
            [record[key] for record in records] if full else [record.get(key, ABSENT) for record in records],
            as_block=key in blocks,
        )
        for key in order
    ]


MAP_KEY = "key"  # how a header names the key of a map's entry


def mark_copies(columns: Sequence[Column], keys: Sequence[str] | None = None) -> None:
    """Mark columns that say in every row what an earlier one, or the key of a map's entry, says."""
    seen: dict[tuple[type, tuple[Any, ...]], str] = {}
    if keys is not None:
        seen[str, tuple(keys)] = MAP_KEY
    for column in columns:
        kinds = set(map(type, column.values))
        if column.kind != "cell" or kinds not in ({str}, {Number}) or (keys is not None and column.key == MAP_KEY):
            continue
        source = seen.setdefault((kinds.pop(), tuple(column.values)), column.key)
        if source != column.key:
            column.kind, column.source = "copy", source


def block_key(records: Sequence[dict[str, Any]], order: Sequence[str]) -> str | None:
    """The one key whose lists are long enough to deserve lines of their own."""
    best, longest = None, 3
    for key in order:
        size = max((len(v) for r in records if type(v := r.get(key)) is list and v and type(v[0]) is dict), default=0)
        if size > longest:
            best, longest = key, size
    return best


def column(key: str, values: list[Any], *, as_block: bool) -> Column:
    """The column that says `values` most briefly."""
    kinds = set(map(type, values))
    optional = Absent in kinds
    if not optional and len(kinds) == 1 and is_constant(values):
        return Column(key, "constant", values)
    if dict in kinds:
        nested = object_column(key, values, kinds, optional)
        if nested:
            return nested
    if list in kinds and kinds <= {list, type(None), Absent}:
        nested = list_column(key, values, optional, as_block)
        if nested:
            return nested
    return cell_column(key, values, kinds, optional)


def is_constant(values: list[Any]) -> bool:
    """Whether all values are the same, to the last detail."""
    first = values[0]
    if values.count(first) != len(values):
        return False
    return not isinstance(first, (dict, list)) or all(same(first, value) for value in values)


def object_column(key: str, values: list[Any], kinds: set[type], optional: bool) -> Column | None:
    """Objects as columns: of this table where every row has one, else within one cell."""
    if not kinds <= {dict, type(None), Absent}:
        return None
    objects = [value for value in values if type(value) is dict]
    if len(objects) < 2 or not any(objects):
        return None
    children = columns_of(objects, allow_block=False)
    if children is None:
        return None
    kind = "group" if len(objects) == len(values) else "tuple"
    return Column(key, kind, values, children, optional=optional)


def list_column(key: str, values: list[Any], optional: bool, as_block: bool) -> Column | None:
    """Lists of objects: in one cell where they are short, else on lines of their own."""
    objects = [item for value in values if type(value) is list for item in value]
    if len(objects) < 2 or any(type(item) is not dict for item in objects) or not any(objects):
        return None
    children = columns_of(objects, allow_block=as_block)
    if children is None:
        return None
    return Column(key, "block" if as_block else "tuples", values, children, optional=optional)


def cell_column(key: str, values: list[Any], kinds: set[type], optional: bool) -> Column:
    """One cell a row: which value goes without saying, and whether bare cells are strings."""
    found = Column(key, "cell", values, optional=optional)
    strings = values if kinds == {str} else [value for value in values if type(value) is str]
    found.counts = Counter(strings)
    found.default = default_of(values, kinds, found.counts)
    shown = kinds if kinds == {str} else {type(v) for v in values if v is not ABSENT and not is_default(v, found)}
    found.typed = shown == {str} and any(map(is_ambiguous, found.counts))
    return found


def is_default(value: Any, column: Column) -> bool:
    """Whether `value` is what an empty cell of `column` stands for."""
    return type(value) is type(column.default) and bool(value == column.default)


def default_of(values: list[Any], kinds: set[type], counts: Counter[str]) -> Any:
    """The value that an empty cell stands for: the one whose leaving out saves most; `ABSENT` first where it occurs."""
    best, gain = ABSENT, (values.count(ABSENT) if Absent in kinds else 0)
    candidates: list[tuple[Any, int]] = list(counts.most_common(1))
    if type(None) in kinds:
        candidates.append((None, sum(value is None for value in values)))
    if bool in kinds:
        candidates += [(truth, sum(value is truth for value in values)) for truth in (True, False)]
    if Number in kinds:
        candidates += Counter(value for value in values if type(value) is Number).most_common(1)
    for value, count in candidates:
        saved = count * weight(value) - 2 - weight(value)
        if 2 * count > len(values) and saved > gain:
            best, gain = value, saved
    return best


def weight(value: Any) -> int:
    """About how many tokens a scalar takes."""
    return (len(value) + 4) // 4 if isinstance(value, str) else 1

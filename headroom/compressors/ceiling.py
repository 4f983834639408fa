"""A hard ceiling for one text: what fits of it, errors first, with the line that counts the rest inside (R24)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from headroom.compressors.gaps import gap_line
from headroom.compressors.json_documents import Documents, read_documents
from headroom.compressors.limits import Limits, Selector
from headroom.compressors.line_choice.choose import alike, choose_lines
from headroom.compressors.table.values import dump_json
from headroom.markers import left_out_line
from headroom.results import CompressionResult

Count = Callable[[str], int]

SHARES = (90, 60, 30, 15)  # percent of the ceiling that a selection is asked to fill, one after the other
MOST_RECORDS = 20_000  # of more, the first and the last half of these are looked at
GAP_TOKENS = 14
STEPS = 12  # each measures what was made and lowers what the next may fill
LEAST_PIECE = 40  # characters


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What a result may have at most, and what is said of the rest.

    Attributes:
        tokens: Tokens at most, the marker line included, as `count` counts; at least 60.
        count: Counter of the model that reads it.
        handle: Handle of the original.
        by_tool: Whether the reader can call the retrieve tool.
        secret: Key of the marker's check.
    """

    tokens: int
    count: Count
    handle: str
    by_tool: bool
    secret: str = ""

    def line(self, shown: int, total: int, unit: str) -> str:
        """The line below what is shown."""
        return left_out_line(
            shown=shown,
            total=total,
            unit=unit,
            handle=self.handle,
            by_tool=self.by_tool,
            facts=f"ceiling of {self.tokens} tokens",
            secret=self.secret,
        )


def selected_under(
    text: str, exact: CompressionResult, compressor: Selector, limits: Limits, ceiling: Ceiling, question: str
) -> str:
    """The type's own selection, where it fits; "" where it does not."""
    for share in SHARES:
        tokens = max(1, ceiling.tokens * share // 100)
        result = compressor.select(text, exact, limits_of(limits, tokens), context=question)
        if result.change == "left_out" and ceiling.count(result.compressed) <= ceiling.tokens:
            return result.compressed
    return ""


def limits_of(limits: Limits, tokens: int) -> Limits:
    """`limits` for a text of so many tokens, whatever its size."""
    return Limits(
        tokens=tokens,
        above_tokens=0,
        handle=limits.handle,
        is_asked=True,
        by_tool=limits.by_tool,
        most_items=limits.most_items,
        secret=limits.secret,
        settings=limits.settings,
        scores=limits.scores,
    )


def under_ceiling(text: str, ceiling: Ceiling, *, question: str) -> str:
    """What fits of `text`: whole records in a fixed order, with a line for each stretch between them.

    The first, one of each kind of error while they fit, what was asked for, outliers and rare ones, both ends, the
    rest. Records are the items of a list of JSON, as JSON; else lines. Where not even one fits, the
    beginning and the end of the text.

    Args:
        text: The original, or what a terminal shows of it.
    """
    records, unit = records_of(text)
    order = order_of(records, question)
    sizes = [len(one) if len(one) > 8 * ceiling.tokens else ceiling.count(one) + 1 for one in records]
    budget = ceiling.tokens - ceiling.count(ceiling.line(0, len(records), unit)) - 4
    for _ in range(STEPS):
        kept = filled(order, sizes, budget)
        if not kept:
            break
        made = f"{with_gaps(records, kept, unit)}\n{ceiling.line(len(kept), len(records), unit)}"
        size = ceiling.count(made)
        if size <= ceiling.tokens:
            return made
        budget -= max(size - ceiling.tokens, budget // 20)
    return ends_of(text, ceiling)


def records_of(text: str) -> tuple[list[str], str]:
    """The records of a text, and what they are called."""
    documents = read_documents(text) if text.lstrip(" \t\r\n")[:1] in ("[", "{") else ""
    if isinstance(documents, Documents) and type(documents.value) is list and documents.value:
        return [dump_json(item) for item in documents.value], "rows"
    lines = text.split("\n")
    return (lines if lines[-1] or len(lines) == 1 else lines[:-1]), "lines"


def order_of(records: Sequence[str], question: str) -> list[int]:
    """All records that may be shown, most important first; blank ones come last."""
    half = MOST_RECORDS // 2
    looked = range(len(records)) if len(records) <= MOST_RECORDS else [*range(half), *range(-half, 0)]
    places = [place % len(records) for place in looked if records[place].strip(" \t\r")]
    texts = [records[place] for place in places]
    known = alike(texts)
    choice = choose_lines(texts, question=question, known=known)
    kinds: dict[str, int] = {}
    for item in known.failures:
        kinds.setdefault(known.fine[item], item)
    errors = sorted(kinds.values(), key=lambda item: (len(texts[item]), item))
    guarded = [group[0] for group in choice.protected]
    return [places[item] for item in dict.fromkeys([*range(min(1, len(texts))), *errors, *guarded, *choice.ranking])]


def filled(order: Iterable[int], sizes: Sequence[int], budget: int) -> list[int]:
    """The records that fit, in the order of the text; one that is too large is passed over."""
    kept: set[int] = set()
    for record in order:
        cost = sizes[record] + GAP_TOKENS * (1 - (record - 1 in kept) - (record + 1 in kept))
        if cost <= budget:
            kept.add(record)
            budget -= cost
        if budget <= GAP_TOKENS:
            break
    return sorted(kept)


def with_gaps(records: Sequence[str], kept: Sequence[int], unit: str) -> str:
    """The records that stay, with a line that numbers those left out between them."""
    found: list[str] = []
    place = 0
    for record in [*kept, len(records)]:
        if record > place:
            gap = gap_line(place + 1, record)
            found.append(gap if unit == "lines" else gap.replace("line", "row", 1))
        if record < len(records):
            found.append(records[record])
        place = record + 1
    return "\n".join(found)


def ends_of(text: str, ceiling: Ceiling) -> str:
    """The beginning and the end of a text of which no record fits, or the marker alone."""
    piece = 2 * ceiling.tokens
    while piece >= LEAST_PIECE:
        shown = min(2 * piece, len(text))
        between = f"\n[{len(text) - shown} characters not shown]\n" if shown < len(text) else ""
        body = text[:piece] + between + text[-piece:] if between else text
        made = f"{body}\n{ceiling.line(shown, len(text), 'characters')}"
        if ceiling.count(made) <= ceiling.tokens:
            return made
        piece = piece * 3 // 4
    return ceiling.line(0, len(text), "characters")

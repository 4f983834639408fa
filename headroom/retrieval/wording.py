"""What the retrieve tool says besides the original: how much is shown, how to go on, and when to stop asking."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from headroom.references import cut
from headroom.retrieval.asked import Asked
from headroom.retrieval.choice import Chosen
from headroom.retrieval.pages import Page, Piece
from headroom.retrieval.retrieved import ranges
from headroom.retrieval.sources import Source

UNKNOWN = (
    "No original is available under this hash, and asking again gives the same. "
    "Answer with what is shown, or call the tool again that gave the result."
)
UNREADABLE = "The original cannot be read now. Answer with what is shown, or call the tool again that gave the result."
NO_ROOM = (
    "The context window has no room for more originals. Answer with what is shown, and say what was not looked at."
)
ROUNDS_OVER = "No more originals in this turn. Answer with what is shown, and say what was not looked at."
SAME = "The same as the answer to this request above. Ask for other rows, or answer with what is shown."
NO_LIST = "There is no list at this path: copy at from the marker line, or leave it out."
NO_PAGE = 'There are not that many pages: ask for rows, such as rows="47-90".'
MOST_RANGES = 12  # of row numbers, in one line
MOST_NEXT = 4  # ranges that say how to go on; with more of them "from here on"
MOST_FIELDS = 12
MOST_NAME_CHARS = 32


def footer(chosen: Chosen, asked: Asked, page: Page, *, is_last: bool, short: bool = False) -> str:
    """The line below a page.

    Args:
        is_last: Whether no further request is answered in this turn.
        short: Leaves out what else could be asked.
    """
    parts = [shown_part(chosen, page, short=short)]
    if not chosen.is_literal:
        parts.append("no literal match, these share some words")
    if page.rest and is_last:
        parts.append("no more in this turn, answer with what is shown")
    elif page.rest:
        parts.append(next_part(chosen.source, asked, page) + ("" if short else others_part(chosen)))
    if chosen.is_elsewhere and not short:
        parts.append('also outside the rows: rows="chars 1-" with the same search')
    if asked.unknown and not short:
        parts.append(f"not understood: {', '.join(cut(name, MOST_NAME_CHARS) for name in asked.unknown[:3])}")
    return f"[{'; '.join(parts)}]"


def shown_part(chosen: Chosen, page: Page, *, short: bool) -> str:
    """What the page shows, in the source's own units."""
    source = chosen.source
    if not page.rest and len(page.shown) == len(source.spans) and all(is_whole(source, piece) for piece in page.shown):
        return f"shown all {source.total} {source.unit}"
    places = [piece[0] for piece in page.shown if is_whole(source, piece)]
    parts = [named(source, places, short=short)] if places and source.unit != "characters" else []
    cuts: dict[int, list[Piece]] = {}
    for piece in page.shown:
        if not is_whole(source, piece) or source.unit == "characters":
            cuts.setdefault(piece[0], []).append(piece)
    parts += [cut_part(source, found) for found in [*cuts.values()][:2]]
    shown = f"shown {' and '.join(parts)} of {source.total}"
    return shown if chosen.matching is None else f"{shown}; {chosen.matching} match"


def named(source: Source, places: Sequence[int], *, short: bool) -> str:
    """Numbers of units, as ranges; the first and the last where they are many."""
    if len(places) == 1:
        return f"{source.unit[:-1]} {places[0] + 1}"
    said = ranges(tuple(place + 1 for place in places))
    if said.count(",") >= (2 if short else MOST_RANGES):
        said = f"{places[0] + 1} to {places[-1] + 1}"
    return f"{source.unit} {said}"


def cut_part(source: Source, found: Sequence[Piece]) -> str:
    """Pieces of one unit."""
    place, start, _ = found[0]
    said = f"characters {start + 1}-{found[-1][2]}" + (f" in {len(found)} pieces" if len(found) > 1 else "")
    within = f" of {source.unit_chars(place)} of {source.unit[:-1]} {place + 1}"
    return said if source.unit == "characters" else said + within


def is_whole(source: Source, piece: Piece) -> bool:
    """Whether a piece is all of its unit."""
    place, start, end = piece
    return start == 0 and end >= source.unit_chars(place)


def next_part(source: Source, asked: Asked, page: Page) -> str:
    """How to see what follows."""
    given = (("where", asked.where), ("search", asked.search))
    same = " and ".join(name for name, value in given if value is not None)
    return f'next: rows="{rest_rows(source, page.rest)}"' + (f" with the same {same}" if same else "")


def rest_rows(source: Source, rest: Sequence[Piece]) -> str:
    """What is left, in the grammar of `rows`."""
    place, start, end = rest[0]
    behind = [piece for piece in rest[1:] if piece[0] != place]
    if source.unit != "characters" and is_whole(source, rest[0]):
        return rest_units(source, rest)
    until = "" if end >= source.unit_chars(place) or (rest[1:] and rest[1][0] == place) else str(end)
    if source.unit == "characters":
        return f"chars {start + 1}-{until}"
    piece = f"{place + 1} chars {start + 1}-{until}"
    return f"{piece},{rest_units(source, behind)}" if behind else piece


def rest_units(source: Source, rest: Sequence[Piece]) -> str:
    """Units as ranges, or from the first on where they are many."""
    first = rest[0][0]
    jumps = 0
    for before, piece in pairwise(rest):
        jumps += before[0] + 1 != piece[0]
        if jumps >= MOST_NEXT:
            return f"{first + 1}-"
    if not jumps and rest[-1][0] + 1 == len(source.spans):
        return f"{first + 1}-"
    return ranges(tuple(place + 1 for place, _, _ in rest))


def others_part(chosen: Chosen) -> str:
    """What else could be asked, where everything was."""
    if chosen.matching is not None:
        return ""
    of_rows = f', rows="1-20" of {chosen.rows}' if chosen.rows else ""
    where = ', where="field=value"' if chosen.source.unit == "rows" or chosen.rows else ""
    return f'; or search="words"{where}{of_rows}'


def nothing(chosen: Chosen, asked: Asked) -> str:
    """What to say where no unit fits."""
    source = chosen.source
    there = f"{source.total} {source.unit}"
    if chosen.matching:
        return f"[none among these rows; {chosen.matching} of {there} match]"
    if chosen.matching is None:
        return f"[nothing there; the original has {there}]"
    said = "no match" if asked.search is None else "no match, and none that shares its words"
    return f"[{said}; {there} looked at{fields_part(source)}]"


def fields_part(source: Source) -> str:
    """The names of the fields that the first rows have."""
    names: dict[str, None] = {}
    for row in source.values[:20]:
        names.update(dict.fromkeys(map(str, row)) if isinstance(row, dict) else {})
    if not names:
        return ""
    said = ", ".join(cut(name, MOST_NAME_CHARS) for name in [*names][:MOST_FIELDS])
    return f"; fields: {said}{', ...' if len(names) > MOST_FIELDS else ''}"

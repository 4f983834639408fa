"""A hard ceiling for one text: what fits of it, errors first, with the line that counts the rest inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from headroom.compressors.line_choice.choose import alike, choose_lines
from headroom.markers import left_out_line, strip_markers

Count = Callable[[str], int]

MOST_LINES = 20_000  # of a longer text the first and the last half of these are looked at
GAP_TOKENS = 10
STEPS = 12  # each measures what was made and lowers what the next may fill
LEAST_PIECE = 40  # characters


def under_ceiling(
    text: str, most_tokens: int, *, count: Count, question: str, handle: str, by_tool: bool, secret: str = ""
) -> str:
    """What fits of `text` into `most_tokens`, the marker line included.

    Whole lines in a fixed order: the first, one of each kind of error while they fit, what was asked for, outliers and
    rare ones, both ends, the rest. Where not even one line fits, the beginning and the end of the text.

    Args:
        text: An exact form or a selection; markers of ours in it are replaced.
        most_tokens: What the result has at most, as `count` counts; at least 100.
        handle: Handle of the original.
    """
    lines = [line for line in strip_markers(text, secret=secret).split("\n") if line]
    order = order_of(lines, question)
    marker = Marker(len(lines), most_tokens, handle, by_tool, secret)
    room = most_tokens - count(marker.line(0)) - 4
    sizes = [len(line) if len(line) > 8 * most_tokens else count(line) + 1 for line in lines]
    budget = room
    for _ in range(STEPS):
        kept = filled(order, sizes, budget)
        if not kept:
            break
        made = f"{with_gaps(lines, kept)}\n{marker.line(len(kept))}"
        size = count(made)
        if size <= most_tokens:
            return made
        budget -= max(size - most_tokens, budget // 20)
    return ends_of(strip_markers(text, secret=secret), most_tokens, marker, count)


class Marker:
    """The line below a text that was cut to a ceiling.

    Args:
        total: Lines that there are.
        most_tokens: The ceiling.
    """

    def __init__(self, total: int, most_tokens: int, handle: str, by_tool: bool, secret: str) -> None:
        self.total = total
        self.most_tokens = most_tokens
        self.handle = handle
        self.by_tool = by_tool
        self.secret = secret

    def line(self, shown: int, unit: str = "lines", total: int | None = None) -> str:
        """The line for `shown` lines."""
        return left_out_line(
            shown=shown,
            total=self.total if total is None else total,
            unit=unit,
            handle=self.handle,
            by_tool=self.by_tool,
            facts=f"ceiling of {self.most_tokens} tokens",
            secret=self.secret,
        )


def order_of(lines: Sequence[str], question: str) -> list[int]:
    """All lines that may be shown, most important first."""
    half = MOST_LINES // 2
    looked = list(range(len(lines))) if len(lines) <= MOST_LINES else [*range(half), *range(-half, 0)]
    places = [place % len(lines) for place in looked]
    texts = [lines[place] for place in places]
    known = alike(texts)
    choice = choose_lines(texts, question=question, known=known)
    kinds: dict[str, int] = {}
    for item in known.failures:
        kinds.setdefault(known.fine[item], item)
    errors = sorted(kinds.values(), key=lambda item: (len(texts[item]), item))
    guarded = [group[0] for group in choice.protected]
    return [places[item] for item in dict.fromkeys([*range(min(1, len(texts))), *errors, *guarded, *choice.ranking])]


def filled(order: Iterable[int], sizes: Sequence[int], budget: int) -> list[int]:
    """The lines that fit, in the order of the text; a line that is too large is passed over."""
    kept: set[int] = set()
    for line in order:
        cost = sizes[line] + GAP_TOKENS * (1 - (line - 1 in kept) - (line + 1 in kept))
        if cost <= budget:
            kept.add(line)
            budget -= cost
        if budget <= GAP_TOKENS:
            break
    return sorted(kept)


def with_gaps(lines: Sequence[str], kept: Sequence[int]) -> str:
    """The lines that stay, with a line that counts those left out between them."""
    found: list[str] = []
    place = 0
    for line in [*kept, len(lines)]:
        if line > place:
            found.append(f"[{line - place} lines not shown]" if line - place > 1 else "[1 line not shown]")
        if line < len(lines):
            found.append(lines[line])
        place = line + 1
    return "\n".join(found)


def ends_of(text: str, most_tokens: int, marker: Marker, count: Count) -> str:
    """The beginning and the end of a text of which no line fits, or the marker alone."""
    piece = 2 * most_tokens
    while piece >= LEAST_PIECE:
        shown = min(2 * piece, len(text))
        between = f"\n[{len(text) - shown} characters not shown]\n" if shown < len(text) else ""
        body = text[:piece] + between + text[-piece:] if between else text
        made = f"{body}\n{marker.line(shown, 'characters', len(text))}"
        if count(made) <= most_tokens:
            return made
        piece = piece * 3 // 4
    return marker.line(0, "characters", len(text))

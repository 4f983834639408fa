"""A text with the lines that matter, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from headroom.compressors.item_choice.protect import Group
from headroom.compressors.item_choice.settings import ItemChoice
from headroom.compressors.limits import Limits, filled_by
from headroom.compressors.line_choice.choose import Severity, alike, choose_lines
from headroom.compressors.line_choice.fill import fill_lines
from headroom.compressors.line_choice.records import records_of
from headroom.compressors.line_choice.severity import severity_of
from headroom.compressors.line_choice.shown import Lines, body_of, facts_of, shown_lines
from headroom.markers import left_out_line
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

ROUNDS = 3  # each measures what the last one came to
MARKER_TOKENS = 60
FEWEST_LINES = 8
WORTH = 0.95  # of the exact form: less is won by leaving nothing out

Protect = Callable[[Sequence[str]], Sequence[Group]]
"""Lines to groups of positions that are protected beside failures, most important first."""


def select_lines(
    text: str,
    exact: CompressionResult,
    limits: Limits,
    *,
    counter: TokenCounter,
    question: str,
    kind: str,
    strategy: str,
    encode: Callable[[str], str] | None = None,
    protect: Protect | None = None,
    severity: Severity = severity_of,
) -> CompressionResult:
    """`text` with the lines that matter, gap lines for the others and one marker line; `exact` where nothing is won.

    Args:
        exact: The exact form of `text`.
        question: What the reader is looking for, or "".
        kind: Content type for the result.
        strategy: Strategy for the result, such as `log_table+selection`.
        encode: Writes the lines that stay in a shorter form: a head, a blank line, and one line for each.
        protect: What is protected beside failures, outliers and matches.
        severity: Says of an item by which word it reports a failure.
    """
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if len(lines) < FEWEST_LINES:
        return exact
    split = split_lines(lines, severity)
    texts = ["\n".join(lines[line] for line in item) for item in split.items]
    extra = by_item(split, protect(lines)) if protect else ()
    choice = choose_lines(
        texts, question=question, scores=limits.scores, settings=limits.settings, known=split.known, extra=extra
    )
    made, shown, size, steady = met(split, choice, texts, exact, limits, counter, encode)
    if steady > WORTH * exact.compressed_tokens or size >= exact.compressed_tokens:
        return exact
    return CompressionResult(
        compressed=made,
        original_tokens=exact.original_tokens,
        compressed_tokens=size,
        exact_tokens=exact.compressed_tokens,
        kind=kind,
        change="left_out",
        strategy=strategy,
        items_total=len(lines),
        items_kept=shown,
    )


def split_lines(lines: Sequence[str], severity: Severity = severity_of) -> Lines:
    """Lines as items, with which of them are alike."""
    items = records_of(lines)
    known = alike(["\n".join(lines[line] for line in item) for item in items], severity)
    return Lines(lines=lines, items=items, known=known, item_of={ln: i for i, item in enumerate(items) for ln in item})


def by_item(split: Lines, groups: Sequence[Group]) -> list[Group]:
    """Groups of lines as groups of items."""
    return [
        (reason, [split.item_of[line] for line in found if line in split.item_of]) for reason, found in groups if found
    ]


def met(
    split: Lines,
    choice: ItemChoice,
    texts: Sequence[str],
    exact: CompressionResult,
    limits: Limits,
    counter: TokenCounter,
    encode: Callable[[str], str] | None,
) -> tuple[str, int, int, int]:
    """The text of the wanted size, how many lines it shows, and its size; the size with a marker of any digits.

    Sizes of items are estimates; each round measures what was chosen and corrects them.
    """
    wanted = filled_by(exact.compressed_tokens, limits)
    budget = max(wanted - MARKER_TOKENS, wanted // 2)
    scale = exact.compressed_tokens / max(1, sum(map(len, split.lines)))
    before: tuple[int, ...] | None = None
    body, size = "", 0
    shown: list[int] = []
    for _ in range(ROUNDS):
        sizes = [int(len(text) * scale) + 1 for text in texts]
        filling = fill_lines(choice, sizes, budget, limits.most_items)
        kept = tuple(sorted(filling.kept))
        if kept == before:
            break
        before = kept
        shown = shown_lines(split, kept)
        body = body_of(split, shown, encode)
        size = counter.count_text(body)
        correction = min(2.0, max(0.5, size / max(1, filling.taken)))
        if 0.9 * budget <= size <= 1.1 * budget or size > 2 * budget:
            break
        scale *= correction
    marker = left_out_line(
        shown=len(shown),
        total=len(split.lines),
        unit="lines",
        handle=limits.handle,
        by_tool=limits.by_tool,
        facts=facts_of(split, shown),
        secret=limits.secret,
    )
    made = f"{body}\n{marker}"
    return made, len(shown), counter.count_text(made), size + MARKER_TOKENS

"""What comes back for a handle: the whole original, or the rows asked for, in pages."""

from __future__ import annotations

from dataclasses import dataclass, field

from headroom.errors import RetrievalError, ValidationError
from headroom.protocols import TokenCounter
from headroom.retrieval.filters import folded, in_ranges, matching, searched
from headroom.retrieval.rows import Rows, as_numbered, line_rows, rows_of

PAGE_TOKENS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """An original or a part of it, exactly as it stands there.

    Attributes:
        handle: The handle asked for.
        text: The text: all of it, or whole rows, each on a line of its own, below what names their columns.
        unit: What is counted: `rows`, `lines` or `characters`.
        total: How many of them the original has.
        found: How many match what was asked for.
        numbers: Numbers of the rows shown, from 1; empty for the whole original.
        next_page: Number of the page that follows, or None.
    """

    handle: str
    text: str = field(repr=False)
    unit: str
    total: int
    found: int
    numbers: tuple[int, ...] = ()
    next_page: int | None = None

    @property
    def content(self) -> bytes:
        """`text` as UTF-8 bytes; lone surrogates as they were."""
        return self.text.encode("utf-8", "surrogatepass")

    @property
    def is_whole(self) -> bool:
        """Whether this is the whole original."""
        return not self.numbers and self.next_page is None and self.found == self.total

    @property
    def footer(self) -> str:
        """One line that says what is shown and how to see more."""
        shown = f"{len(self.numbers)} of {self.found} {self.unit} found, {self.total} in all"
        if self.numbers:
            shown = f"{self.unit} {ranges(self.numbers)}: {shown}"
        return f"[{shown}; next: page={self.next_page}]" if self.next_page else f"[{shown}]"

    def __str__(self) -> str:
        return self.text if self.is_whole else f"{self.text}\n{self.footer}"


def look_into(
    text: str,
    handle: str,
    *,
    counter: TokenCounter,
    rows: str | None = None,
    where: str | None = None,
    search: str | None = None,
    at: str | None = None,
    page: int | None = None,
    page_tokens: int = PAGE_TOKENS,
) -> Retrieved:
    """The whole of `text`, or what is asked for of it.

    Args:
        rows: Ranges such as `47-90`, counted from 1.
        where: Comparisons such as `state=open and size>100`, for rows of JSON and of tables.
        search: Words; rows that contain them literally go before rows that share some. Where they stand beside the
            rows only, the lines of the text that hold them.
        at: Path of the list whose rows are meant; None takes the largest.
        page: Page of the answer, from 1; None gives all of it in one.
        page_tokens: Tokens of a page at most, but one row at least.

    Raises:
        ValidationError: A value has the wrong form.
        RetrievalError: There is no list at `at`.
    """
    if all(asked is None for asked in (rows, where, search, at, page)):
        return Retrieved(handle=handle, text=text, unit="characters", total=len(text), found=len(text))
    for name, asked in (("rows", rows), ("where", where), ("search", search), ("at", at)):
        if asked is not None and not isinstance(asked, str):
            raise ValidationError(f"{name} must be text, got {type(asked).__name__}", field=name)
    if type(page_tokens) is not int or page_tokens < 1:
        raise ValidationError("page_tokens must be 1 or more", field="page_tokens")
    if page is not None and (type(page) is not int or page < 1):
        raise ValidationError("page must be 1 or more", field="page", value=page)
    whole = as_numbered(text)
    try:
        table = rows_of(whole, at or "")
    except KeyError:
        raise RetrievalError("no list at the path given by `at`", handle=handle) from None
    text = whole if table.source is None else table.source
    if search is not None and (rows, where, at) == (None, None, None) and stands_outside(whole, text, table, search):
        text, table = whole, line_rows(whole)
    places = pick(text, table, rows, where, search)
    return paged(text, table, handle, places, page, page_tokens, counter)


def stands_outside(whole: str, text: str, table: Rows, search: str) -> bool:
    """Whether no row holds the words searched for as they stand, but a line beside the rows does."""
    wanted = folded(search)
    if table.unit != "rows" or wanted not in folded(whole):
        return False
    return not any(wanted in folded(text[slice(*span)]) for span in table.spans)


def pick(text: str, table: Rows, rows: str | None, where: str | None, search: str | None) -> list[int]:
    """Positions of the rows that fit everything asked."""
    places = list(range(len(table.spans)))
    if rows is not None:
        places = in_ranges(rows, len(places))
    if where is not None:
        if table.unit != "rows":
            raise ValidationError("where needs rows of JSON or of a table, this original has lines", field="where")
        wanted = set(matching(where, table.values))
        places = [place for place in places if place in wanted]
    if search is not None:
        texts = [text[slice(*table.spans[place])] for place in places]
        places = [places[found] for found in searched(texts, search)]
    return places


def paged(
    text: str, table: Rows, handle: str, places: list[int], page: int | None, page_tokens: int, counter: TokenCounter
) -> Retrieved:
    """One page of whole rows."""
    texts = [text[slice(*table.spans[place])] for place in places]
    starts = [0]
    if page is not None:
        size = 0
        for number, row in enumerate(texts):
            tokens = counter.count_text(row) + 1
            if size and size + tokens > page_tokens:
                starts.append(number)
                size = 0
            size += tokens
        if page > len(starts):
            raise ValidationError(f"page must be 1 to {len(starts)}, got {page}", field="page", value=page)
    starts.append(len(texts))
    first, last = (starts[page - 1], starts[page]) if page is not None else (0, len(texts))
    return Retrieved(
        handle=handle,
        text="\n".join([*([table.head] if table.head and first < last else []), *texts[first:last]]),
        unit=table.unit,
        total=len(table.spans),
        found=len(places),
        numbers=tuple(place + 1 for place in places[first:last]),
        next_page=page + 1 if page is not None and last < len(texts) else None,
    )


def ranges(numbers: tuple[int, ...]) -> str:
    """Numbers as ranges.

    >>> ranges((1, 2, 3, 7))
    '1-3,7'
    """
    pieces: list[list[int]] = []
    for number in numbers:
        if pieces and pieces[-1][1] == number - 1:
            pieces[-1][1] = number
        else:
            pieces.append([number, number])
    return ",".join(f"{a}-{b}" if b > a else str(a) for a, b in pieces)

"""What the model asks for, read from whatever it sends; what cannot be understood becomes a correction, never an error.

Rows are named in one small grammar, in which answers also say how to go on:

    47-90            rows 47 to 90          3,17-20,100-     some rows, and all from 100 on
    57 chars 4001-   row 57 from its character 4001 on       chars 4001-    the text from its character 4001 on
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headroom.errors import ValidationError
from headroom.markers import HANDLE
from headroom.retrieval.filters import BLANKS, folded

EXAMPLE = '{"hash": "12 hex digits", "rows": "47-90"}'
MOST_CHARS = 20_000  # of one argument
MOST_RANGES = 2_000
HEX = re.compile(r"[0-9a-f]+", re.ASCII)
HANDLE_DIGITS = 12
WORD = re.compile(r"(?:rows?|lines?|items?|#)[ :]*", re.ASCII | re.IGNORECASE)
SPAN = r"([0-9]{1,12})(?: *(-|\.\.|:|to|\u2013) *([0-9]{0,12}))?"
ROWS = re.compile(SPAN, re.ASCII)
PIECE = re.compile(rf"([0-9]{{1,12}})? *(?:chars?|characters?) *{SPAN}", re.ASCII)
NAMES = {
    "hash": ("hash", "handle", "hash_key", "id"),
    "rows": ("rows", "row", "lines", "range"),
    "where": ("where", "filter"),
    "search": ("search", "query", "q"),
    "at": ("at", "path"),
    "page": ("page",),
}
WRAPPERS = ("arguments", "parameters", "input", "args", "kwargs")
EVERYTHING = ("", "all", "*", "none", "null")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Rows that are asked for, or a piece of one row.

    Attributes:
        first: First row, from 0; -1 where characters of the whole text are meant.
        last: Row behind the last; None goes to the end.
        start: First character of the row or text, from 0.
        end: Character behind the last; None goes to the end.
    """

    first: int
    last: int | None = None
    start: int = 0
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request of the model, read.

    Attributes:
        handle: 12 hex digits.
        spans: Rows, in order; None asks for all.
        where: Comparisons, or None.
        search: Words, or None.
        at: Path of a list, or "".
        page: Page of the answer, from 1, or None.
        unknown: Names of arguments that are not understood.
    """

    handle: str
    spans: tuple[Span, ...] | None = None
    where: str | None = field(default=None, repr=False)
    search: str | None = field(default=None, repr=False)
    at: str = field(default="", repr=False)
    page: int | None = None
    unknown: tuple[str, ...] = field(default=(), repr=False)

    @property
    def kind(self) -> str:
        """What is asked for: `search`, `where`, `rows` or `whole`; of several the first."""
        if self.search is not None:
            return "search"
        if self.where is not None:
            return "where"
        return "whole" if self.spans is None and not self.at else "rows"


def read_asked(arguments: Any) -> Asked:
    """The request that a tool call's arguments make: JSON text or its value, odd forms included.

    Raises:
        ValidationError: Something is missing or cannot be understood; the message says what to send instead.
    """
    given = read_object(arguments)
    found = {name: value_of(given, names) for name, names in NAMES.items()}
    known = {name for names in NAMES.values() for name in names}
    return Asked(
        handle=read_handle(found["hash"]),
        spans=read_rows(found["rows"]),
        where=read_where(found["where"]),
        search=read_text(found["search"], "search"),
        at=read_text(found["at"], "at") or "",
        page=read_page(found["page"]),
        unknown=tuple(name for name in given if name not in known),
    )


def read_object(arguments: Any) -> Mapping[str, Any]:
    """The arguments by name; a text that only names a hash is one."""
    value = arguments
    for _ in range(3):  # some encode twice, or wrap what they send
        if isinstance(value, str):
            value = parsed(value)
        elif isinstance(value, Mapping):
            inner = next((value[name] for name in WRAPPERS if name in value), None)
            if value_of(value, NAMES["hash"]) is not None or inner is None:
                break
            value = inner
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ValidationError(f"arguments must be a JSON object such as {EXAMPLE}")
    return {str(name): inner for name, inner in value.items()}


def parsed(text: str) -> Any:
    """The value of a JSON text; a bare hash or marker line is a request for it."""
    try:
        return json.loads(text, strict=False) if text.strip(BLANKS) else None
    except (ValueError, RecursionError):
        if "{" not in text and handles_in(text):
            return {"hash": text}
        raise ValidationError(f"arguments must be a JSON object such as {EXAMPLE}") from None


def value_of(given: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """What is given under the first of these names that says something."""
    return next((given[name] for name in names if given.get(name) not in (None, "", [])), None)


def read_handle(value: Any) -> str:
    """The handle in a text that may hold more: quotes, `hash=`, the whole marker line, further digits behind it."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = short_number(value).zfill(HANDLE_DIGITS)
    found = handles_in(value) if isinstance(value, str) else []
    if len(found) == 1:
        return found[0]
    if not value:
        raise ValidationError(f"hash is missing: copy it from the [headroom ...] line, such as {EXAMPLE}")
    raise ValidationError("hash must be the 12 hex digits that the [headroom ...] line names")


def handles_in(text: str) -> list[str]:
    """The handles that a text names."""
    low = folded(text[:MOST_CHARS])
    if named := HANDLE.search(low):
        return [named[1]]
    return list(dict.fromkeys(run[:HANDLE_DIGITS] for run in HEX.findall(low) if len(run) >= HANDLE_DIGITS))


def read_text(value: Any, name: str) -> str | None:
    """Text as it is; a number as its text, a list of words as one text."""
    if isinstance(value, (list, tuple)) and all(isinstance(item, (str, int, float)) for item in value):
        value = " ".join(map(str, value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = short_number(value)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > MOST_CHARS:
        raise ValidationError(f"{name} must be text of at most {MOST_CHARS} characters")
    return value


def short_number(value: int | float) -> str:
    """The text of a number that is not too long to have one."""
    try:
        return str(int(value)) if value == int(value) else str(value)
    except (ValueError, OverflowError):
        return ""


def read_where(value: Any) -> str | None:
    """Comparisons; given one by one, or as an object of values, they are joined."""
    if isinstance(value, Mapping):
        value = [f"{name}={dumped(inner)}" for name, inner in value.items()]
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        value = " and ".join(value)
    return read_text(value, "where")


def dumped(value: Any) -> str:
    """A value as a comparison takes it."""
    try:
        return value if isinstance(value, str) else json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return ""


def read_page(value: Any) -> int | None:
    """The number of a page."""
    text = (read_text(value, "page") or "").strip(BLANKS)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < HANDLE_DIGITS and int(text)):
        raise ValidationError("page must be a number from 1 on")
    return int(text)


def read_rows(value: Any) -> tuple[Span, ...] | None:
    """Rows as text, as a number or as a list of either; None for all of them."""
    if isinstance(value, (list, tuple)):
        if not all(isinstance(item, (str, int, float)) for item in value):
            raise ValidationError('rows must be ranges such as "47-90"')
        value = ",".join(item if isinstance(item, str) else short_number(item) for item in value)
    text = (read_text(value, "rows") or "").strip(BLANKS + "[]()\"'")
    if folded(text) in EVERYTHING:
        return None
    pieces = text.split(",")
    if len(pieces) > MOST_RANGES:
        raise ValidationError(f'rows takes {MOST_RANGES} ranges at most; use one such as "47-90"')
    return tuple(sorted(set(map(read_span, pieces)), key=lambda span: (span.first, span.start)))


def read_span(piece: str) -> Span:
    """One range, or a piece of a row or of the text."""
    piece = WORD.sub("", piece, count=1).strip(BLANKS)
    if found := PIECE.fullmatch(piece):
        start, end = bounds(found[2], found[3], found[4])
        place = max(int(found[1]), 1) - 1 if found[1] else -1
        return Span(place, place + 1, start, end)
    if not (found := ROWS.fullmatch(piece)):
        raise ValidationError('rows must be ranges such as "47-90"')
    return Span(*bounds(found[1], found[2], found[3]))


def bounds(first: str, joint: str | None, last: str | None) -> tuple[int, int | None]:
    """(first, behind the last) from 0, the smaller one first; None goes to the end."""
    low = max(int(first), 1)
    high = low if joint is None else max(int(last), 1) if last else None
    if high is not None and high < low:
        low, high = high, low
    return low - 1, high

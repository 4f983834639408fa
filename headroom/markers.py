"""The line that says what is missing, and the handle that brings it back: writer and reader side by side.

    [headroom 9c2e: 1214 of 1260 rows not shown here; source complete; headroom_retrieve(hash="5b1f09c2a7e4")]

The four digits behind the name are a check over the rest of the line. They tell our lines from text that only
looks like one; with a `secret` nobody else can write them. Wording and grammar are fixed in format 1.
"""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass
from hashlib import sha256

RETRIEVE_TOOL = "headroom_retrieve"
HANDLE_DIGITS = 12
BEGIN = re.compile(r"\[headroom ([0-9a-f]{4}): ", re.ASCII)
MOST_BRACKETS = 32  # in one line; paths hold some
MOST_CHARS = 4000  # of one line
CLOSING = re.compile(r"\]")
HANDLE = re.compile(r"\b(?:hash=\"|handle )([0-9a-f]{12})\b", re.ASCII)
HANDLE_ONLY = re.compile(r"[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker line that was read and is ours.

    Attributes:
        line: The whole line.
        handle: Handle of the original, or None where the line names none.
        start: Index of its first character in the text that was read.
        end: Index behind its last character.
    """

    line: str
    handle: str | None
    start: int
    end: int


def handle_of(content: str | bytes, *, namespace: str = "", secret: str = "") -> str:
    """Handle of an original: the first 12 hex digits of HMAC-SHA256 over namespace and bytes.

    Equal content has equal handles within a namespace, on every machine with the same `secret`.

    >>> handle_of("abc")
    '903d1971280c'
    """
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return digest(secret, namespace.encode("utf-8", "surrogatepass") + b"\0" + data)[:HANDLE_DIGITS]


def digest(secret: str, data: bytes) -> str:
    """HMAC-SHA256 as hex digits."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), data, sha256).hexdigest()


def check_of(body: str, secret: str) -> str:
    """The four digits that go with `body`."""
    return digest(secret, b"marker\0" + body.encode("utf-8", "surrogatepass"))[:4]


def write_line(body: str, *, secret: str = "") -> str:
    """`body` as a marker line."""
    return f"[headroom {check_of(body, secret)}: {body}]"


def left_out_line(
    *,
    shown: int,
    total: int,
    unit: str,
    handle: str,
    by_tool: bool,
    at: str = "",
    facts: str = "",
    secret: str = "",
) -> str:
    """The line that says that `total - shown` of `total` items are not shown, and how to see them.

    Args:
        unit: What is counted, in the plural, such as `rows`.
        by_tool: Whether the reader can call the retrieve tool; else the line only names the handle.
        at: Path of the list whose rows are counted, such as `Results[0].Vulnerabilities`, written as a JSON string;
            "" for the document itself.
        facts: What is true of all items, such as column statistics; one line or "".
    """
    place = f", at={json.dumps(at, ensure_ascii=False)}" if at else ""
    way = f'{RETRIEVE_TOOL}(hash="{handle}"{place})' if by_tool else f"handle {handle}{place}"
    body = f"{total - shown} of {total} {unit} not shown here; source complete; {way}"
    return write_line(f"{body}; {facts}" if facts else body, secret=secret)


def find_markers(text: str, *, secret: str = "") -> list[Marker]:
    """All marker lines of ours in `text`; what only looks like one is passed over."""
    found: list[Marker] = []
    place = 0
    while begun := BEGIN.search(text, place):
        marker = marker_at(text, begun, secret)
        place = marker.end if marker else begun.end()
        if marker:
            found.append(marker)
    return found


def marker_at(text: str, begun: re.Match[str], secret: str) -> Marker | None:
    """The marker that begins there: up to the bracket at which its check holds.

    Brackets at the end of the line are tried first, since markers are lines; and not many of them, so that text made
    to look like markers costs no more than other text.
    """
    end = min(found for found in (text.find("\n", begun.end()), begun.end() + MOST_CHARS, len(text)) if found >= 0)
    again = BEGIN.search(text, begun.end(), end)
    places = [bracket.end() for bracket in CLOSING.finditer(text, begun.end(), again.start() if again else end)]
    for place in [*places[-1:], *places[:MOST_BRACKETS]]:
        body = text[begun.end() : place - 1]
        if hmac.compare_digest(begun[1], check_of(body, secret)):
            handle = HANDLE.search(body)
            return Marker(text[begun.start() : place], handle[1] if handle else None, begun.start(), place)
    return None


def has_marker(text: str, *, secret: str = "") -> bool:
    """Whether `text` holds a marker line of ours."""
    return bool(find_markers(text, secret=secret))


def strip_markers(text: str, *, secret: str = "") -> str:
    """`text` without marker lines of ours, for answers in which a model quoted one to its user."""
    for marker in reversed(find_markers(text, secret=secret)):
        before, after = text[: marker.start], text[marker.end :]
        text = before.removesuffix("\n") + after if not after or after.startswith("\n") else before + after
    return text


def is_handle(text: object) -> bool:
    """Whether `text` has the form of a handle."""
    return isinstance(text, str) and HANDLE_ONLY.fullmatch(text) is not None

"""The shape of a result: which keys it has and what kind of values, without the values. Pure and bounded."""

from __future__ import annotations

import hashlib
import re

MOST_CHARS = 8192  # about 2 ms; what comes later has the same keys, or belongs to the tool's other shapes
MOST_PATHS, MOST_DEPTH = 256, 6
LONG_KEY = 12
LONGEST_WORD = len("-Infinity")
OPENERS = {"{": "object", "[": "list"}
CLOSERS = {"}": "{", "]": "["}
TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<text>"[^"\\]*(?:\\.[^"\\]*)*")|(?P<mark>[{}\[\],:])|(?P<number>-?[0-9][0-9.eE+\-]*)'
    r"|(?P<truth>true|false)|(?P<none>null|NaN|-?Infinity))",
    re.ASCII | re.DOTALL,
)
DIGITS = re.compile(r"[0-9]+", re.ASCII)


def shape_of(text: str, kind: str = "text") -> str:
    """16 hex digits: equal for texts that begin with JSON of the same keys and kinds of values, in whatever order.

    Of other texts it is their kind alone.

    Args:
        text: A tool's result. Its first 8,192 characters are looked at.
        kind: What detection took it for, such as `log`.

    >>> shape_of('[{"id": 1, "name": "a"}]') == shape_of('[{"name": "b", "id": 22}, {"id": 3, "name": null}]')
    True
    """
    paths = json_paths(text[:MOST_CHARS], is_cut=len(text) > MOST_CHARS)
    described = "\n".join(sorted(paths)) if paths else f"kind {kind}"
    return hashlib.sha256(described.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Reading:
    """Where in a JSON text the reading stands.

    Attributes:
        open: Marks of the containers that are open, outermost first.
        paths: Path of each of them.
        at: Path of the value that comes next.
        awaits_key: Whether a key comes next.
        found: `path kind` of each value, without repeats.
    """

    def __init__(self) -> None:
        self.open: list[str] = []
        self.paths: list[str] = []
        self.at = ""
        self.awaits_key = False
        self.found: set[str] = set()

    def note(self, kind: str) -> None:
        """A value of this kind stands here."""
        if len(self.open) <= MOST_DEPTH and len(self.found) < MOST_PATHS:
            self.found.add(f"{self.at} {kind}")

    def key(self, text: str) -> None:
        """A key; the values of keys that are numbered or ids stand together."""
        core = DIGITS.sub("0", text)
        self.at = f"{self.paths[-1]}/{'0' if core != text and len(text) > LONG_KEY else core}"

    def mark(self, mark: str) -> bool:
        """Go on over a mark; False where it cannot stand here."""
        if mark in OPENERS:
            if self.awaits_key:
                return False
            self.note(OPENERS[mark])
            self.open.append(mark)
            self.paths.append(self.at)
            self.at += "" if mark == "{" else "/[]"
            self.awaits_key = mark == "{"
            return True
        if not self.open:
            return False
        if mark in CLOSERS:
            return self.close(mark)
        in_object = self.open[-1] == "{"
        fits = not self.awaits_key if mark == "," else in_object and self.awaits_key and self.at != self.paths[-1]
        self.awaits_key = in_object and mark == ","
        if self.awaits_key:
            self.at = self.paths[-1]
        return fits

    def close(self, mark: str) -> bool:
        """Leave a container; False where another one is open."""
        fits = self.open.pop() == CLOSERS[mark]
        self.paths.pop()
        if not self.open:
            self.at = ""
        elif self.open[-1] == "[":
            self.at = f"{self.paths[-1]}/[]"
        self.awaits_key = False
        return fits


def json_paths(text: str, *, is_cut: bool) -> set[str] | None:
    """`path kind` of the values in JSON, or in JSON lines; None where the text is something else.

    Lenient where it makes no difference, and of a text that breaks off between values it takes what is there: what it
    must tell apart is JSON from text that begins with a bracket.
    """
    if text.lstrip(" \t\r\n")[:1] not in ("{", "["):
        return None
    reading = Reading()
    place = 0
    while found := TOKEN.match(text, place):
        kind, token = found.lastgroup or "", found[found.lastgroup or 0]
        if kind == "mark":
            fits = reading.mark(token)
        elif reading.awaits_key:
            fits = kind == "text"
            reading.key(token[1:-1])
        else:
            fits = bool(reading.open)
            reading.note(kind)
        if not fits:
            return None
        place = found.end()
    rest = text[place:].lstrip(" \t\r\n")
    # The last value may be cut: a text anywhere, other values within their few letters.
    ends_well = not rest or (is_cut and (rest[0] == '"' or (len(rest) < LONGEST_WORD and rest[0] in "tfnNI-")))
    return without_nulls(reading.found) if ends_well else None


def without_nulls(found: set[str]) -> set[str]:
    """The paths without `none` where the same path has another kind, too: which rows lack a value is no shape."""
    others = {path.rpartition(" ")[0] for path in found if not path.endswith(" none")}
    return {path for path in found if not path.endswith(" none") or path.rpartition(" ")[0] not in others}

"""Reads the YAML that people and tools write mostly: block maps and lists, one-line scalars and brackets, texts.

What is anything else is refused as a whole: anchors, aliases, tags, merge keys, directives, keys that are no text,
repeated keys, scalars and brackets over several lines, tabs. Comments stay: `//` is the comment above the next entry
of a map, `name//` the one behind the value of `name`; in a list `// text` and `-// text` are items of their own.
Blank lines, indentation and the kind of quotes are not kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from headroom.compressors.yaml_values.blocks import HEADER, block_text
from headroom.compressors.yaml_values.flow import check_item, key_of, read_flow
from headroom.compressors.yaml_values.scalars import COMMENT, YamlError, plain_value, quoted_value, read_quoted

MOST_DEPTH = 40
MOST_KEY_CHARS = 1000  # YAML allows 1,024 with what stands around a key in its line
ODD_CHARS = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
LIST_ITEM = re.compile(r"-(?: +|$)")
SIMPLE_KEY = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,99}):(?: +|$)")  # nothing else needs to be asked
BEHIND = re.compile(r" *(?: #(.*))?$")


Span = tuple[int, int]


@dataclass(slots=True)
class Places:
    """Where entries stand: for each list its items, for each map its entries by key; by the id of list or map.

    Attributes:
        items: First row of each item, from 0, and the row behind it.
        entries: The same for the entries of maps.
        documents: The same for the documents.
    """

    items: dict[int, list[Span]] = field(default_factory=dict)
    entries: dict[int, dict[str, Span]] = field(default_factory=dict)
    documents: list[Span] = field(default_factory=list)


def read_yaml(text: str, places: Places | None = None) -> list[Any]:
    """The documents of `text`.

    Args:
        places: Where to write down where entries stand; None does not.

    Raises:
        YamlError: It is not simple YAML.
    """
    body = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if "\r" in body or ODD_CHARS.search(body):
        raise YamlError("yaml_not_simple")
    found: list[Any] = []
    above: list[tuple[int, str]] = []
    for first, lines in parts(body.split("\n")):
        reader = YamlReader(lines, above, first, places or Places())
        if reader.next()[0] < 0:
            if found:
                raise YamlError("yaml_not_simple")
            continue
        start = reader.row
        found.append(reader.document())
        reader.places.documents.append((first + start, first + reader.done))
        above = []
    if not found:
        raise YamlError("yaml_not_simple")
    return found


def parts(lines: list[str]) -> list[tuple[int, list[str]]]:
    """The lines of each document, and the row of the first.

    Raises:
        YamlError: There are directives, or ends of documents.
    """
    found: list[tuple[int, list[str]]] = [(0, [])]
    for row, line in enumerate(lines):
        if line.startswith(("%", "...")):
            raise YamlError("yaml_not_simple")
        if line.startswith("---"):
            if line.rstrip(" ") != "---":
                raise YamlError("yaml_not_simple")
            found[-1][1].append("")  # the line end before
            found.append((row + 1, []))
        else:
            found[-1][1].append(line)
    return found


class YamlReader:
    """A place in the lines of one document.

    Attributes:
        lines: All lines.
        above: Comments that stand above the next entry, with their rows.
        first: Row of the first line in the text.
        places: Where to write down where entries stand.
        row: Index of the current line.
        column: Where in it the next thing begins; None where that is not known yet.
        done: Index behind the last line that was read and is no comment.
    """

    def __init__(self, lines: list[str], above: list[tuple[int, str]], first: int, places: Places) -> None:
        self.lines = lines
        self.above = above
        self.first = first
        self.places = places
        self.row = 0
        self.column: int | None = None
        self.done = 0
        self.depth = 0
        self.seen: tuple[int, str] | None = None  # what `next` found; None where the place is another one since

    def next(self) -> tuple[int, str]:
        """Column of what comes next, and its line from there on; (-1, "") at the end. Reads comments on the way."""
        if self.seen is not None:
            return self.seen
        while self.row < len(self.lines):
            line = self.lines[self.row]
            if self.column is None:
                content = line.strip(" ")
                if not content or content[0] == "#":
                    if content:
                        self.above.append((self.first + self.row, content))
                    self.row += 1
                    continue
                if "\t" in content:
                    raise YamlError("yaml_tabs")
                self.column = len(line) - len(line.lstrip(" "))
            self.seen = self.column, line[self.column :].rstrip(" ")
            return self.seen
        return -1, ""

    def advance(self) -> None:
        """Go to the next line."""
        self.go_to(self.row + 1)

    def go_to(self, row: int) -> None:
        """Go to a line; what stands above it was read."""
        self.row = self.done = row
        self.column = self.seen = None

    def document(self) -> Any:
        """The one value of the document."""
        found = self.node()
        if self.next()[0] >= 0:
            raise YamlError("yaml_not_simple")
        if self.above and type(found) is dict:
            count = sum(key.startswith(COMMENT) for key in found)
            found[comment_key(count)] = self.comment()
        elif self.above:
            self.places.items[id(found)].append(self.span_above())
            found.append(self.item_above())
        return found

    def node(self) -> Any:
        """The list or map that begins here."""
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise YamlError("nested_too_deeply")
        column, content = self.next()
        if LIST_ITEM.match(content):
            found: Any = self.items(column)
        elif split_key(content):
            found = self.members(column)
        else:
            raise YamlError("yaml_not_simple")
        self.depth -= 1
        return found

    def items(self, column: int) -> list[Any]:
        """The items of the list whose dashes stand at `column`."""
        found: list[Any] = []
        spans = self.places.items[id(found)] = []
        while True:
            at, content = self.next()
            start = self.first + self.row
            dash = LIST_ITEM.match(content) if at == column else None
            if not dash:
                if at > column:
                    raise YamlError("yaml_not_simple")
                return found
            rest = content[dash.end() :]
            if not rest:
                self.advance()
                inner, _ = self.next()
                if inner <= column:
                    raise YamlError("yaml_not_simple")
                if self.above and LIST_ITEM.match(self.next()[1]):
                    raise YamlError("yaml_not_simple")
                found.append(self.node())
            elif rest[0] == "#":
                raise YamlError("yaml_not_simple")
            else:
                self.column, self.seen = column + dash.end(), None
                self.add_item(found, rest, column, spans)
            spans += [(start, self.first + self.done)] * (len(found) - len(spans))

    def add_item(self, found: list[Any], rest: str, column: int, spans: list[Span]) -> None:
        """One item that begins in the line of its dash."""
        if LIST_ITEM.match(rest) or split_key(rest):
            if self.above and LIST_ITEM.match(rest):
                spans.append(self.span_above())
                found.append(self.item_above())
            found.append(self.node())
            return
        if self.above:
            spans.append(self.span_above())
            found.append(self.item_above())
        value, behind = self.inline(rest, column)
        check_item(value)
        found.append(value)
        if behind is not None:
            found.append(f"-{COMMENT} {said(behind)}")

    def members(self, column: int) -> dict[str, Any]:
        """The entries of the map whose keys stand at `column`."""
        found: dict[str, Any] = {}
        spans = self.places.entries[id(found)] = {}
        comments = 0
        while True:
            at, content = self.next()
            start = self.first + self.row
            if at < column:
                return found
            entry = split_key(content) if at == column else None
            if not entry:
                if at == column and LIST_ITEM.match(content):
                    return found  # the list below a key that stands in the same column; the reader of that goes on
                raise YamlError("yaml_not_simple")
            if self.above:
                found[comment_key(comments)] = self.comment()
                comments += 1
            key, rest = entry
            if key in found:
                raise YamlError("yaml_repeated_keys")
            found[key], behind = self.value(rest, column)
            spans[key] = start, self.first + self.done
            if behind is not None:
                found[key + COMMENT] = said(behind)

    def value(self, rest: str, column: int) -> tuple[Any, str | None]:
        """The value of an entry, and the comment behind it."""
        if rest and rest[0] != "#":
            return self.inline(rest, column)
        self.advance()
        at, content = self.next()
        if at > column or (at == column and LIST_ITEM.match(content)):
            return self.items(column) if at == column else self.node(), rest[1:] if rest else None
        return None, rest[1:] if rest else None

    def inline(self, rest: str, column: int) -> tuple[Any, str | None]:
        """A value that begins in the line of its key or dash, and the comment behind it."""
        header = HEADER.fullmatch(rest) if rest[0] in "|>" else None
        if header:
            text, row = block_text(self.lines, self.row + 1, column, header[1], header[2])
            self.go_to(row)
            return quoted_value(text), header[3]
        self.advance()
        if rest[0] in "'\"":
            text, end = read_quoted(rest, 0)
            value: Any = quoted_value(text)
        elif rest[0] in "[{":
            value, end = read_flow(rest, 0)
        else:
            end = (rest.find(" #") + 1 or len(rest) + 1) - 1
            value = plain_value(rest if end == len(rest) else rest[:end].rstrip(" "))
        behind = BEHIND.match(rest, end)
        if not behind or self.next()[0] > column:
            raise YamlError("yaml_not_simple")  # it goes on in the next line
        return value, behind[1]

    def comment(self) -> str:
        """The comments above, as one text."""
        text = "\n".join([said(line[1:]) for _, line in self.above])
        self.above.clear()
        return text

    def span_above(self) -> Span:
        """Where the comments above stand."""
        return self.above[0][0], self.above[-1][0] + 1

    def item_above(self) -> str:
        """The comments above, as an item of a list."""
        return f"{COMMENT} {self.comment()}"


def comment_key(count: int) -> str:
    """The key of a comment in a map that has `count` of them."""
    return f"{COMMENT}{count + 1}" if count else COMMENT


def said(text: str) -> str:
    """What a comment says: without the one blank behind its mark; where there is none, with the mark."""
    return text[1:] if text[:1] == " " and text[1:2] != "#" else f"#{text}"


def split_key(content: str) -> tuple[str, str] | None:
    """Key and what follows its colon; None where there is no key.

    Raises:
        YamlError: The key is not simple.
    """
    simple = SIMPLE_KEY.match(content)
    if simple:
        return simple[1], content[simple.end() :]
    if content[:1] in ("'", '"'):
        try:
            text, end = read_quoted(content, 0)
        except YamlError:
            return None
        behind = content[end:].lstrip(" ")
        if not behind.startswith(":") or behind[1:2] not in ("", " "):
            return None
        if end > MOST_KEY_CHARS:
            raise YamlError("long_key")
        return key_of(text, is_quoted=True), behind[1:].lstrip(" ")
    if content[:1] in ("[", "{", "|", ">", "#", "&", "*", "!"):
        return None
    at = content.find(": ")
    if at < 0:
        at = len(content) - 1 if content.endswith(":") else -1
    if at < 0 or " #" in content[:at]:
        return None
    if at > MOST_KEY_CHARS:
        raise YamlError("long_key")
    return key_of(content[:at].rstrip(" "), is_quoted=False), content[at + 1 :].lstrip(" ")

"""Reads TOML 1.0: headers, dotted keys, every kind of value.

What is refused as a whole is what TOML 1.0 refuses, too, keys that would be taken for comments, and some extensions of
a table whose meaning readers do not agree on. Comments stay: `//` is the comment above the next entry of a table (the
first in the table of a header that it stands above), `name//` the one behind the value of `name`, `-//` the one behind
a header or inline table; in an array `// text` and `-// text` are items of their own. Blank lines, the kind of quotes,
and whether a table stands under a header, in dotted keys or between braces are not kept.
"""

from __future__ import annotations

import re
from typing import Any

from headroom.compressors.toml_values.inline import BEHIND, equals, read_value, skip
from headroom.compressors.toml_values.places import Places
from headroom.compressors.toml_values.scalars import COMMENT, TomlError, comment_text, read_path, string_value
from headroom.compressors.toml_values.tables import Tables

ODD_CHARS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]|\r(?!\n)")
PLAIN_LINE = re.compile(r'[ \t]*([A-Za-z0-9_-]+)[ \t]*=[ \t]*"([^"\\\n]*)"[ \t]*\r?(?:\n|\Z)', re.ASCII)  # most are so
PLAIN_KEY = re.compile(r"([A-Za-z0-9_-]+)[ \t]*=[ \t]*", re.ASCII)
BLANK_LINES = re.compile(r"(?:[ \t]*\r?\n)*")
END = re.compile(r"[ \t]*(?:#([^\n]*))?\r?(?:\n|\Z)")


def read_toml(text: str, places: Places | None = None) -> dict[str, Any]:
    """The document in `text`.

    Args:
        places: Where to write down where entries stand; None does not.

    Raises:
        TomlError: It is not TOML, or nothing but comments.
    """
    if ODD_CHARS.search(text):
        raise TomlError("not_toml")
    reader = TomlReader(text, places)
    while reader.at < len(text):
        reader.line()
    reader.say(len(reader.above))
    if all(key.startswith(COMMENT) for key in reader.tables.root):
        raise TomlError("not_toml")
    return reader.tables.root


class TomlReader:
    """A place in a document.

    Attributes:
        at: Index of the next line.
        tables: What was read.
        above: Comments that stand above the next entry or header.
        apart: How many of them have a blank line below; they belong to the table above a header.
        counts: Comments in a table so far, by its id.
    """

    def __init__(self, text: str, places: Places | None) -> None:
        self.text = text
        self.places = places
        self.at = 0
        self.tables = Tables()
        self.above: list[str] = []
        self.apart = 0
        self.counts: dict[int, int] = {}

    def line(self) -> None:
        """One line; of an entry whose value goes on, all of its lines."""
        start = self.at
        plain = PLAIN_LINE.match(self.text, start)
        if plain:
            self.at = plain.end()
            key, text = plain.groups()
            if self.above or self.places is not None or key in self.tables.current:
                self.put([key], string_value(text), start)
            else:
                self.tables.current[key] = string_value(text)
            return
        at = skip(self.text, start)
        first = self.text[at : at + 1]
        if first in ("\r", "\n", ""):
            blank = BLANK_LINES.match(self.text, at)
            self.at = blank.end() if blank else at
            self.apart = len(self.above)
        elif first == "#":
            self.at = at
            self.above.append(self.end() or "")
        elif first == "[":
            self.header(at)
        else:
            self.entry(at)

    def header(self, at: int) -> None:
        """A line `[path]` or `[[path]]`."""
        start, is_item = self.at, self.text.startswith("[[", at)
        path, at = read_path(self.text, skip(self.text, at + 1 + is_item))
        at = skip(self.text, at)
        closing = "]]" if is_item else "]"
        if not self.text.startswith(closing, at):
            raise TomlError("not_toml")
        self.say(self.apart)
        self.tables.open(path, is_item=is_item)
        self.say(len(self.above))
        self.at = at + len(closing)
        behind = self.end()
        if behind is not None:
            self.tables.current[BEHIND] = behind
        if self.places is not None:
            self.places.add(self.tables.steps, start, self.end_of_line())

    def entry(self, at: int) -> None:
        """A key and its value."""
        start = self.at
        plain = PLAIN_KEY.match(self.text, at)
        if plain:
            path, at = [plain[1]], plain.end()
        else:
            path, at = read_path(self.text, at)
            at = equals(self.text, at)
        value, self.at = read_value(self.text, at, self.places)
        behind = self.end()
        self.put(path, value, start, behind)

    def put(self, path: list[str], value: Any, start: int, behind: str | None = None) -> None:
        """Give the key `path` a value, with the comments above and behind it."""
        table, steps = self.tables.put(path, value)
        if self.above:
            del table[path[-1]]
            self.say(len(self.above), table)
            table[path[-1]] = value
        if behind is not None:
            table[path[-1] + COMMENT] = behind
        if self.places is not None:
            self.places.add([*self.tables.steps, *steps], start, self.end_of_line())

    def end(self) -> str | None:
        """Go behind the end of this line; the comment that stands before it.

        Raises:
            TomlError: Something else stands there.
        """
        found = END.match(self.text, self.at)
        if not found:
            raise TomlError("not_toml")
        self.at = found.end()
        return None if found[1] is None else comment_text(found[1])

    def end_of_line(self) -> int:
        """Index of the end of the line that was read last."""
        end = self.at - self.text.endswith("\n", 0, self.at)
        return end - self.text.endswith("\r", 0, end)

    def say(self, count: int, table: dict[str, Any] | None = None) -> None:
        """Put the first comments above into a table, by default the current one."""
        if not count:
            return
        table = self.tables.current if table is None else table
        number = self.counts.get(id(table), 0) + 1
        self.counts[id(table)] = number
        table[f"{COMMENT}{number}" if number > 1 else COMMENT] = "\n".join(self.above[:count])
        del self.above[:count]
        self.apart = 0

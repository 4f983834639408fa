"""Lines of a system text, and where nothing is looked for: code, quotations, tables, examples, documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

FENCE = re.compile(r"[ \t]{0,3}(```+|~~~+)", re.ASCII)
HEADING = re.compile(r"[ \t]{0,3}(#{1,6})[ \t]+([^\n]*)", re.ASCII)
BOLD_HEADING = re.compile(r"[ \t]*\*\*([^*\n]{1,80})\*\*:?[ \t]*", re.ASCII)
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9_:.-]{0,60})(?:[ \t][^<>\n]{0,200})?>", re.ASCII)
LONE_TAG = re.compile(rf"[ \t]*{TAG.pattern}[ \t]*", re.ASCII)
QUOTED = re.compile(r"[ \t]*(?:>|\|)", re.ASCII)
NUMBERED = re.compile(r"[ \t]*[0-9]{1,3}[.)][ \t]", re.ASCII)
SPEAKER = re.compile(
    r"[ \t]*(?:\*\*)?(?:user|assistant|human|ai|bot|agent|customer|system|q|a|question|answer|input|"
    r"output|thought|observation|action|action input|final answer|response|query|example)(?: ?[0-9]{1,3})?(?:\*\*)?:",
    re.ASCII | re.IGNORECASE,
)
EXAMPLE = re.compile(
    r"(?<![A-Za-z])(?:examples?|e\.g\.|for instance|samples?|templates?|formats?|formatted|follows|like this|such as|"
    r"schema|outputs?|respon[ds]e?|reply|demonstrations?|few-shot|transcripts?|logs?|articles?|history|beispiele?|"
    r"exemples?|ejemplos?|exemplos?|esempi|esempio)(?![A-Za-z])",
    re.ASCII | re.IGNORECASE,
)
ABOUT_THE_CALL = re.compile(
    r"(?<![A-Za-z])(?:context|information|info|details?|session|environment|env|metadata|dates?|time|datetime|runtime|"
    r"now|today|current|state|variables|ids?|request|dynamic|kontext|contexte?|contexto|contesto)(?![A-Za-z])",
    re.ASCII | re.IGNORECASE,
)
DEEPEST = 64  # elements within each other
OF_EXAMPLES = frozenset(
    b"example examples sample samples document documents doc docs source sources article email mail message messages "
    b"format output template schema shot shots code input response answer conversation transcript history log logs "
    b"file files quote content data tool tools result results search record records row item items".split(b" ")
)
OF_CONTEXT = frozenset(
    b"env environment context system info information session runtime metadata date time datetime today now current "
    b"dynamic prompt instruction instructions role rules guidelines identity persona task background user "
    b"general state details settings config assistant".split(b" ")
)

Kind = Literal["blank", "heading", "opening", "closing", "intro", "text"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        start: Where it begins.
        end: Where it ends, without its line end.
        following: Where the next line begins.
        kind: What it is; `opening` and `closing` are tags that stand alone, `intro` ends with a colon.
        name: Text of a heading or intro, name of a tag.
        is_closed: Whether nothing is looked for in it.
    """

    start: int
    end: int
    following: int
    kind: Kind = "text"
    name: str = field(default="", repr=False)
    is_closed: bool = False


def read_lines(text: str) -> list[Line]:
    """The lines of `text`, in order."""
    reader = LineReader(text)
    return [reader.line(start, end, following) for start, end, following in line_places(text)]


def line_places(text: str) -> Iterator[tuple[int, int, int]]:
    """(start, end, start of the next) of each line; a carriage return before the line feed is part of the line end."""
    start = 0
    while start < len(text):
        feed = text.find("\n", start)
        following = len(text) if feed < 0 else feed + 1
        end = following if feed < 0 else feed
        yield start, end - (end > start and text[end - 1] == "\r"), following
        start = following


class LineReader:
    """Reads lines in order and knows what they stand in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.closings = {found[2] for found in TAG.finditer(text) if found[1]}
        self.indent = common_indent(text)
        self.fence = ""
        self.open_tags: list[str] = []
        self.foreign_tags = 0  # among them: those that hold an example or a document
        self.example_level = 0  # of the heading above which examples stand; 0 for none
        self.example_blocks = 0  # blocks of lines that still belong to an example
        self.was_blank = True

    def line(self, start: int, end: int, following: int) -> Line:
        """The next line."""
        said = self.text[start:end]
        kind, name = kind_of(said)
        if self.fence or FENCE.match(said):
            self.read_fence(said)
            return Line(start, end, following, "text", "", True)
        self.read_tags(said)
        if kind == "blank":
            self.example_blocks -= self.example_blocks > 0 and not self.was_blank
            self.was_blank = True
            return Line(start, end, following, kind)
        self.was_blank = False
        if kind == "heading":
            self.read_heading(said, name)
        is_closed = self.is_closed(said)
        if kind != "heading" and begins_example(said, kind):
            self.example_blocks = 2  # the rest of this block, and the next one
            is_closed = True
        return Line(start, end, following, kind, name, is_closed)

    def is_closed(self, said: str) -> bool:
        """Whether nothing is looked for in a line at this place."""
        indent = len(said) - len(said.lstrip(" \t")) - self.indent
        return bool(
            self.example_level
            or self.example_blocks
            or indent >= 4
            or "\t" in said[: len(said) - len(said.lstrip(" \t"))]
            or QUOTED.match(said)
            or NUMBERED.match(said)
            or self.foreign_tags
        )

    def read_fence(self, said: str) -> None:
        """Go into a block of code, or out of it."""
        found = FENCE.match(said)
        if not self.fence and found:
            self.fence = found[1]
        elif found and found[1].startswith(self.fence):
            self.fence = ""

    def read_tags(self, said: str) -> None:
        """Go into elements and out of them; a tag that is closed nowhere is a placeholder."""
        for found in TAG.finditer(said):
            if not found[1]:
                if found[2] in self.closings and len(self.open_tags) < DEEPEST:
                    self.open_tags.append(found[2])
                    self.foreign_tags += not is_context_tag(found[2])
            elif found[2] in self.open_tags:
                name = ""
                while name != found[2]:
                    name = self.open_tags.pop()
                    self.foreign_tags -= not is_context_tag(name)

    def read_heading(self, said: str, name: str) -> None:
        """Go into a section of examples, or out of it."""
        marks = HEADING.match(said)
        level = len(marks[1]) if marks else 7
        if not self.example_level or level <= self.example_level:
            self.example_level = level if EXAMPLE.search(name) else 0
        self.example_blocks = 0


def kind_of(said: str) -> tuple[Kind, str]:
    """What a line is, and its name."""
    bare = said.strip(" \t")
    if not bare:
        return "blank", ""
    if found := HEADING.match(said):
        return "heading", found[2]
    if (found := BOLD_HEADING.fullmatch(said)) and ":" not in found[1]:
        return "heading", found[1]
    if found := LONE_TAG.fullmatch(said):
        return ("closing" if found[1] else "opening"), found[2]
    return ("intro", bare) if bare.endswith(":") else ("text", "")


def begins_example(said: str, kind: Kind) -> bool:
    """Whether an example, a form or a dialogue begins with this line."""
    return SPEAKER.match(said) is not None or (kind == "intro" and EXAMPLE.search(said) is not None)


def common_indent(text: str) -> int:
    """Blanks that all lines but the first begin with, as in a string that was never dedented."""
    indents = [len(line) - len(line.lstrip(" ")) for line in text.split("\n")[1:] if line.strip(" \t\r")]
    return min(indents, default=0)


def is_context_tag(name: str) -> bool:
    """Whether an element of this name holds what is said to the model, not an example or a document."""
    words = frozenset(re.split(rb"[_:.-]", name.encode("ascii", "replace").lower()))
    return not words & OF_EXAMPLES and bool(words & OF_CONTEXT)

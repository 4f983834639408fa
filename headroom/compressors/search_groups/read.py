"""Search results as blocks: the lines of one file that stand together, and lines that are no match."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.compressors.search_groups.forms import LINE, NUL_LINE, NUL_TEXT, PATH_LINE, PATH_TEXT, Form
from headroom.detection.search import COUNTED, NUMBERED, TEXTED, looks_like_path, path_before_number

ENTRY = re.compile(r"([:=-])([0-9]{1,9}(?::[0-9]{1,5})?)\1", re.ASCII)
NUMBER = re.compile(r"([0-9]{1,9}(?::[0-9]{1,5}(?=:))?)([:=-])", re.ASCII)
BARE_NUMBER = re.compile(r"([0-9]{1,9})([:=-])", re.ASCII)
MOST_PATH_CHARS = 1000
SEPARATOR = "--"  # between stretches that do not touch
STRETCHES = 8  # looked at to tell the form, each of so many lines
STRETCH_LINES = 100

Entry = tuple[str, str, str]
"""Number (with its column, if any), the mark behind it, text; a separator is `("", "--", "")`."""


@dataclass(slots=True)
class Block:
    """Lines of one file that stand together, or one line that is no match.

    Attributes:
        path: The file; None for a line that is no match, which is the text of the only entry.
        entries: The lines.
    """

    path: str | None
    entries: list[Entry] = field(default_factory=list, repr=False)


def form_of(lines: Sequence[str]) -> Form | None:
    """How most of the lines are written; None where few are written alike."""
    sample = sampled(lines)
    some = [line for line in sample if line not in ("", "\r", SEPARATOR, SEPARATOR + "\r")]
    if len(some) < len(sample) / 4:
        return None  # blank lines
    has_gaps = SEPARATOR in lines or SEPARATOR + "\r" in lines
    if sum("\0" in line for line in some) > len(some) / 2:
        behind = [BARE_NUMBER.match(line.partition("\0")[2]) for line in some]
        if sum(map(bool, behind)) < 0.8 * len(some):
            return Form(NUL_TEXT)
        return Form(NUL_LINE, has_gaps or sum(number is not None and number[2] == "-" for number in behind) > 1)
    numbered = [match for match in map(NUMBERED.match, some) if match and looks_like_path(match[1])]
    paths = dict.fromkeys(match[1] for match in numbered)
    around = sum(bool(path_before_number(line, paths)) for line in some if "-" in line) if paths else 0
    if len(numbered) + around > len(some) / 2:
        return Form(PATH_LINE, has_gaps or around > 1)
    bare = [match[2] for match in map(BARE_NUMBER.match, some) if match]
    if len(bare) > len(some) / 3:
        return Form(LINE, bare.count("-") > 1)
    texted = [match for match in map(TEXTED.match, some) if match and looks_like_path(match[1])]
    counted = sum(COUNTED.match(line) is not None for line in some)
    return Form(PATH_TEXT) if len(texted) > len(some) / 2 > counted else None


def sampled(lines: Sequence[str]) -> list[str]:
    """Stretches of lines, evenly spread; not every so-many-th line, since context comes in equal steps."""
    if len(lines) <= STRETCHES * STRETCH_LINES:
        return list(lines)
    step = len(lines) // STRETCHES
    return [line for start in range(0, STRETCHES * step, step) for line in lines[start : start + STRETCH_LINES]]


def read_blocks(lines: Sequence[str], form: Form) -> list[Block]:
    """The lines as blocks, in order; only for forms with paths."""
    reader = Reader(lines, form)
    for line in lines:
        reader.read(line)
    return reader.blocks


class Reader:
    """Reads lines one after the other."""

    def __init__(self, lines: Sequence[str], form: Form) -> None:
        self.lines = lines
        self.form = form
        self.blocks: list[Block] = []
        self.path = ""
        self.known: dict[str, None] | None = None

    def read(self, line: str) -> None:
        """Add one line to the blocks."""
        if line == SEPARATOR and self.form.numbered and self.path:
            self.blocks[-1].entries.append(("", SEPARATOR, ""))
            return
        found = self.entry_of(line)
        if found is None:
            self.path = ""
            self.blocks.append(Block(None, [("", "", line)]))
            return
        path, entry = found
        if path != self.path:
            self.path = path
            self.blocks.append(Block(path))
        self.blocks[-1].entries.append(entry)

    def entry_of(self, line: str) -> tuple[str, Entry] | None:
        """Path and entry of a line; None where it is no match."""
        if self.form.is_nul:
            return self.behind_nul(line)
        if not self.form.numbered:
            return self.behind_path(line)
        path = self.path
        if path and line.startswith(path):
            found = ENTRY.match(line, len(path))
            if found:
                return path, (found[2], found[1], line[found.end() :])
        path = self.path_of(line)
        found = ENTRY.match(line, len(path)) if path else None
        return (path, (found[2], found[1], line[found.end() :])) if found else None

    def path_of(self, line: str) -> str:
        """The path with which a line begins, or ""."""
        if self.form.context and "-" in line and (named := path_before_number(line, self.known_paths())):
            return named[0]
        found = NUMBERED.match(line)
        return found[1] if found else ""

    def known_paths(self) -> dict[str, None]:
        """Paths of the lines that match."""
        if self.known is None:
            found = (NUMBERED.match(line) for line in self.lines)
            self.known = dict.fromkeys(match[1] for match in found if match)
        return self.known

    def behind_nul(self, line: str) -> tuple[str, Entry] | None:
        """Path and entry where a NUL ends the path."""
        path, nul, rest = line.partition("\0")
        if not nul or not rest or not 0 < len(path) <= MOST_PATH_CHARS:
            return None
        if not self.form.numbered:
            return path, ("", "", rest)
        found = NUMBER.match(rest)
        return (path, (found[1], found[2], rest[found.end() :])) if found else None

    def behind_path(self, line: str) -> tuple[str, Entry] | None:
        """Path and entry of `path:text`."""
        if self.path and line.startswith(self.path) and line[len(self.path) : len(self.path) + 1] == ":":
            path = self.path
        else:
            found = TEXTED.match(line)
            if found is None or not looks_like_path(found[1]):
                return None
            path = found[1]
        text = line[len(path) + 1 :]
        return (path, ("", "", text)) if text else None

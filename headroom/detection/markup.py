"""XML, YAML and TOML; and what this library writes in their place."""

from __future__ import annotations

import re
from itertools import islice

from headroom.detection.types import ContentType, Detection, Probe

HEAD_CHARS = 1 << 16
OURS = re.compile(r"(xml|yaml|toml)(?: documents)?[{\[]", re.ASCII)  # how table text of these kinds begins
OUR_KIND = {"xml": ContentType.XML, "yaml": ContentType.YAML, "toml": ContentType.TOML}

NAME = r"[A-Za-z_][A-Za-z0-9_.:-]*"
XML_START = re.compile(rf"\ufeff?[ \t\r\n]*<(?:(\?xml)[ \t\r\n]|!--|!DOCTYPE |({NAME})(?=[ \t\r\n/>]))", re.ASCII)
TAG = re.compile(rf"</?{NAME}(?=[ \t\r\n/>])|<!--|<\?|<!\[CDATA\[", re.ASCII)
LAST = re.compile(rf"(?:/>|</({NAME})[ \t\r\n]*>|-->|\?>)[ \t\r\n]*\Z", re.ASCII)
PAGE = re.compile(
    r"<!doctype html|<(?:html|head|body|div|span|p|table|ul|ol|script|style)[ \t\r\n/>]", re.IGNORECASE | re.ASCII
)
PAGE_CHARS = 1000
CHARS_PER_TAG = 400  # at most, on the average; more is prose or code within a pair of tags
LEAST_TAGS = 4
TAIL_CHARS = 400


def markup_table(probe: Probe) -> Detection | None:
    """What was written in place of XML, YAML or TOML; before every other rule, so that no other type touches it."""
    ours = OURS.match(probe.text)
    return ours and Detection(kind=OUR_KIND[ours[1]], confidence=0.9, reason=f"table text of {ours[1]}")


def xml(probe: Probe) -> Detection | None:
    """An XML document, or elements that follow each other."""
    begun = XML_START.match(probe.text)
    if not begun:
        return None
    if begun[1]:
        return Detection(kind=ContentType.XML, confidence=0.95, reason="XML declaration")
    head = probe.text[:HEAD_CHARS]
    last = LAST.search(probe.text, max(0, probe.end - TAIL_CHARS), probe.end)
    tags = sum(1 for _ in TAG.finditer(head))
    if not last or tags < LEAST_TAGS or CHARS_PER_TAG * tags < len(head) or PAGE.search(head, 0, PAGE_CHARS):
        return None
    if (begun[2] and begun[2] == last[1]) or mostly_tags(head):
        return Detection(kind=ContentType.XML, confidence=0.8, reason="elements from the first character to the last")
    return None


def mostly_tags(head: str) -> bool:
    """Whether half of the lines that are not blank begin with a tag, or end with one."""
    lines = [stripped for line in islice(head.split("\n"), 400) if (stripped := line.strip(" \t\r\ufeff"))]
    tagged = sum(line.startswith("<") or line.endswith(">") for line in lines)
    return 2 * tagged >= len(lines)


YAML_LINES = 400
ENTRY = re.compile(
    r""" *(?:- +)*(?:"[^"\n]{0,100}"|'[^'\n]{0,100}'|[A-Za-z0-9_$./@~][A-Za-z0-9_$./@~+*() -]{0,100}?) *:(?: +\S|$)""",
    re.ASCII,
)
OPEN_ENTRY = re.compile(r" *(?:- +)*[A-Za-z0-9_$./@~\"'-]+ *:(?: +#.*)?$", re.ASCII)
ITEM = re.compile(r" *- +\S", re.ASCII)
BLOCK = re.compile(r"[:-] +[|>][+-]?[0-9]?[+-]?(?: +#.*)?$", re.ASCII)
LEAST_ENTRIES = 3
SHAPE_SHARE = 0.97  # of the lines of the head that must have the form of YAML


def yaml(probe: Probe) -> Detection | None:
    """One or more YAML documents: maps with maps or lists in them; a flat list of labels and values is none."""
    lines = head_lines(probe, YAML_LINES)
    fits = entries = nested = counted = 0
    is_key = False
    block, opened = -1, -1  # columns of the entry whose text, or whose entries, may follow
    for line in lines:
        content = line.lstrip(" ")
        column = len(line) - len(content)
        if not content or (block >= 0 and column > block) or content[0] == "#":
            continue
        block, counted = -1, counted + 1
        nested += 0 <= opened < column or (is_key and opened == column and content.startswith("- "))
        opened = -1
        if ENTRY.match(line):
            fits, entries = fits + 1, entries + 1
            is_key = OPEN_ENTRY.match(line) is not None
            opened = column if is_key or content.startswith("- ") else -1
            block = column if BLOCK.search(line) else -1
        elif ITEM.match(line) or line in ("---", "..."):
            fits, nested = fits + 1, nested + (line == "---" and entries > 0)
            block = column if BLOCK.search(line) else -1
    if entries < LEAST_ENTRIES or not nested or fits < SHAPE_SHARE * counted:
        return None
    return Detection(kind=ContentType.YAML, confidence=0.8, reason="maps and lists of YAML")


def head_lines(probe: Probe, most: int) -> list[str]:
    """The first lines, without what may be cut in two."""
    head = probe.text[:HEAD_CHARS].removeprefix("\ufeff")
    lines = head.split("\n", most)
    if len(lines) > most or len(head) < len(probe.text):
        lines = lines[:-1]
    return [line.rstrip(" \r") for line in lines]


TOML_LINES = 400
TAIL_LINES = 40  # at the end, told apart more loosely: they may stand within an array or a text over several lines
KEY = r"""(?:[A-Za-z0-9_-]{1,100}|"[^"\\\n]{0,200}"|'[^'\n]{0,200}')"""
PATH = rf"{KEY}(?:[ \t]*\.[ \t]*{KEY}){{0,20}}"
REST = r"[ \t]*(?:#.*)?$"
TABLE = re.compile(rf"[ \t]*(?:\[[ \t]*{PATH}[ \t]*\]|\[\[[ \t]*{PATH}[ \t]*\]\]){REST}", re.ASCII)
STRING = r"""(?:\"\"\".{0,1000}?\"\"\"|'{3}.{0,1000}?'{3}|"(?!"")[^"\\]*(?:\\.[^"\\]*)*"|'(?!'')[^']*')"""
BARE = r"(?:true|false|[+-]?(?:inf|nan|[0-9][0-9A-Za-z_.:+-]*(?: [0-9:.Zz+-]+)?))"
SETTING = re.compile(
    rf"""[ \t]*{PATH}[ \t]*=[ \t]*(?:(?:{STRING}|{BARE}){REST}|(\"\"\"|\'\'\')|(\[)|\{{.*\}}{REST})""", re.ASCII
)
ELEMENT = re.compile(
    rf"[ \t]*(?:[\[{{}}\],]|{STRING}[ \t]*(?:,|\]|#|$)|{BARE}[ \t]*(?:,|\]|#|$)|(\"\"\"|'{{3}}))", re.ASCII
)
LEAST_SETTINGS = 2


def toml(probe: Probe) -> Detection | None:
    """A TOML document with at least one table under a header; one line that is anything else makes it none."""
    tables = settings = 0
    quotes, depth = "", 0  # of a text, and of brackets, that go on
    for line in head_lines(probe, TOML_LINES):
        if quotes:
            quotes = "" if quotes in line else quotes
        elif NOTHING.match(line):
            continue
        elif depth > 0:
            element = ELEMENT.match(line)
            if not element:
                return None
            quotes = element[1] or ""
            depth += 0 if quotes else brackets(line)
        elif found := SETTING.match(line):
            settings += 1
            quotes = found[1] or ""
            depth = brackets(line[found.start(2) :]) if found[2] else 0
        elif TABLE.match(line):
            tables += 1
        else:
            return None
    if not tables or settings < LEAST_SETTINGS or not ends_as_toml(probe):
        return None
    return Detection(kind=ContentType.TOML, confidence=0.9, reason="tables and settings of TOML")


NOTHING = re.compile(r"[ \t]*(?:#|$)")
QUOTED = re.compile(STRING + "|#.*", re.ASCII)


def brackets(line: str) -> int:
    """How many more brackets open than close in a line, outside of strings and comments."""
    bare = QUOTED.sub("", line)
    return bare.count("[") - bare.count("]")


def ends_as_toml(probe: Probe) -> bool:
    """Whether most of the last lines look like TOML, where there are more than were read from the top."""
    if len(probe.text) <= HEAD_CHARS and probe.text.count("\n") <= TOML_LINES:
        return True
    tail = probe.text[max(0, probe.end - HEAD_CHARS) : probe.end].replace("\r\n", "\n").split("\n")[1:][-TAIL_LINES:]
    fits = sum(any(form.match(line) for form in (NOTHING, SETTING, TABLE, ELEMENT)) for line in tail)
    return 2 * fits >= len(tail)

"""XML, YAML and TOML; and what this library writes in their place."""

from __future__ import annotations

import re
from itertools import islice

from headroom.detection.types import ContentType, Detection, Probe

HEAD_CHARS = 1 << 16
OURS = re.compile(r"(xml|yaml|toml)(?:lines)?[{\[]", re.ASCII)  # how table text of these kinds begins
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


def xml(probe: Probe) -> Detection | None:
    """An XML document, or elements that follow each other; also what was written in place of XML, YAML or TOML."""
    ours = OURS.match(probe.text)
    if ours:
        return Detection(kind=OUR_KIND[ours[1]], confidence=0.9, reason=f"table text of {ours[1]}")
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


def yaml(probe: Probe) -> Detection | None:
    """One or more YAML documents."""
    return None


def toml(probe: Probe) -> Detection | None:
    """A TOML document."""
    return None

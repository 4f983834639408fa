"""Web pages."""

from __future__ import annotations

import re

from headroom.detection.types import ContentType, Detection, Probe

SAMPLE_CHARS = 65_536
TAIL_CHARS = 16_384
LEAD_CHARS = 2_000  # status line, headers, a progress table of curl
BEGIN = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.ASCII | re.IGNORECASE)
BEGIN_OF_LINE = re.compile(r"^[ \t]{0,8}<(?:!doctype\s+html|html)\b", re.ASCII | re.IGNORECASE | re.MULTILINE)
END = re.compile(r"</(?:html|body)\s*>[^<]{0,400}\Z", re.ASCII | re.IGNORECASE)
# Comments, an XML declaration, what Word writes: nothing that is shown.
BEFORE = re.compile(r"(?:\ufeff|[ \t\r\n]+|<!--(?:(?!-->)[\s\S]){0,4000}-->|<\?xml[^>]{0,200}\?>)*", re.ASCII)
SCRIPT = re.compile(r"<(?P<tag>script|style|template)\b", re.ASCII | re.IGNORECASE)
# Django, Jinja, PHP, ERB, JSX, Vue, Svelte: written by hand, read to be edited.
TEMPLATE = re.compile(
    r"\{%-?\s*[a-z]|<\?(?:php|=)|<%[=@#\s-]|\bclassName=|=\{[^}\n]|\{#(?:if|each)\b|\bv-(?:if|for|model|bind)\b|\$\{"
    r"|\*ng(?:If|For)\b|\{\{[#/>]",
    re.ASCII,
)
FEW_TEMPLATE_MARKS = 2

TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>])[^<>]{0,2000}>", re.ASCII)
NAMES = (
    "a abbr address article aside audio b blockquote body br button caption center cite code col colgroup dd "
    "del details dfn div dl dt em embed fieldset figcaption figure font footer form frame h1 h2 h3 h4 h5 h6 "
    "head header hr html i iframe img input ins kbd label legend li link main map mark menu meta nav noscript "
    "object ol optgroup option p param picture pre progress q s samp script section select small source span "
    "strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr tt "
    "u ul var video wbr path g use rect circle"
)
KNOWN = frozenset(NAMES.split())
FRAGMENT = re.compile(
    r"<(?:div|p|table|ul|ol|section|article|main|nav|header|footer|form|h[1-6]|dl|figure|span|center|aside|tbody|tr)\b",
    re.ASCII | re.IGNORECASE,
)
MARKDOWN = re.compile(r"^(?:#{1,6} |```|[*-] |\d+\. )", re.ASCII | re.MULTILINE)
FEW_MARKDOWN_LINES = 3
FEWEST_TAGS = 12
KNOWN_SHARE = 0.95
SHOWN_SHARE = 0.15  # of a fragment that tags take at least; less is text with a few tags


def html(probe: Probe) -> Detection | None:
    """A page or a fragment of HTML; not a template, not Markdown or prose with some tags."""
    if "<" not in probe.text[: probe.start + LEAD_CHARS]:
        return None
    begin = BEFORE.match(probe.text, probe.start)
    place = begin.end() if begin else probe.start
    if BEGIN.match(probe.text, place):
        return None if is_template(probe) else Detection(kind=ContentType.HTML, reason="a page")
    if place < len(probe.text) and probe.text[place] != "<":
        return after_a_lead(probe)
    return fragment(probe, place)


def after_a_lead(probe: Probe) -> Detection | None:
    """A whole page behind a few lines of something else, such as the headers of an answer."""
    begin = BEGIN_OF_LINE.search(probe.text, probe.start, probe.start + LEAD_CHARS)
    if begin is None or not END.search(tail(probe)) or is_template(probe):
        return None
    return Detection(kind=ContentType.HTML, confidence=0.9, reason="a page behind other lines")


def fragment(probe: Probe, place: int) -> Detection | None:
    """A part of a page: it begins and ends with tags, nearly all of them HTML."""
    if not FRAGMENT.match(probe.text, place) or probe.last != ">" or is_template(probe):
        return None
    sample = probe.text[place : place + SAMPLE_CHARS]
    tags = list(TAG.finditer(sample))
    names = [tag[1] for tag in tags]
    known = sum(tag in KNOWN or "-" in tag for tag in map(small, names))
    chars = sum(tag.end() - tag.start() for tag in tags)
    if len(tags) < FEWEST_TAGS or known < KNOWN_SHARE * len(tags) or chars < SHOWN_SHARE * len(sample):
        return None
    if len(MARKDOWN.findall(sample)) >= FEW_MARKDOWN_LINES:
        return None
    return Detection(kind=ContentType.HTML, confidence=0.8, reason="a part of a page")


def tail(probe: Probe) -> str:
    """The end of the text, without blanks."""
    return probe.text[max(0, probe.end - 600) : probe.end]


def is_template(probe: Probe) -> bool:
    """Whether marks of a template language stand outside of scripts."""
    sample = probe.text[:SAMPLE_CHARS] + probe.text[max(SAMPLE_CHARS, probe.end - TAIL_CHARS) :]
    marks = 0
    for piece in outside_scripts(sample):
        for mark in TEMPLATE.finditer(piece):
            marks += 1 if mark[0] in ("${", "={") else 2
            if marks >= FEW_TEMPLATE_MARKS:
                return True
    return False


def outside_scripts(sample: str) -> list[str]:
    """The stretches of a page that are neither script nor style."""
    pieces, place = [], 0
    while begun := SCRIPT.search(sample, place):
        pieces.append(sample[place : begun.start()])
        place = sample.find("</", begun.end())
        closing = small(f"</{begun['tag']}")
        while place >= 0 and small(sample[place : place + len(closing)]) != closing:
            place = sample.find("</", place + 2)
        if place < 0:
            return pieces
    return [*pieces, sample[place:]]


def small(text: str) -> str:
    """`text` with A to Z as small letters."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")

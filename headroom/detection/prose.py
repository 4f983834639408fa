"""Text for people: documents with headings, and sentences."""

from __future__ import annotations

import re

from headroom.detection.types import ContentType, Detection, Probe

SAMPLE_CHARS = 65_536
MOST_LINES = 600

HEADING = re.compile(r" {0,3}#{1,6} +[^ \t#]")
FENCE = re.compile(r" {0,3}(?:```|~~~|\$\$ *\r?$)")
ITEM = re.compile(r" {0,8}(?:[-*+]|[0-9]{1,3}[.)]) +(?:\[[ xX]\] +)?[^ \t\r\n-]")
ROW = re.compile(r" {0,3}\|.*\| *\r?", re.ASCII)
QUOTE = re.compile(r" {0,3}> ?[^ \t\r\n]")
INLINE = re.compile(r"\]\([^)\n]{1,300}\)|\*\*[^*\n]{1,200}\*\*|`[^`\n]{1,100}`|!\[", re.ASCII)
RULE = re.compile(r" {0,3}(?:-{3,}|\*{3,}|={3,}|<[a-z/!][^\n]*>|:{3}.*|!{3} .*) *\r?", re.ASCII)
MARKDOWN_SHARE = 0.6  # of the lines outside of code that must look like Markdown or sentences

# Five words in a row: letters of the scripts that are written with blanks; or eight of those that are not.
LETTER = "[A-Za-z'\\u2019\\u00c0-\\u024f\\u0370-\\u1fff\\ua000-\\uabff-]"
GAP = '[,;:.!?)"\u060c]{0,2}[ \t]+'
SPACED_WORDS = re.compile(rf"(?<!{LETTER}){LETTER}+{GAP}(?:{LETTER}{{1,30}}{GAP}){{4}}")
FEWEST_GAPS = 5
UNSPACED_LETTERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff"
UNSPACED = re.compile(f"[{UNSPACED_LETTERS}]{{8}}")
SENTENCE_END = re.compile(
    "[^ \t\r\n.][.!?\u2026][\"')\\]\u2019\u201d\u00bb]{0,2}(?=[ \t\r\n]|\\Z)"
    "|[\u3002\uff01\uff1f\uff61\u0964\u0965\u06d4\u061f\u0589\u1362\u104b\u17d4\u0f0d]"
)
PROSE_SHARE = 0.6  # of the characters that must stand in lines of words
FEWEST_ENDS = 3
MOST_SENTENCE_CHARS = 500
CODE_SIGNS = re.compile(r"[{};=<>|\\]|\t")
MOST_CODE_SIGNS = 0.02


def markdown(probe: Probe) -> Detection | None:
    """A Markdown document: headings or fences, and little that is neither Markdown nor sentences."""
    lines = sample_lines(probe)
    headings = fences = marks = plain = 0
    is_code = False
    for number, line in enumerate(lines):
        if FENCE.match(line):
            fences += 1
            is_code = not is_code
        elif not is_code and line.strip(" \t\r"):
            if HEADING.match(line) and is_apart(lines, number):
                headings += 1
            elif is_markdown(line):
                marks += 1
            elif not is_sentence_like(line) and not line.startswith("    "):
                plain += 1
    if headings + fences // 2 < 1 or headings + fences + marks < 3:
        return None
    if plain > (1 - MARKDOWN_SHARE) * (headings + marks + plain):
        return None
    return Detection(kind=ContentType.MARKDOWN, confidence=0.8, reason="headings, lists, fences")


def prose(probe: Probe) -> Detection | None:
    """Paragraphs of sentences, in any script."""
    sample = probe.text[probe.start : probe.start + SAMPLE_CHARS]
    lines = sample.split("\n")[:MOST_LINES]
    chars = sum(map(len, lines))
    words = sum(len(line) for line in lines if is_sentence_like(line))
    if words < PROSE_SHARE * chars or len(CODE_SIGNS.findall(sample)) > MOST_CODE_SIGNS * chars:
        return None
    ends = len(SENTENCE_END.findall(sample))
    if ends < FEWEST_ENDS or chars > MOST_SENTENCE_CHARS * ends:
        return None
    return Detection(kind=ContentType.PROSE, confidence=0.7, reason="sentences")


def sample_lines(probe: Probe) -> list[str]:
    """The first lines of a text."""
    return probe.text[probe.start : probe.start + SAMPLE_CHARS].split("\n")[:MOST_LINES]


def is_apart(lines: list[str], number: int) -> bool:
    """Whether an empty line, or the end of the text, stands before or behind a line."""
    before = number == 0 or not lines[number - 1].strip(" \t\r")
    return before or number + 1 == len(lines) or not lines[number + 1].strip(" \t\r")


def is_markdown(line: str) -> bool:
    """Whether a line is an item, a row, a quotation, a rule, or holds links or emphasis."""
    if ITEM.match(line) or QUOTE.match(line) or ROW.fullmatch(line) or RULE.fullmatch(line):
        return True
    return INLINE.search(line) is not None


def is_sentence_like(line: str) -> bool:
    """Whether several words in a row stand in a line."""
    if line.count(" ") + line.count("\t") >= FEWEST_GAPS and SPACED_WORDS.search(line):
        return True
    return not line.isascii() and UNSPACED.search(line) is not None

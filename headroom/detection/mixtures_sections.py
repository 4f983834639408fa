"""Outputs one after the other under headings, and blocks between fences."""

from __future__ import annotations

import re

Spans = tuple[tuple[int, int], ...]

HEADING = re.compile(
    r"^(?:==> [^\n]{1,300} <=="
    r"|(={2,40}|-{3,40}|#{3,40}|\*{3,40})[ \t]?(?![ =\-#*])[^\n]{1,120}?(?<![ =\-#*])[ \t]?\1)[ \t]*\r?$",
    re.ASCII | re.MULTILINE,
)
SESSION = re.compile(  # of a test runner, which has a rule of its own
    r"test session|FAILURES|ERRORS|short test summary|warnings summary|PASSES| in [0-9.]+ ?s\b|slowest |coverage:",
    re.ASCII,
)
FENCE = re.compile(r"^(`{3,8}|~{3,8})([A-Za-z0-9_+\-.#]{0,20})[^`\n]{0,100}$", re.ASCII | re.MULTILINE)
DATA_NAMES = (
    "json jsonl ndjson json5 csv tsv log logs xml yaml yml toml sql diff patch text txt output console stdout stderr "
    "plaintext html"
)
DATA = re.compile("|".join(DATA_NAMES.split()), re.ASCII | re.IGNORECASE)
MOST_PARTS = 64
LEAST_FENCED = 400  # characters of a block
LEAST_SHARE = 0.5  # of the text within blocks; less is a document with examples


def sections(text: str) -> Spans:
    """Places of the outputs below headings such as `=== a ===` and `==> a <==`; () where there are none.

    >>> text = "==> a.csv <==\\nid,n\\n1,2\\n\\n==> b.log <==\\nok\\n"
    >>> [text[a:b] for a, b in sections(text)]
    ['id,n\\n1,2\\n', 'ok']
    """
    start = len(text) - len(text.lstrip("\r\n"))
    if text[start : start + 1] not in ("=", "-", "#", "*") or not HEADING.match(text, start):
        return ()
    found = list(HEADING.finditer(text))
    if not 2 <= len(found) <= MOST_PARTS or any(SESSION.search(heading[0]) for heading in found):
        return ()
    if len({heading[0].strip(" \t\r")[:3] for heading in found}) > 1:
        return ()
    ends = [heading.start() for heading in found[1:]] + [len(text)]
    spans = [body(text, heading.end() + 1, end) for heading, end in zip(found, ends, strict=True)]
    return tuple(span for span in spans if span[0] < span[1])


def body(text: str, start: int, end: int) -> tuple[int, int]:
    """The lines from `start` to before `end`, without the last line end."""
    if text[end - 1 : end] == "\n":
        end -= 1
    if text[end - 1 : end] == "\r":
        end -= 1
    return start, end


def fenced(text: str) -> Spans:
    """Places of the blocks of data between fences; () where they are less than half of the text.

    >>> text = "See:\\n```json\\n" + "[1, 2]\\n" * 90 + "```\\nDone."
    >>> fenced(text)
    ((13, 642),)
    """
    if "```" not in text and "~~~" not in text:
        return ()
    spans: list[tuple[int, int]] = []
    opened: re.Match[str] | None = None
    for fence in FENCE.finditer(text):
        if opened is None:
            opened = fence
        elif fence[1] == opened[1] and not fence[0][len(fence[1]) :].strip(" \t\r"):
            span = body(text, opened.end() + 1, fence.start())
            if (not opened[2] or DATA.fullmatch(opened[2])) and span[1] - span[0] >= LEAST_FENCED:
                spans.append(span)
            opened = None
    enough = sum(end - start for start, end in spans) >= LEAST_SHARE * len(text)
    return tuple(spans) if enough and opened is None and len(spans) <= MOST_PARTS else ()

"""Output between tags on lines of their own, as programs of agents wrap it."""

from __future__ import annotations

import re

from headroom.detection.mixtures_frames import is_tail

Spans = tuple[tuple[int, int], ...]

OPENING = re.compile(
    r"<([A-Za-z][A-Za-z0-9_.:\-]{0,40})"
    r"(?:[ \t]+[A-Za-z_:][A-Za-z0-9_:.\-]{0,40}=(?:\"[^\"<>\n]{0,300}\"|'[^'<>\n]{0,300}')){0,20}[ \t]*>(?=\r?\n)",
    re.ASCII,
)
# `<returncode>0</returncode>`, also several in one line; blank lines.
SHORT = re.compile(r"(?:<([A-Za-z][A-Za-z0-9_.:\-]{0,40})>[^<>\n]{0,300}</\1>[ \t]*)*\r?\n", re.ASCII)
BEHIND = re.compile(r"[ \t]*(?:\r?\n|(?=<)|\Z)")
# Within these others may stand; within tags of other names a tag means that this is XML or a page.
KNOWN_NAMES = (
    "output stdout stderr result results response observation tool_result tool_output tool_response function_result "
    "function_results function_response function_calls document documents document_content document_contents content "
    "contents file file_content file_contents system error output_head output_tail warning command-output data context "
    "local-command-stdout local-command-stderr bash-stdout bash-stderr bash-output untrusted source sources item log "
    "logs search_results search_result webpage page diff"
)
KNOWN = re.compile("|".join(KNOWN_NAMES.split()), re.ASCII | re.IGNORECASE)
PAGE_NAMES = "html head body style script pre svg table div p ul ol section main article template xml"
PAGE = re.compile("|".join(PAGE_NAMES.split()), re.ASCII | re.IGNORECASE)
MOST_TAGS = 64


def tagged(text: str) -> Spans:
    """Places of the texts between such tags; () where `text` is anything else.

    >>> text = "<returncode>0</returncode>\\n<output>\\none\\ntwo\\n</output>"
    >>> [text[a:b] for a, b in tagged(text)]
    ['one\\ntwo']
    """
    place = len(text) - len(text.lstrip(" \t\r\n"))
    if text[place : place + 1] != "<":
        return ()
    spans: list[tuple[int, int]] = []
    for _ in range(MOST_TAGS):
        place = short_end(text, place)
        opened = OPENING.match(text, place)
        if opened is None:
            break
        span = between(text, opened)
        if span is None:
            return ()
        spans.append(span)
        place = closed_at(text, span[1], opened[1])
    return tuple(span for span in spans if span[0] < span[1]) if is_tail(text, place) else ()


def short_end(text: str, place: int) -> int:
    """Index behind blank lines and lines of short elements."""
    while place < len(text) and (short := SHORT.match(text, place)):
        place = short.end()
    return place


def between(text: str, opened: re.Match[str]) -> tuple[int, int] | None:
    """Place of what stands between an opening tag and the line with its closing one; None where this is no wrapper."""
    name = opened[1]
    if PAGE.fullmatch(name):
        return None
    start = text.index("\n", opened.end()) + 1
    closing = f"</{name}>"
    end = text.find(f"\n{closing}", start - 1)
    while end >= 0 and not BEHIND.match(text, end + 1 + len(closing)):
        end = text.find(f"\n{closing}", end + 1)
    if end < 0:
        body = text.rstrip(" \t\r\n")
        end = len(body) - len(closing) if body.endswith(closing) else -1
    elif text[end - 1 : end] == "\r" and end > start:
        end -= 1
    if end < 0 or (not KNOWN.fullmatch(name) and text[start:end].lstrip(" \t\r\n")[:1] == "<"):
        return None
    return start, max(start, end)


def closed_at(text: str, end: int, name: str) -> int:
    """Index behind the closing tag at or after `end` and the end of its line."""
    place = text.index(f"</{name}>", end) + len(name) + 3
    behind = BEHIND.match(text, place)
    return behind.end() if behind else place

"""JSON that this library writes with other text below it: long texts that stood in it, or where it was cut off."""

from __future__ import annotations

import re

from headroom.detection.types import ContentType, Detection, Probe

BELOW = "<below>"  # stands in the JSON where a text was taken out
BEGIN = "\n--- "
HEADING = re.compile(r"--- ([^\n]{1,200}) ---\n")
CUT = re.compile(r"--- cut off(?: in ([^\n]{1,200}))? ---")
CUT_BEGIN = "\n--- cut off"
CUT_STARTS = ("[", "{", "lines[", "lines{")
KIND_OF = {"[": ContentType.JSON_ARRAY, "{": ContentType.JSON_OBJECT}


def heading(path: str) -> str:
    """The line above the text that stands at `path`.

    >>> heading("content[0].text")
    '--- content[0].text ---'
    """
    return f"--- {path} ---"


def envelope(probe: Probe) -> Detection | None:
    """What was written in place of JSON around long texts; before every other rule, since the texts are of any type."""
    kind = KIND_OF.get(probe.text[:1])
    end = probe.text.find(BEGIN) if kind else -1
    if kind is None or end < 0 or probe.text.find(BELOW, 0, end) < 0 or not HEADING.match(probe.text, end + 1):
        return None
    return Detection(kind=kind, confidence=0.9, reason="JSON with texts below it")


def cut_line(path: str) -> str:
    """The line between what is whole of JSON and the rest of it.

    Args:
        path: Of the list or object that was not closed; "" for the document itself.

    >>> cut_line("items"), cut_line("")
    ('--- cut off in items ---', '--- cut off ---')
    """
    return f"--- cut off in {path} ---" if path else "--- cut off ---"


def cut_json(probe: Probe) -> Detection | None:
    """What was written in place of JSON that breaks off; before every other rule, since it may go on as anything."""
    if not probe.text.startswith(CUT_STARTS):
        return None
    place = probe.text.find(CUT_BEGIN)
    end = probe.text.find("\n", place + 1)
    if place < 0 or end < 0 or not CUT.fullmatch(probe.text, place + 1, end):
        return None
    return Detection(kind=ContentType.JSON_TRUNCATED, confidence=0.9, reason="table text with the rest of it below")

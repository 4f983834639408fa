"""JSON around long texts, as this library writes it: the JSON first, each text below a line that names its place."""

from __future__ import annotations

import re

from headroom.detection.types import ContentType, Detection, Probe

BELOW = "<below>"  # stands in the JSON where a text was taken out
HEADING = re.compile(r"--- ([^\n]{1,200}) ---\n")
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
    end = probe.text.find("\n--- ") if kind else -1
    if kind is None or end < 0 or probe.text.find(BELOW, 0, end) < 0 or not HEADING.match(probe.text, end + 1):
        return None
    return Detection(kind=kind, confidence=0.9, reason="JSON with texts below it")

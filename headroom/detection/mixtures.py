"""Several documents in one text: wrapped output, sections, fenced blocks."""

from __future__ import annotations

from headroom.detection.mixtures_frames import framed
from headroom.detection.mixtures_sections import fenced, sections
from headroom.detection.mixtures_tags import tagged
from headroom.detection.types import ContentType, Detection, Probe

LEAST_CHARS = 200  # of the parts together
READERS = (("tags", tagged), ("frame", framed), ("sections", sections), ("fences", fenced))


def mixed(probe: Probe) -> Detection | None:
    """Parts of different kinds: output that a program of agents wrapped, sections, fenced blocks.

    `spans` are the parts; everything else is theirs who wrapped it and stands between the parts in whole lines.
    """
    for name, read in READERS:
        spans = read(probe.text)
        if spans and sum(end - start for start, end in spans) >= LEAST_CHARS:
            return Detection(kind=ContentType.MIXED, confidence=0.9, reason=name, spans=spans)
    return None

"""Several documents in one text."""

from __future__ import annotations

from headroom.detection.types import Detection, Probe


def mixed(probe: Probe) -> Detection | None:
    """Parts of different kinds: wrapped output, fenced blocks, a document after lines."""
    return None

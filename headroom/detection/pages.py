"""Web pages."""

from __future__ import annotations

from headroom.detection.types import Detection, Probe


def html(probe: Probe) -> Detection | None:
    """A page or a fragment of HTML."""
    return None

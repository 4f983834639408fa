"""Server logs: lines that begin with a time or a level."""

from __future__ import annotations

from headroom.detection.types import Detection, Probe


def log(probe: Probe) -> Detection | None:
    """Lines of a log."""
    return None

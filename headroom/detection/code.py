"""Source code."""

from __future__ import annotations

from headroom.detection.types import Detection, Probe


def source_code(probe: Probe) -> Detection | None:
    """A source file, or a stretch of one."""
    return None

"""Unified diffs."""

from __future__ import annotations

from headroom.detection.types import Detection, Probe


def git_diff(probe: Probe) -> Detection | None:
    """A unified diff, with or without the commit before it."""
    return None

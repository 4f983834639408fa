"""What grep, ripgrep, find and ls print."""

from __future__ import annotations

from headroom.detection.types import Detection, Probe


def search_results(probe: Probe) -> Detection | None:
    """Matches with file names."""
    return None


def file_list(probe: Probe) -> Detection | None:
    """Paths or directory entries, one a line."""
    return None

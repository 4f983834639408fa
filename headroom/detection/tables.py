"""Rows and columns as text."""

from __future__ import annotations

from headroom.detection.types import Detection, Probe


def sql_result(probe: Probe) -> Detection | None:
    """What a SQL client prints."""
    return None


def csv(probe: Probe) -> Detection | None:
    """Delimited rows."""
    return None


def markdown_table(probe: Probe) -> Detection | None:
    """Mostly one or more Markdown tables."""
    return None

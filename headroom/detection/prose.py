"""Text for people: documents with headings, and sentences."""

from __future__ import annotations

from headroom.detection.types import Detection, Probe


def markdown(probe: Probe) -> Detection | None:
    """A Markdown document."""
    return None


def prose(probe: Probe) -> Detection | None:
    """Paragraphs of sentences."""
    return None

"""XML, YAML and TOML."""

from __future__ import annotations

from headroom.detection.types import Detection, Probe


def xml(probe: Probe) -> Detection | None:
    """An XML document."""
    return None


def yaml(probe: Probe) -> Detection | None:
    """One or more YAML documents."""
    return None


def toml(probe: Probe) -> Detection | None:
    """A TOML document."""
    return None

"""What builds, tests and crashes print."""

from __future__ import annotations

from headroom.detection.types import Detection, Probe


def stack_trace(probe: Probe) -> Detection | None:
    """One or more stack traces."""
    return None


def build_output(probe: Probe) -> Detection | None:
    """Output of a compiler, linter, installer or test run."""
    return None

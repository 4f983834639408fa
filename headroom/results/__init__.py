"""What comes back: frozen values that say what was done, and what it cost."""

from headroom.results.explained import Explained, Explanation
from headroom.results.metrics import RequestMetrics
from headroom.results.notes import ChangeClass, Note, ReachableBy
from headroom.results.values import (
    CompressionResult,
    CompressResult,
    Saving,
    SimulationResult,
    TransformResult,
    WasteSignals,
    ratio,
    savings_by_reach,
    savings_percent,
)

__all__ = [
    "ChangeClass",
    "CompressResult",
    "CompressionResult",
    "Explained",
    "Explanation",
    "Note",
    "ReachableBy",
    "RequestMetrics",
    "Saving",
    "SimulationResult",
    "TransformResult",
    "WasteSignals",
    "ratio",
    "savings_by_reach",
    "savings_percent",
]

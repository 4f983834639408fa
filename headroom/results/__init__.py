"""What comes back: frozen values that say what was done, and what it cost."""

from headroom.results.metrics import RequestMetrics
from headroom.results.values import (
    ChangeClass,
    CompressionResult,
    CompressResult,
    Note,
    ReachableBy,
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

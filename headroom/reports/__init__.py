"""Reports on what was saved."""

from headroom.reports.generate import generate_report
from headroom.reports.samples import Sample

__all__ = ["Sample", "generate_report"]

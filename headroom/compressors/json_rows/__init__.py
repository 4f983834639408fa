"""JSON that stays JSON: lists of like objects as columns and rows, and what reads them back."""

from headroom.compressors.json_rows.decode import loads, restored
from headroom.compressors.json_rows.encode import as_rows, series_as_rows

__all__ = ["as_rows", "loads", "restored", "series_as_rows"]

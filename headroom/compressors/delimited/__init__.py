"""Delimited rows: their cells, and how they were written."""

from headroom.compressors.delimited.read import read_delimited
from headroom.compressors.delimited.write import write_delimited

__all__ = ["read_delimited", "write_delimited"]

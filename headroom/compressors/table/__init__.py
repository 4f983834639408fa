"""The lossless text of a JSON value, and its decoder."""

from headroom.compressors.table.decode import decode
from headroom.compressors.table.encode import encode

__all__ = ["decode", "encode"]

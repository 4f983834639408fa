"""Search results and listings as text by file, and what reads it back."""

from headroom.compressors.search_groups.decode import decode
from headroom.compressors.search_groups.encode import encode

__all__ = ["decode", "encode"]

"""Which compressor takes which content type."""

from __future__ import annotations

from headroom.compressors.json_text import JsonCompressor
from headroom.compressors.mixed import MixedCompressor
from headroom.protocols import Compressor, TokenCounter

JSON_KINDS = ("json_array", "json_object", "json_lines", "json_documents", "json_truncated")


def compressors_by_kind(counter: TokenCounter) -> dict[str, Compressor]:
    """Content type to compressor; a type that is not listed goes out as it came."""
    found: dict[str, Compressor] = dict.fromkeys(JSON_KINDS, JsonCompressor(counter=counter))
    found["json_in_text"] = MixedCompressor(counter=counter)
    return found

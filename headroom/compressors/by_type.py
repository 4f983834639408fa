"""Which compressor takes which content type."""

from __future__ import annotations

from headroom.compressors.json_text import JsonCompressor
from headroom.protocols import TokenCounter

JSON_KINDS = ("json_array", "json_object", "json_lines", "json_documents")


def compressors_by_kind(counter: TokenCounter) -> dict[str, JsonCompressor]:
    """Content type to compressor; a type that is not listed goes out as it came."""
    json_compressor = JsonCompressor(counter=counter)
    return dict.fromkeys(JSON_KINDS, json_compressor)

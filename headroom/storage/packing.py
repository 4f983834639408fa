"""How originals are kept: zlib, with the digest of the whole content."""

from __future__ import annotations

import hashlib
import zlib

from headroom.errors import StorageError

LEVEL = 6


def pack(content: bytes) -> tuple[bytes, str]:
    """Compressed bytes, and the SHA-256 of `content` in hex."""
    return zlib.compress(content, LEVEL), hashlib.sha256(content).hexdigest()


def unpack(packed: bytes, digest: str) -> bytes:
    """The content, checked in full.

    Raises:
        StorageError: What was stored is damaged; half an original is never given back.
    """
    try:
        content = zlib.decompress(packed)
    except zlib.error:
        raise StorageError("a stored original is damaged") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise StorageError("a stored original is damaged")
    return content

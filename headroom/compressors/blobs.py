"""Base64, data URIs and hex dumps of files: said in a few words where leaving out is allowed."""

from __future__ import annotations


def without_blobs(text: str) -> tuple[str, int]:
    """`text` with each blob in a few words, and how many there were; the same object where there are none."""
    return text, 0

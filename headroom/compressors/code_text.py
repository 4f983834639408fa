"""Source code: to the byte, because agents edit from it."""

from __future__ import annotations

from headroom.compressors.limits import unchanged
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult


class CodeCompressor:
    """Leaves source code as it is; `outline` shows less of it where the caller asks for that."""

    name = "code"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """`text` as it came."""
        return unchanged(text, self.counter.count_text(text), "source_code_stays", "source_code")

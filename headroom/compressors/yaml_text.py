"""YAML and TOML as the text of their values."""

from __future__ import annotations

from headroom.compressors.limits import unchanged
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult


class YamlCompressor:
    """YAML and TOML as the text of their values."""

    name = "yaml"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        return unchanged(text, self.counter.count_text(text), "no_gain", "yaml")

"""Diffs: headers folded; generated files and hunks that matter least as one line where that is allowed."""

from __future__ import annotations

from dataclasses import replace

from headroom.compressors.diff_choice import choose_hunks
from headroom.compressors.diff_headings import fold, unfold
from headroom.compressors.limits import Limits, changed, filled_by, unchanged
from headroom.detection.diffs import is_heading
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

KIND = "git_diff"


class DiffCompressor:
    """Compresses unified diffs.

    The exact form writes the lines above a file's hunks as one heading, see `diff_headings`; hunks, commit messages
    and hashes stay to the byte, and what it decodes to is what `git apply` takes.
    """

    name = "diff"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        lines = text.split("\n")
        if any(is_heading(line) for line in lines):
            return unchanged(text, tokens, "already_compressed", KIND)
        made = "\n".join(fold(lines))
        if len(made) == len(text) or decode(made) != text:
            return unchanged(text, tokens, "no_gain", KIND)
        size = self.counter.count_text(made)
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", KIND)
        return changed(made, tokens, size, kind=KIND, strategy="diff_headers")

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The hunks that matter, every file named, and lines that count the rest; `exact` where it fits.

        Args:
            exact: What `compress` made of `text`.
            context: What the reader is looking for, or "".
        """
        if exact.compressed_tokens <= limits.above_tokens:
            return exact
        limits = replace(limits, tokens=filled_by(exact.compressed_tokens, limits))
        return choose_hunks(text, exact, limits, counter=self.counter, question=context) or exact


def decode(text: str) -> str:
    """The diff that `DiffCompressor.compress` was given.

    >>> print(decode("=== a.py; index 1a2b3c4..5d6e7f8\\n@@ -1 +1 @@\\n-x\\n+y"))
    diff --git a/a.py b/a.py
    index 1a2b3c4..5d6e7f8 100644
    --- a/a.py
    +++ b/a.py
    @@ -1 +1 @@
    -x
    +y
    """
    return "\n".join(unfold(text.split("\n")))

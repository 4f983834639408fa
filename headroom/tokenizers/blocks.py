"""Cuts very long text into blocks that the encoder can take, where a cut does not change the count."""

from __future__ import annotations

import re
from collections.abc import Iterator

# tiktoken 0.14 panics (a BaseException) on a million blanks in a row and needs memory for every token at once;
# 100,000 characters of any one kind are fine.
BLOCK_CHARS = 1 << 16
WINDOW_CHARS = 1 << 12

# Between these characters every split pattern used here (o200k_base, cl100k_base) always ends a piece:
# a printable character and a blank; a letter or digit and punctuation (not ' as in "it's"); a line end and
# anything printable (not / which o200k_base lets follow line ends).
CUT = re.compile(
    r"(?<=[!-~])(?= )|(?<=[A-Za-z0-9])(?=[!-&(-/:-@\[-`{-~])|(?<=\n)(?=[!-.0-~])",
    re.ASCII,
)


def blocks(text: str) -> Iterator[str]:
    """`text` in blocks of at most `BLOCK_CHARS` characters; token counts of the blocks add up to that of `text`.

    Where 4,096 characters hold no safe place the cut is made anyway, which moves the sum by a token or two.

    >>> list(blocks("short"))
    ['short']
    """
    start = 0
    while len(text) - start > BLOCK_CHARS:
        end = last_cut(text, start + BLOCK_CHARS)
        yield text[start:end]
        start = end
    yield text[start:]


def last_cut(text: str, end: int) -> int:
    """The last safe place within the window before `end`, or `end` itself."""
    cut = end
    for match in CUT.finditer(text, end - WINDOW_CHARS, end):
        cut = match.start()
    return cut

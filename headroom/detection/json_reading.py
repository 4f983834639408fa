"""Reads as much JSON as detection needs: the head of a text, or documents one after the other."""

from __future__ import annotations

import json
import re
from json import JSONDecodeError

# Number texts stay texts: nothing is converted, and Python's limit on digits does not apply.
DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
# Of a larger text only this much is read to tell JSON from what looks like it; 20 microseconds.
HEAD_CHARS = 4096
# What a value may end with when it is cut: part of a literal, a number, an escape.
LITERALS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
PIECES = "|".join(sorted({word[:size] for word in LITERALS for size in range(1, len(word))}))
CUT = re.compile(rf"(?:{PIECES}|\.|[eE][+-]?)?", re.ASCII)
CUT_ESCAPE = re.compile(r"\\?u?[0-9A-Fa-f]{0,4}", re.ASCII)
BLANK = re.compile(r"[ \t\n\r]*")


def document_end(text: str, start: int) -> int | None:
    """Offset after the JSON value that begins at `start`; None where there is none, or it nests too deeply."""
    try:
        return DECODER.raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return None


def broken_at(text: str, start: int) -> int | None:
    """Offset of what is no JSON in the value that begins at `start`; the length of the text where that ends too soon.

    None where the value is whole, or nests too deeply to tell.

    >>> broken_at('[{"a": tr', 0), broken_at("[1 2 3]", 0), broken_at("[1] x", 0)
    (9, 3, None)
    """
    try:
        DECODER.raw_decode(text, start)
    except JSONDecodeError as error:
        piece = CUT_ESCAPE if error.msg.startswith("Invalid \\") else CUT
        cut = error.msg.startswith("Unterminated string") or piece.fullmatch(text, error.pos)
        return len(text) if cut else error.pos
    except RecursionError:
        return None
    return None


def documents(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """(start, end) of the arrays and objects that follow each other from `start`, with nothing but blanks between."""
    spans: list[tuple[int, int]] = []
    while start < end and text[start] in "[{":
        stop = document_end(text, start)
        if stop is None:
            break
        spans.append((start, stop))
        start = skip_blanks(text, stop)
    return spans


def skip_blanks(text: str, start: int) -> int:
    """Offset of the first character from `start` on that is not blank."""
    return BLANK.match(text, start).end()  # type: ignore[union-attr]  # it matches everywhere

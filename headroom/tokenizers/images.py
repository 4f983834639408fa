"""Where an image stands in a content block and how many pixels it has, read from the first bytes of its file."""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Size = tuple[int, int]
Read = Callable[[int, int], bytes]
"""Bytes of a file from a position, as many as asked for or as there are."""

# Keys under which providers put an image or its file, outer ones included; the first that leads to data counts.
PLACES = (
    "image_url",
    "imageUrl",
    "url",
    "data",
    "base64",
    "bytes",
    "source",
    "inline_data",
    "inlineData",
    "image",
    "file",
    "file_data",
)
DEEPEST = 3
MOST_PIXELS = 100_000  # on a side; what claims more is damaged
MOST_SEGMENTS = 256  # of a JPEG before its size; real ones have some twenty
WRAPPED_CHARS = 1 << 16  # of base64 broken into lines, which is read from its start only
URL_SAFE = str.maketrans("-_", "+/")


def image_data(block: Any, depth: int = 0) -> str | bytes | None:
    """What a block says of its image: a file, its base64 text or a URL; None where there is nothing of the kind."""
    if isinstance(block, (str, bytes)):
        return block
    if not isinstance(block, Mapping) or depth > DEEPEST:
        return None
    found = (image_data(block[key], depth + 1) for key in PLACES if key in block)
    return next((data for data in found if data), None)


def image_detail(block: Mapping[str, Any]) -> str:
    """OpenAI's wish for the quality of an image (`low`, `high`, `original`); `auto` where none is said."""
    outer = block.get("image_url")
    detail = outer.get("detail") if isinstance(outer, Mapping) else None
    detail = detail or block.get("detail")
    return detail if isinstance(detail, str) else "auto"


def image_size(data: str | bytes | None) -> Size | None:
    """Width and height of a PNG, JPEG, GIF or WebP file; None for anything else.

    Looks at a few bytes where they stand, however large the file is. Never raises.

    Args:
        data: The file, its base64 text (URL-safe or not), or a `data:` URL of it.

    >>> image_size("data:image/gif;base64,R0lGODlhAwAFAIAAAAAAAAAAACwAAAAAAwAFAAA=")
    (3, 5)
    """
    if not data:
        return None
    read = reader(data)
    try:
        head = read(0, 30)
        found = next((size(head, read) for magic, size in FORMATS if head.startswith(magic)), None)
    except (ValueError, binascii.Error):  # neither base64 nor a whole header
        return None
    return found if found and all(1 <= side <= MOST_PIXELS for side in found) else None


def reader(data: str | bytes) -> Read:
    """Random access to a file, also through base64: four characters hold three bytes."""
    if isinstance(data, bytes):
        return lambda start, length: data[start : start + length]
    body = data.partition(",")[2] if data.startswith("data:") else data
    if "\n" in body[:128] or "\r" in body[:128]:
        body = body[:WRAPPED_CHARS].replace("\n", "").replace("\r", "")

    def read(start: int, length: int) -> bytes:
        quads = body[start // 3 * 4 : -(-(start + length) // 3) * 4].translate(URL_SAFE)
        return binascii.a2b_base64(quads + "=" * (-len(quads) % 4))[start % 3 :][:length]

    return read


def number(data: bytes, *, little: bool = False) -> int:
    """An unsigned number.

    Raises:
        ValueError: There are no bytes.
    """
    if not data:
        raise ValueError("the file is cut off")
    return int.from_bytes(data, "little" if little else "big")


def png_size(head: bytes, _: Read) -> Size | None:
    """The first chunk of a PNG holds it (PNG specification 11.2.1)."""
    return (number(head[16:20]), number(head[20:24])) if head[12:16] == b"IHDR" else None


def gif_size(head: bytes, _: Read) -> Size | None:
    """The logical screen of a GIF."""
    return number(head[6:8], little=True), number(head[8:10], little=True)


def webp_size(head: bytes, _: Read) -> Size | None:
    """The first chunk of a WebP: lossy, lossless or extended (RFC 9649)."""
    kind = head[8:16]
    if kind == b"WEBPVP8 " and head[23:26] == b"\x9d\x01\x2a":
        return number(head[26:28], little=True) & 0x3FFF, number(head[28:30], little=True) & 0x3FFF
    if kind == b"WEBPVP8L":
        bits = number(head[21:25], little=True)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"WEBPVP8X":
        return number(head[24:27], little=True) + 1, number(head[27:30], little=True) + 1
    return None


def jpeg_size(_: bytes, read: Read) -> Size | None:
    """The start-of-frame segment of a JPEG, behind whatever a camera wrote before it (ITU T.81, B.2.2)."""
    for code, start in segments(read):
        if 0xC0 <= code <= 0xCF and code not in (0xC4, 0xC8, 0xCC):
            height, width = read(start + 5, 2), read(start + 7, 2)
            return number(width), number(height)
    return None


def segments(read: Read) -> Iterator[tuple[int, int]]:
    """Code and position of each segment before the picture itself."""
    start = 2
    for _ in range(MOST_SEGMENTS):
        head = read(start, 4)
        if len(head) < 4 or head[0] != 0xFF or head[1] == 0xDA:  # the picture begins, or this is no JPEG
            return
        if head[1] == 0xFF:  # a fill byte
            start += 1
            continue
        yield head[1], start
        start += 2 + number(head[2:4])


FORMATS = (
    (b"\x89PNG\r\n\x1a\n", png_size),
    (b"\xff\xd8", jpeg_size),
    (b"GIF8", gif_size),
    (b"RIFF", webp_size),
)

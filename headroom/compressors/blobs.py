"""Base64, data URIs and hex of files: said in a few words where leaving out is allowed."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

LEAST_RUN = 200
LEAST_KNOWN = 400  # characters, where the first bytes tell the kind
LEAST_BASE64 = 1000  # else; below it may be a signature or a key: RSA with 4096 bits has 684
LEAST_HEX = 600  # a signature of RSA with 2048 bits has 512
LEAST_TOKEN = 8000  # of a web token, which is passed on

CHARS = r"[A-Za-z0-9+/_\-]"
END = r"(?:\r?\n|\\r\\n|\\n)"  # of a line, also as JSON writes it in a string
MAYBE = re.compile(rf"{CHARS}{{60}}")
RUN = re.compile(
    rf"(?<!{CHARS})(?={CHARS}{{60}})"
    rf"(?:[A-Za-z0-9+/]{{60,76}}{END}(?:[ \t]{{0,16}}[A-Za-z0-9+/]{{60,76}}{END}){{2,}}"
    rf"(?:[ \t]{{0,16}}[A-Za-z0-9+/]{{1,76}}(?!{CHARS}))?={{0,2}}"
    rf"|{CHARS}{{{LEAST_RUN},}}={{0,2}})"
)
BREAK = re.compile(r"\\r\\n|\\n|[ \t\r\n]+")
HEX = re.compile(r"[0-9a-fA-F]+")
BEFORE_URI = re.compile(r"data:([a-z]+/[a-z0-9.+\-]+)?(?:;[a-zA-Z0-9=._\-]+)*;base64,\Z", re.ASCII | re.IGNORECASE)
URI_CHARS = 120
SAMPLE_CHARS = 4096
HEAD_BYTES = 64

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", "png image"),
    (b"\xff\xd8\xff", "jpeg image"),
    (b"GIF87a", "gif image"),
    (b"GIF89a", "gif image"),
    (b"\x00\x00\x01\x00", "icon"),
    (b"<svg", "svg image"),
    (b"%PDF-", "pdf document"),
    (b"PK\x03\x04", "zip archive"),
    (b"\x1f\x8b\x08", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"Rar!\x1a\x07", "rar archive"),
    (b"wOFF", "woff font"),
    (b"wOF2", "woff2 font"),
    (b"OTTO", "otf font"),
    (b"\x00\x01\x00\x00\x00", "ttf font"),
    (b"\x7fELF", "ELF program"),
    (b"MZ\x90\x00", "Windows program"),
    (b"\xca\xfe\xba\xbe", "class file"),
    (b"\xcf\xfa\xed\xfe", "Mach-O program"),
    (b"\x00asm", "wasm program"),
    (b"ID3", "mp3 audio"),
    (b"OggS", "ogg audio"),
    (b"fLaC", "flac audio"),
    (b"SQLite format 3\x00", "SQLite database"),
    (b"\x30\x82", "DER data"),
)


@dataclass(frozen=True, slots=True)
class Blob:
    """A stretch of a text that stands for bytes.

    Attributes:
        start: Index of its first character.
        end: Index behind its last.
        said: What stands in its place; the line ends that it held go on behind it, so that lines keep their numbers.
    """

    start: int
    end: int
    said: str


def without_blobs(text: str) -> tuple[str, int]:
    """`text` with each blob in a few words, and how many there were; the same object where there are none.

    What is said holds no quotes, backslashes or angle brackets, so that JSON, XML and HTML stay what they are. Hashes,
    ids, signatures, keys and web tokens are no blobs. Idempotent; each line keeps its number.

    >>> without_blobs('{"a": "' + "iVBORw0KGgoAAAANSUhEUgAA" * 40 + '"}')
    ('{"a": "[png image as base64, 720 bytes, sha256 38eb53b0, line 1, not shown]"}', 1)
    """
    blobs = blobs_in(text)
    if not blobs:
        return text, 0
    pieces, place = [], 0
    for blob in blobs:
        pieces += [text[place : blob.start], blob.said]
        place = blob.end
    return "".join([*pieces, text[place:]]), len(blobs)


def characters_left_out(text: str) -> int:
    """Characters of `text` that stand for bytes, as `without_blobs` takes them out."""
    return sum(blob.end - blob.start for blob in blobs_in(text))


def blobs_in(text: str) -> list[Blob]:
    """The blobs of `text`, in order."""
    return list(found_blobs(text)) if len(text) >= LEAST_RUN and MAYBE.search(text) else []


def found_blobs(text: str) -> Iterator[Blob]:
    """The blobs of `text`, in order."""
    line, place = 1, 0
    for run in RUN.finditer(text):
        said = description(text, run)
        if not said:
            continue
        line += text.count("\n", place, run.start())
        place = run.start()
        ends = run[0].count("\n")
        first = f"line {line}" if not ends else f"lines {line}-{line + ends}"
        yield Blob(run.start(), run.end(), f"[{said}, {first}, not shown]" + "\n" * ends)


def description(text: str, run: re.Match[str]) -> str:
    """What a run of characters stands for; "" where it is no blob."""
    whole = BREAK.sub("", run[0])
    if len(whole) < LEAST_RUN or is_part_of_token(text, run, whole):
        return ""
    if HEX.fullmatch(whole):
        return hex_description(whole)
    lead = BEFORE_URI.search(text[max(0, run.start() - URI_CHARS) : run.start()])
    if lead is None and (len(whole) < LEAST_KNOWN or not looks_like_base64(whole)):
        return ""
    data = decoded(whole)
    if data is None:
        return ""
    kind = kind_of(data)
    if lead is None and len(whole) < (LEAST_KNOWN if kind else LEAST_BASE64):
        return ""
    kind = kind or (lead[1] if lead and lead[1] else "") or ("text" if is_text(data) else "data")
    return told(kind, "base64", data)


def is_part_of_token(text: str, run: re.Match[str], whole: str) -> bool:
    """Whether this is a part of a web token, of its head, body and signature."""
    around = text[max(0, run.start() - 1) : run.start()] + text[run.end() : run.end() + 1]
    return "." in around and len(whole) < LEAST_TOKEN


def hex_description(whole: str) -> str:
    """The same for a run of hex digits; not for numbers, nor for what repeats itself."""
    sample = whole[:SAMPLE_CHARS]
    letters = sum(map(sample.count, "abcdefABCDEF"))
    if len(whole) < LEAST_HEX or len(whole) % 2 or len(set(sample)) < 10 or not 0.05 < letters / len(sample) < 0.8:
        return ""
    data = bytes.fromhex(whole)
    return told(kind_of(data) or "data", "hex", data)


def looks_like_base64(whole: str) -> bool:
    """Whether letters of both cases and digits stand in a run as they do in base64 of no plain text in words."""
    sample = whole[:SAMPLE_CHARS]
    digits = sum(map(sample.count, "0123456789"))
    capitals = sum(map(sample.count, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    small = sum(map(sample.count, "abcdefghijklmnopqrstuvwxyz"))
    least = len(sample) // 40
    return digits >= least and small >= 2 * least and capitals >= 4 * least and sample.count("-") <= 3 * least


def decoded(whole: str) -> bytes | None:
    """The bytes of a run of base64; None where it is none."""
    body = whole.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1:
        return None
    try:
        return b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (Error, ValueError):
        return None


def kind_of(data: bytes) -> str:
    """The kind of file that begins with these bytes, or ""."""
    head = data[:HEAD_BYTES]
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp image", b"WAVE": "wav audio", b"AVI ": "avi video"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return "avif image" if head[8:12] == b"avif" else "mp4 video"
    if b"<svg" in data[:1024]:
        return "svg image"
    return next((kind for magic, kind in MAGIC if head.startswith(magic)), "")


def is_text(data: bytes) -> bool:
    """Whether the bytes are ASCII text at first."""
    return all(byte >= 32 or byte in b"\t\r\n" for byte in data[:HEAD_BYTES]) and data[:HEAD_BYTES].isascii()


def told(kind: str, code: str, data: bytes) -> str:
    """Kind, encoding, size and the beginning of the digest."""
    size = f"{len(data)} bytes" if len(data) < 1000 else f"{len(data) // 100 / 10} kB"
    return f"{kind} as {code}, {size}, sha256 {sha256(data).hexdigest()[:8]}"

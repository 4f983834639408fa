"""Sizes of images from the first bytes of their files, and what they cost in tokens."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.tokenizers.image_rules import PLAIN, RULES, image_rule
from headroom.tokenizers.images import image_size
from headroom.tokenizers.message_tokens import FILE_TOKENS, message_tokens


class Words:
    """One token per word, and images as gpt-4o counts them."""

    name = "words"
    is_exact = False
    image_rule = image_rule("gpt-4o")

    def count_text(self, text: str) -> int:
        return len(text.split())


WORDS = Words()


def png(width: int, height: int, noise: bytes = b"") -> bytes:
    header = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + noise


def gif(width: int, height: int, noise: bytes = b"") -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0" + noise


def jpeg(width: int, height: int, noise: bytes = b"", metadata: int = 0) -> bytes:
    """With `metadata` bytes of camera data, a table and a fill byte before the size."""
    application = b"".join(
        b"\xff\xe1" + struct.pack(">H", length + 2) + b"\xff" * length for length in chunks(metadata, 65_000)
    )
    table = b"\xff\xc4" + struct.pack(">H", 4) + b"\0\0"
    frame = b"\xff\xff\xc2" + struct.pack(">HBHHB", 8, 8, height, width, 3)
    return b"\xff\xd8" + application + table + frame + noise


def chunks(total: int, most: int) -> list[int]:
    return [min(most, total - start) for start in range(0, total, most)]


def webp_lossy(width: int, height: int, noise: bytes = b"") -> bytes:
    return b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height) + noise


def webp_lossless(width: int, height: int, noise: bytes = b"") -> bytes:
    return b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\0" * 8 + noise


def webp_extended(width: int, height: int, noise: bytes = b"") -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0" + sides + noise


MAKERS = [png, gif, jpeg, webp_lossy, webp_lossless, webp_extended]
SIDES = st.integers(1, 16_000)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
@given(width=SIDES, height=SIDES, noise=st.binary(max_size=9))
def test_the_size_is_read_from_files_base64_and_urls(make: Any, width: int, height: int, noise: bytes) -> None:
    file = make(width, height, noise)
    text = base64.b64encode(file).decode()

    assert image_size(file) == (width, height)
    assert image_size(text) == (width, height)
    assert image_size(base64.urlsafe_b64encode(file).decode()) == (width, height)
    assert image_size("data:image/png;base64," + text) == (width, height)
    assert image_size(base64.encodebytes(file).decode()) == (width, height)


@pytest.mark.parametrize("metadata", [0, 1, 64_999, 300_000])
def test_what_a_camera_wrote_before_the_size_is_skipped(metadata: int) -> None:
    file = jpeg(4032, 3024, b"\0" * 1000, metadata=metadata)

    assert image_size(file) == image_size(base64.b64encode(file).decode()) == (4032, 3024)


def test_a_file_of_many_megabytes_is_not_read_through() -> None:
    class Slices(str):
        """Counts how much of a text is looked at."""

        seen = 0

        def __getitem__(self, key: Any) -> str:
            piece = super().__getitem__(key)
            Slices.seen += len(piece)
            return piece

    text = Slices(base64.b64encode(jpeg(800, 600, b"\0" * 3_000_000, metadata=200_000)).decode())

    assert image_size(text) == (800, 600)
    assert Slices.seen < 2_000


@pytest.mark.parametrize(
    "data",
    [
        None, "", b"", "https://example.org/image.png", "data:image/svg+xml;utf8,<svg/>", "\ud800", "ä" * 50,
        b"\x89PNG\r\n\x1a\n", png(0, 5), png(2**31, 5), b"\xff\xd8", b"\xff\xd8\xff\xe1\0\0" * 3, b"RIFF", b"GIF89a",
        jpeg(1, 1)[:-9],
    ],
)  # fmt: skip
def test_what_is_no_whole_image_has_no_size(data: Any) -> None:
    assert image_size(data) is None


@given(st.sampled_from(MAKERS), st.integers(0, 60), st.binary(max_size=40))
def test_damaged_files_never_raise(make: Any, cut: int, noise: bytes) -> None:
    file = make(100, 200)[:cut] + noise
    for data in (file, base64.b64encode(file).decode(), base64.b64encode(file).decode()[:-3]):
        size = image_size(data)
        assert size is None or (len(size) == 2 and min(size) > 0)


def url(width: int, height: int, **more: Any) -> dict[str, Any]:
    data = "data:image/png;base64," + base64.b64encode(png(width, height, b"\0" * 90_000)).decode()
    return {"type": "image_url", "image_url": {"url": data, **more}}


@pytest.mark.parametrize(
    ("model", "block", "tokens"),
    [
        ("gpt-4o", url(1024, 1024), 765),
        ("gpt-4o", url(1024, 1024, detail="high"), 765),
        ("gpt-4o", url(2048, 4096, detail="high"), 1105),
        ("gpt-4o", url(4096, 8192, detail="low"), 85),
        ("gpt-4o", url(100, 100), 255),
        ("gpt-4o-mini", url(1024, 1024), 2833 + 4 * 5667),
        ("gpt-5", url(1024, 1024), 70 + 4 * 140),
        ("o3", url(1024, 1024), 75 + 4 * 150),
        ("o4-mini", url(1024, 1024), 1762),
        ("gpt-4.1-mini", url(1800, 2400), 2353),
        ("gpt-5-nano-2025-08-07", url(32, 32), 3),
        ("gpt-6", url(8000, 8000), 2500),
        ("gpt-6", url(3200, 3200, detail="original"), 10_000),
        ("claude-sonnet-4-5", url(200, 200), 54),
        ("claude-sonnet-4-5", url(1000, 1000), 1334),
        ("claude-sonnet-4-5", url(1092, 1092), 1590),
        ("claude-sonnet-4-5", url(8000, 8000), 1600),
        ("claude-opus-4-8", url(8000, 8000), 4784),
        ("gemini-2.5-pro", url(384, 384), 258),
        ("gemini-2.5-pro", url(960, 540), 6 * 258),
        ("gemini-1.5-pro", url(4000, 4000), 258),
        ("gemini-3-pro", url(4000, 4000), 1120),
    ],
)
def test_examples_of_the_vision_guides(model: str, block: dict[str, Any], tokens: int) -> None:
    assert image_rule(model).tokens(block) == tokens


@pytest.mark.parametrize("rule", [rule for _, rule in RULES], ids=lambda rule: rule.name)
def test_an_image_behind_a_url_counts_as_one_of_1024_by_1024(rule: Any) -> None:
    behind = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}

    assert rule.tokens(behind) == rule.tokens(url(1024, 1024)) > 0


@given(st.sampled_from([*[rule for _, rule in RULES], PLAIN]), SIDES, SIDES)
def test_every_rule_has_a_ceiling_and_a_floor(rule: Any, width: int, height: int) -> None:
    assert 1 <= rule.tokens(url_of_size(width, height)) <= 120_000


def url_of_size(width: int, height: int) -> dict[str, Any]:
    data = base64.b64encode(png(width, height)).decode()
    return {"type": "image", "source": {"type": "base64", "data": data}}


DATA = base64.b64encode(png(1024, 1024, bytes(range(256)) * 400)).decode()
SHAPES = [
    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{DATA}"}},
    {"type": "image_url", "image_url": f"data:image/png;base64,{DATA}"},
    {"type": "input_image", "image_url": f"data:image/png;base64,{DATA}", "detail": "auto"},
    {"type": "computer_screenshot", "image_url": f"data:image/png;base64,{DATA}"},
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": DATA}},
    {"type": "image", "base64": DATA, "mime_type": "image/png"},
    {"type": "image", "data": DATA, "mimeType": "image/png"},
    {"inline_data": {"mime_type": "image/png", "data": DATA}},
    {"inlineData": {"mimeType": "image/png", "data": DATA}},
    {"inline_data": {"mime_type": "image/png", "data": base64.b64decode(DATA)}},
    {"image": {"format": "png", "source": {"bytes": base64.b64decode(DATA)}}},
]


@pytest.mark.parametrize("block", SHAPES, ids=lambda block: "-".join(map(str, block))[:40])
def test_images_of_all_shapes_count_by_the_rule_also_within_tool_results(block: dict[str, Any]) -> None:
    result = {"type": "tool_result", "tool_use_id": "one", "content": [block]}

    assert message_tokens({"role": "user", "content": [block]}, WORDS) == 4 + 1 + 765
    assert message_tokens({"role": "user", "parts": [block]}, WORDS) == 4 + 1 + 765
    assert message_tokens({"role": "tool", "tool_call_id": "one", "content": [block]}, WORDS) == 4 + 1 + 765 + 2 + 1
    assert message_tokens({"role": "user", "content": [result]}, WORDS) == 4 + 1 + 765 + 2 + 1
    assert message_tokens({"type": "custom", "call_id": "one", "output": [block]}, WORDS) == 4 + 765 + 2 + 1


@pytest.mark.parametrize(
    "block",
    [
        {"type": "input_audio", "input_audio": {"data": DATA, "format": "wav"}},
        {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{DATA}", "filename": "a.pdf"}},
        {"type": "input_file", "file_data": f"data:application/pdf;base64,{DATA}"},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": DATA}},
        {"inline_data": {"mime_type": "video/mp4", "data": DATA}},
    ],
)
def test_other_files_count_as_a_fixed_figure(block: dict[str, Any]) -> None:
    assert message_tokens({"role": "user", "content": [block]}, WORDS) == 4 + 1 + FILE_TOKENS


def test_a_document_that_is_text_counts_as_text() -> None:
    plain = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "one two three"}}
    blocks = {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "one two"}]}}

    assert message_tokens({"role": "user", "content": [plain, blocks]}, WORDS) == 4 + 1 + 3 + 2


@pytest.mark.parametrize(
    "block",
    [
        {"type": "redacted_thinking", "data": DATA},
        {"type": "custom", "deep": {"down": [{"b64_json": DATA}]}},
        {"type": "web_search_result", "title": "a", "encrypted_content": DATA},
        {"text": "hello", "thought_signature": DATA},
        {"functionResponse": {"name": "shot", "response": {}, "parts": [{"inlineData": {"data": DATA}}]}},
    ],
)
def test_base64_is_never_counted_as_text(block: dict[str, Any]) -> None:
    from headroom.tokenizers import built_in_counter

    assert message_tokens({"role": "user", "content": [block]}, built_in_counter()) < 1000
    assert message_tokens({"type": "reasoning", "summary": [], "encrypted_content": DATA}, built_in_counter()) < 40


def test_base64_that_a_model_reads_as_text_counts_as_text() -> None:
    from headroom.tokenizers import built_in_counter

    call = {"type": "tool_use", "id": "a", "name": "write", "input": {"content": DATA[:4000]}}
    answer = {"functionResponse": {"name": "read", "response": {"output": DATA[:4000]}}}

    for block in (call, answer, {"type": "text", "text": DATA[:4000]}):
        assert message_tokens({"role": "user", "content": [block]}, built_in_counter()) > 1000

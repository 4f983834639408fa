"""Bytes written as text are said in a few words; hashes, keys, signatures and tokens are not touched."""

from __future__ import annotations

import json
import random
import re
from base64 import b64encode, urlsafe_b64encode
from textwrap import wrap
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.blobs import blobs_in, characters_left_out, without_blobs
from tests.samples import samples, shared_samples

NOISE = random.Random(7).randbytes(3000)
PNG = b64encode(b"\x89PNG\r\n\x1a\n" + NOISE).decode()
DATA = b64encode(NOISE).decode()


@pytest.mark.parametrize(
    ("magic", "said"),
    [
        (b"\x89PNG\r\n\x1a\n", "png image as base64, 3.0 kB"),
        (b"\xff\xd8\xff\xe0", "jpeg image as base64"),
        (b"GIF89a", "gif image as base64"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp image as base64"),
        (b"%PDF-1.7\n", "pdf document as base64"),
        (b"PK\x03\x04", "zip archive as base64"),
        (b"\x1f\x8b\x08", "gzip data as base64"),
        (b"wOF2", "woff2 font as base64"),
        (b"\x7fELF\x02", "ELF program as base64"),
        (b"", "data as base64, 3.0 kB"),
    ],
)
def test_the_first_bytes_tell_the_kind(magic: bytes, said: str) -> None:
    text, count = without_blobs(f"key: {b64encode(magic + NOISE).decode()}\nother: 1\n")

    assert count == 1
    assert re.fullmatch(rf"key: \[{said}[^\]]*, sha256 [0-9a-f]{{8}}, line 1, not shown\]\nother: 1\n", text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n    "])
def test_wrapped_lines_keep_their_numbers(end: str) -> None:
    text = f"a\n-----BEGIN X-----\n{end.join(wrap(DATA, 64))}\n-----END X-----\nb\n"

    made, count = without_blobs(text)

    assert count == 1
    assert ", lines 3-6" in made
    assert made.count("\n") == text.count("\n")
    assert made.endswith("\n-----END X-----\nb\n")


def test_json_xml_and_html_around_stay_valid() -> None:
    wrapped = "\n".join(wrap(PNG, 76))
    record = json.dumps({"logo": PNG, "page": f'<img src="data:image/png;base64,{PNG}">', "mail": wrapped, "id": 7})
    element = f'<a b="{PNG}"><c>{PNG}</c></a>'

    shown = json.loads(without_blobs(record)[0])
    tree = ElementTree.fromstring(without_blobs(element)[0])

    assert shown["id"] == 7
    assert shown["logo"].startswith("[png image as base64")
    assert shown["page"].startswith('<img src="data:image/png;base64,[png image as base64')
    assert len(shown["mail"]) < 100
    assert tree.attrib["b"].startswith("[png image")


@pytest.mark.parametrize(
    "text",
    [
        NOISE[:32].hex() + " " * 400,
        NOISE[:256].hex(),
        f"sha512-{b64encode(NOISE[:64]).decode()}\n" * 20,
        f"ssh-rsa {b64encode(NOISE[:535]).decode()} me@host\n",
        ".".join(urlsafe_b64encode(NOISE[a : a + 900]).decode().rstrip("=") for a in (0, 900, 1800)),
        "a" * 3000,
        "0123456789" * 300,
        "ACGTTGCA" * 400,
        "-" * 3000 + "+" + "=" * 2000,
        "/usr/lib/python3/site-packages/" * 60,
        "lowercase_words_and_names_" * 80,
        "00ff" * 500,
        "3b241101-e2bb-4255-8caf-4136c566a962 " * 50,
    ],
)
def test_what_is_no_file_stays(text: str) -> None:
    assert without_blobs(text) == (text, 0)
    assert without_blobs(text)[0] is text


def test_hex_of_a_file_goes() -> None:
    assert without_blobs(f"x = {NOISE.hex()};")[0].startswith("x = [data as hex, 3.0 kB, sha256 ")


pieces = st.one_of(
    st.binary(min_size=200, max_size=900).map(lambda data: b64encode(data).decode()),
    st.binary(min_size=400, max_size=900).map(bytes.hex),
    st.binary(min_size=300, max_size=900).map(lambda data: "\n".join(wrap(b64encode(data).decode(), 76))),
    st.sampled_from(('"', "\n", " ", ".", "data:image/png;base64,", "\\n", "é", "[", "]", "\r\n")),
    st.text(max_size=5),
)


@given(text=st.lists(pieces, max_size=8).map("".join))
def test_once_said_it_stays_and_lines_keep_their_numbers(text: str) -> None:
    made, count = without_blobs(text)

    assert without_blobs(made) == (made, 0)
    assert len(blobs_in(text)) == count
    assert made.count("\n") == text.count("\n")
    assert len(made) <= len(text)
    assert characters_left_out(text) <= len(text)
    assert (made is text) == (count == 0)


def check_real(text: str) -> None:
    """Said once, and JSON stays JSON."""
    made, count = without_blobs(text)
    assert without_blobs(made)[0] is made
    assert not re.search(r'[\\"<>]', "".join(blob.said for blob in blobs_in(text)))
    if count and text.lstrip()[:1] in ("{", "["):
        json.loads(made)


def test_real_records_stay_what_they_are() -> None:
    for sample in samples():
        check_real(sample.text)


@pytest.mark.shared_data
def test_all_real_json_and_pages_stay_what_they_are() -> None:
    for sample in shared_samples("json_array", "json_object", most_chars=900_000, one_in=3):
        check_real(sample.text)


@pytest.mark.parametrize(
    "text", ["aB3" * 300_000, ("A1b" * 25 + "\n") * 9000, ("a" * 199 + " ") * 4000, " \t" * 400_000]
)
def test_long_runs_end_soon(text: str) -> None:
    made, _ = without_blobs(text)

    assert without_blobs(made)[0] is made

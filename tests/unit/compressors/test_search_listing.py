"""`ls -l`: what most entries share is said once; every byte comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.line_folds import unfold
from headroom.compressors.search_groups import decode_listing, encode_listing
from headroom.compressors.search_text import SearchCompressor
from headroom.tokenizers import built_in_counter
from tests.samples import shared_talks

COMPRESSOR = SearchCompressor(counter=built_in_counter())

GNU = """total 184
drwxrwxrwx  1 root root  4096 May  6  2025 .
drwxr-xr-x 12 root root  4096 Apr 10 03:36 ..
-rw-r--r--  1 root root   617 May  6  2025 .gitignore
-rw-r--r--  1 root root 66336 May  6  2025 CHANGE LOG.rst
lrwxrwxrwx  1 root root     7 May  6  2025 bin -> usr/bin
-rwxr-xr-x  1 root root   144 May  6  2025 run.sh
"""
BSD = """total 64
-rw-r--r--@ 1 someone  staff   2668 Dec  3 16:13 changelog.ts
-rw-r--r--@ 1 someone  staff    258 Dec  9 00:20 cli.ts
drwxr-xr-x  8 someone  staff    256 Nov 21  2024 src
-rw-r--r--@ 1 someone  staff   4473 Dec  8 21:35 config.ts
"""
SIZES = """drwxr-xr-x 2 1000 1000 4.0K 2025-05-06 10:00 a
-rw-r--r-- 1 1000 1000  12K 2025-05-06 10:00 b
-rw-r--r-- 1 1000 1000   58 2025-05-06 10:01 c
-rw-r--r-- 1 1000 1000 1.2M 2025-05-06 10:00 d
"""
NARROW = """total 8
drwxrwxrwx 1 root root 4096 May  6  2025 .
-rw-r--r-- 1 root root   61 May  6  2025 x
"""
TWO_FOLDERS = f"./a:\n{GNU}\n./b:\n{NARROW}"
LISTINGS = {"GNU": GNU, "BSD": BSD, "sizes": SIZES, "two folders": TWO_FOLDERS}

ENTRIES = st.builds(
    lambda rights, links, owner, size, date, name: (rights, str(links), owner, size, date, name),
    st.sampled_from(("-rw-r--r--", "drwxr-xr-x", "-rw-r--r--@", "crw-rw----")),
    st.integers(1, 120),
    st.sampled_from(("root root", "root root", "1000 1000", "me  staff")),
    st.sampled_from(("0", "4096", "12K", "123456789", "8, 1")),
    st.sampled_from(("May  6  2025", "May  6  2025", "Apr 10 03:36", "2025-05-06 10:00")),
    st.sampled_from(("a", "b c", "May  6  2025 x", "4096 y", "é\u2028", " lead", "x\r", "1 root root 5")),
)
LISTED = st.builds(
    lambda entries, pad, other, last: (
        "\n".join([other, *(f"{e[0]} {e[1]:>{pad}} {e[2]} {e[3]:>{pad + 3}} {e[4]} {e[5]}" for e in entries)]) + last
    ),
    st.lists(ENTRIES, min_size=1, max_size=10),
    st.integers(1, 3),
    st.sampled_from(("total 8", "", "drwxr-xr-x 1 4096 x", "./a:", "[ls -l, where not said: root root]")),
    st.sampled_from(("", "\n", "\r\n")),
)


@pytest.mark.parametrize("text", LISTINGS.values(), ids=LISTINGS.keys())
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_every_byte_of_a_listing_comes_back(text: str, end: str) -> None:
    text = text.replace("\n", end)

    assert decode_listing(str(encode_listing(text))) == text
    result = COMPRESSOR.compress(text * 3)
    assert result.strategy == "long_listing"
    assert result.change == "exact"


def test_names_sizes_and_dates_that_differ_stay_whole() -> None:
    made = str(encode_listing(GNU))

    assert made.startswith("[ls -l, where not said: root root, May  6  2025]\ntotal 184\ndrwxrwxrwx 1 4096 .\n")
    assert "\ndrwxr-xr-x 12 4096 Apr 10 03:36 ..\n" in made
    assert "\n-rw-r--r-- 1 66336 CHANGE LOG.rst\n" in made


@given(text=LISTED)
def test_a_listing_is_used_only_where_it_comes_back(text: str) -> None:
    result = COMPRESSOR.compress(text)

    if result.was_modified:
        assert (unfold if result.strategy == "folds" else decode_listing)(result.compressed) == text
    assert COMPRESSOR.compress(result.compressed).compressed is result.compressed


def test_entries_of_another_owner_are_written_whole() -> None:
    text = GNU + "-rw-r--r--  1 user team   144 May  6  2025 theirs\n"
    made = str(encode_listing(text))

    assert made.endswith("-rw-r--r--  1 user team   144 May  6  2025 theirs\n")
    assert decode_listing(made) == text


@given(text=st.text(st.sampled_from("-rwx 1234.KMay:\n"), max_size=80))
def test_reading_back_never_raises(text: str) -> None:
    found = decode_listing(f"[ls -l, where not said: root root, May  6  2025]\n{text}")

    assert found is None or isinstance(found, str)


@pytest.mark.shared_data
def test_real_listings_shrink_by_a_quarter() -> None:
    before = after = 0
    for talk in shared_talks(one_in=6, most_chars=400_000):
        for message in talk.messages:
            text = message["content"]
            if message["role"] == "tool" and isinstance(text, str) and text.count("root root") > 8:
                result = COMPRESSOR.compress(text)
                if result.strategy == "long_listing":
                    assert decode_listing(result.compressed) == text
                    before, after = before + result.original_tokens, after + result.compressed_tokens

    assert after < 0.75 * before

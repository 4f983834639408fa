"""What is no table text is refused with a `ValueError`, whatever it is; nothing else is raised, and at once."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.json_documents import read_documents, read_table
from headroom.compressors.table import decode, encode
from tests.strategies import json_values, odd_texts, row_lists, tool_texts

REFUSED = (
    "",
    "[",
    "{",
    "[2]{a}\n1",
    "[2]{a}\n1\n2\n3",
    "[1]{a,b}\n1",
    "[1]{a}\n1,2",
    "[2]{a@}\n1\n2",
    "[2]{a}x\n1\n2",
    "[2]{}\n\n",
    "[2]{a\n1\n2",
    "[999999999999999]{a}\n1",
    "{2}{a}\nx,1",
    "[1,2",
    "[1,]",
    "{a:}",
    "{a}",
    "*1",
    "&1",
    "&1 ",
    "&x y",
    '"open',
    '"a"b',
    "[2]{a(b)}\n(1)\n(1",
    "[1]{a[]{b}}\n2\n 1",
    "[1]{a[]{b}}\nx",
    "[" * 5000,
    "{a:" * 5000,
)


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:24]))
def test_broken_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(text)


def tried(text: str) -> Any:
    """The value of a text, or None where it is refused; any other error fails the test."""
    try:
        return read_table(text)
    except ValueError:
        return None


@given(value=row_lists() | json_values(), seed=st.integers(0, 10**6))
def test_damaged_table_text_is_read_or_refused(value: Any, seed: int) -> None:
    random = Random(seed)
    text = encode(value)
    for _ in range(12):
        place = random.randrange(len(text) + 1)
        piece = random.choice(
            ("", ",", " ", "\n", "(", ")", "[", "]", "{", "}", '"', "&1 ", "*1", "!", "@", "~", "9", "a")
        )
        tried(text[:place] + piece + text[place + random.randrange(3) :])
        tried(text[:place])


@given(text=tool_texts() | odd_texts() | st.text(alphabet='[]{}()@!&*~?$=,|:" \n19ab', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    tried(text)
    read_documents(text)


def test_counts_that_no_text_can_hold_cost_nothing() -> None:
    for text in ("[99999999]{a=1}", "[99999999]{a?=1}\n", "{99999999}{a}\n", "[2]{a[]{b=1}}\n99999999\n99999999"):
        with pytest.raises(ValueError, match=r"."):
            decode(text)

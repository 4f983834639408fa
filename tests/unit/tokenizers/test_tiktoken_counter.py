import threading
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.errors import HeadroomWarning
from headroom.tokenizers.blocks import BLOCK_CHARS, CUT, blocks
from headroom.tokenizers.tiktoken_counter import TiktokenCounter, built_in_counter, load_encoding

PIECES = [
    "word",
    "Word's",
    "'s",
    "'",
    "12",
    "1",
    "中",
    "é",
    "É",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    "/",
    "...",
    '"',
    "{",
    ",",
    "_",
    "=",
    "-",
]
MIXED = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def exact(text: str) -> int:
    encoding = load_encoding("o200k_base")
    assert encoding is not None
    return len(encoding.encode_ordinary(text))


@pytest.mark.parametrize(("text", "tokens"), [("Hello, world!", 4), ("Hello", 1), ("", 0), ("<|endoftext|>", 7)])
def test_known_counts(text: str, tokens: int) -> None:
    assert built_in_counter().count_text(text) == tokens


@given(MIXED)
def test_counts_are_those_of_the_encoder(text: str) -> None:
    assert TiktokenCounter().count_text(text) == exact(text)


@settings(max_examples=300)
@given(MIXED)
def test_a_cut_never_changes_the_sum_of_o200k(text: str) -> None:
    places = [match.start() for match in CUT.finditer(text)]

    assert all(exact(text[:place]) + exact(text[place:]) == exact(text) for place in places)


@settings(max_examples=300)
@given(MIXED)
def test_a_cut_never_changes_the_sum_of_cl100k(text: str) -> None:
    encoding = load_encoding("cl100k_base")
    if encoding is None:
        pytest.skip("cl100k_base is not on this machine")
    count = encoding.encode_ordinary

    for place in (match.start() for match in CUT.finditer(text)):
        assert len(count(text[:place])) + len(count(text[place:])) == len(count(text))


def test_blocks_join_to_the_text_and_are_bounded() -> None:
    text = "some words, 12 of them\n" * 20_000

    parts = list(blocks(text))

    assert "".join(parts) == text
    assert len(parts) > 5
    assert all(0 < len(part) <= BLOCK_CHARS for part in parts)


def test_a_text_of_many_blocks_counts_as_in_one_go() -> None:
    text = '{"id": 17, "name": "Ann\'s", "tags": ["x", "y"]}\n' * 10_000

    assert built_in_counter().count_text(text) == exact(text)


# tiktoken panics with a BaseException on the first three, which no `except Exception` would stop.
@pytest.mark.parametrize("unit", [" ", "\t ", "\u00a0", "a", "=", "\n", "中", "\x00", "\ud800", "👩\u200d"])
def test_a_million_characters_without_a_boundary_are_counted(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))

    tokens = TiktokenCounter().count_text(text)

    assert 5_000 < tokens < 3_000_000


@given(st.text(st.characters()))
def test_no_text_raises_not_even_with_lone_surrogates(text: str) -> None:
    assert TiktokenCounter().count_text(text + "\ud800\udfff\udc00") > 0


def test_a_lone_surrogate_counts_as_the_replacement_character() -> None:
    count = TiktokenCounter().count_text

    assert count("a\ud800b") == count("a\ufffdb")


def test_threads_that_count_first_at_once_get_the_same() -> None:
    counter, found = TiktokenCounter(), []
    threads = [threading.Thread(target=lambda: found.append(counter.count_text("Hello, world!"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [4] * 8


def test_a_vocabulary_that_is_nowhere_is_estimated_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda package: None)  # no llama-index-core
    load_encoding.cache_clear()
    counter = TiktokenCounter("cl100k_base")

    tokens = counter.count_text("some words that are counted " * 100)
    load_encoding.cache_clear()

    assert not counter.is_exact
    assert tokens == pytest.approx(built_in_counter().count_text("some words that are counted " * 100), rel=0.05)


def test_a_tiktoken_that_counts_differently_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiktoken.Encoding.encode_ordinary", lambda encoding, text: list(text))
    load_encoding.cache_clear()
    counter = TiktokenCounter()

    with pytest.warns(HeadroomWarning, match="counts differently"):
        tokens = counter.count_text("Hello, world!")
    load_encoding.cache_clear()

    assert tokens > 0
    assert not counter.is_exact


def test_the_installed_tiktoken_counts_as_the_format_demands() -> None:
    load_encoding.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        assert load_encoding("o200k_base") is not None


def test_the_built_in_counter_is_one_for_the_process_and_shows_no_text() -> None:
    counter = built_in_counter()
    counter.count_text("secret")

    assert counter is built_in_counter()
    assert (counter.name, counter.is_exact) == ("o200k_base", True)
    assert "secret" not in repr(counter)

from __future__ import annotations

from collections import Counter

from headroom.analysis.rarity import excess_surprisal, novel_word_bits, rare_values, shape


def test_a_new_id_in_a_column_of_ids_surprises_nobody() -> None:
    assert excess_surprisal(Counter(map(str, range(50)))) == {}


def test_a_single_other_value_surprises_the_more_the_longer_the_column() -> None:
    short = excess_surprisal(Counter(["a"] * 9 + ["b"]))["b"]
    long = excess_surprisal(Counter(["a"] * 99 + ["b"]))["b"]

    assert 2 < short < long < 7


def test_a_value_is_rare_below_one_percent_and_only_among_few_values() -> None:
    assert rare_values({"a": 993, "b": 7}, 1000) == ["b"]
    assert rare_values({"a": 990, "b": 10}, 1000) == []
    assert rare_values({str(i): 1 for i in range(13)}, 5000) == []


def test_shapes_tell_dates_from_codes() -> None:
    assert shape("2024-01-31") == shape("1999-12-01")
    assert shape("2024-01-31") != shape("N/A")


def test_the_text_with_new_words_stands_out() -> None:
    texts = ["user logged in"] * 7 + ["disk quota exceeded"]

    assert novel_word_bits(texts) == {7: 3.0}

"""What every `Compressor` of the router must do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.by_type import compressors_by_kind, with_json_kept
from headroom.protocols import Compressor
from headroom.tokenizers import built_in_counter
from tests.samples import samples
from tests.strategies import json_texts, json_tool_texts, odd_texts, tool_texts

COUNTER = built_in_counter()
MADE = [*compressors_by_kind(COUNTER).values(), *compressors_by_kind(COUNTER, dense_logs=True).values()]
MADE += with_json_kept({}, COUNTER, rows=True).values()
COMPRESSORS: list[Compressor] = list({type(made): made for made in MADE}.values())
every_compressor = pytest.mark.parametrize("compressor", COMPRESSORS, ids=lambda compressor: compressor.name)
TEXTS = tool_texts() | json_tool_texts() | json_texts() | odd_texts() | st.text(max_size=80)


@every_compressor
def test_it_is_a_compressor_with_a_name_of_its_own(compressor: Compressor) -> None:
    assert isinstance(compressor, Compressor)
    assert [other.name for other in COMPRESSORS].count(compressor.name) == 1


@every_compressor
@given(text=TEXTS)
def test_it_never_writes_more_tokens_and_its_figures_are_right(compressor: Compressor, text: str) -> None:
    result = compressor.compress(text)

    assert result.original_tokens == COUNTER.count_text(text)
    assert result.compressed_tokens == COUNTER.count_text(result.compressed)
    assert result.compressed_tokens <= result.exact_tokens <= result.original_tokens


@every_compressor
@given(text=TEXTS)
def test_without_gain_the_very_text_comes_back_with_a_reason(compressor: Compressor, text: str) -> None:
    result = compressor.compress(text)

    assert result.was_modified == (result.compressed is not text) == (result.change is not None)
    assert result.was_modified == (result.compressed_tokens < result.original_tokens)
    assert bool(result.strategy) == result.was_modified
    assert result.was_modified or result.reason


@every_compressor
@given(text=TEXTS)
def test_its_own_output_comes_back_unchanged(compressor: Compressor, text: str) -> None:
    once = compressor.compress(text).compressed

    assert compressor.compress(once).compressed is once


@every_compressor
@given(text=TEXTS, context=st.sampled_from(("", "Which failed?", "Find 1007", "\ud800")))
def test_the_same_input_gives_the_same_output_whatever_came_before(
    compressor: Compressor, text: str, context: str
) -> None:
    copy = "".join(list(text))

    assert compressor.compress(text, context=context) == compressor.compress(copy, context=context)


@every_compressor
@given(text=TEXTS)
def test_compressing_without_a_choice_leaves_nothing_out_whatever_is_asked(compressor: Compressor, text: str) -> None:
    plain = compressor.compress(text)

    assert plain.change in (None, "exact", "value_exact", "display")
    assert compressor.compress(text, context="Find 1007") == plain


@every_compressor
def test_results_show_no_content(compressor: Compressor) -> None:
    for sample in samples():
        result = compressor.compress(sample.text)
        assert len(repr(result)) < 500
        assert sample.text[20:40] not in repr(result)


@every_compressor
def test_threads_may_share_it(compressor: Compressor) -> None:
    texts = [sample.text for sample in samples()]
    alone = [compressor.compress(text) for text in texts]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(compressor.compress, texts)) == alone


@every_compressor
@pytest.mark.parametrize(
    "text", ["[" * 50_000, "{" * 50_000, '"' * 50_000, "[{" * 20_000, '{"a":' * 20_000, "[1," * 30_000, "\\" * 50_000]
)
def test_texts_made_to_be_hard_are_left_alone(compressor: Compressor, text: str) -> None:
    assert compressor.compress(text).compressed is text

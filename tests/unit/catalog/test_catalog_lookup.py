from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.catalog import (
    Limit,
    Price,
    estimate_cost,
    load_overrides,
    lookup_caching,
    lookup_limit,
    lookup_price,
    usage_cost,
)

MODELS = Path(__file__).parents[4] / "shared" / "design" / "models.csv"


def test_the_facts_of_the_reference() -> None:
    assert lookup_limit("gpt-4o").tokens == 128_000
    assert estimate_cost(1000, 500, "gpt-4o") == 0.0075


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("gpt-4o-mini", 128_000),
        ("gpt-4", 8_192),
        ("gpt-4-32k", 32_768),
        ("gpt-3.5-turbo", 16_385),
        ("o1", 200_000),
        ("o3-mini", 200_000),
        ("o1-preview", 128_000),
        ("claude-2.0", 100_000),
        ("claude-opus-4-8", 1_000_000),
        ("gemini-1.5-pro", 2_097_152),
    ],
)
def test_limits_of_known_models(model: str, tokens: int) -> None:
    assert lookup_limit(model).tokens == tokens


@pytest.mark.parametrize(
    ("model", "tokens"),
    [("gpt-4o-of-ours", 128_000), ("o3-of-ours", 200_000), ("my-opus", 200_000), ("team/our-haiku-2", 200_000)],
)
def test_an_unknown_name_with_a_known_pattern(model: str, tokens: int) -> None:
    limit = lookup_limit(model)

    assert limit.tokens == tokens
    assert limit.source != "default"


def test_an_unknown_model_has_the_default_limit_and_no_price() -> None:
    assert lookup_limit("nobody-knows-this") == Limit(tokens=128_000, source="default")
    assert lookup_price("nobody-knows-this") is None
    assert estimate_cost(1, 1, "nobody-knows-this") is None
    assert lookup_caching("nobody-knows-this").min_tokens is None


@given(model=st.text(max_size=40), provider=st.none() | st.sampled_from(["openai", "aws", "nobody", ""]))
def test_no_name_raises(model: str, provider: str | None) -> None:
    assert lookup_limit(model, provider).tokens > 0
    price = lookup_price(model, provider)
    assert price is None or price.input >= 0
    assert lookup_caching(model).read > 0


def test_a_price_says_where_it_is_from() -> None:
    price = lookup_price("claude-sonnet-4-5")

    assert price is not None
    assert (price.input, price.output, price.cached_read, price.cached_write) == (3.0, 15.0, 0.3, 3.75)
    assert price.source.startswith("genai-prices ")


def test_a_cloud_in_a_region_costs_what_it_costs_there() -> None:
    maker, cloud = lookup_price("claude-sonnet-4-5"), lookup_price("eu.anthropic.claude-sonnet-4-5-20250929-v1:0")

    assert maker is not None
    assert cloud is not None
    assert cloud.input == pytest.approx(1.1 * maker.input)


def test_a_large_request_costs_more_where_the_model_says_so() -> None:
    small, large = lookup_price("gemini-2.5-pro"), lookup_price("gemini-2.5-pro", input_tokens=200_001)

    assert small is not None
    assert large is not None
    assert (small.input, large.input) == (1.25, 2.5)
    assert estimate_cost(200_001, 0, "gemini-2.5-pro") == pytest.approx(200_001 * 2.5 / 1e6)


def test_a_fine_tuned_model_has_not_the_price_of_its_base() -> None:
    assert lookup_price("ft:gpt-4o-2024-08-06:org::id") is None
    assert lookup_limit("ft:gpt-4o-2024-08-06:org::id").tokens == 128_000


def test_cached_and_written_tokens_have_their_own_prices() -> None:
    dollars = estimate_cost(1000, 100, "claude-sonnet-4-5", cached_tokens=600, written_tokens=300)

    assert dollars == pytest.approx((100 * 3 + 600 * 0.3 + 300 * 3.75 + 100 * 15) / 1e6)


def test_what_the_user_says_goes_before_everything(tmp_path: Path) -> None:
    file = tmp_path / "models.json"
    file.write_text('{"openai": {"context_limits": {"gpt-4o": 1, "mine": 2, "also": 3}}}')
    environment = '{"openai": {"context_limits": {"gpt-4o": 10, "mine": 20}}}'

    said = load_overrides({"gpt-4o": 100}, environment=environment, file=file)

    assert lookup_limit("gpt-4o", overrides=said) == Limit(tokens=100, source="argument")
    assert lookup_limit("mine", overrides=said) == Limit(tokens=20, source="HEADROOM_MODEL_LIMITS")
    assert lookup_limit("also", overrides=said) == Limit(tokens=3, source="models.json")
    assert lookup_limit("gpt-4o-mini", overrides=said).tokens == 128_000


def test_globs_and_spellings_of_overrides() -> None:
    said = load_overrides({"gpt-4o*": 1, "gpt-4o-mini*": 2, "claude-opus-4-8": 3})

    assert lookup_limit("gpt-4o-2024-08-06", overrides=said).tokens == 1
    assert lookup_limit("gpt-4o-mini-2024-07-18", overrides=said).tokens == 2
    assert lookup_limit("us.anthropic.claude-opus-4-8-v1:0", overrides=said).tokens == 3


def test_a_deployment_name_stands_for_its_model() -> None:
    said = load_overrides(environment='{"aliases": {"prod-chat": "gpt-4o"}}')

    assert lookup_limit("prod-chat", overrides=said).source.startswith("genai-prices")
    assert estimate_cost(1000, 500, "prod-chat", overrides=said) == 0.0075
    assert lookup_caching("prod-chat", said).read == 0.5


def test_prices_of_the_user() -> None:
    said = load_overrides(environment='{"pricing": {"mine": {"input": 1, "output": 2, "cached_input": 0.5}}}')

    assert lookup_price("mine", overrides=said) == Price(
        input=1.0, output=2.0, cached_read=0.5, source="HEADROOM_MODEL_LIMITS"
    )
    assert estimate_cost(1_000_000, 0, "mine", cached_tokens=500_000, overrides=said) == 0.75


@pytest.mark.parametrize(
    ("model", "min_tokens", "write", "read"),
    [
        ("claude-opus-5-5", 512, 1.25, 0.05),
        ("claude-opus-5", 512, 1.25, 0.1),
        ("claude-opus-4-7", 2048, 1.25, 0.1),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", 4096, 1.25, 0.1),
        ("claude-fable-5-1", 512, 1.25, 0.025),
        ("gpt-4o-mini", 1024, 1.0, 0.5),
        ("gpt-6.1-sol", 1024, 1.25, 0.05),
        ("gpt-5.4-mini", 1024, 1.0, 0.1),
        ("gemini-4-argon", 4096, 1.0, 0.05),
    ],
)
def test_terms_of_the_prompt_cache(model: str, min_tokens: int, write: float, read: float) -> None:
    caching = lookup_caching(model)

    assert (caching.min_tokens, caching.write, caching.read) == (min_tokens, write, read)
    assert caching.date == "2026-11-12"


def test_models_without_a_cache() -> None:
    for model in ("gpt-4", "gpt-4o-2024-05-13", "gpt-5.4-pro", "claude-2.1"):
        assert lookup_caching(model).min_tokens is None
        assert lookup_caching(model).read == 1.0


@pytest.mark.shared_data
@pytest.mark.skipif(not MODELS.exists(), reason="no shared data here")
@pytest.mark.skipif(sys.version_info < (3, 11), reason="the newest price catalog needs Python 3.11")
def test_the_catalog_agrees_with_the_researched_list() -> None:
    with MODELS.open(newline="") as file:
        listed = [row for row in csv.DictReader(file) if row["status"] == "listed" and "mythos" not in row["name"]]

    wrong_prices, wrong_reads = [], []
    for row in listed:
        price = lookup_price(row["name"])
        if price is None or (price.input, price.output) != (
            float(row["input_usd_per_1m"]),
            float(row["output_usd_per_1m"]),
        ):
            wrong_prices.append(row["name"])
        if row["cache_read_mult"] and lookup_caching(row["name"]).read != float(row["cache_read_mult"]):
            wrong_reads.append(row["name"])

    assert len(listed) > 50
    assert wrong_prices == []
    assert wrong_reads == []


def test_looking_up_loads_lazily_and_opens_no_socket() -> None:
    code = (
        "import sys\n"
        "def no_network(event, arguments):\n"
        "    if event.startswith('socket.') and event != 'socket.gethostname': raise RuntimeError(event)\n"
        "sys.addaudithook(no_network)\n"
        "import headroom.catalog\n"
        "assert 'genai_prices' not in sys.modules\n"
        "print(headroom.catalog.lookup_price('gpt-4o').input)"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert (result.stdout.strip(), result.stderr) == ("2.5", "")


def test_without_the_price_package_names_still_give_limits() -> None:
    code = (
        "import sys; sys.modules['genai_prices'] = None\n"
        "from headroom.catalog import lookup_limit, lookup_price\n"
        "print(lookup_limit('gpt-4o'), lookup_price('gpt-4o'))"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "Limit(tokens=128000, source='name pattern') None"


def test_input_and_output_are_priced_apart_and_each_bucket_at_its_own_price() -> None:
    model = "claude-sonnet-4-5"

    bought, sold = usage_cost(model, input_tokens=1000, cached=600, written=300, output=100)

    assert bought == pytest.approx((100 * 3 + 600 * 0.3 + 300 * 3.75) / 1e6)
    assert sold == pytest.approx(100 * 15 / 1e6)
    assert usage_cost("nobody-knows-this", input_tokens=1) == (None, None)


def test_what_is_written_for_an_hour_costs_twice_the_input() -> None:
    bought, _ = usage_cost("claude-sonnet-4-5", input_tokens=1000, written=1000, written_long=400)
    without_long, _ = usage_cost("gpt-4o", input_tokens=1000, written=1000, written_long=400)

    assert bought == pytest.approx((600 * 3.75 + 400 * 6) / 1e6)
    assert without_long == pytest.approx(1000 * 2.5 / 1e6)  # there is no long lifetime


@given(
    input_tokens=st.integers(0, 10**6),
    cached=st.integers(0, 10**6),
    written=st.integers(0, 10**6),
    output=st.integers(0, 10**5),
)
def test_the_two_sums_are_the_estimate(input_tokens: int, cached: int, written: int, output: int) -> None:
    model = "claude-sonnet-4-5"
    bought, sold = usage_cost(model, input_tokens=input_tokens, cached=cached, written=written, output=output)

    total = estimate_cost(input_tokens, output, model, cached_tokens=cached, written_tokens=written)

    assert bought is not None
    assert sold is not None
    assert total == pytest.approx(bought + sold)

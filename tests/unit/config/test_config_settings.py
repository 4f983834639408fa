"""Settings: what they take, what they refuse, and what they show."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
import traceback

import pytest

from headroom import config as config_module
from headroom.config import (
    CacheAlignerConfig,
    CompressionProfile,
    HeadroomConfig,
    HeadroomMode,
    IntelligentContextConfig,
    RelevanceScorerConfig,
    RollingWindowConfig,
    ScoringWeights,
    Settings,
    SmartCrusherConfig,
    ToolProfile,
)
from headroom.config.fields import attribute_texts
from headroom.config.schema import classes_below
from headroom.config.settings import Synonym
from headroom.errors import ConfigurationError

EVERY_CLASS = [
    found for found in vars(config_module).values() if inspect.isclass(found) and issubclass(found, Settings)
]


def refused(call: object) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        call()  # type: ignore[operator]
    return caught.value


def test_documented_keywords_are_kept_as_given() -> None:
    crusher = SmartCrusherConfig(
        min_tokens_to_crush=200,
        max_items_after_crush=50,
        keep_first=3,
        keep_last=2,
        relevance_threshold=0.3,
        anomaly_std_threshold=2.0,
        preserve_errors=True,
    )
    window = RollingWindowConfig(
        max_tokens=100000, preserve_system=True, preserve_recent_turns=5, drop_oldest_first=True
    )
    context = IntelligentContextConfig(
        enabled=True, keep_last_turns=2, scoring_weights=ScoringWeights(), toin_integration=True
    )

    assert (crusher.max_items_after_crush, crusher.keep_first, crusher.keep_last) == (50, 3, 2)
    assert (window.max_tokens, window.preserve_recent_turns) == (100000, 5)
    assert context.enabled
    assert context.scoring_weights.toin_importance == 0.25


def test_documented_defaults_hold() -> None:
    config = HeadroomConfig()

    assert config.default_mode is HeadroomMode.AUDIT
    assert config.store_url is None
    assert (config.selection, config.retrieval, config.originals) == ("reachable", "auto", "conversation")
    assert (config.select_above_tokens, config.target_tokens, config.selection_tokens) == (2000, None, 2000)
    assert (config.min_tokens, config.smart_crusher.min_tokens_to_crush) == (200, 200)
    assert (config.smart_crusher.first_fraction, config.smart_crusher.last_fraction) == (0.0, 0.0)
    assert config.cache_aligner.enabled
    assert not config.intelligent_context.enabled
    assert not config.tool_crusher.enabled
    assert (config.max_text_bytes, config.max_total_bytes) == (1_000_000, 10_000_000)


def test_groups_are_not_shared_between_instances() -> None:
    first, second = HeadroomConfig(), HeadroomConfig()

    first.smart_crusher.min_tokens_to_crush = 100
    first.model_context_limits["mine"] = 5
    first.cache_aligner.detection_tiers.append("ner")

    assert second.smart_crusher.min_tokens_to_crush == 200
    assert second.model_context_limits == {}
    assert CacheAlignerConfig().detection_tiers == ["regex"]


def test_an_unknown_keyword_is_refused_with_the_nearest_name() -> None:
    error = refused(lambda: SmartCrusherConfig(min_token_to_crush=100))  # type: ignore[call-arg]

    assert error.message == "unknown setting 'min_token_to_crush'; did you mean 'min_tokens_to_crush'?"
    assert error.details == {"field": "min_token_to_crush"}


def test_an_unknown_name_in_a_group_is_refused_with_its_path_and_the_nearest_name_of_that_group() -> None:
    error = refused(lambda: HeadroomConfig(tool_profiles={"search_*": {"max_token": 5}}))

    assert error.message == "unknown setting 'tool_profiles.search_*.max_token'; did you mean 'max_tokens'?"


def test_assigning_to_a_misspelt_attribute_is_refused() -> None:
    config = HeadroomConfig()

    error = refused(lambda: setattr(config.rolling_window, "preserve_recent_turn", 3))

    assert error.message == "unknown setting 'preserve_recent_turn'; did you mean 'preserve_recent_turns'?"


def test_a_refused_assignment_leaves_the_value_that_was_there() -> None:
    config = HeadroomConfig(min_tokens=7)

    error = refused(lambda: setattr(config, "min_tokens", -1))

    assert error.message == "min_tokens must be >= 0, got -1"
    assert error.details == {"field": "min_tokens", "value": -1}
    assert config.min_tokens == 7


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"smart_crusher": {"keep_first": -1}}, "smart_crusher.keep_first must be >= 0, got -1"),
        ({"smart_crusher": {"keep_first": 1.5}}, "smart_crusher.keep_first must be a whole number, got 1.5"),
        ({"smart_crusher": 3}, "smart_crusher must be a table of settings, got 3"),
        ({"selection": "some"}, "selection must be 'reachable', 'always' or 'never', got 'some'"),
        ({"default_mode": "optimise"}, "default_mode must be 'audit', 'optimize' or 'simulate', got 'optimise'"),
        ({"strict": "perhaps"}, "strict must be true or false, got 'perhaps'"),
        ({"tool_profiles": []}, "tool_profiles must be a table, got a list"),
        ({"cache_aligner": {"entropy_threshold": float("nan")}}, "entropy_threshold must be"),
        (
            {"cache_aligner": {"dynamic_patterns": ["("]}},
            "cache_aligner.dynamic_patterns.0 is not a regular expression",
        ),
        ({"cache_aligner": {"detection_tiers": []}}, "cache_aligner.detection_tiers must not be empty, got a list"),
        ({"model_context_limits": {"m": 0}}, "model_context_limits.m must be >= 1, got 0"),
        ({"store_url": "headroom.db"}, "store_url must be a URL such as sqlite:///headroom.db"),
        ({"originals": "disk"}, "originals must be a URL such as sqlite:///headroom.db"),
        ({"namespace": "a\0b"}, "namespace must not hold a NUL character"),
        ({"rolling_window": {"keep_system": True, "preserve_system": False}}, "were given two values"),
        ({"target_tokens": 0, "min_tokens": -1}, "must be >= 1, got 0; min_tokens must be >= 0, got -1"),
    ],
)
def test_a_wrong_value_is_refused_in_words(values: dict[str, object], message: str) -> None:
    assert message in refused(lambda: HeadroomConfig(**values)).message


@pytest.mark.parametrize(
    "values",
    [
        {"default_mode": "canary " * 30},
        {"min_tokens": ["canary"]},
        {"smart_crusher": {"keep_first": {"a": "canary"}}},
        {"secret": ["canary"]},
        {"secret": 12345678},
        {"store_url": "canary"},
        {"store_url": ["postgresql://me:canary@db/x"]},
        {"namespace": "canary\0"},
        {"secrets": "canary"},
        {"cache_aligner": {"date_patterns": ["canary("]}},
    ],
)
def test_what_was_given_never_shows_in_an_error(values: dict[str, object]) -> None:
    error = refused(lambda: HeadroomConfig(**values))
    shown = f"{error!r} {error} {error.details} {''.join(traceback.format_exception(error))}"

    assert "canary" not in shown.replace(repr(values), "")
    assert "12345678" not in shown
    assert error.__context__ is None  # pydantic's own error holds the input


def test_no_secret_shows_in_a_repr() -> None:
    config = HeadroomConfig(
        secret="canary", store_url="postgresql://me:canary@db/x", originals="mysql://me:c@n@ry@db/x?password=canary"
    )

    shown = f"{config!r} {config}"

    assert "canary" not in shown
    assert "c@n" not in shown
    assert "postgresql://me:***@db/x" in shown
    assert config.secret.get_secret_value() == "canary"


@pytest.mark.parametrize(
    ("settings", "synonym", "name", "value"),
    [
        (RollingWindowConfig(), "keep_system", "preserve_system", False),
        (RollingWindowConfig(), "keep_last_turns", "preserve_recent_turns", 9),
        (SmartCrusherConfig(), "variance_threshold", "anomaly_std_threshold", 3.5),
        (RelevanceScorerConfig(), "tier", "scorer_type", "hybrid"),
    ],
)
def test_both_spellings_of_a_setting_are_one_value(settings: Settings, synonym: str, name: str, value: object) -> None:
    given = type(settings)(**{synonym: value})
    setattr(settings, synonym, value)

    assert getattr(given, name) == getattr(settings, name) == value
    assert getattr(given, synonym) == getattr(settings, synonym) == value
    assert name in settings.model_fields_set
    assert given == settings


def test_every_synonym_is_an_attribute_and_names_a_field() -> None:
    for model in EVERY_CLASS:
        for synonym, name in model.synonyms.items():
            assert isinstance(getattr(model, synonym), Synonym)
            assert name in model.model_fields


def test_what_was_set_survives_a_copy_and_pickling() -> None:
    config = HeadroomConfig(secret="x")
    config.rolling_window.max_tokens = 100_000

    for copy in (config.model_copy(deep=True), pickle.loads(pickle.dumps(config))):
        assert copy == config
        assert copy.rolling_window is not config.rolling_window
        assert "max_tokens" in copy.rolling_window.model_fields_set
        assert "max_items_after_crush" not in copy.smart_crusher.model_fields_set


def test_weights_are_normalized_to_their_sum() -> None:
    weights = ScoringWeights(recency=1, toin_importance=1).normalized()

    assert sum(weights.model_dump().values()) == pytest.approx(1.0)
    assert weights.recency == pytest.approx(0.392, abs=0.001)


def test_weights_that_are_all_zero_become_the_defaults_and_huge_ones_do_not_overflow() -> None:
    zero = ScoringWeights(**dict.fromkeys(ScoringWeights.model_fields, 0))
    huge = ScoringWeights(**dict.fromkeys(ScoringWeights.model_fields, 1.7e308))

    assert zero.normalized() == ScoringWeights()
    assert huge.normalized().recency == pytest.approx(1 / 6)


def test_negative_weights_are_refused() -> None:
    assert refused(lambda: ScoringWeights(recency=-0.1)).details == {"field": "recency", "value": -0.1}


def test_a_context_limit_is_found_by_exact_name_then_by_the_longest_beginning() -> None:
    config = HeadroomConfig(model_context_limits={"gpt": 1, "gpt-4o": 2, "gpt-4o-mini": 3})

    assert [config.get_context_limit(model) for model in ("gpt-4o-mini", "gpt-4o-2024", "gpt-5", "o3")] == [
        3,
        2,
        1,
        None,
    ]


def test_a_tool_profile_is_found_by_exact_name_then_by_the_longest_glob_whatever_the_order() -> None:
    profiles = {"*": {"target_tokens": 1}, "search_*": {"target_tokens": 2}, "search_x": {"target_tokens": 3}}
    backwards = dict(reversed(profiles.items()))

    for table in (profiles, backwards):
        config = HeadroomConfig(tool_profiles=table)
        found = [config.get_tool_profile(tool) for tool in ("search_x", "search_y", "Search_y")]
        assert [profile and profile.target_tokens for profile in found] == [3, 2, 1]
    assert HeadroomConfig().get_tool_profile("read") is None
    assert isinstance(found[0], ToolProfile)


def test_the_crushers_two_spellings_of_relevance_meet_in_one_scorer_config() -> None:
    ours = SmartCrusherConfig(relevance_tier="hybrid", relevance_threshold=0.5)
    inner = SmartCrusherConfig(relevance=RelevanceScorerConfig(tier="embedding", bm25_k1=2))
    same = SmartCrusherConfig(relevance_tier="hybrid", relevance=RelevanceScorerConfig(scorer_type="hybrid"))
    torn = SmartCrusherConfig(relevance_tier="hybrid", relevance=RelevanceScorerConfig(scorer_type="embedding"))

    assert (ours.scorer_config().scorer_type, ours.scorer_config().relevance_threshold) == ("hybrid", 0.5)
    assert (inner.scorer_config().scorer_type, inner.scorer_config().bm25_k1) == ("embedding", 2)
    assert same.scorer_config().scorer_type == "hybrid"
    assert refused(torn.scorer_config).details["field"] == "smart_crusher.relevance_tier"
    assert ours.relevance.scorer_type == "bm25"


def test_a_profile_that_does_not_exist_is_refused() -> None:
    assert refused(lambda: CompressionProfile.preset("bold")).details["value"] == "bold"  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", list(HeadroomMode))
def test_a_mode_reads_as_its_word(mode: HeadroomMode) -> None:
    assert str(mode) == f"{mode}" == mode == mode.value


@pytest.mark.parametrize("model", EVERY_CLASS, ids=lambda model: model.__name__)
def test_every_field_says_what_it_means(model: type[Settings]) -> None:
    documented = set(attribute_texts(model)) - ({"synonyms"} if model is Settings else set())

    assert documented == set(model.model_fields)


def test_the_schema_explains_every_setting_and_takes_synonyms_and_overlays() -> None:
    schema = HeadroomConfig.json_schema()

    reached = {model.__name__ for model in classes_below(HeadroomConfig)}
    assert {"AnchorConfig", "ScoringWeights", "ToolProfile"} <= reached
    for name in reached - {"HeadroomConfig"}:
        for properties in schema["$defs"][name]["properties"].values():
            assert properties["description"]
    assert "tier" in schema["$defs"]["RelevanceScorerConfig"]["properties"]
    assert "min_tokens" in schema["$defs"]["Environment"]["properties"]
    assert "environments" not in schema["$defs"]["Environment"]["properties"]
    assert schema["additionalProperties"] is False


def test_many_threads_may_be_the_first_to_use_a_class() -> None:
    script = (
        "import sys; sys.setswitchinterval(1e-6)\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from threading import Barrier\n"
        "from headroom.config import HeadroomConfig\n"
        "gate = Barrier(8)\n"
        "def first(number):\n"
        "    gate.wait()\n"
        "    return HeadroomConfig(smart_crusher={'keep_first': number}).smart_crusher.keep_first\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    assert list(pool.map(first, range(8))) == list(range(8))\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)

    assert done.stderr == ""
    assert done.returncode == 0

"""Defaults, file, environment, arguments: which one holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from headroom.config import CacheAlignerConfig, HeadroomConfig, RollingWindowConfig, SmartCrusherConfig, ToolProfile
from headroom.config.fields import leaf_fields
from headroom.errors import ConfigurationError
from headroom.resolve import Resolved, describe, override, resolve

NAME = "smart_crusher.min_tokens_to_crush"
VARIABLE = "HEADROOM_SMART_CRUSHER__MIN_TOKENS_TO_CRUSH"


def resolved(
    config: HeadroomConfig | None = None, environment: dict[str, str] | None = None, **arguments: Any
) -> Resolved:
    return resolve(config, environment=environment or {}, find_file=False, **arguments)


def refused(
    config: HeadroomConfig | None = None, environment: dict[str, str] | None = None, **arguments: Any
) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        resolved(config, environment, **arguments)
    return caught.value


@pytest.mark.parametrize("levels", range(16))
def test_the_highest_level_that_sets_a_value_holds(tmp_path: Path, levels: int) -> None:
    in_file, in_environment, in_config, in_argument = (bool(levels & bit) for bit in (1, 2, 4, 8))
    file = tmp_path / "headroom.toml"
    file.write_text("[smart_crusher]\nmin_tokens_to_crush = 101\n" if in_file else "", encoding="utf-8")
    config = HeadroomConfig()
    if in_config:
        config.smart_crusher.min_tokens_to_crush = 103
    arguments = {"smart_crusher_config": SmartCrusherConfig(min_tokens_to_crush=104)} if in_argument else {}

    result = resolve(config, environment={VARIABLE: "102"} if in_environment else {}, file=file, **arguments)

    expected = (
        (104, "argument")
        if in_argument
        else (103, "argument")
        if in_config
        else (102, VARIABLE)
        if in_environment
        else (101, f"file:{file}")
        if in_file
        else (200, "default")
    )
    assert (result.config.smart_crusher.min_tokens_to_crush, result.origins[NAME]) == expected


def test_setting_a_value_to_its_default_counts_as_setting_it() -> None:
    config = HeadroomConfig(smart_crusher=SmartCrusherConfig(min_tokens_to_crush=200))

    assert resolved(config, {VARIABLE: "102"}).config.smart_crusher.min_tokens_to_crush == 200


def test_a_group_is_merged_setting_by_setting() -> None:
    result = resolved(None, {VARIABLE: "102"}, smart_crusher=SmartCrusherConfig(keep_first=9)).config

    assert (result.smart_crusher.min_tokens_to_crush, result.smart_crusher.keep_first) == (102, 9)


def test_a_table_is_merged_entry_by_entry_and_says_both_origins() -> None:
    variable = '{"a": {"skip_compression": true}, "b": {"max_items_after_crush": 5}}'

    result = resolved(None, {"HEADROOM_TOOL_PROFILES": variable}, tool_profiles={"b": {"target_tokens": 6}})

    profiles = result.config.tool_profiles
    assert profiles["a"].skip_compression
    assert (profiles["b"].max_items_after_crush, profiles["b"].target_tokens) == (None, 6)
    assert result.origins["tool_profiles"] == "HEADROOM_TOOL_PROFILES + argument"


def test_a_config_edited_in_place_counts() -> None:
    config = HeadroomConfig()
    config.model_context_limits["mine"] = 4096
    config.cache_aligner.extra_dynamic_labels.append("Run")

    result = resolved(config)

    assert result.config.get_context_limit("mine") == 4096
    assert result.origins["cache_aligner.extra_dynamic_labels"] == "argument"


def test_the_result_is_nobody_elses() -> None:
    profile = ToolProfile(target_tokens=1)
    config = HeadroomConfig(model_context_limits={"mine": 1}, tool_profiles={"a": profile})
    aligner = CacheAlignerConfig(extra_dynamic_labels=["Run"])
    crusher = SmartCrusherConfig(keep_last=2)

    result = resolved(config, None, smart_crusher=crusher, cache_aligner=aligner)
    config.model_context_limits["mine"] = 2
    profile.target_tokens = 2
    aligner.extra_dynamic_labels.append("Job")
    crusher.keep_first = 99

    assert result.config.model_context_limits == {"mine": 1}
    assert result.config.tool_profiles["a"].target_tokens == 1
    assert result.config.cache_aligner.extra_dynamic_labels == ["Run"]
    assert result.config.smart_crusher.keep_first == 3


def test_what_was_not_set_stays_unset() -> None:
    bare = resolved().config
    limited = resolved(rolling_window_config=RollingWindowConfig(max_tokens=100_000)).config

    assert "max_tokens" not in bare.rolling_window.model_fields_set
    assert "max_tokens" in limited.rolling_window.model_fields_set


def test_the_documented_arguments_of_the_client_are_settings() -> None:
    result = resolved(
        rolling_window_config={"keep_last_turns": 1},
        enable_cache_optimizer=False,
        enable_semantic_cache=True,
        default_mode="optimize",
        store_url=None,
    ).config

    assert result.rolling_window.preserve_recent_turns == 1
    assert (result.cache_optimizer.enabled, result.cache_optimizer.enable_semantic_cache) == (False, True)
    assert (result.default_mode, result.store_url) == ("optimize", None)


def test_an_argument_may_be_a_dotted_name_and_wins_over_its_group() -> None:
    arguments = {"smart_crusher": SmartCrusherConfig(keep_first=7, keep_last=8), "smart_crusher.keep_first": 9}

    result = resolved(**arguments).config.smart_crusher

    assert (result.keep_first, result.keep_last) == (9, 8)


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("HEADROOM_STRICT", "true", "strict", True),
        ("HEADROOM_SELECTION", "never", "selection", "never"),
        ("HEADROOM_TARGET_TOKENS", "500", "target_tokens", 500),
        ("HEADROOM_MODEL_CONTEXT_LIMITS", '{"m": 5}', "model_context_limits", {"m": 5}),
        ("HEADROOM_CACHE_ALIGNER__DYNAMIC_PATTERNS", '["a,b"]', "cache_aligner.dynamic_patterns", ["a,b"]),
        ("HEADROOM_TOOL_CRUSHER__PRESERVE_KEYS", '["id"]', "tool_crusher.preserve_keys", {"id"}),
        ("HEADROOM_SMART_CRUSHER__RELEVANCE__BM25_K1", "1.25", "smart_crusher.relevance.bm25_k1", 1.25),
        ("HEADROOM_ROLLING_WINDOW__KEEP_LAST_TURNS", "8", "rolling_window.preserve_recent_turns", 8),
        ("HEADROOM_SMART_CRUSHER__VARIANCE_THRESHOLD", "3", "smart_crusher.anomaly_std_threshold", 3.0),
    ],
)
def test_every_kind_of_setting_can_be_a_variable(variable: str, text: str, name: str, value: object) -> None:
    result = resolved(None, {variable: text})

    found: Any = result.config
    for part in name.split("."):
        found = getattr(found, part)
    assert found == value
    assert result.origins[name] == variable


@pytest.mark.parametrize(
    ("variable", "text", "field", "shown"),
    [
        ("HEADROOM_MIN_TOKENS", "-1", "min_tokens", "-1"),
        ("HEADROOM_MIN_TOKENS", "many", "min_tokens", "many"),
        ("HEADROOM_SELECTION", "some", "selection", "some"),
        (VARIABLE, "x", NAME, "x"),
        ("HEADROOM_TOOL_PROFILES", "{", "tool_profiles", None),
        ("HEADROOM_TOOL_PROFILES", '{"a": {"max_token": 1}}', "tool_profiles.a.max_token", None),
        ("HEADROOM_STORE_URL", "somewhere", "store_url", None),
    ],
)
def test_a_bad_variable_is_named(variable: str, text: str, field: str, shown: str | None) -> None:
    error = refused(None, {variable: text})

    assert error.message.startswith(f"{variable}: ")
    assert (error.details["variable"], error.details["field"], error.details.get("value")) == (variable, field, shown)


def test_a_format_that_cannot_be_written_is_refused_with_its_origin() -> None:
    assert refused(None, {"HEADROOM_FORMAT": "99"}).details["variable"] == "HEADROOM_FORMAT"
    assert refused(format="99").details["origin"] == "argument"


def test_an_argument_that_is_not_understood_is_refused() -> None:
    error = refused(selct_above_tokens=3)

    assert error.message == "unknown setting 'selct_above_tokens'; did you mean 'select_above_tokens'?"


def test_every_setting_has_an_origin_and_is_described() -> None:
    result = resolved(min_tokens=5)
    rows = {name: (text, origin) for name, text, origin in describe(result)}

    assert list(rows) == list(leaf_fields(HeadroomConfig))
    assert rows["min_tokens"] == ("5", "argument")
    assert rows["default_mode"] == ('"audit"', "default")
    assert rows["target_tokens"] == ("null", "default")


def test_a_description_shows_no_secret() -> None:
    url = "postgresql://me:canary@db/x"
    result = resolved(None, {"HEADROOM_SECRET": "canary", "HEADROOM_STORE_URL": url, "HEADROOM_ORIGINALS": url})

    rows = {name: text for name, text, _ in describe(result)}

    assert "canary" not in f"{rows} {result!r}"
    assert rows["secret"] == '"***"'
    assert rows["store_url"] == '"postgresql://me:***@db/x"'
    assert result.config.secret.get_secret_value() == "canary"


def test_a_request_without_settings_of_its_own_gets_the_engines() -> None:
    config = resolved().config

    assert override(config) is config
    assert override(config, target_tokens=None) is config


def test_a_request_with_settings_of_its_own_leaves_the_engines_alone() -> None:
    config = resolved(tool_profiles={"a": {"target_tokens": 3}}).config

    mine = override(config, tool_profiles={"b": {"skip_compression": True}}, target_tokens=7)

    assert (sorted(mine.tool_profiles), mine.target_tokens) == (["a", "b"], 7)
    assert (sorted(config.tool_profiles), config.target_tokens) == (["a"], None)


def test_the_file_in_the_working_directory_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "headroom.toml").write_text("min_tokens = 9", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert resolve(environment={}).config.min_tokens == 9
    assert resolve(environment={}, find_file=False).config.min_tokens == 200


def test_the_process_environment_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_MIN_TOKENS", "11")

    assert resolve(find_file=False).config.min_tokens == 11

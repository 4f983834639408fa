"""Settings files: found, read, refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headroom.config import HeadroomConfig, find_config_file
from headroom.errors import ConfigurationError
from headroom.resolve import check_file

TOML = """
min_tokens = 300
[smart_crusher]
keep_first = 4
keep_last = 5
[tool_profiles."search_*"]
target_tokens = 800
[environments.production]
selection = "never"
[environments.production.smart_crusher]
keep_last = 9
"""


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def from_file(file: Path, **environment: str) -> HeadroomConfig:
    return HeadroomConfig.from_file(file, environment=environment)


def refused(file: Path, **environment: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        from_file(file, **environment)
    assert caught.value.details["file"] == str(file)
    return caught.value


def test_a_toml_file_sets_what_it_names(tmp_path: Path) -> None:
    config = from_file(written(tmp_path, "headroom.toml", TOML))

    assert (config.min_tokens, config.smart_crusher.keep_first, config.selection) == (300, 4, "reachable")
    profile = config.get_tool_profile("search_code")
    assert profile is not None
    assert profile.target_tokens == 800


def test_an_overlay_is_laid_over_setting_by_setting(tmp_path: Path) -> None:
    config = from_file(written(tmp_path, "headroom.toml", TOML), HEADROOM_ENV="production")

    assert (config.selection, config.smart_crusher.keep_first, config.smart_crusher.keep_last) == ("never", 4, 9)


def test_an_overlay_that_is_not_there_is_refused_with_the_nearest(tmp_path: Path) -> None:
    error = refused(written(tmp_path, "headroom.toml", TOML), HEADROOM_ENV="prodution")

    assert error.message == "headroom.toml has no [environments.prodution]; did you mean 'production'?"
    assert error.details["variable"] == "HEADROOM_ENV"


def test_a_file_without_overlays_is_the_same_everywhere(tmp_path: Path) -> None:
    assert from_file(written(tmp_path, "headroom.toml", "min_tokens = 3"), HEADROOM_ENV="production").min_tokens == 3


@pytest.mark.parametrize("name", ["settings.yaml", "settings.yml", "settings.json"])
def test_yaml_and_json_say_the_same(tmp_path: Path, name: str) -> None:
    text = json.dumps({"smart_crusher": {"keep_first": 4}, "cache_aligner": {"dynamic_patterns": ["x"]}})

    config = from_file(written(tmp_path, name, text))

    assert (config.smart_crusher.keep_first, config.cache_aligner.dynamic_patterns) == (4, ["x"])


@pytest.mark.parametrize("name", ["empty.toml", "empty.yaml"])
def test_an_empty_file_sets_nothing(tmp_path: Path, name: str) -> None:
    assert from_file(written(tmp_path, name, "")) == HeadroomConfig()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.toml", "min_token = 3", "a.toml: unknown setting 'min_token'; did you mean 'min_tokens'?"),
        ("a.toml", "[smart_crushr]", "a.toml: unknown setting 'smart_crushr'; did you mean 'smart_crusher'?"),
        ("a.toml", "min_tokens = -3", "a.toml: min_tokens must be >= 0, got -3"),
        ("a.toml", "x = 1\ncanary = canary", "a.toml is not valid TOML at line 2"),
        ("a.yaml", "x: 1\ny: [canary", "a.yaml is not valid YAML at line 2"),
        ("a.yaml", "x: !!python/object:os.system canary", "a.yaml is not valid YAML at line 1"),
        ("a.yaml", "1: canary", "a.yaml must hold a table of settings with names as keys"),
        ("a.yaml", "- canary", "a.yaml must hold a table of settings with names as keys"),
        ("a.json", '{\n"canary', "a.json is not valid JSON at line 2"),
        ("a.json", "[" * 100_000, "a.json is not valid JSON"),
        ("a.json", '{"environments": 3}', "a.json must hold tables of settings under [environments]"),
        ("a.ini", "", "a.ini must end in .toml, .yaml, .yml, .json"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_name_and_without_its_content(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    error = refused(written(tmp_path, name, text))

    assert error.message == message
    assert "canary" not in str(error)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")

    assert refused(tmp_path / "a.toml").message == "a.toml cannot be read: FileNotFoundError"
    assert refused(tmp_path / "b.toml").message == "b.toml is not UTF-8"


def test_the_variable_wins_over_the_directory(tmp_path: Path) -> None:
    written(tmp_path, "headroom.toml", "")
    other = written(tmp_path, "other.yaml", "")

    assert find_config_file(tmp_path, environment={"HEADROOM_CONFIG": str(other)}) == other


def test_a_variable_that_names_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_config_file(tmp_path, environment={"HEADROOM_CONFIG": str(tmp_path / "none.toml")})
    assert caught.value.details["variable"] == "HEADROOM_CONFIG"


def test_headroom_toml_wins_over_the_project_file(tmp_path: Path) -> None:
    project = written(tmp_path, "pyproject.toml", "[tool.headroom]\nmin_tokens = 7")
    assert find_config_file(tmp_path, environment={}) == project
    assert from_file(project).min_tokens == 7

    own = written(tmp_path, "headroom.toml", "")
    assert find_config_file(tmp_path, environment={}) == own


def test_a_project_that_does_not_speak_of_us_is_left_alone(tmp_path: Path) -> None:
    for text in ("[tool.other]\nname = 'headroom'", "broken = tool headroom", "tool = 'headroom'"):
        written(tmp_path, "pyproject.toml", text)
        assert find_config_file(tmp_path, environment={}) is None


def test_a_broken_project_that_speaks_of_us_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "pyproject.toml", "[tool.headroom]\nmin_tokens = ")

    with pytest.raises(ConfigurationError, match=r"pyproject\.toml is not valid TOML"):
        find_config_file(tmp_path, environment={})


def test_neither_parents_nor_the_home_directory_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    written(tmp_path, "headroom.toml", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(inner)

    assert find_config_file(environment={}) is None


def test_checking_a_file_looks_at_every_overlay(tmp_path: Path) -> None:
    good = written(tmp_path, "good.toml", TOML)
    bad = written(tmp_path, "bad.toml", TOML + "[environments.staging]\nformat = '0'\n[environments.test]\nx = 1\n")

    assert check_file(good) == []
    assert check_file(bad) == [
        "[environments.staging] bad.toml: format must be one of 1, got '0'",
        "[environments.test] bad.toml: unknown setting 'x'",
    ]
    assert check_file(tmp_path / "none.toml") == ["none.toml cannot be read: FileNotFoundError"]


def test_a_fault_outside_the_overlays_is_told_once(tmp_path: Path) -> None:
    assert check_file(written(tmp_path, "a.toml", "min_tokens = -1\n" + TOML.replace("min_tokens = 300", ""))) == [
        "a.toml: min_tokens must be >= 0, got -1"
    ]

"""The table of variables, and that no other file reads the process environment."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

import headroom.environment as environment
from headroom.config import HeadroomConfig
from headroom.config.fields import leaf_fields
from headroom.environment import VARIABLES, log_level, read_flag, read_settings, read_text
from headroom.errors import ConfigurationError, HeadroomWarning
from headroom.resolve import kind_of, variables

PACKAGE = Path(environment.__file__).parent
READERS = {"environ", "environb", "getenv", "getenvb"}


@pytest.fixture(autouse=True)
def _nothing_said_yet() -> Iterator[None]:
    said = set(environment.SAID)
    environment.SAID.clear()
    yield
    environment.SAID.clear()
    environment.SAID.update(said)


def reads_of_the_environment(source: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if (
            isinstance(node, ast.Attribute)
            and node.attr in READERS
            and getattr(node.value, "id", "") in ("os", "posix")
        )
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and {name.name for name in node.names} & READERS)
    ]


def test_a_read_of_the_environment_is_seen() -> None:
    assert reads_of_the_environment("import os\nos.environ['A']") == [2]
    assert reads_of_the_environment("from os import getenv") == [1]


def test_only_one_file_reads_the_process_environment() -> None:
    offenders = [
        f"{file.relative_to(PACKAGE)}:{line}"
        for file in PACKAGE.rglob("*.py")
        for line in reads_of_the_environment(file.read_text(encoding="utf-8"))
        if file.name != "environment.py"
    ]

    assert offenders == []


def test_every_setting_on_the_top_level_stands_in_the_table_with_its_kind() -> None:
    table = {variable.setting: variable.kind for variable in VARIABLES if variable.setting}
    top = [name for name in leaf_fields(HeadroomConfig) if "." not in name]

    assert set(table) == set(top)
    assert table.pop("secret") == "secret"
    assert table.pop("target_tokens") == "number"
    assert {name: kind_of(name) for name in table} == table


def test_the_full_list_names_each_setting_once_and_says_what_it_means() -> None:
    listed = [variable for variable in variables() if variable.setting]

    assert sorted(variable.setting for variable in listed) == sorted(leaf_fields(HeadroomConfig))
    assert all(variable.meaning for variable in listed)
    assert len({variable.name for variable in variables()}) == len(variables())


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read_text("HEADROOM_CONFIG", {"HEADROOM_CONFIG": ""}) is None
    assert read_settings(["min_tokens"], {"HEADROOM_MIN_TOKENS": ""}) == {}


def test_a_flag_is_yes_or_no_and_nothing_else() -> None:
    name = "HEADROOM_LOG_CONTENT"

    assert [read_flag(name, {name: text}) for text in ("1", "True", "on", "0", "no", "")] == [True] * 3 + [False] * 3
    with pytest.raises(ConfigurationError) as caught:
        read_flag(name, {name: "maybe"})
    assert caught.value.details == {"field": name, "value": "maybe", "variable": name}


def test_the_log_level_is_one_that_exists() -> None:
    assert log_level({}) == "INFO"
    assert log_level({"HEADROOM_LOG_LEVEL": "debug"}) == "DEBUG"
    with pytest.raises(ConfigurationError, match="HEADROOM_LOG_LEVEL must be one of"):
        log_level({"HEADROOM_LOG_LEVEL": "loud"})


def test_an_unknown_variable_is_warned_about_once_with_the_nearest_name() -> None:
    found = {"HEADROOM_MIN_TOKEN": "5", "PATH": "/bin"}

    with pytest.warns(HeadroomWarning, match="HEADROOM_MIN_TOKEN is not known .* mean 'HEADROOM_MIN_TOKENS'"):
        assert read_settings(["min_tokens"], found) == {}

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_settings(["min_tokens"], found)


def test_a_variable_of_a_program_beside_us_is_not_warned_about() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_settings([], {"HEADROOM_TELEMETRY": "off", "HEADROOM_API_KEY": "k"})

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.catalog.overrides import default_models_file, load_overrides
from headroom.errors import ConfigurationError


def test_nothing_said_is_nothing() -> None:
    said = load_overrides(environment="  ")

    assert (dict(said.limits), dict(said.prices), dict(said.aliases)) == ({}, {}, {})


def test_the_environment_holds_json_or_a_path(tmp_path: Path) -> None:
    file = tmp_path / "limits.json"
    file.write_text('{"mine": 5}')

    assert load_overrides(environment=str(file)).limits["mine"].tokens == 5
    assert load_overrides(environment='{"mine": 5}').limits["mine"].tokens == 5


def test_sections_of_several_providers_are_merged() -> None:
    text = (
        '{"openai": {"context_limits": {"a": 1}, "pricing": {"a": [1, 2]}},'
        ' "anthropic": {"context_limits": {"b": 2}, "pricing": {"b": [3, 4, 0.3, 3.75]}}}'
    )

    said = load_overrides(environment=text)

    assert {name: limit.tokens for name, limit in said.limits.items()} == {"a": 1, "b": 2}
    assert (said.prices["b"].cached_read, said.prices["b"].cached_write) == (0.3, 3.75)
    assert said.prices["a"].cached_read is None


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"a": "b"}',
        '{"a": 0}',
        '{"a": true}',
        '{"a": 1.5}',
        '{"context_limits": 3}',
        '{"context_limits": {"a": -1}}',
        '{"context_limits": {}, "contxt": 1}',
        '{"pricing": {"a": 3}}',
        '{"pricing": {"a": [1]}}',
        '{"pricing": {"a": [1, 2, 3, 4, 5]}}',
        '{"pricing": {"a": {"input": 1}}}',
        '{"pricing": {"a": {"input": 1, "output": NaN}}}',
        '{"pricing": {"a": {"input": 1, "output": -2}}}',
        '{"pricing": {"a": {"input": 1, "output": 2, "outputs": 2}}}',
        '{"aliases": {"a": 3}}',
        "/no/such/file.json",
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        load_overrides(environment=text)

    assert error.value.details["field"]


def test_a_wrong_argument_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        load_overrides({"gpt-4o": -1})


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "models.json").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigurationError):
        load_overrides(file=tmp_path / "models.json")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=8,
    )
)
def test_any_json_is_taken_or_refused(value: object) -> None:
    text = '{"context_limits": ' + json.dumps(value) + "}"

    with contextlib.suppress(ConfigurationError):
        assert all(limit.tokens >= 1 for limit in load_overrides(environment=text).limits.values())


def test_the_file_in_the_home_directory_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_models_file() is None

    (tmp_path / ".headroom").mkdir()
    (tmp_path / ".headroom" / "models.json").write_text("{}")

    assert default_models_file() == tmp_path / ".headroom" / "models.json"

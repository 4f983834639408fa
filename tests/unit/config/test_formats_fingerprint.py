"""Format ids, and which settings decide bytes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

import pytest

from headroom.config import ACCEPTED_ONLY, HeadroomConfig, HeadroomMode
from headroom.config.accepted import FEEDBACK, reason_without_effect
from headroom.config.fields import default_of, leaf_fields, nest
from headroom.errors import ConfigurationError
from headroom.formats import (
    ACTS_WHEN_SET,
    DECIDES_BYTES,
    FORMATS,
    KEEPS_BYTES,
    NEWEST,
    check_format,
    deciding_settings,
    fingerprint,
    keep_settings,
    plain,
)

OTHER_TEXT = {
    "smart_crusher.relevance_tier": "hybrid",
    "smart_crusher.relevance.scorer_type": "hybrid",
    "selection": "never",
    "output": "json",
    "retrieval": "off",
    "default_mode": "optimize",
    "store_url": "sqlite:///a.db",
    "originals": "memory",
}

# Settings whose default decides bytes, as format 1 has them. A changed default is a change of bytes: it needs a new id.
# (A new setting, whose default leaves bytes as they were, changes this value only.)
DEFAULTS_OF_FORMAT_1 = "4f346fb93ccb"


def other_value(name: str) -> object:
    """A value for the setting that is not its default."""
    default = default_of(*leaf_fields(HeadroomConfig)[name])
    if name in OTHER_TEXT:
        return OTHER_TEXT[name]
    if name == "tool_crusher.tool_profiles":
        return {"a": {"max_array_items": 5}}
    if name.endswith("tool_profiles"):
        return {"a": {"max_tokens": 500}}
    if name.endswith("limits"):
        return {"a": 5}
    if isinstance(default, bool):
        return not default
    if isinstance(default, (list, set)):
        return ["ner"] if name.endswith("tiers") else ["x"]
    if isinstance(default, float):
        return default / 4 + 0.35
    if isinstance(default, int) or name == "target_tokens":
        return (default or 0) + 1
    return "x"


@pytest.fixture
def _silence() -> None:
    from headroom import environment

    environment.SAID.update(f"{entry.partition('.')[0]}.{name}" for entry in ACCEPTED_ONLY for name in names_of(entry))


def names_of(entry: str) -> list[str]:
    from headroom import config

    owner, _, name = entry.partition(".")
    return list(getattr(config, owner).model_fields) if name == "*" else [name]


def test_every_setting_is_classed_once() -> None:
    classed = [*DECIDES_BYTES, *KEEPS_BYTES]

    assert sorted(classed) == sorted(leaf_fields(HeadroomConfig))
    assert set(DECIDES_BYTES) >= ACTS_WHEN_SET


def test_a_setting_without_effect_decides_no_bytes() -> None:
    for name in DECIDES_BYTES:
        model, field = leaf_fields(HeadroomConfig)[name]
        assert reason_without_effect(model.__name__, field) in (None, FEEDBACK)


@pytest.mark.usefixtures("_silence")
@pytest.mark.parametrize("name", DECIDES_BYTES)
def test_a_setting_that_decides_bytes_changes_the_fingerprint(name: str) -> None:
    config = HeadroomConfig(**nest({name: other_value(name)}))

    assert fingerprint(config) != fingerprint(HeadroomConfig())


@pytest.mark.usefixtures("_silence")
@pytest.mark.parametrize("name", KEEPS_BYTES)
def test_a_setting_that_decides_no_bytes_leaves_the_fingerprint(name: str) -> None:
    config = HeadroomConfig(**nest({name: other_value(name)}))

    assert config != HeadroomConfig()
    assert fingerprint(config) == fingerprint(HeadroomConfig())


@pytest.mark.parametrize("name", sorted(set(DECIDES_BYTES) - {"secret"}))
def test_only_what_acts_when_set_counts_when_it_is_set_to_its_default(name: str) -> None:
    config = HeadroomConfig(**nest({name: default_of(*leaf_fields(HeadroomConfig)[name])}))

    assert (fingerprint(config) != fingerprint(HeadroomConfig())) == (name in ACTS_WHEN_SET)


def test_the_defaults_belong_to_the_format() -> None:
    fields = leaf_fields(HeadroomConfig)
    defaults = {name: plain(default_of(*fields[name])) for name in DECIDES_BYTES if name != "secret"}

    found = hashlib.sha256(json.dumps(defaults, sort_keys=True).encode()).hexdigest()[:12]

    assert found == DEFAULTS_OF_FORMAT_1


def test_a_fingerprint_is_twelve_hex_digits_that_never_change() -> None:
    config = HeadroomConfig(target_tokens=500, tool_profiles={"search_*": {"max_tokens": 800}}, secret="k")

    assert fingerprint(HeadroomConfig()) == "44136fa355b3"  # of {}
    assert fingerprint(config) == "931449435a65"


def test_a_fingerprint_does_not_depend_on_order_or_hash_seed() -> None:
    script = (
        "from headroom.config import HeadroomConfig; from headroom.formats import fingerprint\n"
        "print(fingerprint(HeadroomConfig(tool_crusher={'preserve_keys': ['%s', 'b', '%s', 'ü']})))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script % order],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed, order in (("1", ("a", "c")), ("2", ("c", "a")))
    }
    assert len(found) == 1


def test_the_order_of_profiles_and_the_spelling_of_a_value_do_not_matter() -> None:
    one = HeadroomConfig(tool_profiles={"a": {"max_tokens": 500}, "b": {"exact_only": None}})
    other = HeadroomConfig(tool_profiles={"b": {}, "a": {"max_tokens": "500", "skip_compression": False}})

    assert fingerprint(one) == fingerprint(other)


def test_two_secrets_give_two_fingerprints_and_neither_can_be_read() -> None:
    one, other = HeadroomConfig(secret="canary"), HeadroomConfig(secret="other")

    assert fingerprint(one) != fingerprint(other)
    assert deciding_settings(one) == {}


def test_a_conversation_keeps_the_settings_it_began_with() -> None:
    began = HeadroomConfig(target_tokens=500, secret="s", default_mode=HeadroomMode.AUDIT)
    began.rolling_window.max_tokens = 100_000
    began.tool_crusher.preserve_keys = {"b", "a"}
    kept = json.loads(json.dumps(deciding_settings(began)))
    now = HeadroomConfig(target_tokens=900, min_tokens=50, secret="s", default_mode=HeadroomMode.OPTIMIZE, strict=True)

    result = keep_settings(now, kept)

    assert fingerprint(result) == fingerprint(began)
    assert (result.target_tokens, result.min_tokens) == (500, 200)
    assert (result.default_mode, result.strict) == ("optimize", True)
    assert (now.target_tokens, now.min_tokens) == (900, 50)


@pytest.mark.parametrize("name", ["min_token", "secret", "store_url"])
def test_a_kept_setting_that_decides_no_bytes_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"unknown setting '{name}'"):
        keep_settings(HeadroomConfig(), {name: "x"})


def test_a_format_is_one_that_can_be_written() -> None:
    assert check_format(NEWEST) == NEWEST == FORMATS[-1]
    with pytest.raises(ConfigurationError) as caught:
        check_format("2")
    assert caught.value.details == {"field": "format", "value": "2", "valid": ["1"]}

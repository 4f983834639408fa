"""Same format id, same settings, same messages: same bytes, in every release and on every machine (R1, R2)."""

from __future__ import annotations

import json

import pytest

from headroom.engine import Engine
from headroom.formats import NEWEST
from tests.corpus.inputs import MODES, digest, inputs
from tests.corpus.make import FILE, hashes

RECORDED: dict[str, list[str]] = json.loads(FILE.read_text(encoding="ascii"))


@pytest.fixture(scope="module")
def made() -> dict[str, list[str]]:
    return hashes(inputs())


def test_the_corpus_is_that_of_the_newest_format_and_large_enough() -> None:
    names = [one.name for one in inputs()]

    assert FILE.name == f"format_{NEWEST}.json"
    assert len(names) == len(set(names)) >= 500


def test_the_inputs_are_the_recorded_ones(made: dict[str, list[str]]) -> None:
    assert {name: pair[0] for name, pair in made.items()} == {name: pair[0] for name, pair in RECORDED.items()}


def test_not_one_byte_of_the_format_has_changed(made: dict[str, list[str]]) -> None:
    changed = [name for name, pair in made.items() if RECORDED.get(name) != pair]

    assert changed == [], "bytes of a released format id must not change: add a format id, or see tests/corpus/make.py"


def test_most_inputs_are_changed_and_in_every_mode_some_rows_are_left_out() -> None:
    engines = {mode: Engine(**settings) for mode, settings in MODES.items()}
    changed = 0
    left_out = dict.fromkeys(MODES, 0)
    for one in inputs():
        mode = one.name.rsplit("/", 1)[1]
        result = engines[mode].prepare(one.messages)
        changed += digest(result.messages) != digest(one.messages)
        left_out[mode] += len(result.ccr_hashes)

    assert changed > 300
    assert left_out.pop("default") == left_out.pop("tight") == 0
    assert min(left_out.values()) > 20, left_out

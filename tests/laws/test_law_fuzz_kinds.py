"""Mutated real records of every kind: no exception, no law broken; `make fuzz` does the same a hundred times over."""

from __future__ import annotations

import pytest

from headroom.engine import Engine
from tests.fuzzing import SETTINGS, findings, mutation_of, seeds

COUNT = 200
SMALL_CHARS = 1_200
SMALL = [*seeds(is_shared=False, most_chars=SMALL_CHARS)]
ALL = [*seeds(most_chars=SMALL_CHARS)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", SMALL)
def test_no_mutation_of_a_small_record_breaks_a_law(kind: str) -> None:
    fresh = Engine(**SETTINGS)
    for seed in range(COUNT // 2):
        record, text, _ = mutation_of(kind, seed, is_shared=False, most_chars=SMALL_CHARS)
        assert not list(findings(record, text, fresh)), f"{kind} {seed}"


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.parametrize("kind", ALL)
def test_no_mutation_of_a_real_record_breaks_a_law(kind: str) -> None:
    fresh = Engine(**SETTINGS)
    for seed in range(COUNT if kind not in SMALL else COUNT // 2):
        record, text, _ = mutation_of(kind, seed, most_chars=SMALL_CHARS)
        assert not list(findings(record, text, fresh)), f"{kind} {seed}"

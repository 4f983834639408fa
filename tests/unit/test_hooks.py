"""The caller's own steps: what they may decide, and that a bad one costs only itself."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import headroom
from headroom.errors import CompressionError, ConfigurationError
from headroom.hooks import (
    LEAST_BIAS,
    MOST_BIAS,
    CompressEvent,
    CompressionHooks,
    HookContext,
    check_hooks,
    run_compute_biases,
    run_post_compress,
    run_pre_compress,
)
from tests.samples import ask

CTX = HookContext(model="gpt-4o")
MESSAGES = [{"role": "user", "content": "canary"}, {"role": "assistant", "content": "b"}]


class Giving(CompressionHooks):
    """Gives back what it was made with."""

    def __init__(self, messages: Any = None, biases: Any = None) -> None:
        self.messages, self.biases = messages, biases
        self.events: list[CompressEvent] = []

    def pre_compress(self, messages: list[Any], ctx: HookContext) -> Any:
        return self.messages

    def compute_biases(self, messages: list[Any], ctx: HookContext) -> Any:
        return self.biases

    def post_compress(self, event: CompressEvent) -> None:
        self.events.append(event)


class Failing(CompressionHooks):
    """Fails everywhere, after doing damage to its list."""

    def pre_compress(self, messages: list[Any], ctx: HookContext) -> Sequence[Any]:
        messages.clear()
        raise ValueError("canary")

    def compute_biases(self, messages: list[Any], ctx: HookContext) -> dict[int, float]:
        raise KeyError("canary")

    def post_compress(self, event: CompressEvent) -> None:
        raise RuntimeError("canary")


def test_hooks_that_do_nothing_change_nothing() -> None:
    hooks = CompressionHooks()

    assert run_pre_compress(hooks, MESSAGES, CTX) == (MESSAGES, [])
    assert run_pre_compress(hooks, MESSAGES, CTX)[0] is MESSAGES
    assert run_compute_biases(hooks, MESSAGES, CTX) == ({}, [])
    assert run_post_compress(hooks, CompressEvent()) == []


def test_what_pre_compress_gives_is_compressed() -> None:
    assert run_pre_compress(Giving(messages=MESSAGES[:1]), MESSAGES, CTX) == (MESSAGES[:1], [])
    assert run_pre_compress(Giving(messages=()), MESSAGES, CTX) == ((), [])


def test_a_failing_hook_costs_only_itself_and_shows_no_content(caplog: pytest.LogCaptureFixture) -> None:
    messages, said = run_pre_compress(Failing(), MESSAGES, CTX)
    biases, said_too = run_compute_biases(Failing(), MESSAGES, CTX)

    assert (messages, biases) == (MESSAGES, {})
    assert len(MESSAGES) == 2
    assert said == ["hooks.pre_compress: failed_ValueError"]
    assert said_too == ["hooks.compute_biases: failed_KeyError"]
    assert run_post_compress(Failing(), CompressEvent()) == ["hooks.post_compress: failed_RuntimeError"]
    assert len(caplog.records) == 3
    assert "canary" not in caplog.text


def test_in_strict_mode_a_failing_hook_is_an_error() -> None:
    with pytest.raises(CompressionError, match="pre_compress"):
        run_pre_compress(Failing(), MESSAGES, CTX, strict=True)
    with pytest.raises(CompressionError, match="compute_biases"):
        run_compute_biases(Failing(), MESSAGES, CTX, strict=True)


@pytest.mark.parametrize("given", ["text", {"role": "user"}, 1, iter([])])
def test_what_is_no_list_of_messages_is_passed_over(given: Any) -> None:
    messages, said = run_pre_compress(Giving(messages=given), MESSAGES, CTX)

    assert messages is MESSAGES
    assert len(said) == 1


def test_biases_are_kept_in_order_and_within_bounds() -> None:
    biases, said = run_compute_biases(Giving(biases={1: 10**400, 0: 0.0001}), MESSAGES, CTX)

    assert list(biases.items()) == [(0, LEAST_BIAS), (1, MOST_BIAS)]
    assert said == []


def test_a_bias_of_one_is_none() -> None:
    assert run_compute_biases(Giving(biases={0: 1, 1: 1.5}), MESSAGES, CTX) == ({1: 1.5}, [])


@pytest.mark.parametrize(
    "bad",
    [{2: 2.0}, {-1: 2.0}, {False: 2.0}, {0.5: 2.0}, {"0": 2.0}, {0: 0}, {0: -1}, {0: float("nan")}, {0: float("inf")},
     {0: "2"}, {0: True}],
)  # fmt: skip
def test_what_is_no_bias_is_left_out_and_said(bad: dict[Any, Any]) -> None:
    biases, said = run_compute_biases(Giving(biases={**bad, 1: 2.0}), MESSAGES, CTX)

    assert biases == {1: 2.0}
    assert said == ["hooks.compute_biases: 1 of 2 are no position and bias"]


def test_biases_that_are_no_dict_are_passed_over() -> None:
    assert run_compute_biases(Giving(biases=[2.0]), MESSAGES, CTX)[0] == {}


@given(
    st.dictionaries(
        st.integers(-2, 4) | st.text(max_size=1), st.floats() | st.integers() | st.none() | st.text(max_size=2)
    )
)
def test_whatever_a_hook_gives_the_biases_can_be_used(found: dict[Any, Any]) -> None:
    biases, _ = run_compute_biases(Giving(biases=found), MESSAGES, CTX)

    assert set(biases) <= {0, 1}
    assert all(LEAST_BIAS <= bias <= MOST_BIAS and bias != 1.0 for bias in biases.values())


class Strange(dict[int, float]):
    """A mapping that cannot be read."""

    def keys(self) -> Any:
        raise OSError("canary")

    def __iter__(self) -> Any:
        raise OSError("canary")


def test_biases_that_cannot_be_read_are_passed_over() -> None:
    found = run_compute_biases(Giving(biases=MappingProxyType(Strange())), MESSAGES, CTX)

    assert found == ({}, ["hooks.compute_biases: failed_OSError"])


class Lambda:
    """Not a subclass, one step only."""

    def compute_biases(self, messages: list[Any], ctx: HookContext) -> dict[int, float]:
        return {0: 2.0}


def test_any_object_with_one_of_the_methods_will_do() -> None:
    hooks = check_hooks(Lambda())

    assert run_pre_compress(hooks, MESSAGES, CTX) == (MESSAGES, [])
    assert run_compute_biases(hooks, MESSAGES, CTX)[0] == {0: 2.0}
    assert run_post_compress(hooks, CompressEvent()) == []


class Misspelt:
    """Has none of the methods."""

    def precompress(self, messages: list[Any], ctx: HookContext) -> None:
        raise AssertionError


class Asynchronous(CompressionHooks):
    """Would never be awaited."""

    async def pre_compress(self, messages: list[Any], ctx: HookContext) -> None:  # type: ignore[override]
        raise AssertionError


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        (Misspelt(), "did you mean 'pre_compress'"),
        (CompressionHooks, "the class CompressionHooks|must be an object"),
        (object(), "must be an object with"),
        (Asynchronous(), "must not be async"),
    ],
)
def test_what_would_do_nothing_is_refused(hooks: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        check_hooks(hooks)


def test_a_coroutine_that_comes_back_all_the_same_is_passed_over() -> None:
    async def later() -> None:
        raise AssertionError

    messages, said = run_pre_compress(Giving(messages=later()), MESSAGES, CTX)

    assert messages is MESSAGES
    assert said == ["hooks.pre_compress: gave a coroutine in place of a list"]


def test_the_event_has_the_figures_of_the_result() -> None:
    result = headroom.compress(ask('[{"name":"a","size":1}' + ',{"name":"b","size":2}' * 100 + "]"), "gpt-4o")

    event = CompressEvent.of(result)

    assert event.model == "gpt-4o"
    assert event.tokens_saved == result.tokens_saved > 0
    assert event.savings_percent == result.savings_percent
    assert event.compression_ratio == result.compression_ratio
    assert list(event.notes) == result.notes


def test_context_and_event_show_no_content() -> None:
    assert "canary" not in repr(HookContext(query="canary", namespace="canary"))
    assert "size" not in repr(CompressEvent.of(headroom.compress(ask('{"size":1}'))))

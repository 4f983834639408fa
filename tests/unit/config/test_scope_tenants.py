"""Tenant, user and tags: what holds where."""

from __future__ import annotations

import asyncio
import contextvars
import pickle
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import headroom.scope
from headroom.errors import ValidationError
from headroom.scope import Scope, current_scope, scope

NAMES = st.none() | st.text(alphabet="ab/%2F\0é", min_size=1, max_size=6)


def test_without_a_scope_there_is_nobody_and_no_namespace() -> None:
    assert current_scope() == Scope()
    assert current_scope().namespace == ""


def test_a_scope_holds_within_and_ends_after() -> None:
    with scope(tenant="acme", user="u1", tags={"feature": "search"}) as entered:
        assert current_scope() is entered
        assert (entered.tenant, entered.user, entered.tags) == ("acme", "u1", {"feature": "search"})

    assert current_scope() == Scope()


def test_a_scope_ends_after_an_error_too() -> None:
    with pytest.raises(KeyError), scope(tenant="acme"):
        raise KeyError

    assert current_scope() == Scope()


def test_an_inner_scope_adds_to_the_outer_one() -> None:
    with scope(tenant="acme", tags={"a": "1", "b": "2"}), scope(user="u1", tags={"b": "3"}):
        assert current_scope() == Scope(tenant="acme", user="u1", tag_items=(("a", "1"), ("b", "3")))


def test_another_tenant_takes_nothing_from_the_outer_one() -> None:
    with scope(tenant="acme", user="u1", tags={"a": "1"}), scope(tenant="other"):
        assert current_scope() == Scope(tenant="other")


@pytest.mark.parametrize(
    "names", [{"tenant": ""}, {"user": ""}, {"tenant": 5}, {"tags": {"a": 1}}, {"tags": {"": "x"}}]
)
def test_a_name_that_is_empty_or_no_text_is_refused(names: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught, scope(**names):  # type: ignore[arg-type]
        pass
    assert caught.value.details["field"] in names


@example(one=("a/b", None), other=("a", "b"))
@example(one=("a%2Fb", None), other=("a/b", None))
@example(one=(None, "a"), other=("a", None))
@given(one=st.tuples(NAMES, NAMES), other=st.tuples(NAMES, NAMES))
def test_two_scopes_never_share_a_namespace(one: tuple[str, str], other: tuple[str, str]) -> None:
    first, second = Scope(tenant=one[0], user=one[1]), Scope(tenant=other[0], user=other[1])

    assert (first.namespace == second.namespace) == (one == other)
    assert "\0" not in first.namespace


def test_a_scope_is_frozen_hashable_and_can_be_sent_to_another_process() -> None:
    with scope(tenant="acme", tags={"b": "1", "a": "2"}) as entered:
        entered.tags["c"] = "3"

    assert entered.tags == {"a": "2", "b": "1"}
    assert pickle.loads(pickle.dumps(entered)) == entered
    assert len({entered, Scope(tenant="acme", tag_items=(("a", "2"), ("b", "1")))}) == 1
    with pytest.raises(AttributeError):
        entered.tenant = "x"  # type: ignore[misc]


async def test_two_hundred_requests_of_twenty_tenants_never_cross() -> None:
    async def request(number: int) -> bool:
        tenant = f"t{number % 20}"
        with scope(tenant=tenant, user=str(number)):
            for _ in range(3):
                await asyncio.sleep(random.random() / 1000)
                seen = await asyncio.to_thread(current_scope)
                if seen.namespace != f"{tenant}/{number}" or current_scope() != seen:
                    return False
        return current_scope() == Scope()

    assert all(await asyncio.gather(*(request(number) for number in range(200))))


def test_a_plain_thread_starts_with_nobody_and_takes_a_copied_context() -> None:
    with scope(tenant="acme"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(current_scope).result() == Scope()
        assert pool.submit(contextvars.copy_context().run, current_scope).result().tenant == "acme"


def test_a_scope_left_in_another_context_than_it_was_entered_in_is_no_error() -> None:
    manager = scope(tenant="acme")
    contextvars.copy_context().run(manager.__enter__)

    contextvars.copy_context().run(manager.__exit__, None, None, None)

    assert current_scope() == Scope()


def test_the_module_can_be_called_since_it_hides_the_function_of_its_package() -> None:
    with headroom.scope(tenant="acme"):  # type: ignore[operator]
        assert current_scope().tenant == "acme"

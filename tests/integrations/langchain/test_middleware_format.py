"""A conversation is written on as it began, also after a deploy with other settings (requirement R1)."""

from __future__ import annotations

from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver

from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.state_format import is_begun
from tests.integrations.langchain.middleware_agents import (
    THREAD,
    agent,
    ask,
    assert_prefix_stable,
    chat,
    graph,
    scripted,
    task,
    wire,
)

pytestmark = pytest.mark.loopback
BEFORE: dict[str, Any] = {"target_tokens": 600}
AFTER: dict[str, Any] = {"target_tokens": 1500, "dense_logs": True, "min_tokens": 1000, "roles": {"human"}}


def bodies(before: dict[str, Any], after: dict[str, Any], path: Any, environment: Any = None) -> list[dict[str, Any]]:
    """Two questions in one thread, with a deploy between them."""
    of = task(6, 2)
    with scripted(of) as stub, SqliteSaver.from_conn_string(str(path / "c.db")) as saver:
        ask(agent(stub, [HeadroomMiddleware(**before)], of, checkpointer=saver), of, 0)
        if environment is not None:
            environment.setenv("HEADROOM_TARGET_TOKENS", "900")
            environment.setenv("HEADROOM_SMART_CRUSHER__KEEP_FIRST", "7")
        ask(agent(stub, [HeadroomMiddleware(**after)], of, checkpointer=saver), of, 1)
        return stub.bodies


def test_the_settings_matter_in_this_conversation(tmp_path: Any) -> None:
    of, sent = task(6, 2), []
    for given in (BEFORE, AFTER, {}):
        with scripted(of) as stub:
            runner = agent(stub, [HeadroomMiddleware(**given)], of, checkpointer=InMemorySaver())
            ask(runner, of, 0)
            sent.append(wire(stub.bodies[-1]))

    assert sent[0] != sent[1] != sent[2] != sent[0]


def test_a_deploy_with_other_settings_changes_no_byte_of_a_thread_that_has_begun(tmp_path: Any) -> None:
    (tmp_path / "same").mkdir()
    changed = bodies(BEFORE, AFTER, tmp_path)
    same = bodies(BEFORE, BEFORE, tmp_path / "same")

    assert_prefix_stable(changed)
    assert [wire(body) for body in changed] == [wire(body) for body in same], "new messages, too, keep its settings"


def test_neither_does_a_new_variable_of_the_environment(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "same").mkdir()
    same = bodies({}, {}, tmp_path / "same")
    changed = bodies({}, {}, tmp_path, monkeypatch)

    assert [wire(body) for body in changed] == [wire(body) for body in same]


def test_by_choice_the_new_settings_hold_at_once(tmp_path: Any) -> None:
    sent = bodies(BEFORE, {**AFTER, "apply_settings": "now"}, tmp_path)

    with pytest.raises(AssertionError, match="changes what request"):
        assert_prefix_stable(sent)


def test_a_new_thread_takes_the_settings_of_now() -> None:
    of, saver = task(6, 2), InMemorySaver()
    with scripted(of) as stub:
        ask(agent(stub, [HeadroomMiddleware(**BEFORE)], of, checkpointer=saver), of, 0)
        old = wire(stub.bodies[-1])
        new = agent(stub, [HeadroomMiddleware(**AFTER)], of, checkpointer=saver)
        ask(new, of, 0, {"configurable": {"thread_id": "other"}, "recursion_limit": 100})

    assert wire(stub.bodies[-1]) != old


def test_another_model_in_the_middle_changes_no_byte() -> None:
    of, saver = task(6, 2), InMemorySaver()
    with scripted(of) as stub:
        ask(agent(stub, [HeadroomMiddleware()], of, checkpointer=saver, model=chat(stub)), of, 0)
        other = chat(stub, model="gemini-2.5-pro")  # caches from another size on
        ask(agent(stub, [HeadroomMiddleware()], of, checkpointer=saver, model=other), of, 1)

    assert_prefix_stable(stub.bodies)


def test_the_graph_written_by_hand_keeps_its_settings_too() -> None:
    of, saver = task(6, 2), InMemorySaver()
    with scripted(of) as stub:
        for question, given in enumerate((BEFORE, AFTER)):
            ask(graph(stub, of, HeadroomMiddleware(retrieval="tool", **given), checkpointer=saver), of, question)

    assert_prefix_stable(stub.bodies)


@pytest.mark.parametrize(
    "damage", [{"format": "99"}, {"settings": {"of_a_later_release": 3}}, {"call": {"later": 1, "retrieval": "tool"}}]
)
def test_what_this_release_does_not_know_costs_one_rewrite_and_no_run(damage: dict[str, Any]) -> None:
    of, saver = task(4, 2), InMemorySaver()
    with scripted(of) as stub:
        runner = agent(stub, [HeadroomMiddleware()], of, checkpointer=saver)
        ask(runner, of, 0)
        kept = runner.get_state(THREAD).values["headroom"]
        runner.update_state(THREAD, {"headroom": {**kept, "fingerprint": "0" * 12, **damage}}, as_node="model")
        after = ask(runner, of, 1)

    assert after["messages"][-1].text == of.questions[1].answer
    assert_prefix_stable(stub.bodies)  # nothing differs but what is not known


@pytest.mark.parametrize("value", [None, 3, "text", [], {}, {"format": 1}, {"settings": {}, "call": {}}])
def test_whatever_else_stands_under_our_key_begins_anew(value: Any) -> None:
    assert not is_begun(value)


def test_the_channel_is_small_and_holds_no_secret() -> None:
    of = task(4)
    with scripted(of) as stub:
        headroom = HeadroomMiddleware(secret="hush", **BEFORE)
        runner = agent(stub, [headroom], of, checkpointer=InMemorySaver())
        ask(runner, of)
        kept = runner.get_state(THREAD).values["headroom"]

    assert kept == {
        "format": "1",
        "fingerprint": headroom.compression.engine.resolved.fingerprint,
        "settings": {"target_tokens": 600},
        "call": {"retrieval": "tool", "min_cacheable_tokens": 1024},
    }

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langgraph.store.memory import InMemoryStore

from headroom import HeadroomConfig
from headroom.errors import ConfigurationError
from headroom_integrations.langchain.middleware import HeadroomMiddleware

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"placement": "deep"}, "placement"),
    ({"mode": "simulate"}, "mode"),
    ({"apply_settings": "later"}, "apply_settings"),
    ({"min_tokns": 3}, "min_tokns"),
    ({"min_tokens": -1}, "min_tokens"),
    ({"retrieval": "maybe"}, "retrieval"),
    ({"keep_turns": -1}, "keep_turns"),
    ({"roles": {"robot"}}, "roles"),
    ({"query": 7}, "query"),
    ({"originals": "nowhere"}, "originals"),
    ({"max_tool_result_tokens": "many"}, "max_tool_result_tokens"),
    ({"max_tool_result_tokens": True}, "max_tool_result_tokens"),
    ({"max_tool_result_tokens": 0}, "max_tool_result_tokens"),
    ({"format": "99"}, "format"),
    ({"placement": "birth"}, "originals"),
    ({"placement": "birth", "originals": "conversation"}, "originals"),
    ({"placement": "state", "retrieval": "tool"}, "originals"),
    ({"allow_artifact": True}, "allow_artifact"),
    ({"drop_duplicate_artifact": True}, "drop_duplicate_artifact"),
    ({"placement": "birth", "allow_artifact": True, "drop_duplicate_artifact": True}, "drop_duplicate_artifact"),
]


@pytest.mark.parametrize(("given", "field"), REFUSED, ids=[repr(given)[:60] for given, _ in REFUSED])
def test_what_makes_no_sense_is_refused_at_once_with_its_name(given: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        HeadroomMiddleware(**given)

    assert refused.value.details["field"] == field


def test_birth_without_a_store_says_both_ways_out() -> None:
    with pytest.raises(ConfigurationError, match=r"originals=.*allow_artifact=True, at the price"):
        HeadroomMiddleware(placement="birth")


@pytest.mark.parametrize(
    "given",
    [
        {"originals": "runtime.store"},
        {"originals": InMemoryStore()},
        {"originals": "memory"},
        {"allow_artifact": True},
        {"config": HeadroomConfig(originals="memory")},
    ],
    ids=["runtime.store", "store", "memory", "artifact", "config"],
)
def test_birth_takes_every_place_for_originals(given: dict[str, Any]) -> None:
    assert HeadroomMiddleware(given.pop("config", None), placement="birth", **given).placement == "birth"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, ["headroom_retrieve"]),
        ({"retrieval": "tool"}, ["headroom_retrieve"]),
        ({"retrieval": "off"}, []),
        ({"mode": "audit"}, []),
        ({"ccr.inject_tool": False}, []),
        ({"placement": "state"}, []),
        ({"placement": "state", "originals": "memory"}, ["headroom_retrieve"]),
        ({"placement": "birth", "originals": "memory"}, ["headroom_retrieve"]),
    ],
)
def test_the_tool_is_there_by_the_settings_alone(given: dict[str, Any], names: list[str]) -> None:
    assert [tool.name for tool in HeadroomMiddleware(**given).tools] == names


def test_only_the_hooks_of_a_placement_become_nodes_of_the_graph() -> None:
    def nodes(**given: Any) -> set[str]:
        model = FakeListChatModel(responses=["a"])
        return set(create_agent(model, [], middleware=[HeadroomMiddleware(**given)]).get_graph().nodes)

    plain = {"__start__", "__end__", "model", "tools"}
    assert nodes() == plain
    assert nodes(placement="birth", allow_artifact=True) == plain
    assert nodes(placement="state", originals="memory") == plain | {"HeadroomMiddleware.before_model"}


def test_two_of_them_need_two_names() -> None:
    model = FakeListChatModel(responses=["a"])
    with pytest.raises(AssertionError):
        create_agent(model, [], middleware=[HeadroomMiddleware(), HeadroomMiddleware()])

    create_agent(model, [], middleware=[HeadroomMiddleware(), HeadroomMiddleware(name="second", retrieval="off")])


def test_a_ceiling_for_all_tools_yields_to_a_tools_own() -> None:
    profiles = {"logs_*": {"max_tokens": 300}, "rows": {"target_tokens": 900}}
    config = HeadroomMiddleware(max_tool_result_tokens=8000, tool_profiles=profiles).compression.engine.config

    limits = {name: config.get_tool_profile(name).max_tokens for name in ("other", "rows", "logs_a")}  # type: ignore[union-attr]
    assert limits == {"other": 8000, "rows": 8000, "logs_a": 300}
    assert config.get_tool_profile("rows").target_tokens == 900  # type: ignore[union-attr]


def test_a_repr_shows_no_secret_and_no_password(tmp_path: Path) -> None:
    shown = repr(HeadroomMiddleware(secret="hush", originals=f"sqlite:///{tmp_path / 'o.db'}"))

    assert "hush" not in shown
    assert "HeadroomMiddleware(placement='view'" in shown


def test_subclasses_keep_their_class() -> None:
    class Ours(HeadroomMiddleware):
        pass

    assert type(Ours()) is Ours
    assert Ours().name == "HeadroomMiddleware"


def test_what_it_is_made_of_can_be_pickled_with_it() -> None:
    chosen = HeadroomMiddleware(min_tokens=321).compression.held

    assert pickle.loads(pickle.dumps(chosen)).engine is chosen.engine

"""What would have no effect is refused when it is said, with its name, and the nearest one that there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool

from headroom.errors import ConfigurationError
from headroom_integrations.langchain.callbacks import HeadroomCallbackHandler
from headroom_integrations.langchain.callbacks_process import observing
from headroom_integrations.langchain.documents import HeadroomDocumentCompressor
from headroom_integrations.langchain.graph_hook import pre_model_hook
from headroom_integrations.langchain.graph_nodes import compress_tool_messages
from headroom_integrations.langchain.history import HeadroomChatMessageHistory
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.optimize import optimize_messages
from headroom_integrations.langchain.retriever import compress_retriever
from headroom_integrations.langchain.token_counter import headroom_token_counter
from headroom_integrations.langchain.tools import wrap_tools_with_headroom
from tests.integrations.langchain.chat_models import talk


class Stored:
    """A history that holds nothing."""

    messages: tuple[Any, ...] = ()

    def add_messages(self, messages: Any) -> None:
        """Never called."""


@tool
def search(query: str) -> str:
    """Looks for it."""
    return query


def observed(*given: Any, **settings: Any) -> None:
    with observing(*given, **settings):
        pass


def found(query: str) -> list[Any]:
    return []


MIDDLEWARE = HeadroomMiddleware()

MISSPELT: dict[str, Callable[[], Any]] = {
    "max_tool_result_tokens": lambda: HeadroomMiddleware(max_tool_result_token=500),
    "model": lambda: headroom_token_counter(modell="gpt-4o"),
    "min_chars_to_compress": lambda: wrap_tools_with_headroom([search], min_char_to_compress=500),
    "max_documents": lambda: HeadroomDocumentCompressor(max_document=3),
    "min_relevance": lambda: HeadroomDocumentCompressor(min_relevence=0.3),
    "drop_empty": lambda: compress_retriever(RunnableLambda(found), drop_emty=True),
    "keep_recent_turns": lambda: HeadroomChatMessageHistory(Stored(), keep_recent_turn=3),
    "preserve_errors": lambda: compress_tool_messages([], preserve_error=False),
    "optimize": lambda: optimize_messages([], mode="optimise"),
    "view": lambda: HeadroomMiddleware(placement="viev"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", MISSPELT)
def test_the_nearest_name_is_said(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"did you mean '{name}'"):
        MISSPELT[name]()


REFUSED: dict[str, tuple[str, Callable[[], Any]]] = {
    "beside a middleware": ("target_tokens", lambda: pre_model_hook(MIDDLEWARE, target_tokens=500)),
    "view beside a middleware": ("view", lambda: headroom_token_counter(MIDDLEWARE, view=False)),
    "model beside a middleware": ("model", lambda: headroom_token_counter(MIDDLEWARE, model="claude-sonnet-4-6")),
    "settings beside a middleware": ("retrieval", lambda: headroom_token_counter(MIDDLEWARE, retrieval="off")),
    "beside a handler": ("log_level", lambda: observed(HeadroomCallbackHandler(record=False), log_level=None)),
    "no middleware": ("middleware", lambda: pre_model_hook({"min_tokens": 5})),  # type: ignore[arg-type]
    "a name for a middleware": ("middleware", lambda: headroom_token_counter("gpt-4o")),
    "no handler": ("handler", lambda: observed("handler")),
    "no collector": ("metrics_collector", lambda: wrap_tools_with_headroom([search], 10, "x")),  # type: ignore[arg-type]
    "a dict for a config": ("config", lambda: HeadroomMiddleware({"min_tokens": 5})),  # type: ignore[arg-type]
    "a text for a flag": ("progress", lambda: HeadroomMiddleware(progress="no")),  # type: ignore[arg-type]
    "no scorer": ("scorer", lambda: HeadroomDocumentCompressor(scorer=3)),
    "no name": ("name", lambda: HeadroomMiddleware(name=None)),  # type: ignore[arg-type]
    "too small a ceiling": ("max_tool_result_tokens", lambda: HeadroomMiddleware(max_tool_result_tokens=0)),
    "below nothing": ("min_tokens_to_compress", lambda: compress_tool_messages([], min_tokens_to_compress=-1)),
    "a text for yes or no": ("preserve_errors", lambda: compress_tool_messages([], preserve_errors="no")),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_have_no_effect_is_refused_with_its_name(case: str) -> None:
    name, make = REFUSED[case]

    with pytest.raises(ConfigurationError) as refused:
        make()

    assert refused.value.details["field"] == name
    assert name in refused.value.message


def test_a_hook_whose_model_cannot_ask_says_how_it_could() -> None:
    with pytest.raises(ConfigurationError, match=r"pre_model_hook\(middleware\)"):
        pre_model_hook(retrieval="tool")

    assert pre_model_hook(HeadroomMiddleware(retrieval="tool")).invoke({"messages": talk()})["llm_input_messages"]


def test_other_settings_leave_the_least_size_as_it_was_said() -> None:
    whole = compress_tool_messages(talk(), min_tokens_to_compress=1_000_000, settings={"format": "1"})

    assert whole.total_tokens_saved == 0
    assert compress_tool_messages(talk(), settings={"format": "1"}).total_tokens_saved > 0

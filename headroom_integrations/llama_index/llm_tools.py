"""Whether a call offers `headroom_retrieve`, and the tools as the wrapped LLM wants them, with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.markers import RETRIEVE_TOOL
from headroom.transforms.contain import contain
from headroom_integrations.llama_index.llm_settings import ours, plain
from headroom_integrations.llama_index.llm_shape import OFFER


def prepared(llm: Any, tools: Sequence[Any], **facts: Any) -> dict[str, Any]:
    """Arguments of a chat with tools, made by the wrapped LLM; behind the caller's tools stands ours where offered.

    By settings and the tools alone, whatever the messages hold: what stands before a conversation stays (R3).
    """
    offers = wants(llm, ours(facts), [tool.metadata.name for tool in tools], is_one=bool(facts.get("tool_required")))
    given = [*tools, llm.headroom_held.tool] if offers else tools
    made: dict[str, Any] = llm.inner._prepare_chat_with_tools_compat(given, **plain(facts))
    return {**made, **ours(facts), **({OFFER: True} if offers else {})}


def offered(llm: Any, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a chat that came without tools; with ours where the settings offer it always."""
    given = dict(kwargs)
    if (
        OFFER in given
        or given.get("tools")
        or retrieval(llm, given) != "tool"
        or not wants(llm, given, [], is_one=False)
    ):
        return given
    with contain("retrieve tool"):
        if llm.metadata.is_function_calling_model:
            tool = llm.headroom_held.tool
            made = llm.inner._prepare_chat_with_tools_compat([tool], chat_history=[], allow_parallel_tool_calls=True)
            own = {name: value for name, value in made.items() if name != "messages"}
            return {**own, **given, OFFER: True}
    return given


def retrieval(llm: Any, given: Mapping[str, Any]) -> str:
    """Whether our tool is offered: `auto`, `tool` or `off`."""
    return str(given.get("headroom_retrieval") or llm.retrieval or llm.headroom_held.engine.config.retrieval)


def wants(llm: Any, given: Mapping[str, Any], names: Sequence[Any], *, is_one: bool) -> bool:
    """Whether our tool is to be offered behind these tools.

    Args:
        llm: The wrapper.
        given: `headroom_*` arguments of the call.
        names: Names of the caller's tools.
        is_one: Whether the answer has to be a call: with a single tool that is structured output.
    """
    config = llm.headroom_held.engine.config
    mode, wanted = given.get("headroom_mode") or llm.mode, retrieval(llm, given)
    if str(getattr(mode, "value", mode)) != "optimize" or not (config.ccr.enabled and config.ccr.inject_tool):
        return False
    if wanted == "off" or RETRIEVE_TOOL in names or (is_one and len(names) == 1):
        return False
    return wanted == "tool" or bool(names)

"""`headroom_retrieve` as a tool of the graph: answers from its state, then from the store that was named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from langchain.tools import ToolRuntime
from langchain_core.messages import AIMessage
from langchain_core.tools import StructuredTool

from headroom.engine import Engine
from headroom.markers import RETRIEVE_TOOL
from headroom.retrieval import Answer, Answers, tool_schema
from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations.langchain.placement_originals import content_text, pointer_of
from headroom_integrations.langchain.placement_state import messages_of

DECLARED = tool_schema("openai_chat")["function"]
UNAVAILABLE = "The original cannot be read now; this answer is final, go on without it."


def retrieve_tool(engine: Callable[[Any], Engine], store: Callable[[Any], Any]) -> StructuredTool:
    """The tool, declared as each release of format 1 declares it.

    Args:
        engine: From a state to the engine that wrote its markers.
        store: From a runtime to where originals were put; None where they are in the state.
    """

    def retrieve(runtime: ToolRuntime, **arguments: Any) -> tuple[str, dict[str, Any]]:
        with contain("retrieve") as fault:
            return answered(arguments, runtime, engine(runtime.state), store(runtime))
        return UNAVAILABLE, {RETRIEVE_TOOL: {"error": fault.reason}}

    async def aretrieve(runtime: ToolRuntime, **arguments: Any) -> tuple[str, dict[str, Any]]:
        return await in_thread(lambda: retrieve(runtime, **arguments))

    return StructuredTool(
        name=RETRIEVE_TOOL,
        description=DECLARED["description"],
        args_schema=DECLARED["parameters"],
        func=retrieve,
        coroutine=aretrieve,
        response_format="content_and_artifact",
    )


def answered(arguments: Mapping[str, Any], runtime: Any, engine: Engine, store: Any) -> tuple[str, dict[str, Any]]:
    """Content and artifact of one answer; the artifact tells the ledger what was asked for."""
    messages = messages_of(runtime.state)
    answers = Answers(
        [*messages, *kept_beside(messages)],
        counter=engine.counter,
        store=store,
        namespace=engine.request().namespace,
        secret=engine.config.secret.get_secret_value(),
        page_tokens=engine.config.ccr.page_tokens,
    )
    for _ in range(times_before(messages, arguments, runtime.tool_call_id)):
        answers.answer(dict(arguments))  # the second time brings a wider page, the third says that it was the last
    answer = answers.answer(dict(arguments))
    return answer.text, {RETRIEVE_TOOL: told(answer)}


def told(answer: Answer) -> dict[str, Any]:
    """What the ledger wants to know; no content."""
    return {"tool": answer.tool or "", "tokens": answer.tokens, "asked": answer.asked}


def kept_beside(messages: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Originals that are kept in artifacts, as messages of their own."""
    for message in messages:
        pointer = pointer_of(message)
        if pointer is not None and "content" in pointer:
            yield {"role": "tool", "name": message.name, "tool_call_id": "", "content": pointer["content"]}
            yield {"role": "user", "content": content_text(pointer["content"])}


def times_before(messages: Sequence[Any], arguments: Mapping[str, Any], call_id: str | None) -> int:
    """How often the model asked the very same since the user last spoke; at most 2, which is all that matters."""
    wanted, times = written(arguments), 0
    for message in reversed(messages):
        if message.type == "human":
            break
        for call in message.tool_calls if isinstance(message, AIMessage) else ():
            is_other = call["name"] == RETRIEVE_TOOL and call["id"] != call_id
            times += is_other and written(call["args"]) == wanted and comes_before(message, call, call_id)
    return min(times, 2)


def comes_before(message: AIMessage, call: Mapping[str, Any], call_id: str | None) -> bool:
    """Whether a call stands before ours; calls of one turn in their order."""
    ids = [other["id"] for other in message.tool_calls]
    return call_id not in ids or ids.index(call["id"]) < ids.index(call_id)


def written(arguments: Mapping[str, Any]) -> str:
    """Arguments as one text."""
    return json.dumps(dict(arguments), sort_keys=True, default=str)


def given_back(messages: Sequence[Any]) -> list[Mapping[str, Any]]:
    """What the retrieve tool told about each answer since the model last spoke: those that one call pays for."""
    found = []
    for message in reversed(messages):
        if message.type != "tool":
            break
        artifact = message.artifact if message.name == RETRIEVE_TOOL else None
        told = artifact.get(RETRIEVE_TOOL) if isinstance(artifact, Mapping) else None
        if isinstance(told, Mapping) and isinstance(told.get("tokens"), int):
            found.append(told)
    return found[::-1]

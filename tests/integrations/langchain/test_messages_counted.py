"""A conversation of LangChain counts as the request that it becomes: a call that stands in the content, too, once."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from headroom import AnthropicProvider, HeadroomClient, OpenAIProvider
from headroom.messages import read_messages
from headroom.tokenizers import messages_tokens
from headroom_integrations.langchain.messages import to_views
from tests.integrations.langchain.chat_models import APIS, WAYS, ask, inner_model, list_issues, wrapped
from tests.stub.server import StubServer
from tests.stub.turns import Call, turn
from tests.unit.calls.ways import APIS as CLIENTS

pytestmark = pytest.mark.loopback

QUERY = " ".join(f"word{n * 7919 % 1000}" for n in range(400))
NEAR = 30  # roles, ids, and how arguments are written


async def history(api: str, way: str, stub: StubServer) -> list[Any]:
    """A conversation whose call the model has made itself, with arguments that are most of it."""
    stub.play(turn(Call("list_issues", {"state": QUERY})))
    question = HumanMessage("Which issues are open?")
    answer = await ask(way, inner_model(api, stub).bind_tools([list_issues]), [question])
    made = AIMessage(**{**answer.model_dump(), "type": "ai"})
    return [question, made, ToolMessage("None.", tool_call_id=made.tool_calls[0]["id"], name="list_issues")]


def request_tokens(api: str, body: dict[str, Any]) -> int:
    """Tokens of a request by the provider's rules, without its tools."""
    listed = body.get("messages") or body["input"]
    return int(counter_of(api, body["model"]).count_messages(listed, system=body.get("system")))


def counter_of(api: str, model: str) -> Any:
    """What counts for a model."""
    return (AnthropicProvider() if api == "claude" else OpenAIProvider()).get_local_counter(model)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("api", APIS)
async def test_views_count_as_the_request_does(api: str, way: str, stub: StubServer) -> None:
    messages = await history(api, way, stub)
    stub.play("None.")
    await ask("invoke", inner_model(api, stub), messages)

    sent = request_tokens(api, stub.bodies[-1])
    counted = messages_tokens(to_views(messages), counter_of(api, stub.bodies[-1]["model"]))

    assert sent > 800
    assert counted == pytest.approx(sent, abs=NEAR)
    (call,) = read_messages(to_views(messages))[1].tool_calls
    assert (call.name, QUERY in call.arguments) == ("list_issues", True)


@pytest.mark.parametrize("way", ["invoke", "stream"])
@pytest.mark.parametrize("api", APIS)
async def test_the_chat_model_counts_as_the_client_does(api: str, way: str, stub: StubServer) -> None:
    messages = await history(api, way, stub)
    stub.play("None.", "None.")
    answer = await ask("invoke", wrapped(api, stub, store_url="memory"), messages)

    kind = {"chat": "chat", "responses": "responses", "claude": "messages"}[api]
    with HeadroomClient(getattr(stub, CLIENTS[kind].client)(), store_url="memory") as client:
        body = {
            name: stub.bodies[-1][name] for name in ("model", "messages", "input", "system") if name in stub.bodies[-1]
        }
        CLIENTS[kind].resource(client).create(**body, **({"max_tokens": 99} if api == "claude" else {}))
        (row,) = client.get_metrics()

    assert row.tokens_input_before > 800
    assert answer.response_metadata["headroom"]["tokens_before"] == pytest.approx(row.tokens_input_before, abs=NEAR)

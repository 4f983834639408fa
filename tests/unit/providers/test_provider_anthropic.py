"""Anthropic: counts from its API, and what happens where it cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from headroom import environment
from headroom.errors import HeadroomWarning
from headroom.providers import AnthropicProvider

MODEL = "claude-3-5-sonnet-latest"
CALL = {"id": "c1", "type": "function", "function": {"name": "search", "arguments": '{"q": "open"}'}}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "You help."},
    {"role": "user", "content": [{"type": "text", "text": "Which?"}, IMAGE]},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "Order 17."},
]


@pytest.fixture(autouse=True)
def nothing_was_said() -> Iterator[None]:
    said = set(environment.SAID)
    environment.SAID.clear()
    yield
    environment.SAID.clear()
    environment.SAID.update(said)


class Answer:
    input_tokens = 4242


class Client:
    """An Anthropic client that counts, and remembers what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.messages = self
        self.error = error
        self.asked: list[dict[str, Any]] = []

    def count_tokens(self, **request: Any) -> Answer:
        self.asked.append(request)
        if self.error:
            raise self.error
        return Answer()


class AsyncClient(Client):
    async def count_tokens(self, **request: Any) -> Answer:  # type: ignore[override]
        return super().count_tokens(**request)


def test_a_list_of_messages_is_counted_by_the_api() -> None:
    client = Client()

    assert AnthropicProvider(client=client).get_token_counter(MODEL).count_messages(MESSAGES) == 4242

    [request] = client.asked
    assert request == {
        "model": MODEL,
        "system": [{"type": "text", "text": "You help."}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Which?"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                ],
            },
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "c1", "name": "search", "input": {"q": "open"}}],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "Order 17."}]}
                ],
            },
        ],
    }


def test_system_and_tools_beside_the_messages_are_sent_along() -> None:
    client = Client()
    tool = {
        "type": "function",
        "function": {"name": "search", "description": "Finds.", "parameters": {"type": "object"}},
    }
    own = {"name": "mine", "input_schema": {"type": "object"}}

    AnthropicProvider(client=client).get_token_counter(MODEL).count_messages(
        MESSAGES[1:2], system="Be brief.", tools=[tool, own]
    )

    assert client.asked[0]["system"] == [{"type": "text", "text": "Be brief."}]
    assert client.asked[0]["tools"] == [
        {"name": "search", "description": "Finds.", "input_schema": {"type": "object"}},
        own,
    ]


def test_one_text_one_message_tools_and_the_local_counter_ask_nobody() -> None:
    client = Client()
    provider = AnthropicProvider(client=client)
    counter = provider.get_token_counter(MODEL)

    counter.count_text("Hello")
    counter.count_message(MESSAGES[1])
    counter.count_messages([])
    counter.count_tools([{"name": "a"}])
    provider.get_local_counter(MODEL).count_messages(MESSAGES)
    provider.cache_hints({"messages": MESSAGES}, model=MODEL)

    assert client.asked == []


def test_where_asking_fails_the_estimate_serves_with_one_warning() -> None:
    counter = AnthropicProvider(client=Client(ConnectionError("secret text"))).get_token_counter(MODEL)
    estimate = AnthropicProvider().get_token_counter(MODEL).count_messages(MESSAGES)

    with pytest.warns(HeadroomWarning, match=r"estimated.*\(ConnectionError\)") as said:
        assert counter.count_messages(MESSAGES) == estimate

    assert "secret" not in str(said[0].message)
    assert counter.count_messages(MESSAGES) == estimate  # a second warning would be an error here


def test_errors_of_the_sdk_are_understood() -> None:
    anthropic = pytest.importorskip("anthropic")
    counter = AnthropicProvider(client=Client(anthropic.AnthropicError("no"))).get_token_counter(MODEL)

    with pytest.warns(HeadroomWarning, match="AnthropicError"):
        assert counter.count_messages(MESSAGES) > 0


def test_an_object_that_is_no_client_gives_an_estimate() -> None:
    counter = AnthropicProvider(client=object()).get_token_counter(MODEL)

    with pytest.warns(HeadroomWarning, match="AttributeError"):
        assert counter.count_messages(MESSAGES) > 0


def test_an_asynchronous_client_cannot_be_asked_without_awaiting() -> None:
    counter = AnthropicProvider(client=AsyncClient()).get_token_counter(MODEL)

    with pytest.warns(HeadroomWarning, match="acount_messages"):
        assert counter.count_messages(MESSAGES) > 0


@pytest.mark.parametrize("client", [Client(), AsyncClient()], ids=["thread", "awaited"])
async def test_on_an_event_loop_both_kinds_of_clients_are_asked(client: Client) -> None:
    counter = AnthropicProvider(client=client).get_token_counter(MODEL)

    assert await counter.acount_messages(MESSAGES) == 4242
    assert len(client.asked) == 1


async def test_on_an_event_loop_a_failure_gives_the_estimate_too() -> None:
    counter = AnthropicProvider(client=AsyncClient(TimeoutError())).get_token_counter(MODEL)

    estimate = AnthropicProvider().get_token_counter(MODEL).count_messages(MESSAGES)

    with pytest.warns(HeadroomWarning, match="TimeoutError"):
        assert await counter.acount_messages(MESSAGES) == estimate


def test_arguments_that_are_no_json_are_sent_as_a_text() -> None:
    client = Client()
    odd = {"id": "c1", "function": {"name": "run", "arguments": "not json"}}
    turns = [{"role": "assistant", "tool_calls": [odd]}, {"role": "user", "content": " "}, 7, None]

    AnthropicProvider(client=client).get_token_counter(MODEL).count_messages(turns)  # type: ignore[arg-type]

    [turn] = client.asked[0]["messages"]
    assert turn["content"][0]["input"] == {"arguments": "not json"}

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stub.server import StubServer
from tests.stub.turns import Call, Fault, turn

genai = pytest.importorskip("google.genai")
from google.genai import errors, types  # noqa: E402

pytestmark = pytest.mark.loopback

MODEL = "gemini-2.5-flash"


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


def config(**facts: Any) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True), **facts
    )


def test_an_answer_parses_into_the_sdks_objects(stub: StubServer) -> None:
    stub.play(turn("Hm.", Call("get_order", {"id": 7}), thinking="Let me look."))

    made = stub.google().models.generate_content(model=MODEL, contents="Where?", config=config())

    assert made.function_calls[0].args == {"id": 7}
    assert made.usage_metadata.prompt_token_count == stub.invoice.usage.prompt
    assert made.usage_metadata.thoughts_token_count == stub.invoice.usage.reasoning > 0
    assert made.candidates[0].content.parts[2].thought_signature


def test_a_conversation_goes_on(stub: StubServer) -> None:
    stub.play(turn(Call("get_order", {"id": 7}), thinking="Hm."), "Done.")
    models = stub.google().models
    asked = types.Content(role="user", parts=[types.Part(text="Where?")])
    first = models.generate_content(model=MODEL, contents=[asked], config=config())
    answer = types.Part.from_function_response(name="get_order", response={"result": "x"})
    contents = [asked, first.candidates[0].content, types.Content(role="user", parts=[answer])]

    assert models.generate_content(model=MODEL, contents=contents, config=config()).text == "Done."
    with pytest.raises(errors.ClientError):
        models.generate_content(model=MODEL, contents=contents[1:], config=config())


def test_streams_work(stub: StubServer) -> None:
    stub.play(turn("one two three", sizes=(4,)))

    chunks = list(stub.google().models.generate_content_stream(model=MODEL, contents="Where?", config=config()))

    assert "".join(chunk.text for chunk in chunks) == "one two three"
    assert len(chunks) > 2
    assert chunks[-1].usage_metadata.candidates_token_count == stub.invoice.usage.output


@pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession")  # the SDK's own
async def test_async_works(stub: StubServer) -> None:
    stub.play("one")
    client = stub.google()
    made = await client.aio.models.generate_content(model=MODEL, contents="Where?", config=config())
    await client.aio.aclose()

    assert made.text == "one"


def test_contents_are_cached_by_name(stub: StubServer) -> None:
    stub.play("one", "never")
    client = stub.google()
    facts = types.CreateCachedContentConfig(contents="word " * 3000, ttl="60s")
    kept = client.caches.create(model=MODEL, config=facts)

    made = client.models.generate_content(model=MODEL, contents="Well?", config=config(cached_content=kept.name))

    assert made.usage_metadata.cached_content_token_count == kept.usage_metadata.total_token_count > 2500
    client.caches.update(name=kept.name, config=types.UpdateCachedContentConfig(ttl="600s"))
    stub.clock.advance(500)
    assert client.caches.get(name=kept.name).name == kept.name
    client.caches.delete(name=kept.name)
    with pytest.raises(errors.ClientError):
        client.models.generate_content(model=MODEL, contents="Well?", config=config(cached_content=kept.name))


def test_small_contents_are_not_cached_and_faults_come_through(stub: StubServer) -> None:
    stub.play(Fault(status=429))
    client = stub.google()

    with pytest.raises(errors.ClientError, match="too small"):
        client.caches.create(model=MODEL, config=types.CreateCachedContentConfig(contents="word"))
    with pytest.raises(errors.ClientError, match="RESOURCE_EXHAUSTED"):
        client.models.generate_content(model=MODEL, contents="Where?", config=config())

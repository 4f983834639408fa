"""`HeadroomClient` around Google's client, beside what is the same for all APIs (`test_rounds`)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from headroom import GoogleProvider, HeadroomClient, SimulationResult
from tests.stub.server import StubServer
from tests.stub.turns import Call, Fault, turn
from tests.unit.calls.test_rounds import asking
from tests.unit.calls.ways import GOOGLE, PARAMETERS, ROWS, ask, google_arguments, google_final, new_client

genai = pytest.importorskip("google.genai")
from google.genai import errors, types  # noqa: E402

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession"),  # of Google's SDK
]

MODEL = "gemini-2.5-flash"
THEIRS = Call("list_items", {"page": 2}, id="mine_2")
ALL = ("create", "stream", "acreate", "astream")
STREAMS = ("stream", "astream")
OURS = '"name": "headroom_retrieve", "response"'


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubServer]:
    # The stub speaks plain HTTP, and each client of Google's would load all certificates twice.
    monkeypatch.setattr("ssl.SSLContext.load_verify_locations", lambda *given, **named: None)
    with StubServer() as server:
        yield server


def wrapped(stub: StubServer, **settings: Any) -> HeadroomClient:
    return HeadroomClient(stub.google(), **{"default_mode": "optimize", "store_url": "memory", **settings})


def parts_of(answer: Any) -> list[Any]:
    events = answer if isinstance(answer, list) else [answer]
    return [part for event in events for part in event.candidates[0].content.parts]


def continued(answer: Any, *results: str, **more: Any) -> dict[str, Any]:
    """What a caller's loop sends next."""
    given = google_arguments(**more)
    calls = [part.function_call for part in parts_of(answer) if part.function_call]
    answers = [
        types.Part(function_response=types.FunctionResponse(id=call.id, name=call.name, response={"result": result}))
        for call, result in zip(calls, results or ["page two"] * len(calls), strict=True)
    ]
    said = types.Content(role="model", parts=parts_of(answer))
    return {**given, "contents": [*given["contents"], said, types.Content(role="user", parts=answers)]}


@pytest.mark.parametrize("way", ALL)
@pytest.mark.parametrize("order", ["first", "last"])
def test_our_call_is_put_back_at_its_place_and_stays_there(stub: StubServer, way: str, order: str) -> None:
    stub.play(asking(*((..., THEIRS) if order == "first" else (THEIRS, ...))), "Go on.", "Done.")
    client = new_client(stub, "google", way)

    following = continued(ask("google", way, client).raw)
    again = HeadroomClient(stub.google(), store_url="memory", default_mode="optimize")
    again.headroom_host.withheld = client.headroom_host.withheld  # an async client is closed by now
    ask("google", "create", again, **following)
    more = [{"role": "model", "parts": [{"text": "Go on."}]}, {"role": "user", "parts": [{"text": "And now?"}]}]
    ask("google", "create", again, **{**following, "contents": [*following["contents"], *more]})

    before, after = stub.bodies[1]["contents"], stub.bodies[2]["contents"]
    assert '"name": "item 700"' in before[4]["parts"][0]["functionResponse"]["response"]["output"]
    assert after[: len(before)] == before
    called = [part["functionCall"]["name"] for part in before[3]["parts"] if "functionCall" in part]
    assert called == (["headroom_retrieve", "list_items"] if order == "first" else ["list_items", "headroom_retrieve"])
    assert len(before[4]["parts"]) == 2
    assert [part.function_call.name for part in following["contents"][3].parts] == ["list_items"]


def test_another_process_sends_the_turn_without_our_call(stub: StubServer) -> None:
    stub.play(asking(THEIRS, ...), "Go on.")

    answer = ask("google", "create", new_client(stub, "google", "create")).raw
    ask("google", "create", new_client(stub, "google", "create"), **continued(answer))

    assert OURS not in json.dumps(stub.bodies[1]["contents"])


def without_ids(answer: Any) -> Any:
    for part in parts_of(answer):
        if part.function_call:
            part.function_call.id = None
    return answer


class NoIds:
    """A client of a model that gives its calls no ids."""

    def __init__(self, inner: Any) -> None:
        self.models = self
        self.inner = inner

    def generate_content(self, **arguments: Any) -> Any:
        return without_ids(self.inner.models.generate_content(**arguments))


def test_a_call_without_an_id_is_answered_within(stub: StubServer) -> None:
    stub.play(asking(...), "It is item 700.")
    client = HeadroomClient(NoIds(stub.google()), "google", "optimize", store_url="memory")

    assert client.models.generate_content(**google_arguments()).text == "It is item 700."
    assert "id" not in stub.bodies[1]["contents"][-1]["parts"][0]["functionResponse"]


def test_a_turn_without_ids_is_known_by_what_was_said_before_it(stub: StubServer) -> None:
    stub.play(asking(THEIRS, ...), "Go on.", "Other.")
    client = HeadroomClient(NoIds(stub.google()), "google", "optimize", store_url="memory")

    answer = client.models.generate_content(**google_arguments())
    client.models.generate_content(**continued(answer))
    client.models.generate_content(**continued(answer, result=ROWS.replace("item", "part")))

    assert [part.function_call.name for part in parts_of(answer)] == ["list_items"]
    called = [[part["functionCall"]["name"] for part in body["contents"][3]["parts"]] for body in stub.bodies[1:]]
    assert called == [["list_items", "headroom_retrieve"], ["list_items"]]
    ours, theirs = (part["functionResponse"] for part in stub.bodies[1]["contents"][4]["parts"])
    assert "item 700" in ours["response"]["output"]
    assert theirs == {"name": "list_items", "response": {"result": "page two"}}


@pytest.mark.parametrize("way", ALL)
@pytest.mark.parametrize("stop", ["MAX_TOKENS", "SAFETY", "MALFORMED_FUNCTION_CALL"])
def test_an_answer_that_was_cut_is_not_continued(stub: StubServer, stop: str, way: str) -> None:
    stub.play(asking("Let me see.", ..., stop=stop), "Never asked for.")

    final = ask("google", way, new_client(stub, "google", way))

    last = final.raw[-1] if isinstance(final.raw, list) else final.raw
    assert (final.text, final.calls, last.candidates[0].finish_reason) == ("Let me see.", [], stop)
    assert len(stub.bodies) == 1


@pytest.mark.parametrize("way", ALL)
def test_with_a_signature_our_call_stays_visible_and_gets_its_answer(stub: StubServer, way: str) -> None:
    client = new_client(stub, "google", way)
    stub.play(asking(..., THEIRS, thinking="Hm."), "Go on.")

    answer = ask("google", way, client)
    assert [name for name, _ in answer.calls] == ["headroom_retrieve", "list_items"]
    signatures = [part.thought_signature for part in parts_of(answer.raw) if part.thought_signature]
    following = continued(answer.raw, "unknown tool headroom_retrieve", "page two")
    ask("google", "create", new_client(stub, "google", "create"), **following)

    results = [part["functionResponse"] for part in stub.bodies[1]["contents"][-1]["parts"]]
    assert [result["name"] for result in results] == ["headroom_retrieve", "list_items"]
    assert '"name": "item 700"' in results[0]["response"]["output"]
    assert sum("thoughtSignature" in part for part in stub.bodies[1]["contents"][3]["parts"]) == len(signatures) == 1


@pytest.mark.parametrize("way", ALL)
def test_thoughts_before_a_call_of_ours_alone_go_back_as_they_were(stub: StubServer, way: str) -> None:
    client = new_client(stub, "google", way)
    stub.play(asking(..., thinking="Let me think."), turn("It is item 700.", thinking="Now I know."))

    answer = ask("google", way, client)

    assert (answer.text, answer.calls) == ("It is item 700.", [])
    back = stub.bodies[1]["contents"][3]["parts"]
    assert "".join(part.get("text", "") for part in back if part.get("thought")) == "Let me think."
    assert [bool(part.get("thoughtSignature")) for part in back if "functionCall" in part] == [True]
    row = client.get_metrics()[0]
    assert row.tokens_output == stub.invoice.usage.output
    assert stub.invoice.usage.reasoning > 0


def test_text_is_passed_on_before_the_rest_has_come(stub: StubServer) -> None:
    gate = Event()
    stub.play(turn("one two three", THEIRS, sizes=(4,), hold_after=1, gate=gate))

    stream = wrapped(stub).models.generate_content_stream(**google_arguments())
    first = next(stream)
    is_early = not gate.is_set()
    gate.set()

    assert (first.text, is_early) == ("one ", True)
    assert google_final_of([first, *stream]).text == "one two three"


def google_final_of(events: list[Any]) -> Any:
    return GOOGLE.from_events(events)


@pytest.mark.parametrize("way", STREAMS)
def test_the_chunks_of_all_rounds_are_one_answer(stub: StubServer, way: str) -> None:
    stub.play(asking("Let me look. ", ..., sizes=(5,)), turn("It is item 700.", sizes=(5,)))

    events = ask("google", way, new_client(stub, "google", way)).raw

    assert len({event.response_id for event in events}) == 1
    assert [bool(event.candidates[0].finish_reason) for event in events] == [*[False] * (len(events) - 1), True]
    usage = events[-1].usage_metadata
    assert usage.prompt_token_count == stub.invoice.usage.prompt
    assert len(usage.headroom_rounds) == 2


class Unfinished:
    """A client whose streams end without saying why."""

    def __init__(self, inner: Any) -> None:
        self.models = self
        self.inner = inner

    def generate_content(self, **arguments: Any) -> Any:
        raise NotImplementedError

    def generate_content_stream(self, **arguments: Any) -> Iterator[Any]:
        for chunk in self.inner.models.generate_content_stream(**arguments):
            chunk.candidates[0].finish_reason = None
            yield chunk


def test_a_stream_that_ends_without_saying_why_is_not_continued(stub: StubServer) -> None:
    stub.play(asking("Let me look. ", ..., sizes=(5,)), "Never.")
    client = HeadroomClient(Unfinished(stub.google()), "google", "optimize", store_url="memory")

    seen = google_final_of(list(client.models.generate_content_stream(**google_arguments())))

    assert (seen.text, seen.calls) == ("Let me look. ", [])
    assert len(stub.requests) == 1


def test_an_answer_says_the_usage_of_all_rounds_as_its_type_does(stub: StubServer) -> None:
    stub.play(asking(..., thinking="Hm."), turn("Done.", thinking="So."))

    usage = ask("google", "create", new_client(stub, "google", "create")).usage

    assert isinstance(usage, types.GenerateContentResponseUsageMetadata)
    assert usage.total_token_count == stub.invoice.usage.prompt + stub.invoice.usage.output
    assert usage.cached_content_token_count == stub.invoice.usage.read
    assert usage.thoughts_token_count == stub.invoice.usage.reasoning > 0
    assert json.loads(usage.model_dump_json())["prompt_token_count"] == stub.invoice.usage.prompt


@pytest.mark.parametrize("way", ALL)
@pytest.mark.parametrize("status", [429, 500])
def test_errors_come_through_and_are_recorded_by_their_class(stub: StubServer, way: str, status: int) -> None:
    stub.play(Fault(status=status), Fault(status=status))
    client = new_client(stub, "google", way)

    with pytest.raises(errors.APIError) as ours:
        ask("google", way, client)
    with pytest.raises(errors.APIError) as plain:
        ask("google", "create", stub.google())

    assert (type(ours.value), str(ours.value)) == (type(plain.value), str(plain.value))
    assert [row.error for row in client.get_metrics()] == [type(plain.value).__name__]


@pytest.mark.parametrize("fact", ["cut_after", "error_after", "garbage_after"])
@pytest.mark.parametrize("way", STREAMS)
def test_a_stream_that_breaks_breaks_as_the_sdks_does(stub: StubServer, way: str, fact: str) -> None:
    seen = []
    stub.play(*[turn("one two three four", sizes=(4,), **{fact: 2})] * 2)
    clients = [new_client(stub, "google", way), stub.google()]

    for client in clients:
        models = client.models if way == "stream" or client is clients[0] else client.aio.models
        seen.append(asyncio.run(collected(client, models, is_async=way == "astream")))

    assert seen[0] == seen[1]
    assert clients[0].get_metrics()[0].error == (seen[1][1] or None)


async def collected(client: Any, models: Any, *, is_async: bool) -> tuple[str, str]:
    """The text that came, and the name of the error."""
    texts = []
    try:
        if is_async:
            async for event in await models.generate_content_stream(**google_arguments()):
                texts.append(event.text or "")
        else:
            for event in models.generate_content_stream(**google_arguments()):
                texts.append(event.text or "")
    except Exception as error:  # noqa: BLE001
        return "".join(texts), type(error).__name__
    finally:
        if is_async:
            await getattr(client, "aio", client).aclose()
    return "".join(texts), ""


@pytest.mark.parametrize("way", ALL)
def test_audit_changes_nothing_and_records_the_size(stub: StubServer, way: str) -> None:
    stub.play("a", "b")
    client = new_client(stub, "google", way, default_mode="audit")

    ask("google", way, client)
    ask("google", "create", stub.google())

    assert stub.bodies[0] == stub.bodies[1]
    row = client.get_metrics()[0]
    assert (row.mode, row.stream) == ("audit", way.endswith("stream"))
    assert row.tokens_input_before == row.tokens_input_after > 10_000


def test_simulate_sends_nothing_and_says_what_would_be_sent(stub: StubServer) -> None:
    client = wrapped(stub)

    async def planned() -> list[Any]:
        models = client.aio.models
        given = google_arguments(headroom_mode="simulate")
        found = [await models.simulate(**google_arguments()), await models.generate_content(**given)]
        found.append(await models.generate_content_stream(**given))
        await client.aio.aclose()
        return found

    sync = [client.models.simulate(**google_arguments())]
    sync.append(client.models.generate_content(headroom_mode="simulate", **google_arguments()))
    sync.append(client.models.generate_content_stream(headroom_mode="simulate", **google_arguments()))
    plans = [*sync, *asyncio.run(planned())]

    assert stub.requests == []
    assert all(isinstance(plan, SimulationResult) for plan in plans)
    assert len({plan.tokens_after for plan in plans}) == 1
    assert plans[0].tokens_after < plans[0].tokens_before / 4
    assert plans[0].messages_optimized[0] == {"role": "system", "content": "You help."}


def test_one_client_serves_sync_and_async(stub: StubServer) -> None:
    client = wrapped(stub)
    stub.play(asking(...), "sync", asking(...), "async", asking(...), "streamed")

    async def both() -> list[str]:
        async with client.aio as aio:
            answer = await aio.models.generate_content(**google_arguments())
            chunks = [chunk async for chunk in await aio.models.generate_content_stream(**google_arguments())]
            return [answer.text, google_final_of(chunks).text]

    assert client.models.generate_content(**google_arguments()).text == "sync"
    assert asyncio.run(both()) == ["async", "streamed"]
    assert [row.retrieve_rounds for row in client.get_metrics()] == [1, 1, 1]


def test_everything_else_is_the_clients_own(stub: StubServer) -> None:
    inner = stub.google()
    client = HeadroomClient(inner, store_url="memory")

    assert client.files is inner.files
    assert client.vertexai is inner.vertexai
    assert client.models.count_tokens(model=MODEL, contents="Hello").total_tokens > 0
    assert client.models.embed_content == inner.models.embed_content
    assert client.aio.files is inner.aio.files
    with pytest.raises(AttributeError):
        _ = client.completions


def test_an_unknown_argument_of_ours_is_refused_before_anything_is_sent(stub: StubServer) -> None:
    from headroom import ConfigurationError

    with pytest.raises(ConfigurationError, match="headroom_modus"):
        wrapped(stub).models.generate_content(headroom_modus="audit", **google_arguments())
    assert stub.requests == []


def test_an_answer_is_remembered_where_that_is_on(stub: StubServer) -> None:
    client = wrapped(stub, enable_semantic_cache=True)
    stub.play("It is item 700.")
    given = google_arguments()
    given["contents"] = given["contents"][:1]

    first, second = (client.models.generate_content(**given) for _ in range(2))

    assert (first.text, second.text) == ("It is item 700.", "It is item 700.")
    assert [row.semantic_cache_hit for row in client.get_metrics()] == [True, False]
    assert len(stub.requests) == 1


def test_chats_pass_through_headroom(stub: StubServer) -> None:
    client = wrapped(stub)
    given = google_arguments()
    stub.play(asking("Hm. ", ...), "It is item 700.", asking(THEIRS, ...), "Page two, then.")

    chat = client.chats.create(model=MODEL, config=given["config"], history=given["contents"][:2])
    first = chat.send_message(types.Part.from_function_response(name="list_items", response={"result": ROWS}))
    second = chat.send_message("And page two?")
    third = chat.send_message(types.Part.from_function_response(name="list_items", response={"result": "page two"}))

    assert (first.text, third.text) == ("It is item 700.", "Page two, then.")
    assert [part.function_call.name for part in parts_of(second)] == ["list_items"]
    assert [content.role for content in chat.get_history()] == ["user", "model"] * 4
    assert "headroom" not in str(chat.get_history())
    assert OURS in json.dumps(stub.bodies[3])  # put back
    assert len(client.get_metrics()) == 3


def test_streamed_chats_pass_through_headroom_and_keep_their_turns(stub: StubServer) -> None:
    given = google_arguments()
    stub.play(asking("Hm. ", ...), "It is item 700.", asking(THEIRS, ...), "Page two, then.")
    stub.play(asking("Hm. ", ...), "It is item 700.", asking(THEIRS, ...), "Page two, then.")
    results = [
        types.Part.from_function_response(name="list_items", response={"result": result}) for result in (ROWS, "two")
    ]
    client = wrapped(stub)

    chat = client.chats.create(model=MODEL, config=given["config"], history=given["contents"][:2])
    sync = [list(chat.send_message_stream(said)) for said in (results[0], "And page two?", results[1])]

    async def streamed() -> list[Any]:
        async with client.aio as aio:
            other = aio.chats.create(model=MODEL, config=given["config"], history=given["contents"][:2])
            said = (results[0], "And page two?", results[1])
            answers = []
            for text in said:
                answers.append([chunk async for chunk in await other.send_message_stream(text)])
            return answers

    for first, second, third in (sync, asyncio.run(streamed())):
        assert google_final_of(first).text == "Hm. It is item 700."
        assert google_final_of(second).calls == [("list_items", '{"page": 2}')]
        assert google_final_of(third).text == "Page two, then."
    assert len(chat.get_history(curated=True)) == len(chat.get_history())
    assert OURS in json.dumps(stub.bodies[3])  # put back


def test_what_functions_answer_in_a_chat_is_compressed(stub: StubServer) -> None:
    def list_items(page: int) -> list[dict[str, Any]]:
        """Lists."""
        rows: list[dict[str, Any]] = json.loads(ROWS)
        return rows

    stub.play(turn(Call("list_items", {"page": 1})), "Done.")
    client = wrapped(stub)

    answer = client.chats.create(model=MODEL, config={"tools": [list_items]}).send_message("Which?")

    assert answer.text == "Done."
    sent = stub.bodies[1]["contents"][-1]["parts"][0]["functionResponse"]["response"]
    assert len(sent["result"]) < len(ROWS) / 3
    assert [row.saved_exact > 5000 for row in client.get_metrics()] == [True, False]


def asking_for_the_first(stub: StubServer) -> Any:
    """Asks for what the first request's marker names; later ones may say it in cached content."""
    return lambda body: asking(...)(stub.bodies[0])


LONG = "You help. " + " ".join(f"Rule {n}: answer in {n} words." for n in range(400))


def cached_arguments(question: str) -> dict[str, Any]:
    given = google_arguments()
    declaration = {"name": "list_items", "parameters_json_schema": PARAMETERS}
    config = {"system_instruction": LONG, "tools": [{"function_declarations": [declaration]}]}
    return {**given, "config": config, "contents": [*given["contents"], question]}


def caching(stub: StubServer, *, is_async: bool = False) -> HeadroomClient:
    inner = stub.google().aio if is_async else stub.google()
    return HeadroomClient(inner, GoogleProvider(enable_context_caching=True), "optimize", store_url="memory")


def names_cached(stub: StubServer) -> list[str | None]:
    return [request.body.get("cachedContent") for request in stub.requests if request.api == "google"]


@pytest.mark.parametrize("way", ALL)
def test_cached_content_stands_for_what_requests_share(stub: StubServer, way: str) -> None:
    stub.play("one", "two", asking_for_the_first(stub), "three")
    client = caching(stub, is_async=way.startswith("a"))
    models, is_stream = client.models, way.endswith("stream")

    async def calls() -> None:
        for n in range(3):
            given = cached_arguments(f"Question {n}?")
            if not way.startswith("a"):
                answer = models.generate_content_stream(**given) if is_stream else models.generate_content(**given)
                list(answer) if is_stream else None
            elif is_stream:
                [chunk async for chunk in await models.generate_content_stream(**given)]
            else:
                await models.generate_content(**given)
        await client.aclose()

    asyncio.run(calls())

    name = "cachedContents/stub0001"
    assert names_cached(stub) == [None, name, name, name]
    assert stub.provider.contents.kept == {}  # deleted in the end: Google bills the storage
    rows = client.get_metrics()
    assert [row.cache_optimizer_strategy for row in rows] == ["cached_content", "cached_content", None]
    assert all((row.cached_tokens or 0) > 2000 for row in rows[:2])
    assert all(row.cacheable_tokens > 2000 for row in rows[:2])
    assert rows[0].retrieve_rounds == 1


@pytest.mark.parametrize("way", ALL)
def test_a_request_whose_cached_content_is_gone_is_made_without_it(stub: StubServer, way: str) -> None:
    stub.play("one", "two", "three", "four")
    client = caching(stub, is_async=way.startswith("a"))
    given = [cached_arguments(f"Question {n}?") for n in range(4)]

    async def calls() -> list[str]:
        said = []
        for n in range(4):
            if n == 2:
                stub.provider.contents.kept.clear()  # somebody else deleted it
            said.append(await one(client.models, way, given[n]))
        await client.aclose()
        return said

    assert asyncio.run(calls()) == ["one", "two", "three", "four"]
    assert [name is None for name in names_cached(stub)] == [True, False, False, True, False]
    assert [row.error for row in client.get_metrics()] == [None] * 4


async def one(models: Any, way: str, given: dict[str, Any]) -> str:
    """The text of one call."""
    if way == "create":
        return str(models.generate_content(**given).text)
    if way == "stream":
        return str(google_final_of(list(models.generate_content_stream(**given))).text)
    if way == "acreate":
        return str(google_final(await models.generate_content(**given)).text)
    return str(google_final_of([chunk async for chunk in await models.generate_content_stream(**given)]).text)


def test_other_errors_of_a_cached_request_are_the_callers(stub: StubServer) -> None:
    stub.play("one", "two", Fault(status=403, message="Permission denied"))
    client = caching(stub)
    for n in range(2):
        client.models.generate_content(**cached_arguments(f"Question {n}?"))

    with pytest.raises(errors.ClientError, match="Permission denied"):
        client.models.generate_content(**cached_arguments("Question?"))

    assert len(names_cached(stub)) == 3


def test_the_last_round_of_a_cached_request_may_still_be_told_not_to_call(stub: StubServer) -> None:
    def stubborn(body: dict[str, Any]) -> Any:
        if body.get("toolConfig") == {"functionCallingConfig": {"mode": "NONE"}}:
            return turn("I give up.")
        return asking_for_the_first(stub)(body)

    stub.play("one", *[stubborn] * 4)
    client = caching(stub)
    client.models.generate_content(**cached_arguments("Question?"))

    assert client.models.generate_content(**cached_arguments("Question?")).text == "I give up."
    assert [name is None for name in names_cached(stub)] == [True, False, False, False, True]


@pytest.mark.parametrize("way", ["create", "acreate"])
def test_cached_content_that_cannot_be_made_costs_the_request_nothing(stub: StubServer, way: str) -> None:
    stub.play("one", "two", "three")
    client = caching(stub, is_async=way.startswith("a"))
    client.headroom_caches.client = object()  # one without an API for it

    async def calls() -> list[str]:
        said = [await one(client.models, way, cached_arguments(f"Question {n}?")) for n in range(3)]
        await client.aclose()
        return said

    assert asyncio.run(calls()) == ["one", "two", "three"]
    assert names_cached(stub) == [None, None, None]


def test_nothing_is_cached_in_audit_nor_unless_asked_for(stub: StubServer) -> None:
    stub.play(lambda body: "Done.", *["Done."] * 5)
    for client in (wrapped(stub), HeadroomClient(stub.google(), GoogleProvider(enable_context_caching=True), "audit")):
        for n in range(3):
            client.models.generate_content(**cached_arguments(f"Question {n}?"))

    assert names_cached(stub) == [None] * 6

"""The client against the bare SDK over the same wire: what a caller gets is the same to the event.

Without calls of ours in the answer, all of it; with them, what the SDK gives had the model not made them.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import HeadroomClient
from tests.stub.server import StubServer
from tests.stub.turns import AWKWARD, Call, Refusal, Text, Thinking, Turn
from tests.unit.calls.ways import APIS, USAGE

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

NAMES = ("chat", "responses", "messages")
SYNC = ("create", "stream", "helper", "raw", "rawstream")
WAYS = (*SYNC, *(f"a{way}" for way in SYNC))
STREAMS = ("stream", "helper", "astream", "ahelper")
STOPS = {
    "chat": ("length", "content_filter", "stop", None),
    "responses": ("incomplete", "failed", None),
    "messages": ("max_tokens", "pause_turn", "refusal", "stop_sequence", None),
}
MADE_ID = re.compile(r"\b(?:chatcmpl|resp|msg|call|toolu|fc|rs|gen)_[0-9]{8}\b")
RESPONSE_BODY_CHANGES = {"date", "content-length"}  # headers of the stub that tell the time, and the size of ids

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
arguments = st.one_of(
    st.just("{}"),
    st.dictionaries(st.sampled_from(["page", "q", "ü\u2028"]), words | st.integers(), max_size=2).map(json.dumps),
)
theirs = st.builds(Call, st.sampled_from(["list_items", "headroom", "headroom_retrieve_all"]), arguments)
sizes = st.sampled_from([(24,), AWKWARD, (1,), (1000,)])


@st.composite
def turns(draw: st.DrawFn, api: str, *, signed: bool = True) -> Turn:
    """An answer without calls of ours."""
    kinds: list[st.SearchStrategy[Any]] = [st.builds(Text, words.filter(bool)), theirs, theirs]
    if signed and api != "chat":
        kinds.append(st.builds(Thinking, words.filter(bool)))
    parts = draw(st.lists(st.one_of(kinds), max_size=4))
    if draw(st.integers(0, 9)) == 0:
        parts = [Refusal("I cannot.")]
    return Turn(
        parts=numbered(parts),
        stop=draw(st.sampled_from((None, None, *STOPS[api]))),
        sizes=draw(sizes),
        bytes_per_write=draw(st.sampled_from([None, None, 7])),
        interleave=draw(st.booleans()),
    )


def numbered(parts: list[Any]) -> tuple[Any, ...]:
    """The parts with an id on each call, so that both servers say the same."""
    return tuple(replace(part, id=f"id_{n}") if isinstance(part, Call) else part for n, part in enumerate(parts))


@dataclass
class Seen:
    """What a caller saw of one call."""

    stream_type: Any = None
    items: list[tuple[str, Any]] = field(default_factory=list)
    last: Any = None
    headers: Any = None
    error: Any = None


def shown(thing: Any) -> tuple[str, Any]:
    """Type and content of an answer or event."""
    dumped = thing.model_dump(warnings=False) if hasattr(thing, "model_dump") else repr(thing)
    return type(thing).__qualname__, [dumped, getattr(thing, "_request_id", None)]


def headers_of(response: Any) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in RESPONSE_BODY_CHANGES}


def see(resource: Any, way: str, last: str, given: dict[str, Any]) -> Seen:
    """One call by a sync way."""
    seen = Seen()
    try:
        if way == "create":
            seen.items.append(shown(resource.create(**given)))
        elif way == "raw":
            raw = resource.with_raw_response.create(**given)
            seen.stream_type, seen.headers = type(raw).__qualname__, headers_of(raw)
            seen.items.append(shown(raw.parse()))
        elif way == "helper":
            with resource.stream(**given) as helper:
                seen.stream_type = type(helper).__qualname__
                for event in helper:
                    seen.items.append(shown(event))
                seen.last = shown(getattr(helper, last)())
        else:
            made = resource.create(stream=True, **given) if way == "stream" else None
            stream = made or resource.with_raw_response.create(stream=True, **given).parse()
            seen.stream_type, seen.headers = type(stream).__qualname__, headers_of(stream.response)
            for event in stream:
                seen.items.append(shown(event))
    except Exception as error:  # noqa: BLE001
        seen.error = (type(error), str(error), getattr(error, "status_code", None), getattr(error, "body", None))
    return seen


async def asee(resource: Any, way: str, last: str, given: dict[str, Any]) -> Seen:
    """The same by an async way."""
    seen = Seen()
    try:
        if way == "acreate":
            seen.items.append(shown(await resource.create(**given)))
        elif way == "araw":
            raw = await resource.with_raw_response.create(**given)
            seen.stream_type, seen.headers = type(raw).__qualname__, headers_of(raw)
            seen.items.append(shown(await awaited(raw.parse())))
        elif way == "ahelper":
            async with resource.stream(**given) as helper:
                seen.stream_type = type(helper).__qualname__
                async for event in helper:
                    seen.items.append(shown(event))
                seen.last = shown(await getattr(helper, last)())
        else:
            if way == "astream":
                stream = await resource.create(stream=True, **given)
            else:
                stream = await awaited((await resource.with_raw_response.create(stream=True, **given)).parse())
            seen.stream_type, seen.headers = type(stream).__qualname__, headers_of(stream.response)
            async for event in stream:
                seen.items.append(shown(event))
    except Exception as error:  # noqa: BLE001
        seen.error = (type(error), str(error), getattr(error, "status_code", None), getattr(error, "body", None))
    return seen


async def awaited(found: Any) -> Any:
    """One SDK's raw responses are to be awaited, the other's are not."""
    return await found if asyncio.iscoroutine(found) else found


class Side:
    """One server, with the clients that were asked for."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, wraps: bool) -> None:
        self.loop = loop
        self.wraps = wraps
        self.stub = StubServer()
        self.clients: dict[str, Any] = {}

    def close(self) -> None:
        for name, client in self.clients.items():
            if name.startswith("async"):
                self.loop.run_until_complete(client.aclose() if self.wraps else client.close())

    def client(self, name: str) -> Any:
        if name not in self.clients:
            made = getattr(self.stub, name)()
            self.clients[name] = (
                HeadroomClient(made, default_mode="optimize", store_url="memory") if self.wraps else made
            )
        return self.clients[name]

    def call(self, api: str, way: str, given: dict[str, Any], *answers: Turn) -> Seen:
        """One call of this side's client."""
        self.stub.provider.script.steps.clear()
        self.stub.play(*answers)
        client = self.client(("async_" if way.startswith("a") else "") + APIS[api].client)
        resource, last = APIS[api].resource(client), APIS[api].last
        if way.startswith("a"):
            return self.loop.run_until_complete(asee(resource, way, last, given))
        return see(resource, way, last, given)


@dataclass
class Pair:
    """The client and the bare SDK, each before a server of its own."""

    ours: Side
    bare: Side

    def both(self, api: str, way: str, answers: list[Turn], alone: list[Turn]) -> tuple[Seen, Seen]:
        """What the client gives for `answers`, and what the SDK gives for `alone` to the very same request."""
        given = APIS[api].arguments()
        if way.endswith("stream") and api == "chat":
            given |= USAGE
        sent = len(self.ours.stub.bodies)
        mine = self.ours.call(api, way, given, *answers)
        body = {name: value for name, value in self.ours.stub.bodies[sent].items() if name != "stream"}
        assert "headroom_retrieve" in json.dumps(body["tools"])
        if api == "chat" and way.endswith("helper"):  # which takes strict tools alone in some versions
            body |= {"tools": body["tools"][:-1], "extra_body": {"tools": body["tools"]}}
        return mine, self.bare.call(api, way, body, *alone)


@pytest.fixture
def pair() -> Iterator[Pair]:
    loop = asyncio.new_event_loop()
    made = Pair(Side(loop, wraps=True), Side(loop, wraps=False))
    with made.ours.stub, made.bare.stub:
        yield made
        made.ours.close()
        made.bare.close()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def plain(thing: Any, *without: str) -> Any:
    """The same with made ids numbered anew, and without some fields."""
    ids: dict[str, str] = {}

    def renamed(value: Any) -> Any:
        if isinstance(value, str):
            return MADE_ID.sub(lambda found: ids.setdefault(found[0], f"<{len(ids)}>"), value)
        if isinstance(value, dict):
            return {name: renamed(inner) for name, inner in value.items() if name not in without}
        if isinstance(value, (list, tuple)):
            return [renamed(inner) for inner in value]
        return value

    return renamed(thing)


def said_in(items: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Without the helper's events of words that are none."""
    return [item for item in items if not (item[0] == "ContentDeltaEvent" and item[1][0]["delta"] == "")]


def without_empty(thing: Any) -> Any:
    """The same with None for content that is empty."""
    if isinstance(thing, dict):
        rest = {name: without_empty(value) for name, value in thing.items()}
        return {**rest, "content": None} if rest.get("content") == "" else rest
    return [without_empty(inner) for inner in thing] if isinstance(thing, (list, tuple)) else thing


def same(mine: Seen, bare: Seen, *without: str) -> None:
    """Both saw the same."""
    assert mine.stream_type == bare.stream_type
    assert plain(mine.error, *without) == plain(bare.error, *without)
    assert plain(mine.items, *without) == plain(bare.items, *without)
    assert plain(mine.last, *without) == plain(bare.last, *without)
    assert mine.headers == bare.headers


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("api", NAMES)
@given(data=st.data())
@settings(max_examples=6)
def test_without_calls_of_ours_all_is_the_sdks_own(pair: Pair, api: str, way: str, data: st.DataObject) -> None:
    answer = data.draw(turns(api))

    mine, bare = pair.both(api, way, [answer], [answer])

    same(mine, bare)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("api", NAMES)
@given(data=st.data())
@settings(max_examples=4)
def test_what_breaks_on_the_way_is_the_sdks_own(pair: Pair, api: str, way: str, data: st.DataObject) -> None:
    fault = data.draw(st.sampled_from(["cut_after", "garbage_after", "error_after"]))
    if fault == "error_after" and "stream" not in way and "helper" not in way:
        fault = "cut_after"
    broken: dict[str, Any] = {fault: data.draw(st.integers(0, 6))}
    answer = replace(data.draw(turns(api)), **broken)

    mine, bare = pair.both(api, way, [answer], [answer])

    same(mine, bare)


OURS = st.builds(
    Call,
    st.just("headroom_retrieve"),
    st.sampled_from(['{"hash": "0123456789ab"}', "{}", '{"hash": "0123456789ab", "rows": "1-3"}']),
)


@pytest.mark.parametrize("way", ["create", *STREAMS, "acreate"])
@pytest.mark.parametrize("api", NAMES)
@given(data=st.data())
@settings(max_examples=6)
def test_beside_calls_of_ours_the_callers_are_the_sdks_own(pair: Pair, api: str, way: str, data: st.DataObject) -> None:
    answer = data.draw(turns(api, signed=False).filter(lambda made: made.calls and made.stop != "pause_turn"))
    mixed = list(answer.parts)
    for n in range(data.draw(st.integers(1, 2))):
        mixed.insert(data.draw(st.integers(0, len(mixed))), replace(data.draw(OURS), id=f"ours_{n}"))

    mine, bare = pair.both(api, way, [replace(answer, parts=tuple(mixed))], [answer])

    same(mine, bare, "usage", "sequence_number")
    assert "headroom_rounds" not in repr(mine.items)


@pytest.mark.parametrize("way", ["create", *STREAMS, "acreate"])
@pytest.mark.parametrize("api", NAMES)
@given(data=st.data())
@settings(max_examples=6)
def test_after_calls_of_ours_alone_the_caller_gets_the_next_answer(
    pair: Pair, api: str, way: str, data: st.DataObject
) -> None:
    asking = Turn(parts=(replace(data.draw(OURS), id="ours_1"),), sizes=data.draw(sizes))
    answer = data.draw(turns(api))

    mine, bare = pair.both(api, way, [asking, answer], [answer])

    if api == "chat":  # the first chunk came before it was known what follows
        mine.items, bare.items = without_empty(said_in(mine.items)), without_empty(said_in(bare.items))
        mine.last, bare.last = without_empty(mine.last), without_empty(bare.last)
    same(mine, bare, "usage", "sequence_number", "snapshot")
    assert "ours_1" not in repr(mine.items)


@pytest.mark.parametrize("way", ["create", "stream"])
@pytest.mark.parametrize("api", NAMES)
def test_an_answer_that_was_cut_is_not_continued(pair: Pair, api: str, way: str) -> None:
    stop = {"chat": "length", "responses": "incomplete", "messages": "max_tokens"}[api]
    said = Turn(parts=(Text("Let me see."),), stop=stop)
    asking = replace(said, parts=(Text("Let me see."), Call("headroom_retrieve", '{"hash": "0123"}', id="ours_1")))

    mine, bare = pair.both(api, way, [asking], [said])

    same(mine, bare, "usage", "sequence_number")

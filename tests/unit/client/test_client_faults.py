"""What goes wrong between the client and the provider reaches the caller as the SDK says it, and the ledger by name."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

import pytest

from headroom import HeadroomClient
from tests.stub.server import StubServer
from tests.stub.turns import Call, Drop, Fault, Hang, Step, Turn, turn
from tests.unit.calls.ways import APIS, USAGE

pytestmark = pytest.mark.loopback

WAYS = ("create", "stream", "acreate", "astream")
EVERY = [(api, way) for api in APIS for way in WAYS]
STREAMS = [(api, way) for api, way in EVERY if way.endswith("stream")]
TIMEOUT_S = 0.3
TALK = turn("One two three four five six.", sizes=(4,))


@dataclass
class Outcome:
    """What a caller saw: the answer or the events, then perhaps an exception."""

    seen: list[Any] = field(default_factory=list)
    error: BaseException | None = None

    @property
    def said(self) -> tuple[Any, ...]:
        """All that can be compared with another client's."""
        status = getattr(self.error, "status_code", None)
        body = getattr(self.error, "body", None)
        return self.seen, type(self.error), str(self.error), status, body


def outcome(stub: StubServer, api: str, way: str, *, wraps: bool, **facts: Any) -> tuple[Outcome, Any]:
    """One call by one way, through headroom or not."""
    name = ("async_" if way.startswith("a") else "") + APIS[api].client
    client = getattr(stub, name)(**{"timeout": TIMEOUT_S, **facts})
    if wraps:
        client = HeadroomClient(client, default_mode="optimize", store_url="memory")
    given = {**APIS[api].arguments(), **(USAGE if api == "chat" and way.endswith("stream") else {})}
    found = Outcome()
    try:
        if way.startswith("a"):
            asyncio.run(acall(client, api, way, given, found))
        else:
            call(client, api, way, given, found)
    except Exception as error:  # noqa: BLE001
        found.error = error
    return found, client


def call(client: Any, api: str, way: str, given: dict[str, Any], found: Outcome) -> None:
    resource = APIS[api].resource(client)
    if way == "create":
        found.seen.append(shown(resource.create(**given)))
        return
    for event in resource.create(stream=True, **given):
        found.seen.append(shown(event))


async def acall(client: Any, api: str, way: str, given: dict[str, Any], found: Outcome) -> None:
    async with client:
        resource = APIS[api].resource(client)
        if way == "acreate":
            found.seen.append(shown(await resource.create(**given)))
            return
        async for event in await resource.create(stream=True, **given):
            found.seen.append(shown(event))


def shown(answer: Any) -> Any:
    """An answer or event without token counts, ids of the server, and the tools it repeats."""
    text = answer.model_dump_json()
    return without(json.loads(text), {"usage", "id", "item_id", "tools"})


def without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: without(item, names) for key, item in value.items() if key not in names}
    return [without(item, names) for item in value] if isinstance(value, list) else value


def both(api: str, way: str, *steps: Step, **facts: Any) -> tuple[Outcome, Outcome, Any]:
    """The same script without headroom and with it."""
    outcomes = []
    client: Any = None
    for wraps in (False, True):
        own = tuple(gated(step) for step in steps)
        with StubServer(own) as stub:
            found, client = outcome(stub, api, way, wraps=wraps, **facts)
            outcomes.append(found)
            release(*own)
    return outcomes[0], outcomes[1], client


def gated(step: Any, **facts: Any) -> Any:
    """A step with a gate of its own, still shut."""
    return replace(step, gate=Event(), **facts) if isinstance(step, (Hang, Turn)) else step


def release(*steps: Any) -> None:
    """Let threads of the server that wait go on."""
    for step in steps:
        if isinstance(step, (Hang, Turn)):
            step.gate.set()


def rows_of(client: Any) -> list[Any]:
    rows: list[Any] = client.get_metrics(limit=None)
    return rows


@pytest.mark.parametrize(("api", "way"), EVERY)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 529])
def test_a_status_comes_through_as_the_sdks_exception(api: str, way: str, status: int) -> None:
    raw, ours, client = both(api, way, Fault(status=status, headers={"retry-after": "7"}))

    assert ours.said == raw.said
    assert ours.error is not None
    assert ours.error.response.headers["retry-after"] == "7"  # type: ignore[attr-defined]
    (row,) = rows_of(client)
    assert row.error == type(raw.error).__name__
    assert (row.tokens_input_billed, row.tokens_output, row.cost_before, row.cost_after) == (None, None, None, None)
    assert client.get_summary()["total_cost_saved_usd"] == 0.0
    assert row.tokens_input_before == row.tokens_input_after > 0  # nothing was sent that cost less


@pytest.mark.parametrize(("api", "way"), EVERY)
@pytest.mark.parametrize("step", [Hang(), Drop()], ids=["hang", "drop"])
def test_silence_and_lost_connections_come_through(api: str, way: str, step: Step) -> None:
    raw, ours, client = both(api, way, step)

    assert raw.error is not None
    assert ours.said == raw.said
    assert [row.error for row in rows_of(client)] == [type(raw.error).__name__]


@pytest.mark.parametrize(("api", "way"), STREAMS)
@pytest.mark.parametrize("fault", ["cut_after", "garbage_after", "error_after", "hold_after"])
@pytest.mark.parametrize("place", [0, 1, 4])
def test_a_stream_that_breaks_gives_what_came_and_then_the_sdks_exception(
    api: str, way: str, fault: str, place: int
) -> None:
    raw, ours, client = both(api, way, replace(TALK, **{fault: place}))

    assert ours.said == raw.said
    assert len(rows_of(client)) == 1
    assert rows_of(client)[0].error == (None if raw.error is None else type(raw.error).__name__)


@pytest.mark.parametrize(("api", "way"), [(api, way) for api, way in EVERY if way.endswith("create")])
@pytest.mark.parametrize("fault", ["cut_after", "garbage_after"])
def test_an_answer_that_breaks_comes_through(api: str, way: str, fault: str) -> None:
    raw, ours, client = both(api, way, replace(TALK, **{fault: 0}))

    assert raw.error is not None
    assert ours.said == raw.said
    assert [row.error for row in rows_of(client)] == [type(raw.error).__name__]


@pytest.mark.parametrize(("api", "way"), EVERY)
def test_what_the_sdk_tries_again_is_one_call(api: str, way: str) -> None:
    steps = (Fault(status=429, headers={"retry-after-ms": "1"}), TALK)
    raw, ours, client = both(api, way, *steps, max_retries=1, timeout=20)

    assert ours.said == raw.said
    assert ours.error is None
    (row,) = rows_of(client)
    assert row.error is None
    assert row.tokens_output > 0


@pytest.mark.parametrize(("api", "way"), EVERY)
@pytest.mark.parametrize("step", [Fault(status=529), Drop(), replace(TALK, cut_after=3)], ids=["529", "drop", "cut"])
def test_a_fault_in_a_retrieve_round_comes_through(api: str, way: str, step: Step) -> None:
    def asks(body: dict[str, Any]) -> Turn:
        handle = json.dumps(body).partition('headroom_retrieve(hash=\\\\\\"')[2][:12]
        return turn(Call("headroom_retrieve", {"hash": handle}))

    with StubServer([asks, step]) as stub:
        ours, client = outcome(stub, api, way, wraps=True)
        billed = stub.invoice.lines[0].usage

    alone, _, _ = both(api, way, step)
    assert ours.error is not None
    assert type(ours.error) is type(alone.error)
    assert getattr(ours.error, "status_code", None) == getattr(alone.error, "status_code", None)
    (row,) = rows_of(client)
    assert row.error == type(ours.error).__name__
    assert row.tokens_input_billed in (None, billed.prompt)


@pytest.mark.parametrize(("api", "way"), STREAMS)
def test_a_stream_that_the_caller_leaves_is_closed_and_booked(api: str, way: str) -> None:
    talk = gated(TALK, hold_after=6, hold_s=20.0)
    with StubServer([talk]) as stub:
        name = ("async_" if way.startswith("a") else "") + APIS[api].client
        client = HeadroomClient(getattr(stub, name)(), default_mode="optimize", store_url="memory")
        resource, given = APIS[api].resource(client), APIS[api].arguments()
        if way.startswith("a"):
            asyncio.run(leave_async(client, resource, given))
        else:
            with resource.create(stream=True, **given) as stream:
                next(iter(stream))
        release(talk)

    (row,) = rows_of(client)
    assert row.tokens_output is None


async def leave_async(client: Any, resource: Any, given: dict[str, Any]) -> None:
    async with client, await resource.create(stream=True, **given) as stream:
        async for _ in stream:
            break


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("streams", [False, True])
def test_a_cancelled_call_ends_at_once_and_is_booked(api: str, streams: bool) -> None:
    hang = Hang() if not streams else gated(TALK, hold_after=2, hold_s=20.0)
    with StubServer([hang]) as stub:
        client = HeadroomClient(
            getattr(stub, f"async_{APIS[api].client}")(), default_mode="optimize", store_url="memory"
        )

        async def work() -> None:
            async with client:
                resource, given = APIS[api].resource(client), APIS[api].arguments()
                if not streams:
                    await resource.create(**given)
                    return
                async for _ in await resource.create(stream=True, **given):
                    pass

        async def limited() -> None:
            task = asyncio.create_task(work())
            while not stub.requests:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            assert task.cancelled()

        asyncio.run(limited())
        release(hang)

    (row,) = rows_of(client)
    assert row.error == "CancelledError"


@pytest.fixture(autouse=True)
def few_warnings() -> Iterator[None]:
    """Sockets that a broken stream leaves to the garbage collector belong to the SDK."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield

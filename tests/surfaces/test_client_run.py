"""A 40-turn agent run through the client: what the provider bills, and what the ledger says it billed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from headroom import HeadroomClient
from tests.stub.agents import RUNS, adrive, drive, model
from tests.stub.billing import STEP_TOKENS, Invoice, Line, bill
from tests.stub.provider import Recorded
from tests.stub.server import StubServer
from tests.stub.task import long_task
from tests.stub.turns import AWKWARD, Call
from tests.unit.calls.ways import APIS, USAGE

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

MODELS = {"chat": "gpt-4.1", "responses": "gpt-4.1", "messages": "claude-sonnet-5"}
SCHEMA_TOKENS = 120  # most that the retrieve tool may cost (law 2)
HANDLE = re.compile(r'headroom_retrieve\(hash=\\*"([0-9a-f]{12})')


@dataclass(frozen=True)
class Done:
    """A run that is over."""

    calls: int
    invoice: Invoice
    requests: list[Recorded]
    client: Any


def run(api: str, way: str, *, turns: int = 40, asks: Any = None, wrapped: bool = True, **facts: Any) -> Done:
    """The task by one way; `marks` and arguments of every call are facts, too."""
    task = long_task(turns)
    with StubServer(model(task, api, asks, sizes=(1000, *AWKWARD))) as stub:
        name = ("async_" if way.startswith("a") else "") + APIS[api].client
        client: Any = getattr(stub, name)()
        if wrapped:
            client = HeadroomClient(client, default_mode="optimize", store_url="memory")
        begun = RUNS[api](task, MODELS[api], **facts)
        calls = asyncio.run(afinish(api, way, begun, client)) if way[0] == "a" else finish(api, way, begun, client)
        return Done(calls, stub.invoice, stub.requests, client)


def finish(api: str, way: str, begun: Any, client: Any) -> int:
    resource = APIS[api].resource(client)

    def answers(request: dict[str, Any]) -> Any:
        if way == "create":
            return resource.create(**request)
        return APIS[api].from_events(list(resource.create(stream=True, **with_usage(api, request)))).raw

    return drive(begun, answers)


async def afinish(api: str, way: str, begun: Any, client: Any) -> int:
    resource = APIS[api].resource(client)

    async def answers(request: dict[str, Any]) -> Any:
        if way == "acreate":
            return await resource.create(**request)
        stream = await resource.create(stream=True, **with_usage(api, request))
        return APIS[api].from_events([event async for event in stream]).raw

    async with client:
        return await adrive(begun, answers)


def with_usage(api: str, request: dict[str, Any]) -> dict[str, Any]:
    return {**USAGE, **request} if api == "chat" else request


@cache
def raw_invoice(api: str) -> Invoice:
    """The same run without headroom; with breakpoints where the API needs them."""
    return run(api, "create", wrapped=False, **({"marks": True} if api == "messages" else {})).invoice


def every_second_result() -> Callable[[dict[str, Any]], Call | None]:
    """What a model retrieves that asks for every second text in which something was left out."""
    seen: set[str] = set()

    def asks(body: dict[str, Any]) -> Call | None:
        new = [handle for handle in HANDLE.findall(json.dumps(body)) if handle not in seen]
        seen.update(new)
        return Call("headroom_retrieve", {"hash": new[-1]}) if new and len(seen) % 2 else None

    return asks


def fresh(line: Line) -> int:
    """Tokens of a prompt that were not read from the cache."""
    return line.usage.prompt - line.usage.read


def check_ledger(done: Done) -> None:
    """The ledger says what the provider billed: to the token, and to the dollar."""
    usage, rows = done.invoice.usage, done.client.get_metrics(limit=None)
    assert len(rows) == done.calls
    assert [row.error for row in rows] == [None] * done.calls
    assert sum(row.tokens_input_billed for row in rows) == usage.prompt
    assert sum(row.cached_tokens for row in rows) == usage.read
    assert sum(row.written_tokens for row in rows) == usage.written + usage.written_1h
    assert sum(row.tokens_output for row in rows) == usage.output
    assert sum(row.cost_after for row in rows) == pytest.approx(done.invoice.input_dollars)
    assert sum(row.cost_output for row in rows) == pytest.approx(done.invoice.output_dollars)
    assert done.calls + sum(row.retrieve_rounds for row in rows) == len(done.invoice.lines)
    summary = done.client.get_summary()
    assert summary["total_requests"] == done.calls
    assert summary["total_tokens_saved"] == sum(row.tokens_saved for row in rows)
    saved = sum(row.cost_before - row.cost_after for row in rows)
    assert summary["total_cost_saved_usd"] == pytest.approx(saved)


def check_prefixes(lines: list[Line]) -> None:
    """Each call reads the whole prompt of the call before from the cache, tools and system text included."""
    for before, line in pairwise(lines):
        whole = before.usage.prompt
        if line.api != "messages":
            whole = whole // STEP_TOKENS * STEP_TOKENS if whole >= 1024 else 0
        assert line.usage.read >= whole or whole < 1024


@pytest.mark.parametrize(("api", "way"), [("chat", "create"), ("messages", "stream"), ("responses", "astream")])
def test_forty_turns_cost_at_least_40_percent_less_input(api: str, way: str) -> None:
    done, raw = run(api, way), raw_invoice(api)

    assert len(done.invoice.lines) == len(raw.lines) == done.calls >= 40
    assert done.invoice.input_dollars <= 0.6 * raw.input_dollars
    check_prefixes(raw.lines)
    check_prefixes(done.invoice.lines)
    for ours, theirs in zip(done.invoice.lines, raw.lines, strict=True):
        assert fresh(ours) <= fresh(theirs) + SCHEMA_TOKENS + STEP_TOKENS
    check_ledger(done)
    before = sum(row.cost_before for row in done.client.get_metrics(limit=None))
    assert before == pytest.approx(raw.input_dollars, rel=0.15)  # an estimate: the same share read from the cache


@pytest.mark.parametrize(("api", "way"), [("chat", "astream"), ("messages", "acreate"), ("responses", "create")])
def test_retrieve_rounds_are_billed_and_booked(api: str, way: str) -> None:
    done = run(api, way, turns=24, asks=every_second_result())

    rows = done.client.get_metrics(limit=None)
    assert sum(row.retrieve_rounds for row in rows) >= 1
    assert sum(row.retrieved_tokens for row in rows) > 0
    check_ledger(done)
    hidden = [line for line, request in zip(done.invoice.lines, done.requests, strict=True) if is_round(request)]
    further = sum(line.usage.prompt + line.usage.output for line in hidden)
    assert sum(row.round_tokens for row in rows) == further
    first = [line for line, request in zip(done.invoice.lines, done.requests, strict=True) if not is_round(request)]
    check_prefixes(first)


def is_round(request: Recorded) -> bool:
    """Whether a request's last item answers a call of ours."""
    items = request.body.get("input") or request.body.get("messages")
    last = json.dumps(items[-1])
    asked = re.findall(r'"((?:call|toolu)_[0-9]{8})"', last)
    return bool(asked)


def test_an_offline_bill_is_the_servers_bill() -> None:
    done = run("messages", "create", turns=12, marks=True)
    outputs = [line.usage.output for line in done.invoice.lines]

    offline = bill([request.body for request in done.requests], "messages", outputs=outputs)

    assert offline == done.invoice


def test_every_request_offers_the_same_tools() -> None:
    done = run("chat", "create", turns=12)

    assert len({json.dumps(request.body["tools"]) for request in done.requests}) == 1


def test_audit_sends_what_it_was_given() -> None:
    task = long_task(6)
    bodies = []
    for wraps in (lambda client: client, lambda client: HeadroomClient(client, store_url="memory")):
        with StubServer(model(task, "chat")) as stub:
            finish("chat", "create", RUNS["chat"](task, "gpt-4.1"), wraps(stub.openai()))
            bodies.append([request.raw for request in stub.requests])

    assert bodies[0] == bodies[1]

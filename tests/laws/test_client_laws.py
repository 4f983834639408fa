"""The laws over whole runs of an agent through `HeadroomClient`: prefixes, tools, what the caller gave, the ledger."""

from __future__ import annotations

import copy
import json
import logging
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from headroom import HeadroomClient, scope
from tests.stub.server import StubServer
from tests.stub.turns import Call, Fault, Turn, turn
from tests.unit.calls.test_mixed_turns import continued
from tests.unit.calls.ways import APIS, ask

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

NAMES = ("chat", "responses", "messages", "thinking")
CALLS = 30
HANDLE = re.compile(r'headroom_retrieve\(hash=\\*"([0-9a-f]{12})')
MARK = re.compile(r',? ?"cache_control": \{"type": "ephemeral"\}')
CANARY = "KANARIENVOGEL"


@dataclass
class Script:
    """A model that calls tools, ours, both, or talks; by chance, the same for the same seed."""

    chance: random.Random
    is_signed: bool = False
    made: int = 0
    kinds: list[str] = field(default_factory=list)

    def __call__(self, body: dict[str, Any]) -> Turn:
        handles = HANDLE.findall(json.dumps(body))
        kind = self.chance.choice(("theirs", "theirs", "both", "both", "ours", "words"))
        if (kind in ("both", "ours") and not handles) or body.get("tool_choice") in ("none", {"type": "none"}):
            kind = "words" if kind == "ours" else "theirs"
        self.kinds.append(kind)
        self.made += 1
        thinking = f"Hm {self.made}." if self.is_signed else ""
        if kind == "words":
            return turn(f"So {CANARY} {self.made}.", thinking=thinking)
        found: list[Any] = [self.ours(handles)] if kind != "theirs" else []
        if kind != "ours":
            for n in range(self.chance.choice((1, 1, 2))):
                call = Call("list_items", {"page": self.made}, id=f"theirs_{self.made}_{n}")
                found.insert(self.chance.randint(0, len(found)), call)
        said = [f"Let me see {self.made}. "] if self.chance.random() < 0.3 else []
        return turn(*said, *found, thinking=thinking)

    def ours(self, handles: list[str]) -> Call:
        chosen = self.chance.choice(handles)
        wanted: Any = self.chance.choice(({"rows": "3-9"}, {"search": "item 70"}, {}, {"where": "size>900"}))
        return Call("headroom_retrieve", {"hash": chosen, **wanted}, id=f"ours_{self.made}")


def tool_result(chance: random.Random) -> str:
    """What a tool gives: rows, log lines, words."""
    size = chance.choice((2, 40, 300, 700))
    kind = chance.choice(("rows", "rows", "log", "words"))
    if kind == "rows":
        shift = chance.randint(0, 10_000)
        rows = [
            {"id": n + shift, "name": f"item {n} {CANARY}", "size": n * 7 % 1000, "state": "open"} for n in range(size)
        ]
        return json.dumps(rows)
    if kind == "log":
        lines = [f"2026-01-01T00:00:{n % 60:02} INFO worker {n % 7} did step {n} of {CANARY}" for n in range(size)]
        return "\n".join([*lines, f"ERROR step {size} failed"])
    return f"It is {CANARY} number {chance.randint(0, 99)}. " * chance.randint(1, 20)


def begun(api: str) -> dict[str, Any]:
    """The first request."""
    if api != "thinking":
        return APIS[api].arguments()
    given = APIS["messages"].arguments()
    given["messages"] = given["messages"][:1]
    return {**given, "max_tokens": 4000, "thinking": {"type": "enabled", "budget_tokens": 2000}}


def next_request(api: str, arguments: dict[str, Any], answer: Any, chance: random.Random) -> dict[str, Any]:
    """What the caller sends next: results of his calls, or a new question."""
    name = "messages" if api == "thinking" else api
    final = APIS[name].final(answer)
    if final.calls:
        return continued(name, arguments, answer, tool_result(chance))
    key = "input" if api == "responses" else "messages"
    said = {"role": "assistant", "content": final.text or "Well."}
    return {**arguments, key: [*arguments[key], said, {"role": "user", "content": f"And {chance.randint(0, 9)}?"}]}


@dataclass
class Run:
    """A run that is over."""

    given: list[dict[str, Any]]
    bodies: list[dict[str, Any]]
    firsts: list[dict[str, Any]]
    client: HeadroomClient
    stub: StubServer
    script: Script


@pytest.fixture
def stub() -> Iterator[StubServer]:
    with StubServer() as server:
        yield server


def run(api: str, seed: int, calls: int = CALLS) -> Run:
    """An agent of so many calls."""
    chance = random.Random(seed)
    script = Script(chance, is_signed=api == "thinking")
    with StubServer(script) as stub:
        made = getattr(stub, APIS["messages" if api == "thinking" else api].client)()
        client = HeadroomClient(made, default_mode="optimize", store_url="memory")
        resource = APIS["messages" if api == "thinking" else api].resource(client)
        arguments, given, firsts = begun(api), [], []
        for _ in range(calls):
            before, sent = copy.deepcopy(arguments), len(stub.bodies)
            answer = resource.create(**arguments)
            assert arguments == before
            given.append(arguments)
            firsts.append(stub.bodies[sent])
            arguments = next_request(api, arguments, answer, chance)
        client.flush()
        return Run(given, stub.bodies, firsts, client, stub, script)


def prefix_of(body: dict[str, Any]) -> list[str]:
    """System text and items of a request, without marks, which move on, and make of a text a block with that text."""
    head = [body.get("instructions"), body.get("system")]
    items = [in_blocks(item) for item in body.get("input") or body.get("messages") or ()]
    return [MARK.sub("", json.dumps(item)) for item in (*map(as_blocks, head), *items)]


def in_blocks(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "content": as_blocks(item["content"])} if "content" in item else item


def as_blocks(content: Any) -> Any:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def saved_columns(row: Any) -> int:
    return int(row.saved_exact + row.saved_reachable + row.saved_unreachable)


@pytest.mark.parametrize("api", NAMES)
@pytest.mark.parametrize("seed", [1, 9])
def test_every_request_begins_with_the_one_before_it(api: str, seed: int) -> None:
    done = run(api, seed)

    for before, after in pairwise(done.firsts):
        known = prefix_of(before)
        assert prefix_of(after)[: len(known)] == known
    assert len({json.dumps(body["tools"]) for body in done.bodies}) == 1
    assert json.dumps(done.bodies[0]["tools"]).count("headroom_retrieve") == 1
    check_ledger(done)


def check_ledger(done: Run) -> None:
    """One row for each call, whose figures add up, and together are the provider's invoice."""
    rows = done.client.get_metrics(limit=None)
    assert len(rows) == len(done.given)
    for row in rows:
        assert row.error is None
        assert row.tokens_saved == saved_columns(row)
        assert row.net_tokens_saved == row.tokens_saved - row.tool_schema_tokens - row.round_tokens
    usage = [line.usage for line in done.stub.invoice.lines]
    assert sum(row.tokens_input_billed or 0 for row in rows) == sum(each.prompt for each in usage)
    assert sum(row.cached_tokens or 0 for row in rows) == sum(each.read for each in usage)
    assert sum(row.tokens_output or 0 for row in rows) == sum(each.output for each in usage)
    assert sum(row.retrieve_rounds for row in rows) == len(usage) - len(rows)


def test_a_run_meets_every_kind_of_answer() -> None:
    kinds = {kind for seed in range(3) for kind in run("chat", seed).script.kinds}

    assert kinds == {"theirs", "both", "ours", "words"}


def test_what_is_put_back_is_a_price_in_the_ledger() -> None:
    done = run("chat", 1)

    rows = done.client.get_metrics(limit=None)
    put_back = [row.by_kind["put_back"][2] for row in rows if "put_back" in row.by_kind]
    assert put_back
    assert min(put_back) > 0


def test_audit_sends_the_callers_very_objects() -> None:
    sent: list[dict[str, Any]] = []

    class Completions:
        def create(self, **arguments: Any) -> Any:
            sent.append(arguments)

    class Client:
        class chat:  # noqa: N801
            completions = Completions()

    given = APIS["chat"].arguments()
    HeadroomClient(Client(), "openai", store_url="memory").chat.completions.create(**given)

    assert all(sent[0][name] is value for name, value in given.items())
    assert sent[0].keys() == given.keys()


@pytest.mark.parametrize("api", ["chat", "responses", "messages"])
def test_nothing_of_what_was_said_is_in_logs_reprs_or_rows(
    stub: StubServer, api: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="headroom")
    client = HeadroomClient(getattr(stub, APIS[api].client)(), default_mode="optimize", store_url="memory")
    given = json.loads(json.dumps(APIS[api].arguments(tool_result(random.Random(4)))).replace("Which item", CANARY))
    asked = turn(Call("headroom_retrieve", "{", id="x")) if api != "messages" else turn(Call("headroom_retrieve"))
    stub.play(asked, CANARY, turn(CANARY), Fault(status=500))

    with scope(tenant="acme"):
        ask(api, "create", client, **given)
        ask(api, "stream", client, **given)
        with pytest.raises(Exception) as raised:
            ask(api, "create", client, **given)

    assert CANARY not in caplog.text
    assert CANARY not in str(raised.value)
    assert CANARY not in repr([client, client.chat if api != "messages" else client.messages, client.headroom_host])
    assert CANARY not in repr(client.get_metrics())

"""Google: counts from its API, and the life of cached content against a small stand-in for its caches."""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom import environment
from headroom.errors import ConfigurationError, HeadroomWarning
from headroom.providers import ContextCaches, GoogleProvider, Hinted
from headroom.providers.google_plan import plans

MODEL = "gemini-2.5-flash"  # caches from 1,024 tokens on
SYSTEM = "You are careful and answer briefly. " * 200
DECLARATION = {"name": "search", "description": "Finds orders.", "parameters": {"type": "OBJECT"}}
TOOLS = [{"function_declarations": [DECLARATION]}]


@pytest.fixture(autouse=True)
def nothing_was_said() -> Iterator[None]:
    said = set(environment.SAID)
    environment.SAID.clear()
    yield
    environment.SAID.clear()
    environment.SAID.update(said)


class Caches:
    """Google's caches: contents by name, each with what it was made of and how often it was renewed."""

    def __init__(self) -> None:
        self.alive: dict[str, dict[str, Any]] = {}
        self.made = 0
        self.renewed: list[str] = []
        self.fails: set[str] = set()

    def check(self, method: str) -> None:
        if method in self.fails:
            raise ConnectionError("what a customer wrote")

    def create(self, *, model: str, config: dict[str, Any]) -> Any:
        self.check("create")
        self.made += 1
        name = f"cachedContents/{self.made}"
        self.alive[name] = {"model": model, **config}
        return SimpleNamespace(name=name)

    def update(self, *, name: str, config: dict[str, Any]) -> Any:
        self.check("update")
        self.renewed.append(name)
        return SimpleNamespace(name=name)

    def delete(self, *, name: str) -> Any:
        self.check("delete")
        del self.alive[name]
        return SimpleNamespace()


class AwaitedCaches:
    """The same, awaited."""

    def __init__(self, caches: Caches) -> None:
        self.caches = caches

    async def create(self, **arguments: Any) -> Any:
        return self.caches.create(**arguments)

    async def update(self, **arguments: Any) -> Any:
        return self.caches.update(**arguments)

    async def delete(self, **arguments: Any) -> Any:
        return self.caches.delete(**arguments)


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Bench:
    """A client's caches with a clock that stands still until it is moved."""

    def __init__(self, **settings: Any) -> None:
        self.google = Caches()
        self.clock = Clock()
        client = SimpleNamespace(caches=self.google, aio=SimpleNamespace(caches=AwaitedCaches(self.google)))
        made = GoogleProvider(enable_context_caching=True).context_caches(
            client, ttl_s=600, clock=self.clock, **settings
        )
        assert made is not None
        self.caches: ContextCaches = made

    def send(self, arguments: dict[str, Any], **more: Any) -> Hinted:
        before = copy.deepcopy(arguments)
        hinted = self.caches.apply(arguments, model=MODEL, **more)
        assert arguments == before
        return hinted


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "parts": [{"text": text}]}


def model(text: str) -> dict[str, Any]:
    return {"role": "model", "parts": [{"text": text}]}


def ask(*contents: Any, system: str = SYSTEM, **config: Any) -> dict[str, Any]:
    said = {"system_instruction": system, "tools": TOOLS, "temperature": 0.0, **config}
    return {"model": MODEL, "contents": list(contents), "config": said}


def test_it_is_off_unless_asked_for() -> None:
    assert GoogleProvider().context_caches(object()) is None
    assert GoogleProvider(enable_context_caching=True).context_caches() is None  # no client
    assert GoogleProvider(client=object(), enable_context_caching=True).context_caches() is not None


def test_what_came_once_is_not_cached_and_what_comes_again_is() -> None:
    bench = Bench()
    first, second = ask(user("one")), ask(user("two"))

    assert bench.send(first) == Hinted(first)
    hinted = bench.send(second)

    assert hinted.arguments == {
        "model": MODEL,
        "contents": [user("two")],
        "config": {"temperature": 0.0, "cached_content": "cachedContents/1"},
    }
    assert (hinted.strategy, hinted.breakpoints) == ("cached_content", 0)
    assert hinted.cacheable_tokens > 1024
    assert bench.google.alive == {
        "cachedContents/1": {"model": MODEL, "system_instruction": SYSTEM, "tools": TOOLS, "ttl": "600s"}
    }


def test_it_is_made_once_and_used_by_all_that_follow() -> None:
    bench = Bench()
    names = [bench.send(ask(user(str(n)))).arguments["config"].get("cached_content") for n in range(5)]

    assert names == [None, *["cachedContents/1"] * 4]


def test_a_short_prefix_is_not_cached() -> None:
    bench = Bench()
    for _ in range(3):
        assert bench.send(ask(user("one"), system="Be brief.")).strategy is None

    assert bench.google.made == 0


def test_a_first_turn_that_stays_is_cached_with_the_system_text() -> None:
    bench = Bench()
    opening = [user("A long document. " * 50), model("Read.")]
    for question in ("What?", "Why?", "Who?"):
        hinted = bench.send(ask(*opening, user(question)))

    assert bench.google.alive["cachedContents/1"]["contents"] == opening
    assert hinted.arguments["contents"] == [user("Who?")]


def test_what_is_left_begins_with_the_users_own_word() -> None:
    answer = {"role": "user", "parts": [{"function_response": {"name": "search", "response": {}}}]}
    call = {"role": "model", "parts": [{"function_call": {"name": "search", "args": {}}}]}
    counter = GoogleProvider().get_local_counter(MODEL)
    contents = [user("one"), call, answer, model("done"), user("two"), call, answer]

    longest, shortest = plans(ask(*contents), MODEL, counter)

    assert longest.arguments["contents"] == contents[4:]
    assert shortest.arguments["contents"] == contents
    assert longest.tokens > shortest.tokens
    assert len(plans(ask(*contents[:4]), MODEL, counter)) == 1


def test_namespaces_models_and_tools_share_nothing() -> None:
    bench = Bench()
    bench.send(ask(user("one")), namespace="a")

    assert bench.send(ask(user("one")), namespace="b").strategy is None
    assert bench.send(ask(user("one"), tools=[*TOOLS, *TOOLS]), namespace="a").strategy is None
    assert bench.caches.apply(ask(user("one")), model="gemini-2.5-flash-lite", namespace="a").strategy is None
    assert bench.send(ask(user("one")), namespace="a").strategy == "cached_content"


@pytest.mark.parametrize(
    "config",
    [
        {"cached_content": "cachedContents/own"},
        {"tools": [test_it_is_off_unless_asked_for]},
        {"systemInstruction": "camel"},
        {"tools": [{"function_declarations": [object()]}]},
    ],
)
def test_requests_that_cannot_be_divided_go_out_as_they_came(config: dict[str, Any]) -> None:
    caches = Bench().caches
    arguments = ask(user("one"), **config)
    for _ in range(3):
        assert caches.apply(arguments, model=MODEL).arguments is arguments


def test_it_is_renewed_while_it_is_used_and_made_anew_when_it_has_ended() -> None:
    bench = Bench()
    for seconds, name in ((0, None), (0, 1), (300, 1), (150, 1), (590, 1), (700, 2)):
        bench.clock.now_s += seconds
        hinted = bench.send(ask(user("one")))
        assert hinted.arguments["config"].get("cached_content") == (f"cachedContents/{name}" if name else None)

    assert bench.google.renewed == ["cachedContents/1", "cachedContents/1"]  # at 450 and at 1,040 seconds


def test_where_making_fails_the_request_goes_out_as_it_came_and_it_is_not_tried_at_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    bench.google.fails = {"create"}
    arguments = ask(user("one"))
    with caplog.at_level(logging.WARNING, "headroom"):
        assert [bench.send(arguments).arguments is arguments for _ in range(4)] == [True] * 4

    assert [record.getMessage() for record in caplog.records] == ["cached content: create failed: ConnectionError"]
    bench.google.fails = set()
    bench.clock.now_s += 601
    assert bench.send(arguments).strategy == "cached_content"


def test_where_renewing_fails_it_is_not_used_any_more() -> None:
    bench = Bench()
    for _ in range(2):
        bench.send(ask(user("one")))
    bench.google.fails = {"update"}
    bench.clock.now_s += 500

    assert bench.send(ask(user("one"))).strategy is None
    assert bench.send(ask(user("one"))).arguments["config"]["cached_content"] == "cachedContents/2"


def test_content_that_is_gone_can_be_forgotten() -> None:
    bench = Bench()
    for _ in range(2):
        bench.send(ask(user("one")))

    bench.caches.forget("cachedContents/1")

    assert bench.send(ask(user("one"))).arguments["config"]["cached_content"] == "cachedContents/2"


def test_memory_is_bounded_and_what_leaves_it_is_deleted() -> None:
    bench = Bench(max_entries=2)
    for letter in "abc":
        for _ in range(2):
            bench.send(ask(user("one"), system=letter + SYSTEM))

    assert sorted(bench.google.alive) == ["cachedContents/2", "cachedContents/3"]


def test_closing_deletes_all_and_may_be_done_twice() -> None:
    bench = Bench()
    for _ in range(2):
        bench.send(ask(user("one")))

    bench.caches.close()
    bench.caches.close()

    assert bench.google.alive == {}
    assert bench.send(ask(user("one"))).strategy is None


def test_closing_survives_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    for _ in range(2):
        bench.send(ask(user("one")))
    bench.google.fails = {"delete"}

    bench.caches.close()

    assert "delete failed" in caplog.text
    assert "customer" not in caplog.text


async def test_on_an_event_loop_the_awaited_caches_do_the_same() -> None:
    bench = Bench()
    hinted = [await bench.caches.aapply(ask(user("one")), model=MODEL) for _ in range(3)]

    assert [one.strategy for one in hinted] == [None, "cached_content", "cached_content"]
    await bench.caches.aclose()
    assert bench.google.alive == {}


def test_threads_make_it_once() -> None:
    bench = Bench()
    bench.send(ask(user("one")))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: bench.caches.apply(ask(user(str(n))), model=MODEL), range(40)))

    assert bench.google.made == 1


def test_while_one_thread_makes_it_another_sends_the_request_as_it_came() -> None:
    bench = Bench()
    bench.send(ask(user("one")))
    plan = bench.caches.choose(ask(user("one")), MODEL, "")
    assert plan is not None

    call = next(bench.caches.make(plan, MODEL))  # not answered yet

    assert call.method == "create"
    with pytest.raises(StopIteration) as ended:
        next(bench.caches.make(plan, MODEL))
    assert ended.value.value is None


@pytest.mark.parametrize("wrong", [{"ttl_s": 5}, {"ttl_s": float("nan")}, {"max_entries": 0}, {"max_entries": "many"}])
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        GoogleProvider(client=object(), enable_context_caching=True).context_caches(**wrong)

    assert refused.value.details["field"] in wrong


def test_types_of_the_sdk_are_read_as_their_dicts() -> None:
    types = pytest.importorskip("google.genai.types")
    counter = GoogleProvider().get_local_counter(MODEL)
    declared = types.FunctionDeclaration(name="search", description="Finds orders.")
    config = types.GenerateContentConfig(
        system_instruction=SYSTEM, tools=[types.Tool(function_declarations=[declared])], temperature=0.0
    )
    contents = [types.Content(role="user", parts=[types.Part(text="one")])]

    [plan] = plans({"model": MODEL, "contents": contents, "config": config}, MODEL, counter)

    assert plan.tokens > 1024
    assert plan.arguments["config"] == {"temperature": 0.0}
    made = types.GenerateContentConfig.model_validate(plan.with_cached("cachedContents/1")["config"])
    assert made.cached_content == "cachedContents/1"
    assert types.CreateCachedContentConfig.model_validate({**plan.cached, "ttl": "600s"}).tools == config.tools


ODD = st.recursive(
    st.none() | st.integers() | st.text(max_size=4) | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "parts", "text", "system_instruction", "tools", "function_response"]),
            inner | st.sampled_from(["user", "model"]),
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(contents=ODD, config=ODD)
def test_odd_requests_never_raise(contents: Any, config: Any) -> None:
    caches = Bench().caches
    for _ in range(2):
        caches.apply({"model": MODEL, "contents": contents, "config": config}, model=MODEL)


class CountingClient:
    """A client that counts, and remembers what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.models = self
        self.error = error
        self.asked: list[Any] = []

    def count_tokens(self, *, model: str, contents: Any) -> Any:
        self.asked.append(contents)
        if self.error:
            raise self.error
        return SimpleNamespace(total_tokens=77)


def test_a_list_of_messages_is_counted_by_the_api_in_googles_shape() -> None:
    client = CountingClient()
    call = {"id": "c1", "type": "function", "function": {"name": "search", "arguments": '{"q": "x"}'}}
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "You help."},
        {"role": "user", "content": [{"type": "text", "text": "Which?"}, image]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "Order 17."},
        {"role": "user", "parts": [{"text": "as Google writes it"}]},
    ]

    tokens = GoogleProvider(client=client).get_token_counter(MODEL).count_messages(messages)

    assert tokens == 77 + 4 * 258  # the image is not sent, and counts as one of 1,024 by 1,024 pixels
    assert client.asked == [
        [
            user("You help."),
            user("Which?"),
            {"role": "model", "parts": [{"function_call": {"name": "search", "args": {"q": "x"}}}]},
            {"role": "user", "parts": [{"function_response": {"name": "search", "response": {"output": "Order 17."}}}]},
            messages[4],
        ]
    ]


def test_where_asking_fails_the_estimate_serves_with_one_warning() -> None:
    counter = GoogleProvider(client=CountingClient(TimeoutError())).get_token_counter(MODEL)
    messages = [{"role": "user", "content": "Hello"}]
    estimate = GoogleProvider().get_token_counter(MODEL).count_messages(messages)

    with pytest.warns(HeadroomWarning, match=r"estimated.*\(TimeoutError\)"):
        assert counter.count_messages(messages) == estimate

    assert counter.count_messages(messages) == estimate
    assert not counter.is_exact

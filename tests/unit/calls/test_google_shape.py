"""What Google's client sends with headroom around it, and without: bodies differ where they should and nowhere else."""

from __future__ import annotations

import base64
import copy
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom import CacheAlignerConfig, HeadroomClient, IntelligentContextConfig, RollingWindowConfig
from headroom.calls.google_content import GoogleContent
from headroom.calls.google_contents import to_contents, to_messages
from headroom.messages import read_messages
from tests.stub.seals import Seals
from tests.stub.server import StubServer
from tests.unit.calls.ways import ROWS as ALL_ROWS

types = pytest.importorskip("google.genai.types")
from google.genai._transformers import t_contents  # noqa: E402

pytestmark = pytest.mark.loopback

MODEL = "gemini-2.5-flash"
VALUE = json.loads(ALL_ROWS)[:300]
ROWS = json.dumps(VALUE)
PARAMETERS = {"type": "object", "properties": {"page": {"type": "integer"}}}
SEALED = Seals().seal("Hm.")
SEAL = base64.b64decode(SEALED)
IMAGE = {"inline_data": {"mime_type": "image/png", "data": b"\x89PNG"}}


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubServer]:
    # The stub speaks plain HTTP, and each client of Google's would load all certificates twice.
    monkeypatch.setattr("ssl.SSLContext.load_verify_locations", lambda *given, **named: None)
    with StubServer(lambda body: "Done.") as server:
        yield server


def wrapped(stub: StubServer, **settings: Any) -> HeadroomClient:
    return HeadroomClient(stub.google(), **{"default_mode": "optimize", "store_url": "memory", **settings})


def tool(**more: Any) -> dict[str, Any]:
    return {
        "function_declarations": [{"name": "list_items", "description": "Lists.", "parameters": PARAMETERS, **more}]
    }


def as_dicts(result: Any, identity: str | None = "c1") -> list[Any]:
    known = {"id": identity} if identity else {}
    return [
        {"role": "user", "parts": [{"text": "Which item is the largest?"}, IMAGE]},
        {
            "role": "model",
            "parts": [
                {"text": "Hm.", "thought": True},
                {"function_call": {**known, "name": "list_items", "args": {"page": 1}}, "thought_signature": SEAL},
            ],
        },
        {"role": "user", "parts": [{"function_response": {**known, "name": "list_items", "response": result}}]},
    ]


def as_camel(result: Any) -> list[Any]:
    text = json.dumps(as_dicts(result)[1:], default=lambda seal: SEALED).replace("_signature", "Signature")
    plain = text.replace("function_call", "functionCall").replace("function_response", "functionResponse")
    return ["Which item is the largest?", *json.loads(plain)]


def as_objects(result: Any) -> list[Any]:
    return [types.Content.model_validate(content) for content in as_dicts(result)]


def as_sdk_makes_them(result: Any) -> list[Any]:
    made = types.Part.from_function_response(name="list_items", response=result)  # it gives no id
    return [*as_objects(result)[:2], types.Content(role="user", parts=[made])]


def as_bare_parts(result: Any) -> list[Any]:
    made = types.Part.from_function_response(name="list_items", response=result)
    return ["Which item is", types.Part(text="the largest?"), as_objects(result)[1], made, "Tell me."]


def as_part_dicts(result: Any) -> list[Any]:
    contents = as_dicts(result, None)
    return [{"text": "Which?"}, contents[1]["parts"][1], contents[2]["parts"][0]]


def as_lists_of_parts(result: Any) -> list[Any]:
    return [["Which item", "is the largest?"], *as_objects(result)[1:]]


FORMS = {
    make.__name__: make
    for make in (as_dicts, as_camel, as_objects, as_sdk_makes_them, as_bare_parts, as_part_dicts, as_lists_of_parts)
}
RESULTS = {"text": {"output": ROWS}, "value": {"result": VALUE}, "object": {"items": VALUE, "total": len(VALUE)}}


def responses_in(body: Any) -> list[dict[str, Any]]:
    return [
        part["functionResponse"]
        for content in body["contents"]
        for part in content["parts"]
        if "functionResponse" in part
    ]


def without_results(body: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(body)
    for response in responses_in(made):
        response["response"] = "..."
    return made


def without_tool(body: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(body)
    assert made["tools"][-1]["functionDeclarations"].pop()["name"] == "headroom_retrieve"
    return made


@pytest.mark.parametrize(("result", "typed"), [("text", False), ("value", True), ("object", False)])
@pytest.mark.parametrize("form", FORMS)
def test_bodies_differ_in_the_text_of_tool_results_and_in_our_tool_alone(
    stub: StubServer, form: str, result: str, typed: bool
) -> None:
    given: dict[str, Any] = {"system_instruction": "You help.", "temperature": 0.5, "tools": [tool()]}
    config = types.GenerateContentConfig(**given) if typed else given
    contents = FORMS[form](RESULTS[result])
    before = copy.deepcopy((contents, config))

    plain = stub.google().models.generate_content(model=MODEL, contents=contents, config=config)
    ours = wrapped(stub).models.generate_content(model=MODEL, contents=contents, config=config)

    sent, compressed = stub.bodies
    assert without_results(without_tool(compressed)) == without_results(sent)
    assert len(json.dumps(responses_in(compressed))) < 0.5 * len(json.dumps(responses_in(sent)))
    assert (contents, config) == before
    assert type(ours) is type(plain)


@pytest.mark.parametrize("form", ["as_dicts", "as_objects", "as_bare_parts"])
def test_the_value_of_a_response_stays_text_under_one_key(stub: StubServer, form: str) -> None:
    client = wrapped(stub)

    for result in RESULTS.values():
        client.models.generate_content(model=MODEL, contents=FORMS[form](result), config={"tools": [tool()]})

    keys = [list(responses_in(body)[0]["response"]) for body in stub.bodies]
    assert keys == [["output"], ["result"], ["output"]]
    assert all(isinstance(value, str) for body in stub.bodies for value in responses_in(body)[0]["response"].values())


@pytest.mark.parametrize(
    "contents",
    [
        "Hello",
        ["Hello", "you"],
        ("Hello", "you"),
        {"text": "a"},
        types.Content(role="user", parts=[types.Part(text="a")]),
    ],
)
def test_contents_without_results_go_out_as_the_sdk_sends_them(stub: StubServer, contents: Any) -> None:
    stub.google().models.generate_content(model=MODEL, contents=contents)
    client = wrapped(stub)
    client.models.generate_content(model=MODEL, contents=contents)

    assert stub.bodies[0] == stub.bodies[1]
    assert client.get_metrics()[0].tokens_input_before > 0


def test_what_headroom_does_not_understand_is_left_to_the_sdk(stub: StubServer) -> None:
    client, plain = wrapped(stub), stub.google()

    for contents in (None, [], 7, [7], [object()]):
        errors = []
        for each in (plain, client):
            with pytest.raises(Exception) as caught:
                each.models.generate_content(model=MODEL, contents=contents)
            errors.append((type(caught.value), str(caught.value).split(" at 0x")[0]))
        assert errors[0] == errors[1]


SYSTEMS = {
    "text": "Today is 2026-11-20. You help.",
    "object": types.Content(parts=[types.Part(text="Today is 2026-11-20. You help.")]),
    "dict": {"parts": [{"text": "Today is 2026-11-20. You help."}]},
    "part": types.Part(text="Today is 2026-11-20. You help."),
    "list": ["Today is 2026-11-20. You help.", types.Part(text="Be kind.")],
}


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("key", ["system_instruction", "systemInstruction", "object"])
def test_a_system_instruction_is_aligned_in_the_form_it_has(stub: StubServer, system: str, key: str) -> None:
    given = copy.deepcopy(SYSTEMS[system])
    config: Any = {"system_instruction" if key == "object" else key: given}
    config = types.GenerateContentConfig(**config) if key == "object" else config

    client = wrapped(stub, cache_aligner_config=CacheAlignerConfig(stable_prefix_min_tokens=0))
    client.models.generate_content(model=MODEL, contents="Hello", config=config)

    texts = [part["text"] for part in stub.bodies[0]["systemInstruction"]["parts"]]
    assert texts[0].startswith("You help.")
    assert "Today is 2026-11-20" in texts[-1]
    assert len(texts) == (2 if system == "list" else 1)
    assert given == SYSTEMS[system]


@pytest.mark.parametrize("form", ["as_dicts", "as_objects"])
@pytest.mark.parametrize("chosen", [False, True], ids=["rolling", "chosen"])
def test_a_windows_note_is_a_content_of_its_own(stub: StubServer, form: str, chosen: bool) -> None:
    settings: dict[str, Any] = {"rolling_window_config": RollingWindowConfig(enabled=True, keep_last_turns=1)}
    if chosen:
        settings = {"config": None, "intelligent_context": IntelligentContextConfig(enabled=True, keep_last_turns=1)}
    client = wrapped(stub, model_context_limits={MODEL: 7000}, **{k: v for k, v in settings.items() if v is not None})
    said = {"role": "model", "parts": [{"text": "word " * 400}]}
    contents = [*as_dicts({"output": "x"}), said]
    for n in range(30):
        contents += [{"role": "user", "parts": [{"text": f"And {n}?"}]}, said]
    contents.append({"role": "user", "parts": [{"text": "So?"}]})
    if form == "as_objects":
        contents = [types.Content.model_validate(content) for content in contents]

    client.models.generate_content(
        model=MODEL, contents=contents, config={"system_instruction": "You help."}, headroom_output_buffer_tokens=1000
    )

    sent = stub.bodies[0]["contents"]
    assert sent[0]["role"] == "user"
    assert "turns (" in sent[0]["parts"][0]["text"]
    assert len(sent) < len(contents) / 2
    assert sent[-1] == {"role": "user", "parts": [{"text": "So?"}]}
    assert client.get_metrics()[0].turns_dropped > 10


def test_answers_are_paired_with_calls_that_have_ids_they_lack() -> None:
    calls = [{"function_call": {"id": f"c{n}", "name": "get", "args": {"n": n}}} for n in range(2)]
    answers = [{"function_response": {"name": "get", "response": {"output": str(n)}}} for n in range(2)]
    together = [{"role": "model", "parts": calls}, {"role": "user", "parts": answers}]
    apart = [{"role": "model", "parts": calls}, *({"role": "user", "parts": [answer]} for answer in answers)]
    streamed = [*({"role": "model", "parts": [call]} for call in calls), {"role": "user", "parts": answers}]
    one_known = [{**answers[0]["function_response"], "id": "c0"}, answers[1]["function_response"]]
    known = [{"role": "model", "parts": calls}, {"role": "user", "parts": [{"functionResponse": a} for a in one_known]}]

    for contents in (together, apart, streamed, known):
        messages = to_messages(contents)
        assert messages is not None
        answered = [p.tool_call_id for view in read_messages(messages) for p in view.parts]
        assert answered == ["c0", "c1"]
        assert all(made is given for made, given in zip(to_contents(messages), contents, strict=True))


def test_calls_of_an_earlier_turn_wait_for_no_answer() -> None:
    contents = [
        {"role": "model", "parts": [{"function_call": {"id": "old", "name": "get", "args": {}}}]},
        {"role": "user", "parts": [{"text": "Never mind."}]},
        {"role": "model", "parts": [{"function_call": {"id": "new", "name": "get", "args": {}}}]},
        {"role": "user", "parts": [{"function_response": {"name": "get", "response": {"output": "a"}}}]},
    ]

    views = read_messages(to_messages(contents) or [])

    assert views[3].parts[0].tool_call_id == "new"


def sample(page: int) -> str:
    """Lists."""
    return f"page {page}"


REFUSED: dict[str, dict[str, Any]] = {
    "python functions": {"tools": [sample]},
    "python functions that are not called automatically": {
        "tools": [sample],
        "automatic_function_calling": {"disable": True},
    },
    "python functions beside declarations": {"tools": [sample, tool()]},
    "built-in tools only": {"tools": [{"google_search": {}}]},
    "cached content": {"cached_content": "cachedContents/1", "tools": [tool()]},
    "several candidates": {"candidate_count": 2, "tools": [tool()]},
    "arguments in pieces": {
        "tools": [tool()],
        "tool_config": {"function_calling_config": {"stream_function_call_arguments": True}},
    },
    "no tools": {},
}


@pytest.mark.parametrize("case", REFUSED)
def test_our_tool_is_not_offered_where_its_answer_could_not_be_given(stub: StubServer, case: str) -> None:
    client, contents = wrapped(stub), as_objects({"output": ROWS})

    for config in (REFUSED[case], types.GenerateContentConfig(**REFUSED[case])):
        plan = client.models.simulate(model=MODEL, contents=contents, config=config)

        assert "headroom_retrieve" not in str(plan.messages_optimized)
        assert "not shown" not in str(plan.messages_optimized)
        assert plan.tokens_after < plan.tokens_before  # exact forms need no tool


def test_python_functions_are_called_by_the_sdk_as_ever(stub: StubServer) -> None:
    from tests.stub.turns import Call, turn

    asked: list[int] = []

    def list_items(page: int) -> list[dict[str, Any]]:
        """Lists."""
        asked.append(page)
        return VALUE

    with StubServer([turn(Call("list_items", {"page": 4})), "Done."]) as server:
        answer = wrapped(server).models.generate_content(model=MODEL, contents="Which?", config={"tools": [list_items]})

    assert (answer.text, asked) == ("Done.", [4])


def test_a_tool_of_the_same_kind_is_added_so_that_the_sdk_says_nothing(
    stub: StubServer, caplog: pytest.LogCaptureFixture
) -> None:
    config = types.GenerateContentConfig(tools=[types.Tool(**tool())])

    with caplog.at_level(logging.WARNING):
        wrapped(stub).models.generate_content(model=MODEL, contents="Which?", config=config)

    assert not caplog.records
    assert [each["name"] for each in stub.bodies[0]["tools"][0]["functionDeclarations"]] == [
        "list_items",
        "headroom_retrieve",
    ]


def test_tools_are_counted_whatever_they_are() -> None:
    shape = GoogleContent()

    tools = shape.tools({"config": types.GenerateContentConfig(tools=[types.Tool(**tool()), sample])})

    assert "list_items" in json.dumps(tools[0])
    assert "Lists." in json.dumps(tools[1])
    assert shape.tools({"config": None}) == shape.tools({}) == []


def called(identity: str | None = None) -> Any:
    return types.Part(function_call=types.FunctionCall(id=identity, name="headroom_retrieve", args={}))


@pytest.mark.parametrize("identity", ["c1", None])
def test_a_visible_call_is_answered_wherever_it_stands(identity: str | None) -> None:
    theirs = types.Part.from_function_response(name="get", response={"output": "b"})
    wrong = types.Part.from_function_response(name="headroom_retrieve", response={"error": "unknown"})
    wrong.function_response.id = identity
    model = types.Content(role="model", parts=[called(identity)])
    user = types.Content(role="user", parts=[types.Part(text="a")])
    cases = [
        [user, model, types.Content(role="user", parts=[theirs])],
        [user, model, types.Content(role="user", parts=[wrong, theirs])],
        [user, model, types.Content(role="model", parts=[types.Part(text="so")]), types.Content(parts=[theirs])],
        [user, called(identity), theirs],
        [user, called(identity), wrong, theirs],
        [user, model],
        [user, model, user],
    ]
    identities = {"id": identity} if identity else {}
    expected = {**identities, "name": "headroom_retrieve", "response": {"output": "found"}}

    for contents in cases:
        messages = to_messages(contents) or []
        call_id = read_messages(messages)[1].tool_calls[0].id
        sent = made_by_the_sdk(to_contents(GoogleContent().with_result(messages, 1, str(call_id), "found")))

        place = 3 if len(contents) == 4 and contents[2] is not wrong else 2
        responses = [part["function_response"] for part in sent[place]["parts"]]
        assert responses[0] == expected
        assert [response["name"] for response in responses[1:]] == ["get"] * (theirs in parts_after(contents))
        assert sum("headroom_retrieve" in str(part) for each in sent for part in each["parts"]) == 2


def parts_after(contents: list[Any]) -> list[Any]:
    return [part for each in contents[2:] for part in (each.parts if isinstance(each, types.Content) else [each])]


ITEMS = st.sampled_from(
    [
        "Which?",
        types.Part(text="a"),
        types.Part(function_call=types.FunctionCall(name="get", args={})),
        types.Part.from_function_response(name="get", response={"output": "b"}),
        types.Content(role="model", parts=[types.Part(text="c")]),
        types.Content(role="user", parts=[types.Part.from_function_response(name="get", response={"output": "d"})]),
        {"role": "model", "parts": [{"functionCall": {"id": "c1", "name": "get", "args": {}}}]},
        ["e", types.Part(text="f")],
        types.File(uri="https://example.com/a.png", mime_type="image/png"),
    ]
)


@given(st.lists(ITEMS, min_size=1, max_size=7))
@settings(max_examples=300)
def test_whatever_the_list_of_contents_holds_the_sdk_makes_the_same_of_it(contents: list[Any]) -> None:
    before = copy.deepcopy(contents)

    there_and_back = to_contents(to_messages(contents) or [])

    assert made_by_the_sdk(there_and_back) == made_by_the_sdk(contents)
    assert contents == before


def made_by_the_sdk(contents: list[Any]) -> list[dict[str, Any]]:
    checked = types._GenerateContentParameters(model=MODEL, contents=contents).contents
    return [dict(types.Content.model_validate(each).model_dump(exclude_none=True)) for each in t_contents(checked)]

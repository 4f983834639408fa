"""R24: under a hard ceiling no result is ever larger, errors of every kind come first, and the rest is counted."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom import retrieve
from headroom.compressors.ceiling import Ceiling, under_ceiling
from headroom.engine import Engine
from headroom.markers import find_markers
from headroom.tokenizers import built_in_counter
from headroom.tokenizers.registry import counter_for
from tests.engines import new_engine, text_of
from tests.samples import ask, samples, shared_samples
from tests.shown import check_shown
from tests.strategies import json_tool_texts, odd_texts, tool_texts

COUNT = built_in_counter().count_text
CEILINGS = st.integers(100, 2000)


def under(text: str, most: int, **facts: object) -> str:
    """What goes out for `text` where its tool has a ceiling."""
    profile = {"search_orders": {"max_tokens": most}}
    return text_of(new_engine().prepare(ask(text), tool_profiles=profile, **facts).messages)


@given(text=tool_texts() | json_tool_texts() | odd_texts(), most=CEILINGS, retrieval=st.sampled_from(("off", "tool")))
def test_no_result_is_larger_than_its_ceiling(text: str, most: int, retrieval: str) -> None:
    sent = under(text, most, retrieval=retrieval)

    assert COUNT(sent) <= most
    assert sent == text or find_markers(sent) or COUNT(sent) < COUNT(text)


@pytest.mark.parametrize("most", [200, 1000, 5000])
def test_real_results_are_not_larger_than_their_ceiling(most: int) -> None:
    for sample in samples():
        assert COUNT(under(sample.text, most)) <= most


@pytest.mark.shared_data
@pytest.mark.slow
@pytest.mark.parametrize("most", [200, 2000, 20_000])
def test_real_results_of_all_kinds_are_not_larger_than_their_ceiling(most: int) -> None:
    kinds = ("json_array", "log", "search", "csv", "build_log", "html", "diff", "sql_result", "code", "markdown", "xml")
    for sample in shared_samples(*kinds, one_in=10, most_chars=400_000):
        for text in (sample.text, sample.text.replace("\n", " ")):
            assert COUNT(under(text, most)) <= most


@given(kinds=st.integers(1, 6), rest=st.integers(0, 60))
def test_errors_of_every_kind_stay_while_each_has_room_for_a_line(kinds: int, rest: int) -> None:
    words = ("disk full", "no route to host", "bad token", "out of memory", "lock lost", "name unknown")
    lines = [f"2024-05-01T10:00:{n:02d}Z INFO worker-{n} took job {n * 7}" for n in range(rest)]
    lines += [f"2024-05-01T11:00:0{n}Z ERROR {words[n % 6]} in unit {words[n % 6][:3]}" for n in range(kinds)] * 9

    sent = under("\n".join(lines), 400)

    assert COUNT(sent) <= 400
    assert all(words[n] in sent for n in range(kinds))


def test_a_record_that_alone_is_larger_is_shown_by_its_ends_and_its_size() -> None:
    text = "begin " + "x7f3 " * 5000 + "end"

    sent = under(text, 150)

    assert COUNT(sent) <= 150
    assert sent.startswith("begin x7f3")
    assert "end\n[headroom" in sent
    assert f"of {len(text)} characters not shown" in sent


def test_the_note_says_so_and_the_handle_brings_all_of_it_back() -> None:
    messages = ask(json.dumps([{"id": n, "text": f"row number {n} of many"} for n in range(400)]))
    result = new_engine().prepare(messages, tool_profiles={"*": {"max_tokens": 300}})
    [note] = result.notes

    assert note.change == "left_out"
    assert note.reason.endswith("ceiling_hit")
    assert retrieve(note.handle or "", messages=messages).text == messages[-1]["content"]


def test_a_ceiling_holds_for_editors_errors_and_texts_that_no_compressor_knows() -> None:
    text = "\n".join(f"value_{n} = compute(value_{n - 1})" for n in range(400))
    call = {"id": "c", "type": "function", "function": {"name": "read_file", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "Go on."},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": text},
    ]

    assert COUNT(text_of(Engine(tool_profiles={"*": {"max_tokens": 250}}).prepare(messages).messages)) <= 250


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4", "claude-sonnet-4-5", "gemini-2.5-pro"])
def test_it_holds_under_the_counter_of_the_model(model: str) -> None:
    text = "\n".join(f"entry {n}: {n * 7919 % 1009} units at {n % 24:02d}:00" for n in range(900))
    sent = under(text, 500, model=model)

    assert 250 < counter_for(model).count_text(sent) <= 500


@given(text=st.text(max_size=3000), most=CEILINGS)
def test_any_text_fits_under_any_ceiling(text: str, most: int) -> None:
    made = under_ceiling(text, Ceiling(most, COUNT, "0123456789ab", by_tool=True), question="")

    assert COUNT(made) <= most


def test_what_is_shown_under_a_ceiling_is_true() -> None:
    rows = [{"id": i, "region": f"r{i // 20}", "status": "error" if i % 11 == 3 else "ok"} for i in range(220)]

    check_shown(under(json.dumps(rows), 300), json.dumps(rows))
    body, _, marker = under(json.dumps(rows), 130).rpartition("\n")
    shown = [json.loads(line) for line in body.split("\n") if not line.startswith("[row")]

    assert shown
    assert all(row in rows for row in shown)
    assert f"{220 - len(shown)} of 220 rows not shown" in marker


def test_a_reference_never_hides_under_a_ceiling() -> None:
    lines = "\n".join(f"line {i} alpha beta gamma {i * 7919 % 1000} some file text here" for i in range(60))
    more = "\n".join(f"entry {i} is another text about {i * 31 % 97}" for i in range(200))
    messages = [*ask(lines), *ask(f"{lines}\n{more}")[1:]]
    messages[3]["tool_calls"][0]["id"] = messages[4]["tool_call_id"] = "call_2"

    sent = text_of(new_engine().prepare(messages, tool_profiles={"*": {"max_tokens": 900}}).messages)

    assert " of 260 lines not shown" in sent
    assert "above" not in sent


def test_text_in_scripts_with_many_tokens_a_letter_is_counted_as_the_model_counts_it() -> None:
    text = "\n".join(
        "\u0aa8\u0aae\u0ab8\u0acd\u0aa4\u0ac7 \u0aa6\u0ac1\u0aa8\u0abf\u0aaf\u0abe " * 9 for _ in range(60)
    )

    assert counter_for("gpt-4").count_text(under(text, 1000, model="gpt-4")) <= 1000


def test_a_ceiling_for_all_tools_holds_for_a_result_of_no_known_tool_and_for_several_blocks_together() -> None:
    text = "\n".join(f"plain text number {i} {i * 7919 % 9999}" for i in range(300))
    blocks = [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": "x"}}]
    orphan = [{"role": "user", "content": "q"}, {"role": "tool", "tool_call_id": "zz", "content": text}]
    several = [*ask(text)[:2], {"role": "tool", "tool_call_id": "call_1", "content": [*blocks, *blocks]}]

    engine = new_engine(tool_profiles={"*": {"max_tokens": 300}})

    assert COUNT(text_of(engine.prepare(orphan).messages)) <= 300
    assert sum(note.tokens_after for note in engine.prepare(several).notes) <= 300

"""What the notebooks share: samples, charts, tables, models that need no key."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from llama_index.core.llms import ChatMessage

import headroom_integrations.notebook as notebook
from headroom import ConfigurationError, compress, count_tokens_text
from headroom_integrations.notebook import (
    Page,
    PromptLog,
    Recording,
    ScriptedChatModel,
    ScriptedLLM,
    Table,
    WordEmbedding,
    bars,
    bars_beside,
    bm25_lines,
    called,
    chat_model,
    conversation,
    facts_kept,
    input_bill,
    last_lines,
    lines,
    literals,
    llm,
    middle_cut,
    minified,
    model_calls,
    notes_table,
    parts,
    points,
    prompt_tokens,
    samples,
    share_kept,
    shared_data,
    stands_in,
)
from headroom_integrations.notebook.names import NAMES
from headroom_integrations.notebook.scatter import GAP, label, placed


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_every_name_is_there() -> None:
    assert sorted(NAMES) == sorted(notebook.__all__)
    assert all(getattr(notebook, name) for name in NAMES)
    with pytest.raises(AttributeError, match="nothing"):
        notebook.nothing  # noqa: B018


def test_what_is_missing_is_named_with_the_line_that_installs_it() -> None:
    code = """
import sys
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "matplotlib":
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Gone())
from headroom_integrations.notebook import Table, samples
print(len(samples()))
try:
    from headroom_integrations.notebook import bars
except ImportError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.split("\n")[:2] == [
        "72",
        'bars needs matplotlib: pip install "headroom-integrations[notebooks]"',
    ]


def test_samples_are_five_of_a_type_under_known_licences() -> None:
    page = (Path(notebook.__file__).parent / "SOURCE.md").read_text(encoding="utf-8")
    listed = {row.split(" | ")[0][2:]: row.split(" | ")[-1].strip(" |") for row in page.split("\n") if row[:2] == "| "}

    assert {len(samples(kind)) for kind in {one.kind for one in samples()} - {"markdown"}} == {5}
    assert {listed[one.id] for one in samples()} == {"MIT", "Apache-2.0"}
    assert all(stands_in(one.text, need) for one in samples() for _, needs in one.probes for need in needs)


def test_shared_data_are_read_where_they_are_and_missed_quietly(tmp_path: Path) -> None:
    assert shared_data("rag/none", tmp_path) == []


def test_a_chart_is_a_picture_and_in_a_terminal_its_figures() -> None:
    chart = bars({"raw": 1200, "headroom": 300}, title="Size")

    assert ElementTree.fromstring(chart.svg()).tag.endswith("svg")
    assert repr(chart).split("\n") == [
        "Size",
        "",
        "          tokens",
        "--------  ------",
        "raw        1,200",
        "headroom     300",
    ]
    assert set(chart._repr_mimebundle_()) == {"image/svg+xml", "text/plain"}


def test_every_chart_draws_what_it_is_given() -> None:
    grouped: dict[str, Any] = {"one": {"raw": 10.0, "x": None}, "two": {"raw": 20.0, "x": 3.0}}
    result = compress([*called(("read", samples("json_array")[0].text))])
    charts = [
        bars(grouped),
        bars({"a": 0, "b": 0}, unit="$"),
        bars_beside(grouped, grouped, titles=("left", "right")),
        lines({"raw": [1, 2, 3], "headroom": [1, 2]}),
        parts(result),
        points({"a": (1.0, 100.0), "b": (1.0, 100.0)}, title="t", across="x", axis="y"),
    ]

    for chart in charts:
        assert len(chart.svg()) > 3000
    assert "not measured" not in repr(charts[0])
    assert str(result.notes[0].tokens_before) in repr(charts[4]).replace(",", "")


def test_labels_of_points_never_stand_on_each_other() -> None:
    values = {f"way {n}": (50.0 + n % 3, 60.0 + n % 2) for n in range(8)}
    found = placed(values, 20.0, 100.0)
    boxes, gap = [], 100.0 * GAP
    for name, (side, height) in found.items():
        x, wide = values[name][0], len(label(name, values[name]))
        boxes.append((x + gap, x + wide, height) if side == "left" else (x - wide, x - gap, height))

    clashes = [
        (a, b) for at, a in enumerate(boxes) for b in boxes[at + 1 :] if a[2] == b[2] and a[0] < b[1] and b[0] < a[1]
    ]
    assert clashes == []
    assert min(start for start, _, _ in boxes) >= 20
    assert placed({"far left": (20.0, 50.0), "right": (24.0, 50.0)}, 19.0, 100.0)["far left"][0] == "left"


def test_a_table_escapes_what_it_shows_and_aligns_in_a_terminal() -> None:
    table = Table(["name", "tokens"], [["<script>", 1234], ["b", None]], caption="<b>", bars=["tokens"])
    html = table._repr_html_()

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "linear-gradient" in html
    assert repr(table).split("\n")[2:] == ["name      tokens", "--------  ------", "<script>   1,234", "b"]


def test_a_table_of_notes_adds_up() -> None:
    result = compress(conversation())
    table = notes_table(result)

    assert table.rows[-1][4] == sum(note.tokens_before for note in result.notes)
    assert [row[0] for row in table.rows].count("same values, as a table") > 1


def test_a_page_is_framed_and_cannot_break_out() -> None:
    html = Page('<p class="x">"</p>')._repr_html_()

    assert html.count("<iframe") == 1
    assert "<p" not in html


def test_the_scripted_model_counts_what_it_was_sent_and_what_repeats() -> None:
    long = HumanMessage("word " * 1500)
    model = ScriptedChatModel(answers=["one", "two"])

    first = model.invoke([long])
    second = model.invoke([long, AIMessage("one"), HumanMessage("and now?")])

    assert isinstance(first, AIMessage)
    assert first.usage_metadata is not None
    assert second.usage_metadata is not None
    assert first.usage_metadata["input_tokens"] == prompt_tokens([{"role": "user", "content": long.content}])
    assert first.usage_metadata["input_token_details"]["cache_read"] == 0
    assert second.usage_metadata["input_token_details"]["cache_read"] == first.usage_metadata["input_tokens"]
    with pytest.raises(ConfigurationError, match="no more answers"):
        model.invoke("three?")


def test_a_real_model_takes_its_part_where_a_key_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(chat_model(["x"]), ScriptedChatModel)
    assert isinstance(llm(), ScriptedLLM)

    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    assert type(chat_model(["x"])).__name__ == "ChatAnthropic"
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert type(chat_model(["x"])).__name__ == "ChatOpenAI"
    assert type(llm()).__name__ == "OpenAI"


def test_a_recording_answers_as_then_and_knows_its_turns() -> None:
    recording = Recording(conversation())
    recorded = [message["content"] for message in conversation() if message["role"] == "tool"]
    tools = {tool.name: tool for tool in recording.tools}
    said = [tools[call["name"]].invoke(call["args"]) for answer in recording.answers for call in answer.tool_calls]

    assert said == recorded
    assert len(recording.turns) == 7
    assert "no such call" in tools["get_order_details"].invoke({"order_id": "#none"})


def test_a_log_of_prompts_keeps_each_call() -> None:
    log = PromptLog()
    model = ScriptedChatModel(answers=["one", "two"])
    messages = [HumanMessage("hello"), AIMessage("", tool_calls=[{"name": "f", "args": {}, "id": "1"}])]
    for more in ([], [ToolMessage("found", tool_call_id="1")]):
        model.invoke([*messages, *more], {"callbacks": [log]})

    assert [len(prompt) for prompt in log.prompts] == [2, 3]
    assert log.tokens[1] - log.tokens[0] == count_tokens_text("found") + 4
    assert log.bill(write=1, read=1) == sum(log.tokens)


def test_the_scripted_llm_quotes_the_line_that_fits_the_question() -> None:
    prompt = "Context:\nTrivy scans files.\nUse --offline-scan to stay offline.\nQuery: how to stay offline?\nAnswer:"
    model = ScriptedLLM()

    assert str(model.complete(prompt)) == "Use --offline-scan to stay offline."
    assert str(model.chat([ChatMessage(role="user", content=prompt)]).message.content).startswith("Use")
    assert model.prompt_tokens[0] > 10
    with pytest.raises(ConfigurationError, match="no more answers"):
        ScriptedLLM([]).complete("x")


def test_words_are_near_their_like() -> None:
    embedding = WordEmbedding()
    dogs, cats, other = map(embedding.get_text_embedding, ("a dog barks loud", "one loud dog", "prices of steel"))

    assert embedding.similarity(dogs, cats) > 2 * abs(embedding.similarity(dogs, other))
    assert WordEmbedding().get_query_embedding("a dog barks loud") == dogs


def test_the_bill_reads_what_repeats_at_its_price() -> None:
    first = [{"role": "user", "content": "word " * 1500}]
    prompts = [first, [*first, {"role": "user", "content": "more"}]]
    one, two = map(prompt_tokens, prompts)

    assert input_bill(prompts, write=1, read=1) == one + two
    assert input_bill(prompts, write=1, read=0) == two
    assert input_bill(prompts, write=1, read=1, dollars_per_million=2.0) == pytest.approx((one + two) * 2 / 1e6)
    assert len(model_calls(conversation())) == 18


def test_facts_are_what_the_model_copied_from_results() -> None:
    run = conversation()

    def cleared(messages: Any) -> Any:
        return [{**message, "content": ""} if message["role"] == "tool" else message for message in messages]

    assert facts_kept(run, lambda messages: messages) == 100
    assert facts_kept(run, lambda messages: compress(messages).messages) == 100
    assert (facts_kept(run, cleared) or 0) < 60


def test_literals_stand_once_and_are_found_again_as_json_writes_them() -> None:
    text = json.dumps([{"path": "/srv/data-1", "at": "2026-11-20T10:11:12", "n": 123456}, {"path": "ä/9", "n": 7}])

    assert literals(text) == ["/srv/data-1"[1:], "2026-11-20T10:11:12", "123456"]
    assert stands_in(text, "ä/9")
    assert share_kept("123456", literals(text)) == pytest.approx(100 / 3)
    assert share_kept("x", []) is None
    assert literals("id-12345 id-67890 id-12345") == ["id-67890"]


def test_ways_keep_within_their_size() -> None:
    text = samples("log")[0].text
    for size in (50, 400):
        assert count_tokens_text(middle_cut(text, size)) <= size
        assert count_tokens_text(last_lines(text, size)) <= size
        assert count_tokens_text(bm25_lines(text, "error", size) or "") <= size + 1
    assert text.endswith(last_lines(text, 400))
    assert middle_cut("short", 100) == "short"
    assert minified('{"a": [1, 2]}') == '{"a":[1,2]}'
    assert minified("no json") == "no json"

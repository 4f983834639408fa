"""Waste signals: each kind found, nothing counted twice, never more than there is."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.messages import read_messages, texts_of
from headroom.results import WasteSignals
from headroom.tokenizers import built_in_counter
from headroom.waste import block_breakdown, cache_alignment_score, measure_waste, stable_prefix_hash
from tests.samples import Messages, ask, samples, talks
from tests.strategies import conversations, odd_texts, tool_texts

COUNTER = built_in_counter()
ROWS = [{"id": n, "name": f"item {n}", "tags": ["a", "b"]} for n in range(40)]


def waste(*texts: str, role: str = "user") -> WasteSignals:
    """The waste of messages of one role."""
    return measure_waste(read_messages([{"role": role, "content": text} for text in texts]), counter=COUNTER)


def only(found: WasteSignals) -> dict[str, int]:
    """The kinds that were found."""
    return {kind: tokens for kind, tokens in found.to_dict().items() if tokens}


def test_json_bloat_is_what_the_compact_form_saves() -> None:
    indented, compact = json.dumps(ROWS, indent=2), json.dumps(ROWS, separators=(",", ":"))

    assert only(waste(indented)) == {"json_bloat_tokens": COUNTER.count_text(indented) - COUNTER.count_text(compact)}
    assert only(waste(compact)) == {}


def test_json_within_other_text_counts_and_blanks_in_its_texts_do_not() -> None:
    inner = json.dumps({"text": "a    b\n\n\n\nc", "n": [1, 2.50, 10**30]}, indent=4)

    assert only(waste(f"Result:\n{inner}\nDone."))["json_bloat_tokens"] > 0
    assert "json_bloat_tokens" not in only(waste('{"text": not JSON    at all}'))


def test_tags_comments_and_scripts_are_html_noise() -> None:
    page = "<html><body><!-- a note --><script>var x = 1 < 2;</script><p class='x'>Rates stay high</p></body></html>"

    noise = COUNTER.count_text(page) - COUNTER.count_text("Rates stay high")
    assert only(waste(page)) == {"html_noise_tokens": noise}


def test_a_few_tags_of_a_prompt_and_generic_types_are_no_noise() -> None:
    assert only(waste("<instructions>Use <b>List<String></b></instructions> and Map<K, V>, if a < b > c.")) == {}


def test_long_base64_counts_and_paths_do_not() -> None:
    data = base64.b64encode(bytes(range(256)) * 3).decode()

    assert only(waste(f"image: {data} end"))["base64_tokens"] > 200
    assert only(waste("/Users/Ann/Projects/Shop1/src/main/java/com/example/shop/checkout/PaymentService.java")) == {}


def test_runs_of_blanks_and_line_ends_are_whitespace() -> None:
    assert only(waste("a" + " " * 300 + "b")).keys() == {"whitespace_tokens"}
    assert only(waste("first line" + "\n" * 300 + "last line")).keys() == {"whitespace_tokens"}
    assert only(waste("a\n\nb   c")) == {}


def test_dates_count_in_system_texts_only() -> None:
    text = "You help. Current Date: 2025-04-06. Current time: 10:22:31."

    assert only(waste(text, role="system")).keys() == {"dynamic_date_tokens"}
    assert only(waste(text)) == {}


def test_a_text_said_twice_is_repetition_once() -> None:
    text = "\n".join(f"Paragraph {n} says that house {n * n} stands at the end of the lane." for n in range(20))
    messages = [*ask(text), *ask(text)]

    assert only(measure_waste(read_messages(messages), counter=COUNTER)) == {
        "repetition_tokens": COUNTER.count_text(text)
    }


def test_repeated_lines_count_within_and_across_texts_and_short_ones_do_not() -> None:
    line = "WARN retrying the connection to the payment gateway"

    within = only(waste(f"{line}\nsomething else entirely here\n{line}"))
    across = only(waste(line + "\nfirst of them, with more words", line + "\nsecond of them, with others"))
    assert within.keys() == across.keys() == {"repetition_tokens"}
    assert only(waste("ok\nok\nok", "ok", "ok")) == {}


def test_indented_json_said_twice_is_bloat_twice_and_the_rest_repetition() -> None:
    indented = json.dumps(ROWS, indent=2)
    once, twice = waste(indented), waste(indented, indented)

    compact = COUNTER.count_text(indented) - once.json_bloat_tokens
    assert only(twice) == {"json_bloat_tokens": 2 * once.json_bloat_tokens, "repetition_tokens": compact}


@given(messages=conversations(), text=st.one_of(tool_texts(), odd_texts()))
def test_all_kinds_together_are_never_more_than_there_is(messages: Messages, text: str) -> None:
    views = read_messages([{"role": "system", "content": text}, *messages, {"role": "user", "content": text}])

    found = measure_waste(views, counter=COUNTER)

    assert min(found.to_dict().values()) >= 0
    assert found.total() <= sum(COUNTER.count_text(said) for view in views for said in texts_of(view))
    assert measure_waste(views, counter=COUNTER) == found


def test_real_conversations_and_tool_outputs_add_up() -> None:
    found = [measure_waste(read_messages(talk.messages), counter=COUNTER) for talk in talks()]
    texts = [(waste(sample.text), COUNTER.count_text(sample.text)) for sample in samples()]

    assert all(signals.total() <= tokens for signals, tokens in texts)
    assert any(signals.json_bloat_tokens for signals, _ in texts)
    assert any(signals.repetition_tokens for signals in found)


@pytest.mark.parametrize(
    "text",
    ["{" * 5000, "[" * 100_000, "<!--" * 5000, "<script>" * 5000, '"' * 9999, "\ud800" * 99, "9" * 50_000, "\x00"],
)
def test_odd_texts_are_measured(text: str) -> None:
    assert waste(text, text, role="system").total() <= 2 * COUNTER.count_text(text)


@given(messages=conversations())
def test_the_breakdown_adds_up_to_all_texts(messages: Messages) -> None:
    views = read_messages(messages)

    found = block_breakdown(views, COUNTER)

    assert list(found) == ["system", "user", "assistant", "tool_call", "tool_result"]
    assert sum(found.values()) == sum(COUNTER.count_text(text) for view in views for text in texts_of(view))


def test_the_breakdown_tells_the_kinds_apart() -> None:
    messages: list[dict[str, Any]] = [{"role": "developer", "content": "Be kind."}, *ask("result here")]
    anthropic = {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": "result here"}],
    }

    found = block_breakdown(read_messages(messages), COUNTER)

    assert all(found[kind] > 0 for kind in ("system", "user", "tool_call", "tool_result"))
    assert block_breakdown(read_messages([anthropic]), COUNTER)["tool_result"] == found["tool_result"]


def system(text: str) -> Any:
    """A conversation with this system text."""
    return read_messages([{"role": "system", "content": text}, {"role": "user", "content": "Current date: 2025-04-06"}])


def test_the_hash_of_the_steady_prefix_is_the_same_on_another_day_only() -> None:
    one, other = (stable_prefix_hash(system(f"Current date: 2025-04-{day}\nBe kind.")) for day in ("06", "17"))

    assert one == other
    assert len(one) == 16
    assert set(one) <= set("0123456789abcdef")
    assert one != stable_prefix_hash(system("Current date: 2025-04-06\nBe kind!"))
    assert stable_prefix_hash([]) != one


def test_the_score_loses_10_per_dynamic_part() -> None:
    assert cache_alignment_score(system("Be kind.")) == 100.0
    assert cache_alignment_score(system("Current date: 2025-04-06\nBe kind.\nTrace ID: ab12cd34")) == 80.0

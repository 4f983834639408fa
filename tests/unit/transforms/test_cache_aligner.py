"""The cache aligner: steady prefixes over days, nothing lost, nothing else touched."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.analysis.dynamic_spans import dynamic_spans
from headroom.config import CacheAlignerConfig
from headroom.errors import ConfigurationError, ValidationError
from headroom.messages import read_messages
from headroom.protocols import Request
from headroom.tokenizers import built_in_counter
from headroom.transforms import Pipeline
from headroom.transforms.cache_aligner import LABEL, CacheAligner
from tests.samples import samples, talks
from tests.strategies import conversations, odd_texts, tool_texts

COUNT = built_in_counter().count_text
SEPARATOR = CacheAlignerConfig().dynamic_tail_separator
SENTENCES = (
    "You are a careful assistant for the people of Acme.",
    "Cite the source of each claim.",
    "The API changed on 2024-01-01; use version 2.3.1 since then.",
    "Answer in the language of the question. Be brief.",
)
BLOCKS = (
    "# Rules",
    "- Never promise refunds above 50 EUR.",
    "1. Greet the user.",
    "```\nCurrent date: 2020-01-01\n```",
    "<example>\nToday is Monday, 1 January 2024.\n</example>",
    "Knowledge cutoff: 2024-06",
    "Réponds en français.",
    "你是一个有用的助手。",
    "    x = 1",
)
DYNAMIC = (
    "Current date: {now:%Y-%m-%d}",
    "Today is {now:%A}, {now.day} {now:%B} {now.year}.",
    "The current date is {now:%B} {now.day}, {now.year}.",
    "Current time: {now:%H:%M:%S} UTC.",
    "Current Date and Time: {now:%Y-%m-%dT%H:%M:%S}Z",
    "Chat ID: {session}",
    "**Today's date:** {now:%m/%d/%Y}",
    "It is now {now:%I:%M %p}.",
    "<current_date>{now:%Y-%m-%d}</current_date>",
    "Trace ID: {session.hex}",
)
JOINTS = ("\n", "\n\n", "\r\n", "\n\n\n")

moments = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31))
days = st.lists(st.tuples(moments, st.uuids(version=4)), min_size=2, max_size=3)
sentences = st.lists(st.sampled_from(SENTENCES + DYNAMIC), min_size=1, max_size=4).map(" ".join)
lines = st.one_of(
    st.sampled_from(BLOCKS), st.sampled_from(DYNAMIC), st.sampled_from(DYNAMIC).map("- {}".format), sentences
)
prompts = st.lists(st.tuples(lines, st.sampled_from(JOINTS)).map("".join), max_size=10).map("".join)


def on(prompt: str, day: tuple[datetime, UUID]) -> str:
    """A generated prompt as it is on a day."""
    return prompt.format(now=day[0], session=day[1])


def system(text: Any) -> list[dict[str, Any]]:
    """A conversation with this system text."""
    return [{"role": "system", "content": text}, {"role": "user", "content": "Current date: 2025-04-06 Hi there"}]


def aligned(text: str, **config: Any) -> str:
    """The system text that goes out."""
    return str(CacheAligner(CacheAlignerConfig(**config)).align(system(text)).messages[0]["content"])


@settings(max_examples=50)
@given(prompt=prompts, days=days)
def test_another_day_changes_nothing_before_the_tail(prompt: str, days: list[Any]) -> None:
    made = [aligned(on(prompt, day)) for day in days]

    heads = {text.rpartition(SEPARATOR)[0] if SEPARATOR in text else steady_head(text) for text in made}
    assert len(heads) == 1


def steady_head(text: str) -> str:
    """A text whose units stood at its end already, or that is nothing else, without them."""
    return text[: min([span.start for span in dynamic_spans(text)], default=len(text))]


@settings(max_examples=50)
@given(prompt=prompts, days=days)
def test_nothing_is_lost_or_added_and_it_costs_8_tokens_at_most(prompt: str, days: list[Any]) -> None:
    text = on(prompt, days[0])

    made = aligned(text)

    added = SEPARATOR.split() if SEPARATOR in made else []
    assert sorted(made.split()) == sorted([*text.split(), *added])
    assert COUNT(made) - COUNT(text) <= 8


@settings(max_examples=50)
@given(prompt=prompts, days=days)
def test_the_aligned_is_left_alone(prompt: str, days: list[Any]) -> None:
    once = CacheAligner().align(system(on(prompt, days[0]))).messages

    again = CacheAligner().align(once)

    assert all(one is other for one, other in zip(once, again.messages, strict=True))
    assert again.transforms_applied == []


def test_enough_of_the_generated_prompts_move_something() -> None:
    day = (datetime(2025, 4, 6, 10, 22), UUID(int=2**127 + 12345))

    moved = [piece for piece in DYNAMIC if SEPARATOR in aligned(on(f"{piece}\nBe brief.", day))]

    assert moved == list(DYNAMIC)


@given(text=st.one_of(tool_texts(), odd_texts()), messages=conversations())
def test_odd_content_passes_and_only_leading_system_texts_change(text: str, messages: list[dict[str, Any]]) -> None:
    given = [
        {"role": "system", "content": text},
        *messages,
        {"role": "system", "content": "Current date: 2025-04-06 Be brief."},
    ]
    before = copy.deepcopy(given)

    done = CacheAligner().align(given)

    assert given == before
    start = next((n for n, message in enumerate(given) if message.get("role") != "system"), len(given))
    assert all(one is other for one, other in zip(given[start:], done.messages[start:], strict=True))
    assert done.tokens_after - done.tokens_before <= 8


def test_a_system_message_behind_another_stays() -> None:
    late = {"role": "system", "content": "Today is Sunday.\nGo on."}
    given = [{"role": "assistant", "content": "Hi"}, late]

    assert CacheAligner().align(given).messages == given
    assert CacheAligner().align([{"role": "user", "content": "Hi"}, late]).transforms_applied == []


def test_the_prefix_of_a_conversation_does_not_hang_on_what_follows() -> None:
    given = [
        {"role": "system", "content": "Current date: 2025-04-06\nBe brief."},
        {"role": "developer", "content": "Session ID: sess_12ab34\nBe kind."},
        {"role": "user", "content": "Hi"},
    ]

    whole = CacheAligner().align(given).messages

    for size in range(len(given)):
        assert CacheAligner().align(given[:size]).messages == whole[:size]
    assert whole[1]["content"] == f"Be kind.{SEPARATOR}Session ID: sess_12ab34"


def test_two_system_messages_cost_8_tokens_at_most_together() -> None:
    given = [{"role": "system", "content": f"Current date: 2025-04-0{n}\nBe brief."} for n in range(1, 6)]

    done = CacheAligner().align(given)

    assert done.tokens_after - done.tokens_before <= 8
    texts = [str(message["content"]) for message in done.messages]
    assert [SEPARATOR in text for text in texts] == [True, True, False, False, False]
    assert all(text.startswith("Be brief.\n\n") for text in texts)


def test_blocks_stay_where_they_are_with_their_breakpoints() -> None:
    mark = {"type": "ephemeral"}
    blocks = [
        {"type": "text", "text": "Current date: 2025-04-06\nYou are helpful.", "cache_control": mark},
        {"type": "text", "text": "Rules follow.\n- Be brief."},
    ]

    made = CacheAligner().align(system(blocks)).messages[0]["content"]

    assert made == [
        {"type": "text", "text": "You are helpful.", "cache_control": mark},
        {"type": "text", "text": f"Rules follow.\n- Be brief.{SEPARATOR}Current date: 2025-04-06"},
    ]


def test_a_block_is_never_left_empty() -> None:
    blocks = [{"type": "text", "text": "Current date: 2025-04-06"}, {"type": "text", "text": "Be brief."}]

    done = CacheAligner().align(system(blocks))

    assert done.messages[0]["content"] is blocks


def test_the_note_and_the_label_say_what_was_done() -> None:
    done = CacheAligner().align(system("Current date: 2025-04-06\nBe brief."))

    (note,) = done.notes
    assert (note.kind, note.change, note.reason, note.message_index) == ("system", "value_exact", "aligned", 0)
    assert done.transforms_applied == [LABEL] == ["cache_align"]
    assert note.tokens_saved == done.tokens_saved < 0
    assert done.tokens_before == sum(COUNT(m["content"]) for m in system("Current date: 2025-04-06\nBe brief."))


LONG = "Current date: 2025-04-06\n" + "Be brief and cite the source of each claim. " * 20


@pytest.mark.parametrize(
    ("config", "request_aligns", "text", "moves"),
    [
        ({}, True, LONG, True),
        ({}, False, LONG, False),
        ({"enabled": False}, True, LONG, False),
        ({}, True, "Current date: 2025-04-06\nBe brief.", False),
        ({"stable_prefix_min_tokens": 2}, True, "Current date: 2025-04-06\nBe brief.", True),
    ],
)
def test_in_a_pipeline_it_acts_where_request_and_settings_say_so(
    config: dict[str, Any], request_aligns: bool, text: str, moves: bool
) -> None:
    aligner = CacheAligner(CacheAlignerConfig(**config))

    done = Pipeline([aligner]).run(system(text), Request(align=request_aligns))

    assert (done.transforms_applied == [LABEL]) is moves
    assert done.tokens_before == sum(COUNT(message["content"]) for message in system(text))
    assert done.tokens_after == sum(COUNT(message["content"]) for message in done.messages)


def test_by_hand_it_acts_whatever_enabled_says_and_the_least_size_holds_where_it_was_set() -> None:
    text = "Current date: 2025-04-06\nBe brief."

    assert SEPARATOR in aligned(text, enabled=False)
    assert aligned(text, stable_prefix_min_tokens=100) == text
    done = CacheAligner(CacheAlignerConfig(stable_prefix_min_tokens=100)).align(system(text))
    assert [note.reason for note in done.notes] == ["below_stable_prefix_min_tokens"]


@pytest.mark.parametrize(
    ("config", "text", "expected"),
    [
        (
            {"extract_dates": False},
            "Current date: 2025-04-06\nSession ID: ab12cd34\nGo.",
            "Current date: 2025-04-06\nGo.{}Session ID: ab12cd34",
        ),
        ({"use_dynamic_detector": False}, "Current date: 2025-04-06\nGo.", None),
        ({"use_dynamic_detector": False, "dynamic_patterns": [r"Sprint \d+"]}, "Sprint 12\nGo.", "Go.{}Sprint 12"),
        (
            {"dynamic_patterns": [r"Sprint \d+"]},
            "You plan. Sprint 12 Always ask. See Sprint 12 notes.",
            "You plan. Always ask. See Sprint 12 notes.{}Sprint 12",
        ),
        ({"dynamic_patterns": [r"Q[1-4]/\d\d"]}, "Today: Q2/25\nGo.", "Go.{}Today: Q2/25"),
        ({"extra_dynamic_labels": ["Store"]}, "Store: Jane Doe\nGo.", "Go.{}Store: Jane Doe"),
        ({}, "Store: Jane Doe\nGo.", None),
        ({"date_patterns": [r"Stardate \d+"]}, "Today: Stardate 41153\nGo.", "Go.{}Today: Stardate 41153"),
        ({}, "Today: Stardate 41153\nGo.", None),
        ({"entropy_threshold": 1.0}, "Session ID: aab1aab1aab2_z\nGo.", None),
        ({"entropy_threshold": 0.3}, "Session ID: aab1aab1aab2_z\nGo.", "Go.{}Session ID: aab1aab1aab2_z"),
        ({"normalize_whitespace": False}, "A b.  Today is Sunday.  Go on.", "A b.    Go on.{}Today is Sunday."),
        ({}, "A b.  Today is Sunday.  Go on.", "A b. Go on.{}Today is Sunday."),
        ({"collapse_blank_lines": False}, "A\n\nToday is Sunday.\n\n\nGo on.", "A\n\n\n\nGo on.{}Today is Sunday."),
        ({}, "A\n\nToday is Sunday.\n\n\nGo on.", "A\n\n\nGo on.{}Today is Sunday."),
        ({}, "Hard  \n\n\n\n\tx  \nToday is Sunday.\nGo on.", "Hard  \n\n\n\n\tx  \nGo on.{}Today is Sunday."),
    ],
)  # fmt: skip
def test_each_setting_takes_effect(config: dict[str, Any], text: str, expected: str | None) -> None:
    assert aligned(text, **config) == (text if expected is None else expected.format(SEPARATOR))


def test_the_separator_is_the_one_set_and_a_costly_one_gives_way_to_a_blank_line() -> None:
    text = "Today is Sunday.\nGo on."

    assert aligned(text, dynamic_tail_separator="\n\n[Now]\n") == "Go on.\n\n[Now]\nToday is Sunday."
    assert aligned(f"- One.\n{text}\n- Two.", dynamic_tail_separator="\n- ") == (
        "- One.\nGo on.\n- Two.\n- Today is Sunday."
    )
    costly = "\n\n" + "This is what changes from one call to the next. " * 3 + "\n"
    assert aligned(text, dynamic_tail_separator=costly) == "Go on.\n\nToday is Sunday."


def test_what_is_added_in_front_joins_the_tail_that_is_there() -> None:
    once = aligned("Today is Sunday.\nGo on.")

    assert aligned(f"Session ID: ab12cd34\n{once}") == f"Go on.{SEPARATOR}Session ID: ab12cd34\nToday is Sunday."


def test_the_score_loses_10_per_dynamic_part() -> None:
    aligner = CacheAligner()

    assert aligner.get_alignment_score([]) == 100.0
    assert aligner.get_alignment_score(system("You are helpful.")) == 100.0
    assert aligner.get_alignment_score(system("Current date: 2025-04-06\nGo on.\nSession ID: ab12cd34")) == 80.0
    many = "\n".join(f"Current date: 2025-04-06\nRule {n} holds." for n in range(12))
    assert aligner.get_alignment_score(system(many)) == 0.0


def test_bad_settings_and_bad_arguments_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="dynamic_tail_separator"):
        CacheAlignerConfig(dynamic_tail_separator="")
    with pytest.raises(ConfigurationError, match="CacheAlignerConfig"):
        CacheAligner("yes")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="messages must be a list"):
        CacheAligner().align("Today is Sunday.")
    with pytest.raises(ConfigurationError, match="unknown argument"):
        CacheAligner().apply([], alighn=True)


def test_should_apply_says_whether_anything_would_change() -> None:
    assert CacheAligner().should_apply(system("Today is Sunday.\nGo on."))
    assert not CacheAligner().should_apply(system("Go on.\nToday is Sunday."))


def test_real_texts_that_are_no_prompts_stay_as_they_are() -> None:
    texts = [sample.text for sample in samples()]
    texts += [str(m["content"]) for talk in talks() for m in talk.messages if isinstance(m.get("content"), str)]

    moved = [text for text in texts if aligned(text) != text]

    assert len(texts) > 50
    assert moved == []


def test_many_units_are_data_and_stay() -> None:
    text = "Current date: 2025-04-06 | " * 3_000 + "\n" + '"Today is' * 1000

    assert CacheAligner().transform(read_messages(system(text)), Request(align=True)).messages[0].parts[0].text == text

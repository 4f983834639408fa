"""Old results go in batches that pay, stay gone, and come back from the caller's messages."""

import json
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.config import HeadroomConfig
from headroom.markers import find_markers, handle_of
from headroom.messages import read_messages, texts_of
from headroom.protocols import Request
from headroom.results import TransformResult
from headroom.tokenizers import built_in_counter
from headroom.transforms.clearing import Clearing
from headroom.transforms.clearing_rule import Bill, Place, best_batch
from headroom.transforms.content_router import ContentRouter
from headroom.transforms.pipeline import Pipeline
from headroom.transforms.repeats import expand_messages
from headroom.transforms.window_marker import is_result_line
from tests.samples import Messages, shared_talks
from tests.window_talks import ROUNDS, call_points, said, talk, unmatched, words

COUNT = built_in_counter().count_text


def settings(**clearing: Any) -> HeadroomConfig:
    return HeadroomConfig(clearing={"above_tokens": 0, "least_tokens": 200, **clearing})


def pipeline(config: HeadroomConfig | None = None) -> Pipeline:
    config = config or settings()
    return Pipeline([ContentRouter(config, counter=built_in_counter()), Clearing(config)])


def agent(rounds: int, seed: int = 0, *, tool: str = "fetch", repeats: bool = False) -> Messages:
    """One question and many calls, the answers of which are rows that a table says in fewer tokens."""
    random = Random(seed)
    messages: Messages = [{"role": "system", "content": words(random, 300)}, {"role": "user", "content": "Do it."}]
    texts: list[str] = []
    for step in range(rounds):
        rows = [{"id": random.randrange(10**6), "name": words(random, 2), "state": "open"} for _ in range(20)]
        text = random.choice(texts) if repeats and texts and step % 3 == 0 else json.dumps(rows, indent=1)
        texts.append(text)
        call = {"id": f"c{step}", "type": "function", "function": {"name": tool, "arguments": json.dumps({"n": step})}}
        messages.append({"role": "assistant", "content": f"Step {step}.", "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": f"c{step}", "content": text})
    return messages


def cleared(messages: Messages) -> list[int]:
    """Positions of results that were taken out."""
    return [place for place, m in enumerate(messages) if m["role"] == "tool" and is_result_line(m["content"])]


def size(messages: Messages) -> int:
    return sum(4 + sum(map(COUNT, texts_of(view))) for view in read_messages(messages))


def bill(prompts: list[Messages]) -> float:
    """What a provider with a prefix cache takes for calls, in uncached tokens; written here a second time."""
    total, sent = 0.0, []
    for prompt in prompts:
        same = next(
            (n for n, (a, b) in enumerate(zip(sent, prompt, strict=False)) if a != b), min(len(sent), len(prompt))
        )
        cached = size(prompt[:same]) if size(prompt[:same]) >= 1024 else 0
        total += 0.1 * cached + (size(prompt) - cached) * (1.25 if size(prompt) >= 1024 else 1)
        sent = prompt
    return total


def prompts(messages: Messages, config: HeadroomConfig | None = None) -> list[Messages]:
    """What is sent at each call."""
    going_on = pipeline(config)
    return [going_on.run(messages[:k], Request(min_cacheable_tokens=1024)).messages for k in call_points(messages)]


def test_old_results_go_and_the_newest_stay() -> None:
    messages = agent(40)

    done = pipeline().run(messages, Request())

    gone = cleared(done.messages)
    assert len(gone) > 15
    assert gone[-1] < len(messages) - 6
    assert [done.messages[place] for place in range(len(messages)) if messages[place]["role"] != "tool"] == [
        m for m in messages if m["role"] != "tool"
    ]
    assert f"cleared:{len(gone)}" in done.transforms_applied
    assert done.tool_units_dropped == len(gone)


def test_each_line_names_tool_size_and_the_handle_of_the_original() -> None:
    messages = agent(40)
    done = pipeline().run(messages, Request(retrieval="tool"))

    for place in cleared(done.messages):
        line = done.messages[place]["content"]
        original = messages[place]["content"]
        assert f"result of fetch, {COUNT(original)} tokens, not shown here; source complete; " in line
        assert f'headroom_retrieve(hash="{handle_of(original)}")' in line
        assert [marker.handle for marker in find_markers(line)] == [handle_of(original)]


def test_what_a_batch_took_out_stays_out_and_between_batches_the_prompt_only_grows() -> None:
    sent = prompts(agent(60), HeadroomConfig())
    batches = [n for n in range(1, len(sent)) if sent[n][: len(sent[n - 1])] != sent[n - 1]]

    assert 1 <= len(batches) <= 12
    for before, after in pairwise(sent):
        assert set(cleared(before)) <= set(cleared(after))


@given(rounds=st.integers(1, 30), seed=st.integers(0, 99), repeats=st.booleans())
def test_no_conversation_becomes_dearer_than_raw_wherever_it_ends(rounds: int, seed: int, repeats: bool) -> None:
    messages = agent(rounds, seed, repeats=repeats)
    sent = prompts(messages)
    raw = [messages[:k] for k in call_points(messages)]

    for end in range(1, len(sent) + 1, 7):
        assert bill(sent[:end]) <= bill(raw[:end]) + 1e-6


def test_it_saves_more_than_compressing_alone() -> None:
    messages = agent(60)
    router = Pipeline([ContentRouter(settings(), counter=built_in_counter())])
    alone = [router.run(messages[:k], Request(min_cacheable_tokens=1024)).messages for k in call_points(messages)]

    assert bill(prompts(messages)) < 0.9 * bill(alone)


@given(shape=st.sampled_from(sorted(ROUNDS)), seed=st.integers(0, 2**16), same_ids=st.booleans())
def test_calls_answers_and_words_stay(shape: str, seed: int, same_ids: bool) -> None:
    messages = talk(shape, 8, seed, same_ids=same_ids)
    copy = json.loads(json.dumps(messages))

    done = pipeline().run(messages, Request(min_cacheable_tokens=0))

    assert unmatched(done.messages) == unmatched(messages)
    assert said(done.messages) == said(messages)
    assert messages == copy


@given(rounds=st.integers(5, 25), seed=st.integers(0, 99), repeats=st.booleans())
def test_it_is_a_function_of_the_messages(rounds: int, seed: int, repeats: bool) -> None:
    messages = agent(rounds, seed, repeats=repeats)
    going_on = pipeline()
    for k in call_points(messages)[::5]:
        grown = going_on.run(messages[:k], Request()).messages

        assert pipeline().run(json.loads(json.dumps(messages[:k])), Request()).messages == grown


@given(rounds=st.integers(10, 30), seed=st.integers(0, 99))
def test_no_text_names_what_is_gone(rounds: int, seed: int) -> None:
    messages = agent(rounds, seed, repeats=True)
    exact = Pipeline([ContentRouter(settings(), counter=built_in_counter())]).run(messages, Request(references=False))

    done = pipeline().run(messages, Request())

    for place, (texts, whole) in enumerate(zip(expand_messages(done.messages), exact.messages, strict=True)):
        if messages[place]["role"] == "tool" and place not in cleared(done.messages):
            assert texts == [whole["content"]]


def test_references_are_written_out_and_named_anew() -> None:
    """Without repeats the test above would hold for nothing."""
    reasons: set[str] = set()
    for seed in range(6):
        done = pipeline().run(agent(40, seed, repeats=True), Request())
        reasons |= {note.reason for note in done.notes if note.change}

    assert {"source_not_shown", "clearing_cleared"} <= reasons


@given(rounds=st.integers(5, 30), seed=st.integers(0, 99), repeats=st.booleans())
def test_notes_add_up(rounds: int, seed: int, repeats: bool) -> None:
    messages = agent(rounds, seed, repeats=repeats)
    done: TransformResult = pipeline().run(messages, Request())

    def tokens(members: Messages) -> int:
        return sum(COUNT(text) for view in read_messages(members) for text in texts_of(view))

    assert done.tokens_before == tokens(messages)
    assert done.tokens_after == tokens(done.messages)
    assert sum(note.tokens_saved for note in done.notes) == done.tokens_before - done.tokens_after


def test_what_was_cleared_and_kept_is_left_alone() -> None:
    once = pipeline().run(agent(40), Request()).messages

    again = pipeline().run(once, Request()).messages

    assert [again[place] for place in cleared(once)] == [once[place] for place in cleared(once)]


@pytest.mark.parametrize(
    "config",
    [
        settings(keep_results=99),
        settings(above_tokens=10**6),
        settings(least_tokens=10**6),
        settings(least_result_tokens=10**6),
        HeadroomConfig(tool_profiles={"fetch": {"skip_compression": True}}),
        HeadroomConfig(tool_profiles={"fe*": {"exact_only": True}}),
        HeadroomConfig(cache_optimizer={"min_cacheable_tokens": 10**6}),
    ],
)
def test_each_setting_can_stop_it(config: HeadroomConfig) -> None:
    assert cleared(pipeline().run(agent(40), Request()).messages)
    assert not cleared(pipeline(config).run(agent(40), Request()).messages)


@pytest.mark.parametrize(
    "request_", [Request(selection="never"), Request(is_conversation=False), Request(keep_turns=1)]
)
def test_each_fact_of_a_call_can_stop_it(request_: Request) -> None:
    assert not cleared(pipeline().run(agent(40), request_).messages)


def test_a_batch_that_does_not_pay_is_not_taken() -> None:
    before = Bill(least=0, calls=20, raw=50_000, sent=20_000, raw_prompt=10_000, prompt=10_000)

    assert best_batch([Place(9_000, 900)], before, 10_100, 10_100, 100) == 0
    assert best_batch([Place(1_000, 100)], before, 10_100, 10_100, 100) is None, "it frees too little for its place"
    assert best_batch([Place(1_000, 100), Place(9_000, 900)], before, 10_100, 10_100, 100) == 1


def test_a_batch_waits_until_enough_was_saved() -> None:
    before = Bill(least=0, calls=40, raw=20_000, sent=20_000, raw_prompt=10_000, prompt=10_000)
    place = Place(5_000, 2_000)

    assert best_batch([place], before, 10_100, 10_100, 100) is None
    saved = Bill(least=0, calls=40, raw=26_000, sent=20_000, raw_prompt=10_000, prompt=10_000)
    assert best_batch([place], saved, 10_100, 10_100, 100) == 0


def test_no_prompt_shrinks_below_what_is_cached() -> None:
    before = Bill(least=1024, calls=40, raw=60_000, sent=20_000, raw_prompt=2_000, prompt=2_000)

    assert best_batch([Place(900, 900)], before, 2_100, 2_100, 100) == 0
    assert best_batch([Place(900, 1_080)], before, 2_100, 2_100, 100) is None


@pytest.mark.shared_data
def test_no_real_conversation_becomes_dearer() -> None:
    config = HeadroomConfig()
    for one in shared_talks(one_in=40, most_chars=60_000):
        raw = [one.messages[:k] for k in call_points(one.messages)]
        assert bill(prompts(one.messages, config)) <= 1.001 * bill(raw) + 1e-6

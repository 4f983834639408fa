"""Answers given again: what is kept, for how long, and to whom it is given."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from headroom.errors import ConfigurationError
from headroom.semantic_cache import SemanticCache, cache
from tests.answers import anthropic_message, chat, google_answer, responses_answer

FRANCE = "What is the capital of France?"


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def embed(texts: list[str]) -> list[list[float]]:
    """Vectors of vowels: an anagram means the same, another sentence does not."""
    return [[float(text.count(vowel)) for vowel in "aeiouy"] for text in texts]


def ask(text: str = FRANCE, **arguments: Any) -> dict[str, Any]:
    """Arguments of a call."""
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **arguments}


@pytest.mark.parametrize(
    "answer", [chat(), chat().model_dump(), responses_answer(), anthropic_message(), google_answer()]
)
def test_the_same_question_gets_an_equal_answer_of_the_same_kind(answer: Any) -> None:
    cache = SemanticCache()
    cache.store(ask(), answer)

    again = cache.lookup(ask())

    assert type(again) is type(answer)
    assert again == answer
    assert again is not answer


def test_whoever_changes_an_answer_changes_it_for_nobody_else() -> None:
    cache = SemanticCache()
    answer = chat("Paris")
    cache.store(ask(), answer)

    answer.choices[0].message.content = "edited"
    cache.lookup(ask()).choices[0].message.content = "edited too"

    assert cache.lookup(ask()).choices[0].message.content == "Paris"


def test_another_question_is_not_answered() -> None:
    cache = SemanticCache()
    cache.store(ask(), chat())

    assert cache.lookup(ask("What is the capital of Spain?")) is None


@pytest.mark.parametrize("with_embedder", [False, True])
@pytest.mark.parametrize(
    ("arguments", "scope"),
    [
        ({}, {"namespace": "acme"}),
        ({}, {"endpoint": "openai https://elsewhere"}),
        ({"model": "gpt-4o-mini"}, {}),
        ({"tools": [{"type": "function", "function": {"name": "a"}}]}, {}),
        ({"temperature": 0, "seed": 2}, {}),
        ({"max_tokens": 5}, {}),
        ({"extra_headers": {"x-tenant": "b"}}, {}),
        ({"messages": [{"role": "system", "content": "Be brief."}, *ask()["messages"]]}, {}),
        ({"messages": [*ask("Hi")["messages"], {"role": "assistant", "content": "Yes?"}, *ask()["messages"]]}, {}),
        ({"messages": [{**ask()["messages"][0], "name": "ann"}]}, {}),
    ],
)  # fmt: skip
def test_nothing_crosses_from_one_call_to_a_different_one(
    arguments: dict[str, Any], scope: dict[str, Any], with_embedder: bool
) -> None:
    cache = SemanticCache(similarity=0.0, embedder=embed if with_embedder else None)
    cache.store(ask(), chat())

    assert cache.lookup({**ask(), **arguments}, **scope) is None
    cache.store({**ask(), **arguments}, chat("other"), **scope)
    assert cache.lookup(ask()).choices[0].message.content == "Paris"


def test_an_answer_is_forgotten_after_its_time_however_often_it_was_given() -> None:
    clock = Clock()
    cache = SemanticCache(ttl_seconds=300, clock=clock)
    cache.store(ask(), chat())

    for clock.now_s in (100.0, 200.0, 299.9):
        assert cache.lookup(ask()) is not None
    clock.now_s = 300.0
    assert cache.lookup(ask()) is None
    assert cache.stats()["entries"] == cache.stats()["size_bytes"] == 0


def test_what_was_not_asked_for_longest_leaves() -> None:
    cache = SemanticCache(max_entries=2)
    for text in ("a", "b"):
        cache.store(ask(text), chat(text))
    cache.lookup(ask("a"))

    cache.store(ask("c"), chat("c"))

    assert [cache.lookup(ask(text)) is not None for text in "abc"] == [True, False, True]


def test_the_size_of_all_answers_is_bounded() -> None:
    cache = SemanticCache(max_bytes=5000)
    for number in range(20):
        cache.store(ask(str(number)), chat("x" * 1000))

    assert 0 < cache.stats()["size_bytes"] <= 5000
    assert 2 <= cache.stats()["entries"] <= 4
    assert cache.store(ask("huge"), chat("x" * 6000)) is False
    assert cache.stats()["entries"] >= 2  # what does not fit pushes nothing out


def test_an_answer_stored_again_replaces_the_first() -> None:
    cache = SemanticCache()
    cache.store(ask(), chat("one"))
    size = cache.stats()["size_bytes"]

    cache.store(ask(), chat("two"))

    assert cache.lookup(ask()).choices[0].message.content == "two"
    assert cache.stats()["size_bytes"] == size


def test_a_question_that_means_the_same_is_answered_where_an_embedder_was_given() -> None:
    similar = ask("what is france's capital of today")
    plain, meaning = SemanticCache(), SemanticCache(similarity=0.5, embedder=embed)
    for one in (plain, meaning):
        one.store(ask("what is the capital of france"), chat())

    assert plain.lookup(similar) is None
    assert meaning.lookup(similar) == chat()
    assert meaning.stats()["similar_hits"] == 1


def test_of_several_the_nearest_question_counts() -> None:
    cache = SemanticCache(similarity=0.5, embedder=embed)
    for text in ("aaa ee", "aaa e", "aa eee"):
        cache.store(ask(text), chat(text))

    assert cache.lookup(ask("aaaa ee")).choices[0].message.content == "aaa ee"


def test_a_question_that_is_not_near_enough_is_not_answered() -> None:
    cache = SemanticCache(similarity=0.95, embedder=embed)
    cache.store(ask("aaa e"), chat())

    assert cache.lookup(ask("aa ee")) is None  # cosine 0.894
    assert cache.lookup(ask("aaaa e")) is not None  # cosine 0.997


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("status of order 16", "status of order 61"),
        ("is it open", "is it not open"),
        ("is it open", "isn't it open"),
        ("who leads the team of Anna", "who leads the team of Nina"),
        ('look for "late" there', 'look for "tale" there'),
        ("open a/b.txt", "open b/a.txt"),
    ],
)
def test_embeddings_do_not_decide_over_numbers_names_and_negations(one: str, other: str) -> None:
    cache = SemanticCache(similarity=0.0, embedder=embed)
    cache.store(ask(one), chat())

    assert cache.lookup(ask(other)) is None
    assert cache.lookup(ask(one)) is not None


def test_continue_is_answered_within_its_own_conversation_only() -> None:
    cache = SemanticCache(similarity=0.0, embedder=embed)
    history = [{"role": "user", "content": "Tell me of A."}, {"role": "assistant", "content": "A is ..."}]
    ours, theirs = ([*history[:1], {"role": "assistant", "content": text}] for text in ("A is ...", "B is ..."))
    cache.store({"model": "m", "messages": [*ours, {"role": "user", "content": "continue"}]}, chat())

    assert cache.lookup({"model": "m", "messages": [*theirs, {"role": "user", "content": "continue"}]}) is None


def test_a_text_is_embedded_once_for_question_and_answer() -> None:
    asked: list[str] = []

    def counted(texts: list[str]) -> list[list[float]]:
        asked.extend(texts)
        return embed(texts)

    cache = SemanticCache(embedder=counted)
    assert cache.lookup(ask()) is None
    cache.store(ask(), chat())
    assert cache.lookup(ask()) is not None

    assert asked == [FRANCE]


def broken(texts: list[str]) -> Sequence[Sequence[float]]:
    raise RuntimeError("no model")


def test_an_embedder_that_fails_costs_the_similar_questions_only() -> None:
    cache = SemanticCache(embedder=broken)
    with pytest.raises(RuntimeError):
        cache.store(ask(), chat())

    assert cache.lookup(ask()) is not None
    with pytest.raises(RuntimeError):
        cache.lookup(ask("another"))


@pytest.mark.parametrize("vector", [[0.0, 0.0], [float("nan")], [float("inf")], []])
def test_vectors_without_a_direction_are_like_nothing(vector: list[float]) -> None:
    cache = SemanticCache(similarity=0.0, embedder=lambda texts: [vector])
    cache.store(ask("one"), chat())

    assert cache.lookup(ask("other")) is None


def test_vectors_of_another_model_are_like_nothing() -> None:
    lengths = iter([3, 4])
    cache = SemanticCache(similarity=0.0, embedder=lambda texts: [[1.0] * next(lengths)])
    cache.store(ask("one"), chat())

    assert cache.lookup(ask("other")) is None


def test_one_namespace_can_be_forgotten_alone() -> None:
    cache = SemanticCache()
    for namespace in ("acme", "other"):
        cache.store(ask(), chat(), namespace=namespace)

    assert cache.clear("acme") == 1
    assert cache.lookup(ask(), namespace="acme") is None
    assert cache.lookup(ask(), namespace="other") is not None
    assert cache.clear() == 1
    assert cache.stats()["size_bytes"] == 0


def test_figures_add_up() -> None:
    cache = SemanticCache()
    cache.lookup(ask())
    cache.store(ask(), chat())
    cache.lookup(ask())
    cache.store(ask("other"), {"unknown": "shape"})

    found = cache.stats()

    assert {name: found[name] for name in ("entries", "exact_hits", "similar_hits", "misses", "stored", "refused")} == {
        "entries": 1, "exact_hits": 1, "similar_hits": 0, "misses": 1, "stored": 1, "refused": 1,
    }  # fmt: skip


def test_no_content_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    cache = SemanticCache(embedder=embed)
    cache.store(ask("canary question"), chat("canary answer"), namespace="canary")
    cache.lookup(ask("canary question"), namespace="canary")

    shown = repr(cache) + repr(list(cache.entries.values())) + str(cache.stats()) + caplog.text

    assert "canary" not in shown


def test_threads_share_one_cache() -> None:
    cache = SemanticCache(max_entries=20, embedder=embed)
    wrong: list[str] = []

    def work() -> None:
        for number in range(150):
            text = f"question {number % 30}"
            found = cache.lookup(ask(text))
            if found is None:
                cache.store(ask(text), chat(text))
            elif found.choices[0].message.content != text:
                wrong.append(text)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert cache.stats()["entries"] == 20
    assert cache.size_bytes == sum(entry.size_bytes for entry in cache.entries.values())


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("max_entries", 0),
        ("max_entries", "many"),
        ("ttl_seconds", -1),
        ("ttl_seconds", float("nan")),
        ("similarity", 1.1),
        ("similarity", True),
        ("max_bytes", 0),
        ("embedder", "all-MiniLM-L6-v2"),
    ],
)
def test_wrong_settings_are_refused(setting: str, value: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        SemanticCache(**{setting: value})

    assert caught.value.details["field"] == setting


def test_vectors_in_waiting_are_bounded() -> None:
    one = SemanticCache(embedder=embed)
    for number in range(cache.MOST_PENDING + 10):
        one.lookup(ask(f"question {number}"))

    assert len(one.pending) == cache.MOST_PENDING

"""A call on a history that was seen before counts what is new (law 11): work is counted here, not time."""

from __future__ import annotations

from typing import Any

import pytest

from headroom import HeadroomClient, OpenAIProvider
from headroom.protocols import TokenCounter
from headroom_integrations.langchain.chat_model import HeadroomChatModel
from tests.integrations.langchain.chat_models import inner_model
from tests.stub.server import StubServer

pytestmark = pytest.mark.loopback

MODEL = "gpt-4o"
TURNS = 250
PER_MESSAGE = 4  # texts of one message that are counted at most: role, content, what stands beside
ROOMY, TIGHT = 10**6, 30_000


class Watched:
    """A counter that says how often it was asked, and for how many characters."""

    def __init__(self, inner: TokenCounter) -> None:
        self.inner = inner
        self.name, self.is_exact = inner.name, inner.is_exact
        self.asked = self.chars = 0

    def count_text(self, text: str) -> int:
        self.asked += 1
        self.chars += len(text)
        return self.inner.count_text(text)


def history() -> list[dict[str, Any]]:
    """500 messages, about 40,000 tokens."""
    found: list[dict[str, Any]] = [{"role": "system", "content": "You help."}]
    for n in range(TURNS):
        found.append({"role": "user", "content": f"Question {n}? " + f"why {n * 7919 % 997} " * 20})
        found.append({"role": "assistant", "content": f"Answer {n}. " + f"since {n * 104729 % 997} " * 60})
    return found


@pytest.mark.parametrize("limit", [ROOMY, TIGHT], ids=["it fits", "a window overflows"])
def test_a_warm_call_counts_its_new_messages(limit: int) -> None:
    provider = OpenAIProvider(context_limits={MODEL: limit})
    counter = provider.get_local_counter(MODEL)
    watched = counter.texts = Watched(counter.texts)
    new = [{"role": "assistant", "content": "Done. " * 20}, {"role": "user", "content": "And now? " * 20}]
    with StubServer(["One.", "Two.", "Three."]) as stub:
        client = HeadroomClient(stub.openai(), provider, default_mode="optimize", store_url="memory")
        messages = history()
        client.chat.completions.create(model=MODEL, messages=messages)
        cold = (watched.asked, watched.chars)
        messages = [*messages, *new]
        client.chat.completions.create(model=MODEL, messages=messages)
        watched.asked = watched.chars = 0
        messages = [*messages, *(dict(message) for message in new)]
        client.chat.completions.create(model=MODEL, messages=messages)

    assert cold[0] > 2 * TURNS, "the first call counts everything"
    assert cold[1] > 150_000
    assert watched.asked <= len(new) * PER_MESSAGE
    assert watched.chars < 1000
    assert (client.get_metrics()[0].turns_dropped > 0) is (limit == TIGHT)


def test_an_adapter_without_a_window_counts_nothing_for_one() -> None:
    with StubServer(["One."]) as stub:
        model = HeadroomChatModel(inner_model("chat", stub), store_url="memory")
        counter = model._held.host.provider.get_local_counter(MODEL)
        watched = counter.texts = Watched(counter.texts)
        model.invoke([(message["role"], message["content"]) for message in history()])

    assert watched.asked == 0


def test_one_model_has_one_counter_and_their_number_is_bounded() -> None:
    provider = OpenAIProvider()

    assert provider.get_local_counter(MODEL) is provider.get_local_counter(MODEL)
    for n in range(100):
        provider.get_local_counter(f"model-{n}")
    assert len(provider.counters) <= 32

"""`SmartCrusher` over a conversation: JSON by its own limits, everything else as it came."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given

from headroom.api import retrieve
from headroom.config import SmartCrusherConfig
from headroom.errors import ConfigurationError
from headroom.markers import find_markers
from headroom.tokenizers import built_in_counter
from headroom.transforms import SmartCrusher
from tests.samples import Messages, ask, samples
from tests.strategies import conversations

COUNTER = built_in_counter()
ROWS = [{"id": i, "status": "ok", "message": "done"} for i in range(300)]
ROWS[120] = {"id": 120, "status": "error", "message": "Connection timeout"}
TEXT = json.dumps(ROWS)


def crushed(text: str, config: SmartCrusherConfig | None = None, **facts: object) -> str:
    """What becomes of one tool result."""
    content = SmartCrusher(config).apply(ask(text), **facts).messages[2]["content"]
    assert isinstance(content, str)
    return content


def test_rows_go_without_being_asked_for_and_the_error_stays_with_a_handle_that_resolves() -> None:
    made = crushed(TEXT)

    [marker] = find_markers(made)
    assert "250 of 300 rows not shown" in marker.line
    assert "Connection timeout" in made
    assert retrieve(marker.handle or "", messages=ask(TEXT)).text == TEXT


@pytest.mark.parametrize("most", [5, 20])
def test_the_number_of_rows_is_that_of_its_settings(most: int) -> None:
    made = crushed(TEXT, SmartCrusherConfig(max_items_after_crush=most))

    assert f"{300 - most} of 300 rows" in made


def test_settings_say_when_and_whether() -> None:
    tokens = COUNTER.count_text(TEXT)

    assert crushed(TEXT, SmartCrusherConfig(enabled=False)) == TEXT
    assert crushed(TEXT, SmartCrusherConfig(min_tokens_to_crush=tokens)) == TEXT
    assert find_markers(crushed(TEXT, selection="never")) == []
    assert 'headroom_retrieve(hash="' in crushed(TEXT, retrieval="tool")


@pytest.mark.parametrize("sample", samples("log", "git_diff", "html", "source_code"), ids=lambda sample: sample.id)
def test_what_is_no_json_goes_out_as_it_came(sample: object) -> None:
    text = sample.text  # type: ignore[attr-defined]

    assert crushed(text) == text


def test_blobs_and_colours_in_what_is_no_json_stay() -> None:
    blob = base64.b64encode(bytes(n * n % 251 for n in range(3000))).decode()
    text = f"\x1b[31mattachment\x1b[0m:\n{blob}\nend of it"

    assert crushed(text) == text


def test_a_scorer_of_ones_own_says_what_fits_the_question() -> None:
    class Sevens:
        def score_items(self, items: list[str], query: str) -> list[float]:
            return [float("77" in item) for item in items]

    own = SmartCrusher(SmartCrusherConfig(max_items_after_crush=4), scorer=Sevens())

    made = own.apply(ask(TEXT, "which ones are wanted?")).messages[2]["content"]

    assert "\n78,77" in made


@given(messages=conversations())
def test_it_never_makes_more_tokens_and_does_nothing_a_second_time(messages: Messages) -> None:
    crusher = SmartCrusher(SmartCrusherConfig(min_tokens_to_crush=20, max_items_after_crush=3))

    once = crusher.apply(messages)
    again = crusher.apply(once.messages)

    assert once.tokens_after <= once.tokens_before
    assert again.messages == once.messages
    assert crusher.should_apply(messages) == bool(once.transforms_applied)


def test_unknown_facts_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="qurey"):
        SmartCrusher().apply([], qurey="x")

"""The handle of a beginning of a conversation, and the text that it stands for."""

from typing import Any

import pytest

import headroom
from headroom.markers import handle_of
from headroom.messages import read_messages
from headroom.messages.rendering import prefix_handle, prefix_of_handle, render_message, render_turns
from tests.window_talks import ROUNDS, talk


@pytest.mark.parametrize("shape", ROUNDS)
def test_every_beginning_is_found_by_its_handle(shape: str) -> None:
    views = read_messages(talk(shape, 4))
    lead = int(views[0].role == "system")

    for end in range(lead + 1, len(views) + 1):
        text = render_turns(views[lead:end])
        handle = handle_of(text, namespace="tenant", secret="s3cret")

        assert prefix_handle(views[lead:end], namespace="tenant", secret="s3cret") == handle
        assert prefix_of_handle(handle, views, namespace="tenant", secret="s3cret") == text


def test_a_handle_of_another_scope_or_stretch_finds_nothing() -> None:
    views = read_messages(talk("chat", 3))
    handle = prefix_handle(views[1:3], namespace="tenant")

    assert prefix_of_handle(handle, views) is None
    assert prefix_of_handle(prefix_handle(views[2:4]), views) is None
    assert prefix_of_handle("0" * 12, []) is None


def test_a_beginning_may_include_the_system_messages() -> None:
    views = read_messages(talk("chat", 2))

    assert prefix_of_handle(prefix_handle(views[:3]), views) == render_turns(views[:3])


def test_compressed_messages_are_rendered_as_they_came() -> None:
    views = read_messages(talk("chat", 3, seed=2))
    place = next(place for place, view in enumerate(views) if view.role == "tool" and view.parts[0].text)
    edited = views[place].with_part_text(0, "short")

    assert render_message(edited) == render_message(views[place])


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ({"role": "user", "content": "a\nb"}, ["### user", "a", "b", ""]),
        ({"role": "assistant", "content": None}, [""]),
        ({"role": "tool", "tool_call_id": "x", "content": "1"}, ["### result of call x", "1", ""]),
        ({"type": "function_call", "call_id": "x", "name": "f", "arguments": "{}"}, ["### call x: f", "{}", ""]),
        ({"role": "user", "content": [{"type": "image_url", "image_url": {}}]}, ["### user: image_url", ""]),
        (
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm."}]},
            ["### assistant: thinking", "Hm.", ""],
        ),
        (
            {"role": "model", "parts": [{"text": "Hm.", "thought": True}, {"text": "Yes."}]},
            ["### assistant", "Yes.", "### assistant: thought", "Hm.", ""],
        ),
        (
            {"role": "model", "parts": [{"text": "Signed.", "thought_signature": b"x"}]},
            ["### assistant: text", "Signed.", ""],
        ),
        (
            {"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "x"}}]},
            ["### user: inline_data", ""],
        ),
        (
            {
                "role": "model",
                "parts": [
                    {"executable_code": {"code": "1 + 1", "language": "PYTHON"}},
                    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}},
                    {"function_call": {"id": "c", "name": "f", "args": {}}},
                    {"newer": {}},
                ],
            },
            [
                "### call c: f",
                "{}",
                "### assistant: executable_code",
                "1 + 1",
                "### assistant: code_execution_result",
                "2",
                "### assistant: part",
                "",
            ],
        ),
        ({"type": "reasoning", "id": "r"}, ["### not read: untouched_item", '{"type":"reasoning","id":"r"}', ""]),
        (7, ["### not read: not_a_message", ""]),
    ],
)
def test_everything_is_rendered_or_named(message: Any, lines: list[str]) -> None:
    assert render_turns(read_messages([message])).split("\n") == lines


def test_googles_own_objects_and_dicts_are_rendered_alike() -> None:
    types = pytest.importorskip("google.genai.types")
    parts = [{"text": "Hm.", "thought": True}, {"executable_code": {"code": "1 + 1", "language": "PYTHON"}}]
    content = types.Content(role="model", parts=parts)

    made = render_turns(read_messages([content]))

    assert made == render_turns(read_messages([{"role": "model", "parts": parts}]))
    assert "Hm." in made
    assert "1 + 1" in made


def test_what_a_window_drops_of_a_google_conversation_can_be_read_again() -> None:
    messages: list[Any] = []
    for n in range(6):
        thought = {"text": f"Thought {n} " + "word " * 300, "thought": True}
        messages.append({"role": "user", "parts": [{"text": f"Question {n}? " + "Why? " * 40}]})
        messages.append({"role": "model", "parts": [thought, {"text": f"Answer {n}."}]})
    window = {"preserve_recent_turns": 1, "min_keep_turns": 1}

    result = headroom.compress(messages, model="gemini-2.5-pro", token_budget=900, rolling_window=window)

    assert result.turns_dropped >= 4
    found = [headroom.retrieve(handle, messages=messages).text for handle in result.ccr_hashes]
    assert any("Thought 3 word" in text for text in found)

"""Turns keep calls and answers together; call points are where the model was called."""

from headroom.messages import read_messages
from headroom.transforms.turns import Turn, Turns, is_call_point
from tests.samples import Messages
from tests.window_talks import talk


def turns(messages: Messages, lead: int = 0) -> list[Turn]:
    """The turns of a conversation."""
    found = Turns(lead)
    for place, view in enumerate(read_messages(messages)):
        found.add(place, view)
    return found.so_far(len(messages))


def called(messages: Messages) -> list[int]:
    """The call points of a conversation."""
    views = read_messages(messages)
    return [place for place in range(len(views)) if is_call_point(views, place)]


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
ANSWER = {"role": "tool", "tool_call_id": "a", "content": "1"}
SAID = {"role": "assistant", "content": "Yes."}


def test_a_turn_is_a_user_message_with_all_that_follows() -> None:
    assert turns([user("1"), SAID, user("2"), CALLING, ANSWER, SAID]) == [Turn(0, 2), Turn(2, 6)]


def test_what_stands_before_the_first_user_message_is_a_turn() -> None:
    assert turns([SAID, user("1")]) == [Turn(0, 1), Turn(1, 2)]


def test_an_answer_behind_another_word_of_the_user_joins_both_turns() -> None:
    assert turns([user("1"), CALLING, user("wait"), ANSWER, user("2")]) == [Turn(0, 4), Turn(4, 5)]


def test_anthropic_results_begin_no_turn_even_with_text_beside_them() -> None:
    use = {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}]}
    result = {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "image", "source": {}}]}
    beside = {"role": "user", "content": [result, {"type": "text", "text": "And now?"}]}

    assert turns([user("1"), use, {"role": "user", "content": [result]}, SAID]) == [Turn(0, 4)]
    assert turns([user("1"), use, beside, SAID, user("2")]) == [Turn(0, 4), Turn(4, 5)]


def test_ids_that_each_turn_uses_again_join_nothing() -> None:
    messages = [user("1"), CALLING, ANSWER, user("2"), CALLING, ANSWER]

    assert turns(messages) == [Turn(0, 3), Turn(3, 6)]


def test_a_call_without_an_answer_leaves_its_turn_open() -> None:
    assert turns([user("1"), CALLING, user("2")]) == [Turn(0, 2, is_open=True), Turn(2, 3)]


def test_items_of_built_in_tools_and_reasoning_are_the_models() -> None:
    shell = {"type": "local_shell_call", "call_id": "b", "action": {}}
    output = {"type": "local_shell_call_output", "call_id": "b", "output": "x"}
    messages = [user("1"), {"type": "reasoning", "summary": []}, shell, user("wait"), output, SAID]

    assert turns(messages) == [Turn(0, 6)]
    assert called(messages) == [1, 5]


def test_parallel_calls_are_one_call_of_the_model() -> None:
    messages = talk("responses", 3, seed=1)
    kinds = [
        "m" if m.get("type") in ("reasoning", "function_call") or m.get("role") == "assistant" else "u"
        for m in messages
    ]

    assert called(messages) == [k for k in range(1, len(kinds)) if kinds[k - 1 : k + 1] == ["u", "m"]]

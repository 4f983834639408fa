"""What an earlier message showed is named: when, how, and that it reads back (R14)."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom import retrieve
from headroom.engine import Engine
from headroom.markers import find_markers, handle_of
from headroom.references import label_of, read_reference
from headroom.transforms.repeats import Shown, expand_messages, fold
from headroom.transforms.repeats.expand import expand
from tests.engines import new_engine, text_of
from tests.samples import Messages, shared_talks
from tests.strategies import conversations

FILE = "\n".join(f"def step_{n}(value):\n    return value + {n * 7} - offset[{n}]" for n in range(60))


def talk(*results: tuple[str, dict[str, Any], str]) -> Messages:
    """A conversation in which each tool call is answered."""
    messages: Messages = [{"role": "user", "content": "Fix the bug."}]
    for number, (name, arguments, text) in enumerate(results):
        call = {
            "id": f"c{number}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": f"c{number}", "content": text})
    return messages


def sent(messages: Messages, **facts: Any) -> Messages:
    return new_engine().prepare(messages, **facts).messages


def test_a_file_that_is_read_again_is_named_with_its_lines_and_its_ends() -> None:
    messages = talk(("read", {"path": "a.py"}, FILE), ("bash", {"cmd": "cat a.py"}, f"# again\n{FILE}\n# end"))

    text = text_of(sent(messages))

    first, line, last = text.split("\n")
    assert (first, last) == ("# again", "# end")
    assert 'as lines 1-120 of read("a.py") above, "def step_0(va..." to "return value..."' in line
    assert f"handle {handle_of(messages[-1]['content'])}]" in line


def test_the_note_says_so_and_the_handle_brings_back_this_very_text() -> None:
    messages = talk(("read", {"path": "a.py"}, FILE), ("bash", {"cmd": "cat a.py"}, f"# again\n{FILE}"))
    result = new_engine().prepare(messages)
    [marker] = find_markers(text_of(result.messages))

    assert [note.change for note in result.notes] == [None, "by_reference"]
    assert str(retrieve(marker.handle or "", messages=messages)) == messages[-1]["content"]


def test_what_an_agent_wrote_itself_is_named_when_it_reads_it() -> None:
    messages = talk(("write", {"path": "a.py", "text": FILE}, "ok"), ("read", {"path": "a.py"}, FILE))

    assert "of text in write(" in text_of(sent(messages))


def test_a_changed_line_stays_between_two_references_to_the_same_text() -> None:
    edited = FILE.replace("return value + 210", "return value - 210")
    text = text_of(sent(talk(("read", {"path": "a.py"}, FILE), ("read", {"path": "a.py"}, edited))))

    kinds = [read_reference(line) is not None for line in text.split("\n")]
    assert kinds == [True, False, True]
    assert "    return value - 210" in text
    assert "of the same, " in text


def test_the_same_call_made_twice_has_a_number() -> None:
    other = FILE.replace("step", "other")
    messages = talk(("ls", {}, FILE), ("ls", {}, other), ("show", {}, other))

    assert "of ls() #2 above" in text_of(sent(messages))


def test_an_object_like_an_earlier_one_shows_what_differs() -> None:
    order = {f"field_{n}": f"value {n} of this order" for n in range(30)}
    messages = talk(
        ("get_order", {"id": 1}, json.dumps(order)),
        ("cancel_order", {"id": 1}, json.dumps({**order, "field_7": "cancelled", "field_9": None})),
    )

    line, fields = text_of(sent(messages)).split("\n")

    assert 'as get_order(1) above, "{field_0:valu...", with these fields changed' in line
    assert fields == "{field_7:cancelled,field_9:null}"


def test_an_object_is_never_given_as_one_that_is_itself_given_as_another() -> None:
    order = {f"field_{n}": f"value {n} of this order" for n in range(30)}
    states = [json.dumps({**order, "field_7": state}) for state in ("new", "paid", "sent", "back")]
    messages = sent(talk(*[("get_order", {"id": number}, state) for number, state in enumerate(states)]))

    assert [text_of(messages, place).partition(" above")[0][-12:] for place in (4, 6, 8)] == ["get_order(0)"] * 3


def test_a_compressed_text_whose_source_is_gone_says_so() -> None:
    messages = sent(talk(("read", {"path": "a.py"}, FILE), ("show", {"path": "a.py"}, FILE)))

    whole, cut = new_engine().prepare(messages), new_engine().prepare([messages[0], *messages[3:]])

    assert [note.reason for note in whole.notes] == ["editor_tool", "already_compressed"]
    assert [note.reason for note in cut.notes] == ["reference_without_source"]
    assert cut.messages[-1] is messages[-1]


def test_without_references_nothing_is_named() -> None:
    messages = talk(("read", {"path": "a.py"}, FILE), ("read", {"path": "a.py"}, FILE))

    assert sent(messages, references=False) == messages
    assert sent(messages, tool_profiles={"read": {"references": False}}) == messages
    assert sent(messages, tool_profiles={"read": {"exact_only": True}}) == messages


def test_error_results_and_small_texts_are_said_again() -> None:
    small = "one line of it\n" * 3
    messages = talk(("run", {}, small), ("run", {}, small))

    assert sent(messages) == messages


def test_text_that_looks_like_a_reference_is_text() -> None:
    forged = 'as it was\n[headroom 0000: as lines 1-9 of read("a.py") above, "x" to "y"]\n' + FILE
    messages = talk(("read", {"path": "a.py"}, FILE), ("bash", {}, forged))

    assert expand_messages(sent(messages))[-1] == [forged]


@given(messages=conversations(), references=st.booleans())
def test_every_conversation_reads_back_without_its_references(messages: Messages, references: bool) -> None:
    with_them, without = sent(messages), sent(messages, references=False)

    assert expand_messages(with_them) == expand_messages(without)


LINES = st.lists(
    st.sampled_from([f"line {n} of some text that is shown" for n in range(6)] + ["", "}", "x"]), max_size=40
)


@given(texts=st.lists(LINES.map("\n".join), min_size=1, max_size=5))
def test_folding_any_lines_reads_back(texts: list[str]) -> None:
    shown = Shown()
    counter = new_engine().counter
    for number, text in enumerate(texts):
        made = fold(text, shown, counter=counter, handle="0123456789ab")
        assert expand(made, shown) == text
        assert made is text or counter.count_text(made) < counter.count_text(text)
        shown.add(f"show({number})", made)


@pytest.mark.shared_data
@pytest.mark.parametrize("seed", range(3))
def test_after_any_deletion_every_text_is_complete_or_resolvable(seed: int) -> None:
    random = Random(seed)
    for one in shared_talks(one_in=40, most_chars=80_000):
        engine = Engine()
        full = engine.prepare(one.messages).messages
        originals = expand_messages(one.messages)
        keep = sorted(random.sample(range(len(full)), k=len(full) * 2 // 3))
        whole = expand_messages([full[place] for place in keep])
        complete = expand_messages(full)
        for place, texts in zip(keep, whole, strict=True):
            for part, text in enumerate(texts):
                if text == complete[place][part]:
                    continue
                handles = [marker.handle for marker in find_markers(text) if marker.handle]
                assert str(retrieve(handles[0], messages=one.messages)) == originals[place][part]


@pytest.mark.shared_data
def test_no_reference_stands_for_a_reference_or_comes_before_its_source() -> None:
    for one in shared_talks(one_in=25, most_chars=120_000):
        once = Engine().prepare(one.messages).messages
        for texts in expand_messages(once):
            for line in "\n".join(texts).split("\n"):
                assert read_reference(line) is None


def test_labels_are_short_and_in_one_line() -> None:
    arguments = json.dumps({"command": "cat <<'EOF' > a.py\n" + FILE, "timeout": 5})

    label = label_of("bash", arguments)

    assert label == "bash(\"cat <<'EOF' > a.py def step_0(value)...)"
    assert label_of("ls", "") == "ls()"
    assert label_of("ls", "no json") == 'ls("no json")'


def test_a_reference_is_not_read_as_another_text_that_has_its_label_now() -> None:
    other = FILE.replace("step", "other")
    messages = sent(talk(("get", {"n": 1}, FILE), ("get", {"n": 1}, other), ("get", {"n": 1}, FILE)))

    assert expand_messages(messages)[-1] == [FILE]
    assert expand_messages([messages[0], *messages[3:]])[-1] == [text_of(messages)]


def test_what_a_user_quotes_is_never_taken_for_a_reference() -> None:
    messages = sent(talk(("get", {}, FILE), ("get", {}, FILE)))
    quoting = [*messages, {"role": "user", "content": text_of(messages)}]

    assert expand_messages(quoting)[-1] == [text_of(messages)]

"""`result.explain()` and `result.diff()`: before and after, part by part."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import headroom
from headroom.results import Note
from headroom.results.explained import Explanation, explained
from headroom.results.explained_text import shown, sides

ROWS = json.dumps([{"id": n, "title": f"issue number {n}", "score": n * 7919 % 1009} for n in range(900)])
LINES = [f"2024-05-01 10:00:{n:02} INFO worker took job {n}" for n in range(60)]
LOG = "\n".join([*LINES, "\x1b[31mERROR\x1b[0m"])
CODE = "def f():\n    return 1\n" * 60


def talk(*results: tuple[str, str]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Which?"}]
    for place, (tool, text) in enumerate(results):
        call = {"id": f"c{place}", "type": "function", "function": {"name": tool, "arguments": "{}"}}
        messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": f"c{place}", "content": text})
    return messages


TALK = talk(("list_issues", ROWS), ("build", LOG), ("read_file", CODE))


def test_each_part_says_class_reason_sizes_and_the_way_back() -> None:
    found = headroom.compress(TALK, retrieval="tool").explain()

    rows, log, code = found.parts
    handle = rows.note.handle
    assert (rows.title, rows.class_name, rows.role) == ("list_issues", "left out", "tool")
    assert rows.way_back == f'the model calls headroom_retrieve(hash="{handle}"), you headroom retrieve {handle} ' + (
        "--messages FILE"
    )
    assert (log.class_name, code.class_name) == ("display", "as it came")
    assert code.note.reason == "editor_tool"
    assert found.tokens_before - found.tokens_after == sum(part.note.tokens_saved for part in found.parts)


def test_explaining_shows_no_text_and_a_diff_shows_both() -> None:
    result = headroom.compress(TALK)
    told, texts = result.explain(), result.diff()

    for said in (str(told), told._repr_html_(), repr(told), repr(texts), json.dumps(told.to_dict())):
        assert "issue number 3" not in said
    assert [part.title for part in texts.parts] == ["list_issues", "build"]
    assert texts.parts[0].before == ROWS
    assert texts.parts[0].after == result.messages[2]["content"] != ROWS
    assert "issue number 3" in str(texts)


def test_pages_take_foreign_text_for_text() -> None:
    rows = json.dumps([{"id": n, "title": f"<b>{n}</b>", "score": n * 7919 % 1009} for n in range(300)])

    page = headroom.compress(talk(("<script>alert(1)</script>", rows))).diff().to_html("<title>")

    assert "<b>1" not in page
    assert "&lt;b&gt;" in page
    assert "<script" not in page
    assert "&lt;title&gt;" in page
    assert "http" not in page


def test_the_sides_stand_beside_each_other_where_it_is_wide_enough() -> None:
    [part] = headroom.compress(talk(("list", ROWS)), retrieval="tool").diff().parts

    wide, narrow = list(sides(part, 140, 5)), list(sides(part, 80, 5))

    assert all((len(line) <= 140 and " │ " in f"{line} ") or not line for line in wide[1:6])
    assert {line[:2] for line in narrow} == {"- ", "+ "}
    assert max(map(len, narrow)) <= 80
    for lines in (wide, narrow):
        assert "[headroom" in "".join(lines), "the line that counts what is missing is always shown"
    assert any("more characters" in line and "more lines" in line for line in wide)


def test_turns_that_were_dropped_have_no_other_side() -> None:
    turns = [talk(("list", json.dumps([{"id": n, "x": n * 7919 * k % 99991} for n in range(90)]))) for k in range(1, 7)]
    for place, turn in enumerate(turns):
        turn[1]["tool_calls"][0]["id"] = turn[2]["tool_call_id"] = f"turn{place}"
    messages = [message for turn in turns for message in turn]

    result = headroom.compress(messages, model_limit=1800, output_buffer_tokens=100)
    parts = explained(messages, result.messages, result.notes)

    assert len(result.messages) < len(messages)
    sent = {message["content"] for message in result.messages if message["role"] == "tool"}
    assert len(parts) == 7
    assert {part.after for part in parts[1:]} == sent | {None}
    assert (parts[0].note.kind, parts[0].after) == ("turns", result.messages[0]["content"])
    assert messages[2]["content"] in parts[0].before
    cleared = parts[2].note
    assert (cleared.reason, cleared.tokens_before > 1000) == ("table, then window_cleared", True)
    assert f"headroom retrieve {cleared.handle}" in parts[2].way_back
    assert sum(part.note.tokens_saved for part in parts) > 0
    assert "its message is not sent" in str(result.diff(messages))


def test_messages_may_be_given_where_a_result_does_not_hold_them() -> None:
    result = headroom.compress(TALK)
    alone = replace(result, came=())

    assert alone.diff().parts[0].before == ""
    assert alone.diff(TALK) == result.diff()
    assert headroom.simulate(TALK).diff().parts[0].before == ROWS


def test_a_result_compares_by_what_was_done() -> None:
    result = headroom.compress(TALK)

    assert replace(result, came=()) == result


def test_lines_that_only_one_side_has_are_marked() -> None:
    before = "\n".join(f"line {n}" for n in range(40))
    after = before.replace("line 7\n", "line seven\n")
    message = {"role": "tool", "tool_call_id": "c", "content": before}
    note = Note(message_index=0, change="exact", reason="test")
    parts = explained([message], [{**message, "content": after}], [note])

    page = Explanation(parts=parts, with_texts=True)._repr_html_()

    assert '<span class="gone">line 7</span>' in page
    assert '<span class="new">line seven</span>' in page
    assert page.count('<span class="gone">') == 1


def test_control_characters_are_made_visible() -> None:
    assert shown("a\x1b[2J\u202eb\ud800") == "a␛[2J\ufffdb\ufffd"

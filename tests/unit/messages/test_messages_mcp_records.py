from __future__ import annotations

import json
from typing import Any

import pytest

from headroom.messages import read_message, read_messages
from tests.data.make_mcp_records import OUTPUT, RECORDS, lines

WRITTEN = OUTPUT.read_text(encoding="utf-8").splitlines()
EVERY = [json.loads(line) for line in WRITTEN]


def blocks_of(record: dict[str, Any]) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = record["messages"][-1]["content"]
    inner: list[dict[str, Any]] = content if record["wire"] == "openai" else content[0]["content"]
    return inner


def test_the_file_is_what_its_script_writes() -> None:
    assert len(WRITTEN) == RECORDS
    assert lines() == WRITTEN


@pytest.mark.parametrize("record", EVERY, ids=lambda record: f"{record['id']}-{record['shape']}")
def test_what_an_mcp_server_sends_is_one_document_between_images(record: dict[str, Any]) -> None:
    question, call, answer = read_messages(record["messages"])
    blocks = blocks_of(record)
    texts = [block["text"] for block in blocks if block["type"] == "text"]

    said = ["\n".join(texts[:-1]), texts[-1]] if record["shape"] == "text_and_image" else ["\n".join(texts)]
    assert [part.text for part in answer.parts] == said
    assert sum(part.blocks for part in answer.parts) == len(texts)
    assert {part.tool_call_id for part in answer.parts} == {call.tool_calls[0].id}
    assert all(part.is_error == (record["shape"] == "error" and record["wire"] == "anthropic") for part in answer.parts)
    assert (call.tool_calls[0].name, question.begins_turn, answer.begins_turn) == (record["tool"], True, False)


@pytest.mark.parametrize("record", EVERY[:40], ids=lambda record: f"{record['id']}-{record['shape']}")
def test_a_rewritten_mcp_result_is_one_block_and_its_images(record: dict[str, Any]) -> None:
    output = read_message(record["messages"][-1]).with_part_text(0, "table").output

    after = blocks_of({**record, "messages": [output]})
    images = [block for block in blocks_of(record) if block["type"] != "text"]
    assert after[0] == {"type": "text", "text": "table"}
    assert [id(block) for block in after if block["type"] != "text"] == [id(image) for image in images]
    assert len(after) == 1 + 2 * len(images)

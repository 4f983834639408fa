"""A memory that counts what the model reads, and a block that keeps what is flushed."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import pickle
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.base.llms.types import ChatMessage, ImageBlock, MessageRole, TextBlock
from llama_index.core.memory import ChatMemoryBuffer, Memory
from llama_index.core.memory.memory import InsertMethod
from llama_index.core.memory.memory_blocks import StaticMemoryBlock
from llama_index.core.storage.chat_store.sql import MessageStatus
from llama_index.core.workflow import JsonSerializer

import headroom
from headroom import ConfigurationError, Tokenizer
from headroom.errors import RetrievalError
from headroom_integrations.llama_index import (
    HeadroomMemory,
    HeadroomMemoryBlock,
    headroom_retrieve_tool,
    headroom_token_counter,
    headroom_tokenizer,
)
from tests.integrations.llama_index.stores import closed_stores  # noqa: F401

CANARY = "zebra-4711"
COUNTER = Tokenizer("gpt-4o")


def rows(mark: str, count: int = 300) -> str:
    return json.dumps([{"id": i, "name": f"{mark} {i}", "city": "Paris"} for i in range(count)])


def turn(number: int, count: int = 300) -> list[ChatMessage]:
    """A question, a call, its result, an answer."""
    calls = [{"id": f"c{number}", "type": "function", "function": {"name": "search", "arguments": '{"q": "who"}'}}]
    return [
        ChatMessage(role="user", content=f"question {number}"),
        ChatMessage(role="assistant", content="", additional_kwargs={"tool_calls": calls}),
        ChatMessage(
            role="tool", content=rows(f"user{number}", count), additional_kwargs={"tool_call_id": f"c{number}"}
        ),
        ChatMessage(role="assistant", content=f"answer {number}"),
    ]


async def filled(memory: Any, turns: int = 8) -> Any:
    for number in range(turns):
        await memory.aput_messages(turn(number))
    return memory


def roles(messages: list[ChatMessage]) -> list[str]:
    return [str(message.role.value) for message in messages]


def results(messages: list[ChatMessage]) -> list[str]:
    return [str(message.content) for message in messages if message.role.value == "tool"]


def tokens(messages: list[ChatMessage]) -> int:
    return headroom_token_counter(view=False)(messages)


def check_pairs(messages: list[ChatMessage]) -> None:
    """Every result follows its call, every call has its result."""
    open_calls: list[str] = []
    for message in messages:
        if message.role.value == "tool":
            assert message.additional_kwargs["tool_call_id"] == open_calls.pop(0)
        else:
            assert open_calls == []
            open_calls = [call["id"] for call in message.additional_kwargs.get("tool_calls", ())]
    assert open_calls == []


async def test_turns_stay_that_fit_once_they_are_compressed() -> None:
    plain = await filled(Memory.from_defaults(token_limit=10_000, token_flush_size=1000))
    ours = await filled(HeadroomMemory.from_defaults(token_limit=10_000, token_flush_size=1000))

    kept = await ours.aget()

    assert len(await plain.aget()) == 4
    assert len(kept) == 12
    assert tokens(kept) <= 7000  # of the limit, 70 % are for the history
    check_pairs(kept)


async def test_what_is_stored_stays_whole() -> None:
    memory = await filled(HeadroomMemory.from_defaults(token_limit=10_000), 3)

    assert await memory.aget_all() == [message for number in range(3) for message in turn(number)]
    assert all(len(short) < len(rows("user0")) / 2 for short in results(await memory.aget()))


async def test_messages_that_are_not_compressed_come_as_they_are_stored() -> None:
    memory = await filled(HeadroomMemory.from_defaults(token_limit=10_000, compress=False), 1)

    assert await memory.aget() == turn(0)


async def test_calls_of_tools_count() -> None:
    arguments = json.dumps({"code": " ".join(f"line{i}" for i in range(500))})
    calls = [{"id": "c", "type": "function", "function": {"name": "run", "arguments": arguments}}]
    call = ChatMessage(role="assistant", content="", additional_kwargs={"tool_calls": calls})
    result = ChatMessage(role="tool", content="done", additional_kwargs={"tool_call_id": "c"})
    least = COUNTER.count_text(arguments)
    memory = HeadroomMemory.from_defaults(token_limit=2 * least, token_flush_size=10)

    for _ in range(3):
        await memory.aput_messages([ChatMessage(role="user", content="go"), call, result])

    assert headroom_token_counter()([call]) > least
    assert len(await memory.aget()) == 3  # one turn: two calls would be over 70 % of the limit


async def test_blocks_of_every_kind_count() -> None:
    types = pytest.importorskip("llama_index.core.base.llms.types")
    if not hasattr(types, "ThinkingBlock"):
        pytest.skip("this llama-index-core has no thinking")
    text = "a thought of some length " * 20
    thinking = types.ThinkingBlock(content=text)
    call = types.ToolCallBlock(tool_call_id="c", tool_name="run", tool_kwargs={"code": text})
    cited = types.CitableBlock(title="t", source="s", content=[TextBlock(text=text)])
    image = ImageBlock(image=b"\x89PNG")
    count = headroom_token_counter(view=False)
    empty = count([ChatMessage(role="assistant", blocks=[])])

    for block in (thinking, call, cited):
        assert count([ChatMessage(role="assistant", blocks=[block])]) >= empty + COUNTER.count_text(text)
    assert count([ChatMessage(role="user", blocks=[image])]) == count([ChatMessage(role="user", blocks=[])]) + 256


async def test_notes_of_the_memory_for_itself_do_not_count() -> None:
    plain = ChatMessage(role="user", content="hello")
    noted = ChatMessage(role="user", content="hello", additional_kwargs={"session_id": "x" * 200})

    assert headroom_token_counter()([plain]) == headroom_token_counter()([noted])


async def test_a_counter_counts_what_is_sent() -> None:
    messages = [message for number in range(2) for message in turn(number)]

    assert headroom_token_counter(view=False)(messages) > 3 * headroom_token_counter()(messages)
    with pytest.raises(ConfigurationError, match="unknown setting 'modle'"):
        headroom_token_counter(modle="gpt-4o")


def test_a_tokenizer_counts_texts_for_memories_that_take_one() -> None:
    tokenizer = headroom_tokenizer("gpt-4o")
    buffer = ChatMemoryBuffer.from_defaults(token_limit=50, tokenizer_fn=tokenizer)

    buffer.put(ChatMessage(role="user", content="hello"))

    assert len(tokenizer("hello world")) == COUNTER.count_text("hello world")
    assert len(buffer.get()) == 1


async def test_flushed_turns_come_back_compressed_before_the_newer_ones() -> None:
    block = HeadroomMemoryBlock(token_limit=None)
    memory = HeadroomMemory.from_defaults(
        token_limit=6000, token_flush_size=1000, memory_blocks=[block], session_id="s"
    )
    await filled(memory)

    given = await memory.aget()

    assert roles(given) == ["user", "assistant", "tool", "assistant"] * 8
    assert [m.content for m in given if m.role.value == "user"] == [f"question {number}" for number in range(8)]
    assert 0 < len(block.messages("s")) < 32
    check_pairs(given)


async def test_no_message_is_lost_whatever_the_limit() -> None:
    block = HeadroomMemoryBlock(token_limit=40)
    memory = HeadroomMemory.from_defaults(token_limit=3000, token_flush_size=100, memory_blocks=[block], session_id="s")
    await filled(memory)

    active = await memory.aget_all(status=MessageStatus.ACTIVE)

    assert [*block.messages("s"), *active] == [message for number in range(8) for message in turn(number)]


@pytest.mark.parametrize("limit", [3000, 1500, 700, 300, 120])
async def test_a_block_keeps_its_limit_and_pairs(limit: int) -> None:
    block = HeadroomMemoryBlock(token_limit=limit)
    await block.aput([message for number in range(6) for message in turn(number)])

    given = await block.aget()

    assert given
    assert tokens(given) <= limit + 3
    check_pairs(given)


@settings(max_examples=15)
@given(
    sizes=st.lists(st.integers(0, 150), min_size=1, max_size=6), limit=st.integers(100, 4000), cut=st.integers(1, 500)
)
def test_any_history_keeps_its_limit_its_pairs_and_its_messages(sizes: list[int], limit: int, cut: int) -> None:
    block = HeadroomMemoryBlock(token_limit=limit)
    history = [turn(number, size) for number, size in enumerate(sizes)]

    async def used() -> tuple[list[ChatMessage], list[ChatMessage]]:
        for messages in history:
            await block.aput(messages)
        given = await block.aget()
        return given, await block.atruncate(given, cut) or []

    given, shorter = asyncio.run(used())

    assert block.messages() == [message for messages in history for message in messages]
    assert tokens(given) <= limit + 3
    assert tokens(shorter) <= max(tokens(given) - cut, 0)
    for shown in (given, shorter):
        check_pairs(shown)
        questions = [str(m.content) for m in shown if str(m.content).startswith("question")]
        assert questions == [f"question {number}" for number in range(len(sizes) - len(questions), len(sizes))]


async def test_what_a_block_leaves_out_comes_back_by_its_handle() -> None:
    block = HeadroomMemoryBlock(token_limit=1500, target_tokens=300)
    await block.aput(turn(0, 800), session_id="s")

    (short,) = results(await block.aget(session_id="s"))
    handle = short.partition("handle ")[2][:12]

    assert str(block.retrieve(handle, "s").text) == rows("user0", 800)
    with pytest.raises(RetrievalError):
        block.retrieve(handle, "another session")


async def test_dropped_turns_come_back_by_their_handle() -> None:
    block = HeadroomMemoryBlock(token_limit=300)
    await block.aput([message for number in range(6) for message in turn(number)])

    note = str((await block.aget())[0].content)
    handle = note.partition("handle ")[2][:12]

    assert "question 0" in block.retrieve(handle).text


async def test_a_model_can_ask_for_what_the_block_left_out() -> None:
    block = HeadroomMemoryBlock(token_limit=400)
    memory = HeadroomMemory.from_defaults(token_limit=6000, token_flush_size=1000, memory_blocks=[block])
    await filled(memory)
    tool = headroom_retrieve_tool(memory)
    note, *given = await memory.aget()
    handles = [str(m.content).partition("handle ")[2][:12] for m in (note, *given) if "handle " in str(m.content)]

    answers = [str(await tool.acall(hash=handle)) for handle in handles]

    assert answers
    assert "question 0" in answers[0]
    assert not any("no longer" in text or "unknown" in text for text in answers)


async def test_counting_and_compressing_block_no_event_loop() -> None:
    block = HeadroomMemoryBlock(token_limit=None)
    memory = HeadroomMemory.from_defaults(token_limit=6000, token_flush_size=1000, memory_blocks=[block])
    loop_thread, seen = threading.get_ident(), set()
    counter = memory._measure.counter
    count_message = type(counter).count_message

    class Noted(type(counter)):  # type: ignore[misc]
        def count_message(self, message: Any) -> int:
            seen.add(threading.get_ident())
            return count_message(self, message)

    counter.__class__ = Noted
    await filled(memory, 4)
    await memory.aget()

    assert seen
    assert loop_thread not in seen


async def test_sessions_do_not_meet() -> None:
    block = HeadroomMemoryBlock()
    await block.aput(turn(0), session_id="a")
    await block.aput(turn(1), session_id="b")

    assert (await block.aget(session_id="a"))[0].content == "question 0"
    assert (await block.aget(session_id="b"))[0].content == "question 1"
    assert await block.aget() == []
    block.reset("a")
    assert await block.aget(session_id="a") == []
    assert block.messages("b") == turn(1)


async def test_resetting_the_memory_resets_the_block() -> None:
    block = HeadroomMemoryBlock()
    memory = HeadroomMemory.from_defaults(
        token_limit=6000, token_flush_size=1000, memory_blocks=[block], session_id="s"
    )
    await filled(memory, 6)

    await memory.areset()

    assert block.messages("s") == []
    assert await memory.aget() == []


@pytest.mark.parametrize("method", list(InsertMethod))
async def test_a_memory_that_writes_into_what_it_was_given_changes_nothing(method: InsertMethod) -> None:
    block = HeadroomMemoryBlock()
    static = StaticMemoryBlock(name="facts", static_content="the sky is blue")
    memory = HeadroomMemory.from_defaults(
        token_limit=6000, token_flush_size=1000, memory_blocks=[block, static], insert_method=method, session_id="s"
    )
    await memory.aput(ChatMessage(role="system", content="Be brief."))
    await filled(memory, 6)

    first, second = await memory.aget(), await memory.aget()

    assert first == second
    assert "".join(str(message.content) for message in second).count("the sky is blue") == 1


async def test_a_block_of_a_lower_rank_is_shortened_to_what_is_left() -> None:
    block = HeadroomMemoryBlock(token_limit=4000, priority=1)
    memory = HeadroomMemory.from_defaults(
        token_limit=4000, token_flush_size=1000, chat_history_token_ratio=0.6, memory_blocks=[block]
    )
    await filled(memory)

    given = await memory.aget()

    assert tokens(given) <= 4000
    check_pairs(given)


async def test_a_block_keeps_what_others_mark_on_messages_out_of_the_prompt() -> None:
    block = HeadroomMemoryBlock()

    await block.aput(
        [ChatMessage(role="user", content="a", additional_kwargs={"session_id": "s", "x": 1})], session_id="s"
    )

    assert block.messages("s")[0].additional_kwargs == {"x": 1}


async def test_the_same_history_gives_the_same_bytes() -> None:
    block = HeadroomMemoryBlock(token_limit=2000)
    memory = HeadroomMemory.from_defaults(token_limit=6000, token_flush_size=1000, memory_blocks=[block])
    await filled(memory)

    assert await memory.aget() == await memory.aget()
    assert HeadroomMemoryBlock(token_limit=2000, history={"": block.messages(memory.session_id)})._view(
        "", 2000
    ) == await block.aget(session_id=memory.session_id)


def test_a_memory_works_without_an_event_loop() -> None:
    memory = HeadroomMemory.from_defaults(token_limit=10_000, token_flush_size=1000)

    for number in range(8):
        memory.put_messages(turn(number))

    assert len(memory.get()) == 12
    assert len(memory.get_all()) == 32
    memory.reset()
    assert memory.get() == []


async def test_many_sessions_at_once_keep_their_own() -> None:
    block = HeadroomMemoryBlock(token_limit=None)
    memories = [
        HeadroomMemory.from_defaults(
            token_limit=1500, token_flush_size=100, memory_blocks=[block], session_id=str(number)
        )
        for number in range(6)
    ]

    async def used(number: int) -> None:
        for _ in range(4):
            await memories[number].aput_messages(turn(number, 60))
            assert {m.content for m in await memories[number].aget() if m.role.value == "user"} == {
                f"question {number}"
            }

    await asyncio.gather(*map(used, range(6)))


async def test_a_memory_that_was_written_down_goes_on() -> None:
    block = HeadroomMemoryBlock(token_limit=2000, target_tokens=400)
    memory = HeadroomMemory.from_defaults(
        token_limit=6000, token_flush_size=1000, memory_blocks=[block], insert_method="user", selection="never"
    )
    await filled(memory)
    expected = await memory.aget()
    serializer = JsonSerializer()

    for made in (
        HeadroomMemory.from_dict(json.loads(json.dumps(memory.to_dict()))),
        serializer.deserialize(serializer.serialize(memory)),
        pickle.loads(pickle.dumps(memory)),
        copy.deepcopy(memory),
    ):
        assert await made.aget() == expected
        assert made.settings == {"selection": "never"}
        assert made.memory_blocks[0].settings == {"target_tokens": 400}
        assert made.insert_method is InsertMethod.USER
    assert await memory.aget() == expected


def test_a_block_that_was_written_down_goes_on() -> None:
    block = HeadroomMemoryBlock(token_limit=2000, target_tokens=400)
    asyncio.run(block.aput(turn(0), session_id="s"))

    for made in (
        HeadroomMemoryBlock.model_validate_json(block.model_dump_json()),
        pickle.loads(pickle.dumps(block)),
        copy.deepcopy(block),
    ):
        assert made.model_dump() == block.model_dump()
        asyncio.run(made.aput(turn(1), session_id="s"))
        assert len(made.messages("s")) == 8
    assert len(block.messages("s")) == 4


def test_a_memory_with_foreign_blocks_says_that_it_cannot_be_written_down() -> None:
    memory = HeadroomMemory.from_defaults(memory_blocks=[StaticMemoryBlock(name="facts", static_content="x")])

    with pytest.raises(ConfigurationError, match="memory block 'facts'"):
        memory.to_dict()


def test_an_address_with_a_password_is_not_written_down(caplog: pytest.LogCaptureFixture) -> None:
    address = "postgresql+asyncpg://u:hunter2@localhost/d"
    memory = HeadroomMemory.from_defaults()
    memory.sql_store.async_database_uri = address

    with caplog.at_level(logging.WARNING):
        written = json.dumps(memory.to_dict())

    assert "hunter2" not in written
    assert "give sql_store to from_dict" in caplog.text


@pytest.mark.parametrize("make", [HeadroomMemory.from_defaults, HeadroomMemoryBlock], ids=["memory", "block"])
def test_settings_are_refused_when_they_arrive(make: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"unknown setting 'targt_tokens'.*target_tokens"):
        make(targt_tokens=3)
    with pytest.raises(ConfigurationError, match="target_tokens must be >= 1"):
        make(target_tokens=0)
    with pytest.raises(ConfigurationError) as refused:
        make(token_limit=0, model=CANARY, tool_profiles={})
    assert CANARY not in str(refused.value)


async def test_keys_and_passwords_are_not_written_down_or_shown(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/hunter2.db"
    block = HeadroomMemoryBlock(token_limit=300, secret="hunter2", store_url=url)
    await block.aput([message for number in range(6) for message in turn(number)])
    memory = HeadroomMemory.from_defaults(memory_blocks=[block], secret="hunter2", store_url=url)

    note = str((await block.aget())[0].content)

    assert "question 0" in block.retrieve(note.partition("handle ")[2][:12]).text
    assert "question 0" in copy.deepcopy(block).retrieve(note.partition("handle ")[2][:12]).text
    with pytest.raises(RetrievalError):  # another key makes other handles
        HeadroomMemoryBlock(history=block.history).retrieve(note.partition("handle ")[2][:12])
    assert "hunter2" not in json.dumps(memory.to_dict()) + repr(memory) + repr(block)


def test_a_message_that_cannot_be_read_costs_only_itself() -> None:
    block = HeadroomMemoryBlock(token_limit=2000)
    odd = ChatMessage.model_construct(role=MessageRole.TOOL, blocks=7, additional_kwargs={})
    asyncio.run(block.aput([*turn(0), odd]))

    given = asyncio.run(block.aget())

    assert given[-1].blocks == 7
    assert len(results(given[:-1])[0]) < len(rows("user0"))


def test_nothing_said_is_in_reprs_logs_or_errors(caplog: pytest.LogCaptureFixture) -> None:
    message = ChatMessage(role="user", content=CANARY)
    block = HeadroomMemoryBlock()
    asyncio.run(block.aput([message]))
    memory = HeadroomMemory.from_defaults(chat_history=[message], memory_blocks=[block])
    with caplog.at_level(logging.DEBUG, logger="headroom"):
        memory.get()
    with pytest.raises(ValueError) as refused:
        HeadroomMemoryBlock(history={"": CANARY})

    assert CANARY not in repr(block) + repr(memory) + caplog.text + str(refused.value)


async def test_rows_of_the_ledger_say_what_the_memory_saved(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/m.db"
    memory = HeadroomMemory.from_defaults(token_limit=20_000, store_url=url)
    await filled(memory, 2)

    given = await memory.aget()

    (row,) = headroom.metrics(url)
    assert row.integration == "llama_index.memory"
    assert row.by_tool["search"][0] == 2
    assert row.tokens_saved > 3000
    assert sum(map(len, results(given))) < len(rows("user0"))


@pytest.mark.parametrize("make", [HeadroomMemory.from_defaults, HeadroomMemory, HeadroomMemoryBlock])
def test_a_name_with_a_slip_is_refused_with_the_nearest_field(make: Any) -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'token_limit'"):
        make(tokenlimit=500)

"""Chunks of a chat model: passed on at once; from the first sign of a retrieve call on they wait for their round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.messages.ai import UsageMetadata, add_usage
from langchain_core.outputs import ChatGenerationChunk

from headroom.calls.call import Call
from headroom.markers import RETRIEVE_TOOL
from headroom_integrations.langchain.chat_model_messages import CALL_BLOCKS, block_call_id, calls_in, stopped
from headroom_integrations.langchain.chat_model_shape import ROUNDS, answer_of

CALL_PARTS = CALL_BLOCKS | {"input_json_delta"}
"""Kinds of content that belong to a call, by their index where they have no id."""


class ChunksReader:
    """Reads the chunks of one call, over all its rounds.

    Usage of LangChain's chunks is added up by whoever joins them, so that of a round that stays unseen travels with
    the next chunk that has usage. Indexes of content go on counting, and what stands in a message once is said once.
    """

    def __init__(self) -> None:
        self.rounds = 0
        self.passed_index = 0  # of content that went on to the caller, one more than the highest
        self.said: set[str] = set()
        self.has_id = False
        self.unseen_usage: UsageMetadata | None = None
        self.start()

    def start(self) -> None:
        """Nothing of this round yet."""
        self.whole: AIMessageChunk | None = None
        self.facts: dict[str, Any] = {}
        self.names: dict[Any, str] = {}
        self.waiting: list[ChatGenerationChunk] = []
        self.is_ours = False
        self.base = self.passed_index

    def feed(self, event: ChatGenerationChunk) -> list[ChatGenerationChunk]:
        """The chunk, unless it has to wait."""
        message = event.message
        if not isinstance(message, AIMessageChunk):
            return [event]
        self.whole = message if self.whole is None else self.whole + message
        self.facts |= event.generation_info or {}
        may_be_ours = self.read_names(message)
        self.waiting.append(event)
        if self.is_ours or may_be_ours or message.chunk_position == "last":  # behind the last one nothing may come
            return []
        passed, self.waiting = self.waiting, []
        return [self.joined_on(chunk) for chunk in passed]

    def read_names(self, message: AIMessageChunk) -> bool:
        """Note the names of calls; whether the newest may yet become ours, since names may come in pieces."""
        newest: Any = None
        for part in message.tool_call_chunks:
            newest = part.get("index")
            self.names[newest] = self.names.get(newest, "") + (part.get("name") or "")
            if self.names[newest] == RETRIEVE_TOOL:
                self.is_ours = True
            if part.get("args"):
                newest = None
        name = self.names.get(newest, "")
        return bool(name) and RETRIEVE_TOOL.startswith(name)

    def joined_on(self, chunk: ChatGenerationChunk) -> ChatGenerationChunk:
        """A chunk as the caller gets it, behind those of earlier rounds."""
        self.note_passed(chunk)
        if not self.rounds and self.unseen_usage is None:
            return chunk
        message = chunk.message
        update: dict[str, Any] = {
            "content": shifted(message.content, self.base, self.rounds),
            "response_metadata": self.unsaid_of(message.response_metadata),
        }
        if isinstance(message, AIMessageChunk):
            update["tool_call_chunks"] = shifted(message.tool_call_chunks, self.base, self.rounds)
            if message.usage_metadata is not None and self.unseen_usage is not None:
                update["usage_metadata"] = add_usage(self.unseen_usage, message.usage_metadata)
                self.unseen_usage = None
        if self.rounds and self.has_id:
            update["id"] = None
        facts = self.unsaid_of(chunk.generation_info or {}) or None
        return ChatGenerationChunk(message=message.model_copy(update=update), generation_info=facts)

    def note_passed(self, chunk: ChatGenerationChunk) -> None:
        """Remember what of the message the caller has."""
        message = chunk.message
        parts = [*message.content] if isinstance(message.content, list) else []
        parts += getattr(message, "tool_call_chunks", ())
        found = [part.get("index") for part in parts if isinstance(part, Mapping)]
        indexes = [index + self.base for index in found if isinstance(index, int)]
        self.passed_index = max([self.passed_index, *(index + 1 for index in indexes)])
        if not self.rounds:
            self.said |= {*message.response_metadata, *(chunk.generation_info or {})}
            self.has_id |= message.id is not None

    def unsaid_of(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Facts that no earlier round has told: told twice, texts would be joined."""
        return {name: value for name, value in facts.items() if not (self.rounds and name in self.said)}

    def answer(self) -> Any:
        """The round's whole answer; None where nothing came."""
        return None if self.whole is None else answer_of(self.whole, self.facts)

    def released(self, call: Call) -> list[ChatGenerationChunk]:
        """What waited, without the calls that were taken out, and at the end what is told of all rounds."""
        found: list[ChatGenerationChunk] = []
        if self.waiting and self.whole is not None:
            left = {part.get("id") for part in calls_in(call.answer["message"])}
            gone = [part for part in self.whole.tool_call_chunks if part.get("id") not in left]
            ids = frozenset(str(part["id"]) for part in gone if part.get("id"))
            indexes = frozenset(part["index"] for part in gone if part.get("index") is not None)
            has_calls = bool(left)
            found = [
                self.joined_on(lighter(chunk, ids, indexes, has_calls=has_calls or not gone)) for chunk in self.waiting
            ]
        is_last = bool(found) and getattr(found[-1].message, "chunk_position", None) == "last"
        return [*found[:-1], *self.told(call), found[-1]] if is_last else [*found, *self.told(call)]

    def told(self, call: Call) -> list[ChatGenerationChunk]:
        """A last chunk with the usage that no chunk has carried, and the list of rounds, where there were several."""
        if self.unseen_usage is None and len(call.rounds) < 2:
            return []
        rounds = call.answer["message"].response_metadata.get(ROUNDS) if call.answer else None
        metadata = {ROUNDS: rounds} if rounds else {}
        usage, self.unseen_usage = self.unseen_usage, None
        empty: Any = [] if self.whole is not None and isinstance(self.whole.content, list) else ""
        return [
            ChatGenerationChunk(message=AIMessageChunk(content=empty, usage_metadata=usage, response_metadata=metadata))
        ]

    def unsaid(self) -> list[ChatGenerationChunk]:
        """Nothing: from a call of ours on the answer is not the caller's."""
        return [] if self.is_ours else [self.joined_on(chunk) for chunk in self.waiting]

    def next_round(self) -> None:
        """Forget what waited, but for its usage."""
        for chunk in self.waiting:
            usage = getattr(chunk.message, "usage_metadata", None)
            if usage is not None:
                self.unseen_usage = add_usage(self.unseen_usage, usage)
        self.rounds += 1
        self.start()


def shifted(parts: Any, by: int, rounds: int) -> Any:
    """Content with its indexes `by` places further on; those of LangChain's own blocks are texts."""
    if not isinstance(parts, list):
        return parts
    return [moved(part, by, rounds) for part in parts]


def moved(part: Any, by: int, rounds: int) -> Any:
    """One part of a content."""
    index = part.get("index") if isinstance(part, Mapping) else None
    if isinstance(index, int):
        return {**part, "index": index + by}
    return {**part, "index": f"{index}_{rounds}"} if isinstance(index, str) else part


def lighter(
    chunk: ChatGenerationChunk, ids: frozenset[str], indexes: frozenset[Any], *, has_calls: bool
) -> ChatGenerationChunk:
    """A chunk without the parts of these calls; where no call is left, it stops for another reason."""
    message: Any = chunk.message
    content = message.content
    if isinstance(content, list):
        content = [part for part in content if not is_of(part, ids, indexes)]
    rest = [part for part in message.tool_call_chunks if part.get("index") not in indexes and part.get("id") not in ids]
    update: dict[str, Any] = {"content": content, "tool_call_chunks": rest}
    if len(rest) < len(message.tool_call_chunks):
        update |= {"tool_calls": [], "invalid_tool_calls": [], "additional_kwargs": plain(message.additional_kwargs)}
        rebuilt = AIMessageChunk(**{**fields_of(message), **update})
    else:
        rebuilt = message.model_copy(update=update)
    facts = chunk.generation_info
    if not has_calls:
        rebuilt = rebuilt.model_copy(update={"response_metadata": stopped(rebuilt.response_metadata)})
        facts = stopped(facts) if facts else facts
    return ChatGenerationChunk(message=rebuilt, generation_info=facts)


def fields_of(message: AIMessageChunk) -> dict[str, Any]:
    """The fields of a chunk that were given."""
    return {name: getattr(message, name) for name in message.model_fields_set if name != "type"}


def plain(more: Mapping[str, Any]) -> dict[str, Any]:
    """What stands beside a content, without calls in the provider's own form."""
    return {name: value for name, value in more.items() if name != "tool_calls"}


def is_of(part: Any, ids: frozenset[str], indexes: frozenset[Any]) -> bool:
    """Whether a part of a content belongs to one of these calls."""
    if not isinstance(part, Mapping) or part.get("type") not in CALL_PARTS:
        return False
    return block_call_id(part) in ids or part.get("index") in indexes

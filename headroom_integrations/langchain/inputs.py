"""What flows through a chain, seen as messages, and put back in the type it came in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.documents import Document
from langchain_core.messages import BaseMessage
from langchain_core.prompt_values import ChatPromptValue, StringPromptValue
from pydantic import BaseModel

from headroom_integrations.langchain.messages import is_message

RESULT = "tool"
"""Role under which a bare text or a document is read: as what a tool answered."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One input of the step.

    Attributes:
        messages: Its messages, in any spelling that `to_views` takes.
        rebuild: From what became of them to a value of the input's type.
        noun: What they are called where people read about them.
        titles: Title of each, or "", where they are documents.
    """

    messages: Sequence[Any] = field(repr=False)
    rebuild: Callable[[Sequence[Any]], Any]
    noun: str = "messages"
    titles: Sequence[str] = field(default=(), repr=False)


def read_input(value: Any, messages_key: str = "messages", documents_key: str | None = None) -> Reading | None:
    """The messages of `value`; None for what is not understood, which goes out as it is."""
    reading = read_value(value)
    if reading is None and isinstance(value, (Mapping, BaseModel)):
        found = None if documents_key is None else read_state(value, documents_key, is_documents=True)
        return found or read_state(value, messages_key)
    return reading


def read_value(value: Any) -> Reading | None:
    """The messages of anything but a state."""
    for kinds, reader in READERS:
        if isinstance(value, kinds):
            return reader(value)
    if isinstance(value, (list, tuple)):
        return read_list(value)
    return read_one(value) if is_message(value) else None


def read_text(text: str) -> Reading:
    """A bare text."""
    return Reading([(RESULT, text)], lambda changed: changed[0][1], "text")


def read_string_prompt(prompt: StringPromptValue) -> Reading:
    """A prompt of one text."""
    return Reading([(RESULT, prompt.text)], lambda changed: prompt.model_copy(update={"text": changed[0][1]}), "prompt")


def read_chat_prompt(prompt: ChatPromptValue) -> Reading:
    """A prompt of messages."""
    return Reading(prompt.messages, lambda changed: prompt.model_copy(update={"messages": list(changed)}))


def read_document(document: Document) -> Reading:
    """One document; id and metadata stay."""
    reading = read_documents([document])
    return Reading(reading.messages, lambda changed: reading.rebuild(changed)[0], "document", reading.titles)


def read_documents(documents: Sequence[Document]) -> Reading:
    """Documents, each a text of its own."""

    def rebuild(changed: Sequence[Any]) -> list[Document]:
        pairs = zip(documents, changed, strict=True)
        return [with_text(document, text) for document, (_, text) in pairs]

    titles = [title_of(document) for document in documents]
    return Reading([(RESULT, document.page_content) for document in documents], rebuild, "documents", titles)


def title_of(document: Document) -> str:
    """What its metadata say a document is about, or ""."""
    title = document.metadata.get("title")
    return title if isinstance(title, str) else ""


def read_texts(texts: Sequence[str]) -> Reading:
    """Bare texts, each a document."""
    kind = tuple if isinstance(texts, tuple) else list
    messages = [(RESULT, text) for text in texts]
    return Reading(messages, lambda changed: kind(text for _, text in changed), "documents", [""] * len(texts))


def with_text(document: Document, text: str) -> Document:
    """`document` itself if that is its text, else a copy that says it."""
    return document if text is document.page_content else document.model_copy(update={"page_content": text})


def read_one(message: Any) -> Reading:
    """A single message."""
    return Reading([message], lambda changed: changed[0], "message")


def read_list(items: Sequence[Any]) -> Reading | None:
    """A list of messages or of documents; a pair of texts is one message, as LangChain reads it."""
    if is_message(items):
        return read_one(items)
    kind = tuple if isinstance(items, tuple) else list
    if items and all(isinstance(item, Document) for item in items):
        reading = read_documents(items)
        return replace(reading, rebuild=lambda changed: kind(reading.rebuild(changed)))
    if any(is_message(item) for item in items):
        return Reading(items, lambda changed: kind(changed))
    return None


def value_at(state: Any, key: str) -> Any:
    """What a state of any class has under `key`, or None."""
    return state.get(key) if isinstance(state, Mapping) else getattr(state, key, None)


def read_state(state: Mapping[str, Any] | BaseModel, key: str, *, is_documents: bool = False) -> Reading | None:
    """A state with messages or documents under `key`; everything else in it stays.

    Args:
        is_documents: Whether the caller says that documents stand there: then a list of texts is one.
    """
    inner = value_at(state, key)
    is_texts = is_documents and isinstance(inner, (list, tuple)) and all(isinstance(text, str) for text in inner)
    reading = read_texts(inner) if is_texts and inner else read_value(inner)
    if reading is None:
        return None

    def rebuild(changed: Sequence[Any]) -> Any:
        new = {key: reading.rebuild(changed)}
        return state.model_copy(update=new) if isinstance(state, BaseModel) else {**state, **new}

    return replace(reading, rebuild=rebuild)


READERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Reading]], ...] = (
    (str, read_text),
    (StringPromptValue, read_string_prompt),
    (ChatPromptValue, read_chat_prompt),  # ChatPromptValueConcrete is one
    (Document, read_document),
    (BaseMessage, read_one),
)

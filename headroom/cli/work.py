"""Documents compressed: each conversation in place, everything else as it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.cli.files import json_bytes
from headroom.cli.inputs import Document
from headroom.cli.shapes import at, conversations, model_of, put, tool_result
from headroom.results import CompressResult, Note

DEFAULT_MODEL = "gpt-4o"
Compress = Callable[..., CompressResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How documents are compressed.

    Attributes:
        model: Name of the model; None takes the one that a request names.
        tool: Name of the tool whose result a text is.
        settings: As `headroom.compress` takes them, `config` included.
    """

    model: str | None = None
    tool: str = "file"
    settings: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One document after compressing.

    Attributes:
        document: As it came.
        output: Its bytes as they go out, a line without its line feed; those that came when nothing changed.
        results: One per conversation.
    """

    document: Document
    output: bytes = field(repr=False)
    results: Sequence[CompressResult] = ()

    @property
    def tokens_before(self) -> int:
        """Tokens of all conversations as they came."""
        return sum(result.tokens_before for result in self.results)

    @property
    def tokens_after(self) -> int:
        """Tokens of all conversations as they go out."""
        return sum(result.tokens_after for result in self.results)

    @property
    def notes(self) -> list[Note]:
        """What was done to the parts of all conversations."""
        return [note for result in self.results for note in result.notes]

    @property
    def warnings(self) -> list[str]:
        """Warnings of all conversations, each once."""
        return list(dict.fromkeys(line for result in self.results for line in result.warnings))


def compress_documents(found: Iterator[Document], job: Job, compress: Compress) -> Iterator[Done]:
    """Each document as it goes out.

    Raises:
        HeadroomError: A setting is refused.
    """
    for document in found:
        if document.problem:
            yield Done(document=document, output=document.raw)
        elif document.form == "text":
            yield text_done(document, job, compress)
        else:
            yield json_done(document, job, compress)


def text_done(document: Document, job: Job, compress: Compress) -> Done:
    """A text as the answer of a tool."""
    settings = {"cache_optimizer.min_cacheable_tokens": 0} | job.settings  # a single text is no prefix
    messages = tool_result(document.text, job.tool)
    result = compress(messages, job.model or DEFAULT_MODEL, **settings)
    after = result.messages[-1]["content"]
    if after == messages[-1]["content"]:
        return Done(document=document, output=document.raw, results=(result,))
    return Done(document=document, output=after.encode("utf-8", "surrogateescape"), results=(result,))


def json_done(document: Document, job: Job, compress: Compress) -> Done:
    """The conversations of a document; the rest of it stays."""
    value, results = document.value, []
    for path in conversations(value):
        messages = at(value, path)
        result = compress(messages, job.model or model_of(value, path) or DEFAULT_MODEL, **job.settings)
        results.append(result)
        if result.compressed or len(result.messages) != len(messages):
            value = put(value, path, result.messages)
    if value is document.value:
        return Done(document=document, output=document.raw, results=results)
    return Done(document=document, output=written(document, value), results=results)


def written(document: Document, value: Any) -> bytes:
    """A changed document; of a file with a message per line the messages that did not change are as they came."""
    if document.form == "json":
        return json_bytes(value, indent=2) + b"\n"
    if not document.is_message_per_line:
        return json_bytes(value)
    if len(value) != len(document.value):
        return b"\n".join(json_bytes(message) for message in value)
    lines = document.raw.split(b"\n")
    pairs = zip(lines, document.value, value, strict=True)
    return b"\n".join(line if old is new else json_bytes(new) for line, old, new in pairs)

"""Every text of a conversation that a handle may name, whatever shape its messages have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from headroom.messages import Message, tool_names
from headroom.messages.wire import as_mapping, json_text

Named = tuple[str | None, str]
"""Name of the tool that answered, or None, and a text."""

# As servers write structured content as text: MCP's Python SDK indents by 2, others print JSON as their language does.
LAYOUTS: tuple[dict[str, Any], ...] = (
    {"ensure_ascii": False, "indent": 2},
    {"ensure_ascii": False, "separators": (",", ":")},
    {},
    {"indent": 2},
    {"ensure_ascii": False},
    {"separators": (",", ":")},
)
STRUCTURED = ("structured_content", "structuredContent")
RESPONSES = ("functionResponse", "function_response")


def texts_in(views: Sequence[Message]) -> Iterator[Named]:
    """Texts as messages hold them, in order; then those within a Google response, or beside a message, as artifacts."""
    calls = tool_names(views)
    for view in views:
        for part in view.parts:
            call = calls.get(part.tool_call_id) if part.tool_call_id else None
            yield (call.name if call else view.name), part.text
        if not view.parts:
            yield from framework_texts(view.raw)
    for view in views:
        yield from google_texts(view.raw)
        yield from artifact_texts(view)


def field_of(raw: Any, name: str) -> Any:
    """A field of a dict, or an attribute of an object; None where there is none."""
    return raw.get(name) if isinstance(raw, Mapping) else getattr(raw, name, None)


def name_of(raw: Any) -> str | None:
    """The name that a message gives itself."""
    name = field_of(raw, "name")
    return name if isinstance(name, str) else None


def framework_texts(raw: Any) -> Iterator[Named]:
    """The text of a framework's message, such as LangChain's: its `content`, text or blocks of text."""
    content = field_of(raw, "content")
    if isinstance(content, str):
        yield name_of(raw), content
    elif isinstance(content, list):
        blocks = [block.get("text") if isinstance(block, Mapping) else block for block in content]
        texts = [block for block in blocks if isinstance(block, str)]
        if texts:
            yield name_of(raw), "\n".join(texts)


def google_texts(raw: Any) -> Iterator[Named]:
    """The texts of a Google content: its text parts, and each value that its function responses hold."""
    parts = field_of(raw, "parts")
    for part in parts if isinstance(parts, (list, tuple)) else ():
        text = field_of(part, "text")
        if isinstance(text, str):
            yield None, text
        for key in RESPONSES:
            response = field_of(part, key)
            inner = field_of(response, "response") if response is not None else None
            if isinstance(inner, Mapping):
                tool = name_of(response)
                yield from ((tool, value if isinstance(value, str) else json_text(value)) for value in inner.values())
                yield tool, json_text(inner)


def artifact_texts(view: Message) -> Iterator[Named]:
    """What the structured content that a message keeps beside its text looks like as text."""
    artifact = field_of(view.raw, "artifact")
    wire = as_mapping(artifact) if artifact is not None and not isinstance(artifact, str) else None
    if isinstance(artifact, str):
        yield name_of(view.raw), artifact
    for holder in (wire, view.raw):
        for key in STRUCTURED:
            value = field_of(holder, key) if holder is not None else None
            if value is not None:
                yield from ((name_of(view.raw), text) for text in written(value))


def written(value: Any) -> Iterator[str]:
    """A structured value as servers write it: whole, or what its only field holds, a list also item by item."""
    values = [value]
    if isinstance(value, Mapping) and len(value) == 1:  # MCP wraps what is no object: {"result": [...]}
        values.append(next(iter(value.values())))
    for inner in values:
        if isinstance(inner, str):
            yield inner
            continue
        for layout in LAYOUTS:
            try:
                yield json.dumps(inner, **layout)
                if isinstance(inner, list):
                    yield "\n".join(item if isinstance(item, str) else json.dumps(item, **layout) for item in inner)
            except (TypeError, ValueError, RecursionError):
                break

"""Results of `llama-index-tools-mcp`: it gives a model the print of the SDK's object, this what the server said.

An MCP server sends a text block per row, often the same once more as structured content, and the print holds both, each
row with the names of Python classes around it. What has no text of its own stays as it is printed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llama_index.core.base.llms.types import TextBlock
from llama_index.core.tools import ToolOutput

from headroom_integrations.llama_index.messages import BLOCK, block_view

ERRORS = ("isError", "is_error")  # of version 1 of the SDK, and of version 2
STRUCTURED = ("structuredContent", "structured_content")
READ = {"content", *ERRORS, *STRUCTURED}
ENVELOPE = "result"
"""Key under which servers put structured content that is no object."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a server answered.

    Attributes:
        blocks: As blocks of an output.
        content: A view of each; those that are only printed have no text.
    """

    blocks: list[Any]
    content: list[dict[str, Any]]


def is_result(raw: Any) -> bool:
    """Whether a value is a tool's result of the MCP SDK, whichever version."""
    fields = getattr(type(raw), "model_fields", None)
    return isinstance(fields, dict) and "content" in fields and any(name in fields for name in ERRORS)


def is_error(output: ToolOutput) -> bool:
    """Whether an output reports a failure; LlamaIndex does not say so of MCP's."""
    raw = output.raw_output
    return output.is_error or (is_result(raw) and any(getattr(raw, name, False) is True for name in ERRORS))


def said_by_server(output: ToolOutput) -> Served | None:
    """The blocks that a server answered; None where an output is no print of a result, or not understood."""
    raw = output.raw_output
    if not is_result(raw) or len(output.blocks) != 1 or getattr(output.blocks[0], "text", None) != str(raw):
        return None
    if getattr(raw, "model_extra", None) or not is_plain(raw, READ):
        return None
    texts = [item.text for item in raw.content if is_text(item)]
    structured = next((value for name in STRUCTURED if (value := getattr(raw, name, None)) is not None), None)
    items = list(raw.content)
    blocks = [TextBlock(text=item.text if is_text(item) else printed(items, n)) for n, item in enumerate(items)]
    content = [
        block_view(block, n) if is_text(items[n]) else {"type": "printed", BLOCK: n} for n, block in enumerate(blocks)
    ]
    if structured is not None and not is_said(structured, texts):
        blocks.append(TextBlock(text=json.dumps(structured, ensure_ascii=False)))
        content.append(block_view(blocks[-1], len(blocks) - 1))
    return Served(blocks, content) if blocks else None


def is_plain(thing: Any, known: set[str]) -> bool:
    """Whether an object of the SDK says nothing beside the fields `known`."""
    fields = type(thing).model_fields
    return all(getattr(thing, name) in (None, fields[name].default) for name in fields if name not in known)


def is_text(item: Any) -> bool:
    """Whether an item of a result is a text, and nothing else."""
    is_one = getattr(item, "type", None) == "text" and isinstance(getattr(item, "text", None), str)
    return is_one and not getattr(item, "model_extra", None) and is_plain(item, {"type", "text"})


def printed(items: Sequence[Any], place: int) -> str:
    """An item as Python prints it, on lines of its own: some providers join blocks without anything between."""
    return ("\n" if place else "") + repr(items[place]) + ("\n" if place + 1 < len(items) else "")


def is_said(structured: Any, texts: Sequence[str]) -> bool:
    """Whether structured content says no more than the texts beside it."""
    value = structured[ENVELOPE] if isinstance(structured, dict) and set(structured) == {ENVELOPE} else structured
    wanted = canonical(value)
    said = [parsed(text) for text in texts]
    forms = [said, list(texts), *(said if len(said) == 1 else ()), *(texts if len(texts) == 1 else ())]
    return any(canonical(form) == wanted for form in forms)


def parsed(text: str) -> Any:
    """A text as the JSON that it is, or as it is."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def canonical(value: Any) -> str:
    """A value as one text, whichever order its keys have."""
    try:
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return repr(value)

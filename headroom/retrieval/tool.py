"""The retrieve tool as each provider wants it declared: a constant of format 1 (requirement R3)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Literal, get_args

from headroom.errors import ConfigurationError
from headroom.markers import RETRIEVE_TOOL
from headroom.retrieval.texts import field_of
from headroom.tokenizers import built_in_counter

Shape = Literal["openai_chat", "openai_responses", "anthropic", "google"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
MOST_TOKENS = 120  # of one schema (law 2)

DESCRIPTION = "Gives back what a [headroom ...] line says is not shown."
PARAMETERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "hash": {"type": "string", "description": "from that line"},
        "rows": {"type": "string", "description": "such as 47-90"},
        "where": {"type": "string", "description": "status=failed and id>9"},
        "search": {"type": "string", "description": "words"},
        "at": {"type": "string", "description": "if that line has it"},
    },
    "required": ["hash"],
}
FUNCTION = {"name": RETRIEVE_TOOL, "description": DESCRIPTION, "parameters": PARAMETERS}
# No strict mode: it wants every parameter required. The Responses API takes it for granted unless told.
SCHEMAS: dict[str, dict[str, Any]] = {
    "openai_chat": {"type": "function", "function": FUNCTION},
    "openai_responses": {"type": "function", **FUNCTION, "strict": False},
    "anthropic": {"name": RETRIEVE_TOOL, "description": DESCRIPTION, "input_schema": PARAMETERS},
    "google": {"functionDeclarations": [FUNCTION]},
}
COMPACT = {shape: json.dumps(schema, separators=(",", ":")) for shape, schema in SCHEMAS.items()}


def tool_schema(shape: Shape) -> dict[str, Any]:
    """The declaration to put after the caller's own tools; a new dict each time, always the same content.

    Raises:
        ConfigurationError: There is no such shape.
    """
    schema: dict[str, Any] = json.loads(compact(shape))
    return schema


@cache
def schema_tokens(shape: Shape) -> int:
    """Tokens of the declaration as compact JSON, by the built-in measure."""
    return built_in_counter().count_text(compact(shape))


def compact(shape: str) -> str:
    """The declaration as compact JSON."""
    if shape not in COMPACT:
        raise ConfigurationError(f"shape must be one of {', '.join(SHAPES)}", field="shape", value=shape)
    return COMPACT[shape]


def is_offered(tools: Any) -> bool:
    """Whether a caller's own tools list names the retrieve tool, in whichever shape; False for what is no list.

    >>> is_offered([{"type": "function", "function": {"name": "headroom_retrieve"}}])
    True
    """
    return isinstance(tools, Sequence) and any(RETRIEVE_TOOL in names_of(tool) for tool in tools)


def names_of(tool: Any) -> Iterator[str]:
    """Names that one entry of a tools list declares: a provider's dict or object, a framework's tool, a function."""
    for inner in (tool, field_of(tool, "function"), field_of(tool, "custom")):
        for name in (field_of(inner, "name"), getattr(inner, "__name__", None)):
            if isinstance(name, str):
                yield name
    for key in ("functionDeclarations", "function_declarations"):
        declared = field_of(tool, key)
        for function in declared if isinstance(declared, (list, tuple)) else ():
            yield from names_of(function)

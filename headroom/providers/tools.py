"""Tokens of tool schemas, by each provider's rule as far as it is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from headroom.protocols import TokenCounter
from headroom.tokenizers.loose import as_fields, count_loose

DEEPEST = 12  # levels of a schema that are walked; below, its JSON is counted

# OpenAI Cookbook, "How to count tokens with tiktoken", for gpt-4o: what stands around functions and their arguments.
LIST_TOKENS = 12
FUNCTION_TOKENS = 7
ARGUMENTS_TOKENS = 3
ARGUMENT_TOKENS = 3
CHOICES_TOKENS = -3
CHOICE_TOKENS = 3

# Anthropic, "Tool use", pricing: the system text that any tool brings with it. 313 where a tool is forced.
ANTHROPIC_TOKENS = 346
ANTHROPIC_TOOL_TOKENS = 8

BRANCHES = ("anyOf", "oneOf", "allOf")
NAMED = ("$defs", "definitions")


def openai_tool_tokens(tools: Any, counter: TokenCounter) -> int:
    """Tokens of OpenAI's tools: names, descriptions, types and choices, without the punctuation of JSON.

    The recipe of OpenAI's cookbook, continued into nested schemas, which it leaves out. Tools that are no functions
    count as their compact JSON.
    """
    listed = as_list(tools)
    return LIST_TOKENS + sum(openai_tool(tool, counter) for tool in listed) if listed else 0


def openai_tool(tool: Any, counter: TokenCounter) -> int:
    """Tokens of one tool, of the chat or the Responses shape."""
    fields = as_fields(tool) or {}
    function = as_fields(fields.get("function")) or fields
    name = function.get("name")
    if not isinstance(name, str):
        return FUNCTION_TOKENS + count_loose(tool, counter)
    head = f"{name}:{description(function)}"
    schema = as_fields(function.get("parameters")) or as_fields(function.get("input_schema"))
    return FUNCTION_TOKENS + counter.count_text(head) + sum(schema_tokens(schema, counter, 0))


def schema_tokens(schema: Any, counter: TokenCounter, depth: int) -> Iterator[int]:
    """Tokens of the arguments in a JSON schema, of each level."""
    fields = as_fields(schema)
    if fields is None:
        return
    if depth > DEEPEST:
        yield count_loose(fields, counter)
        return
    properties = as_fields(fields.get("properties")) or {}
    if properties:
        yield ARGUMENTS_TOKENS
    for name, argument in properties.items():
        yield argument_tokens(str(name), as_fields(argument) or {}, counter)
        yield from schema_tokens(argument, counter, depth + 1)
    for inner in inner_schemas(fields):
        yield from schema_tokens(inner, counter, depth + 1)


def argument_tokens(name: str, schema: Mapping[str, Any], counter: TokenCounter) -> int:
    """Tokens of one argument: name, type, description, choices."""
    kind = schema.get("type", "")
    line = f"{name}:{kind if isinstance(kind, str) else '|'.join(map(str, as_list(kind)))}:{description(schema)}"
    choices = as_list(schema.get("enum"))
    total = ARGUMENT_TOKENS + counter.count_text(line) + (CHOICES_TOKENS if choices else 0)
    return total + sum(CHOICE_TOKENS + count_loose(choice, counter) for choice in choices)


def inner_schemas(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Schemas within a schema beside its properties."""
    yield schema.get("items")
    yield schema.get("additionalProperties")
    for key in BRANCHES:
        yield from as_list(schema.get(key))
    for key in NAMED:
        yield from (as_fields(schema.get(key)) or {}).values()


def description(schema: Mapping[str, Any]) -> str:
    """What a function or an argument is for."""
    text = schema.get("description")
    return text.removesuffix(".") if isinstance(text, str) else ""


def anthropic_tool_tokens(tools: Any, counter: TokenCounter) -> int:
    """Tokens of Anthropic's tools: the system text they bring, and each schema as its compact JSON."""
    listed = as_list(tools)
    if not listed:
        return 0
    return ANTHROPIC_TOKENS + sum(ANTHROPIC_TOOL_TOKENS + json_tokens(tool, counter) for tool in listed)


def google_tool_tokens(tools: Any, counter: TokenCounter) -> int:
    """Tokens of Google's tools: the compact JSON of their declarations; of Python functions, name and docstring."""
    return sum(json_tokens(tool, counter) for tool in as_list(tools))


def json_tokens(tool: Any, counter: TokenCounter) -> int:
    """Tokens of one tool as JSON, without what is never sent on: marks of the cache."""
    if callable(tool) and as_fields(tool) is None:
        return counter.count_text(f"{getattr(tool, '__name__', '')} {getattr(tool, '__doc__', None) or ''}")
    fields = as_fields(tool)
    said = tool if fields is None else {key: value for key, value in fields.items() if key != "cache_control"}
    return count_loose(said, counter)


def as_list(value: Any) -> Sequence[Any]:
    """A list or tuple as it is; nothing for anything else."""
    return value if isinstance(value, (list, tuple)) else ()

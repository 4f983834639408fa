"""A scripted model that does what langchain-tests asks of one: calls the tool that is wanted, fills schemas, talks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.stub.turns import Call, Turn, turn

JOKE = {"setup": "Why do cats sit on keyboards?", "punchline": "They like to keep an eye on the mouse."}
Schema = Mapping[str, Any]


def standard_answer(body: Mapping[str, Any]) -> Turn:
    """The answer to any request of the standard tests."""
    schema = output_schema(body)
    tools = tools_of(body)
    prompt = newest_prompt(body)
    choice = body.get("tool_choice")
    name = forced_name(choice)
    kind = choice.get("type") if isinstance(choice, Mapping) else choice
    if tools and kind != "none" and (name or kind in ("any", "required") or asks_for_tool(body, prompt)):
        wanted = name or next(iter(tools))
        return turn(Call(wanted, filled(tools[wanted], prompt)))
    if schema is not None:
        return turn(json.dumps(filled(schema, prompt) if schema else JOKE))
    return turn("Soft paws on the sill. A story of a cat, told in a few words.")


def tools_of(body: Mapping[str, Any]) -> dict[str, Schema]:
    """Name to schema of the tools, in any of the three forms."""
    found = {}
    for tool in body.get("tools") or ():
        function = tool.get("function") or tool
        found[function["name"]] = function.get("parameters") or function.get("input_schema") or {}
    return found


def forced_name(choice: Any) -> str | None:
    """The tool that must be called."""
    if not isinstance(choice, Mapping) or choice.get("type") not in ("function", "tool"):
        return None
    name = (choice.get("function") or choice).get("name")
    return str(name) if name else None


def output_schema(body: Mapping[str, Any]) -> Schema | None:
    """The schema of a JSON answer; an empty one where any object does; None where words are wanted."""
    chat, text = body.get("response_format"), (body.get("text") or {}).get("format")
    claude = (body.get("output_config") or {}).get("format") or body.get("output_format")
    for wanted in (chat, text, claude):
        if wanted and wanted.get("type") in ("json_schema", "json_object"):
            inner = wanted.get("json_schema") or wanted
            return inner.get("schema") or {}
    return None


def newest_prompt(body: Mapping[str, Any]) -> str:
    """What the user said last."""
    items = body.get("messages") or body.get("input") or []
    texts = [text_of(item.get("content")) for item in items if item.get("role") == "user"]
    return next((text for text in reversed(texts) if text), "")


def text_of(content: Any) -> str:
    """The words of a content."""
    if isinstance(content, str):
        return content
    return " ".join(block["text"] for block in content or () if isinstance(block.get("text"), str))


def asks_for_tool(body: Mapping[str, Any], prompt: str) -> bool:
    """Whether nothing was answered yet, and the prompt is one for which a model calls its tool."""
    items = body.get("messages") or body.get("input") or []
    last = items[-1] if items else {}
    return last.get("role") == "user" and bool(re.search("tool|weather|magic|What is", text_of(last.get("content"))))


def filled(schema: Schema, prompt: str) -> dict[str, Any]:
    """Arguments that fit a schema, with numbers and quoted words of the prompt."""
    definitions = schema.get("$defs") or {}
    found = {}
    for name, field in (schema.get("properties") or {}).items():
        if "$ref" in field:
            field = definitions[field["$ref"].rpartition("/")[2]]
        found[name] = value(name, field, prompt)
    return found


def value(name: str, field: Schema, prompt: str) -> Any:
    """One value."""
    kinds = [option.get("type") for option in field.get("anyOf", ())] or [field.get("type")]
    if "integer" in kinds or "number" in kinds:
        number = re.search(r"\d+", prompt)
        return int(number.group()) if number else 1
    if "boolean" in kinds:
        return True
    if "array" in kinds:
        return []
    if "object" in kinds:
        return filled(field, prompt)
    quoted = re.search("'(.*?)'", prompt)
    return JOKE.get(name) or (quoted.group(1) if quoted else "Pirate")

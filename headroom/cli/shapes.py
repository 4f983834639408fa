"""Where conversations stand in a JSON document: bodies of the providers, batch files, lists of messages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Path = tuple[str | int, ...]

# Keys that lead to the list of messages: chat and messages APIs, the Responses API, batch lines of OpenAI, Anthropic
# and Bedrock.
LISTS: tuple[Path, ...] = (
    ("messages",),
    ("input",),
    ("body", "messages"),
    ("body", "input"),
    ("params", "messages"),
    ("modelInput", "messages"),
)
BATCH_IDS = ("custom_id", "recordId")
BATCHES = "requests"


@dataclass(slots=True)
class Seen:
    """What was found while JSON was read that writing it again would lose."""

    lost: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """JSON that was read.

    Attributes:
        value: What it says.
        lost: What writing it again would lose, such as `duplicate_keys`; "" for nothing.
    """

    value: Any = field(repr=False)
    lost: str = ""


def read_json(text: str) -> Read:
    """JSON, and whether writing it again says the same.

    Raises:
        ValueError: It is none; RecursionError where it is nested too deeply.
    """
    seen = Seen()

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) < len(found):
            seen.lost = "duplicate_keys"
        return made

    def number(digits: str) -> float:
        value = float(digits)
        if Decimal(digits) != Decimal(repr(value)):
            seen.lost = "number_beyond_a_double"
        return value

    value = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=pairs, parse_float=number)
    return Read(value, seen.lost)


def conversations(document: Any) -> list[Path]:
    """Where the conversations of a document are; several in a list of lists and in the body of a batch."""
    if isinstance(document, list):
        if document and all(isinstance(member, list) for member in document):
            return [(place,) for place in range(len(document))]
        return [()]
    if not isinstance(document, dict):
        return []
    requests = document.get(BATCHES)
    if isinstance(requests, list) and "messages" not in document:
        return [(BATCHES, place, *path) for place, one in enumerate(requests) for path in conversations(one)]
    return [path for path in LISTS if isinstance(at(document, path), list)][:1]


def at(document: Any, path: Path) -> Any:
    """What stands at a path; None where there is nothing."""
    for key in path:
        if isinstance(key, int):
            document = document[key] if isinstance(document, list) and key < len(document) else None
        else:
            document = document.get(key) if isinstance(document, Mapping) else None
    return document


def put(document: Any, path: Path, value: Any) -> Any:
    """A copy of `document` with `value` at the path; what is not on the path is the same object."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(key, int):
        return [put(member, rest, value) if place == key else member for place, member in enumerate(document)]
    return {name: put(member, rest, value) if name == key else member for name, member in document.items()}


def model_of(document: Any, path: Path) -> str | None:
    """The model that the request around a conversation names."""
    found = at(document, (*path[:-1], "model")) if path else None
    return found if isinstance(found, str) and found else None


def is_message(value: Any) -> bool:
    """Whether a value is a single message."""
    return isinstance(value, dict) and isinstance(value.get("role"), str) and not conversations(value)


def batch_id(document: Any) -> str | None:
    """The id of a line of a batch file; None where it is none."""
    found = [document[name] for name in BATCH_IDS if isinstance(document, dict) and name in document]
    return str(found[0]) if found else None


def tool_result(text: str, tool: str = "file") -> Sequence[dict[str, Any]]:
    """A conversation in which a tool answers `text`; without a prefix that a provider could cache."""
    call = {"id": "call", "type": "function", "function": {"name": tool, "arguments": "{}"}}
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call", "content": text},
    ]

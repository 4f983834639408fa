"""Google contents: parts in snake_case or camelCase, dicts or objects of `google.genai.types`.

Google pairs a tool's answer with its call by name and order where it gives no ids. The id that stands for a missing
one is therefore made of both: `get_order#0` is the first call without an id of that name within one content, and the
first answer without an id to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.messages.message import Message, Part, ToolCall
from headroom.messages.wire import Path, as_mapping, is_list, json_text, text_or_none

ROLES = {
    "user": "user",
    "model": "assistant",
    "assistant": "assistant",
    "system": "system",
    "function": "tool",
    "tool": "tool",
}
CALL_KEYS = ("function_call", "functionCall")
ANSWER_KEYS = ("function_response", "functionResponse")
OTHER_PARTS = (  # kind, key in the other spelling, and the field of it that can be read
    ("executable_code", "executableCode", "code"),
    ("code_execution_result", "codeExecutionResult", "output"),
    ("file_data", "fileData", ""),
    ("inline_data", "inlineData", ""),
)
SINGLE = ("output", "result", "error")  # what holds the whole answer where it stands alone in a response
WHOLE = "*"  # in a path: the text takes the place of the whole response, and becomes its `output`
ORIGIN = "headroom_origin"  # key of a dict that stands for something else of the caller's


@dataclass(frozen=True, slots=True)
class Origin:
    """What a dict of ours stands for, for as long as a conversation is looked at; it is never sent.

    Attributes:
        form: `content`, a content that is read with other ids; `parts`, parts that stood in the list of contents by
            themselves; `list`, a list of parts in it; `system`, the system instruction.
        raw: The caller's object.
        ids: Of answers without an id: the id made of name and order to that of the call they belong to.
    """

    form: str
    raw: Any = field(default=None, repr=False)
    ids: Mapping[str, str] = field(default_factory=dict)


class GoogleMessage(Message):
    """View of a Google content. A copy with other text is of the caller's own type, down to each part."""

    __slots__ = ()

    def with_part_text(self, index: int, text: str) -> Message:
        """As every message."""
        made = super().with_part_text(index, text)
        if made is self:
            return self
        return GoogleMessage(
            made.raw,
            made.role,
            made.parts,
            made.tool_calls,
            None,
            made.name,
            "",
            made.origin,
            made.begins_turn,
            made.source,
        )

    @property
    def output(self) -> Any:
        """As every message."""
        made = self.raw
        for part, before in zip(self.parts, self.source or self.parts, strict=True):
            if part is not before:
                made = rewritten(made, part.path, part.text)
        return made


def read_content(raw: Any, wire: Mapping[str, Any], origin: Any = None) -> Message | None:
    """A view of a content; None where these `parts` are not Google's."""
    parts = wire.get("parts")
    fields = [as_mapping(part) for part in parts] if is_list(parts) else None
    if fields is None or any(part is not None and "type" in part for part in fields):
        return None
    named = wire.get("role")
    called = any(part is not None and held(part, CALL_KEYS) is not None for part in fields)
    role = ROLES.get(named) if isinstance(named, str) else ("assistant" if called else "user")
    if role is None or (named is not None and not isinstance(named, str)):
        return Message(raw, origin=origin, reason="unknown_role")
    reader = Reading(wire.get(ORIGIN))
    for position, part in enumerate(fields):
        if part is not None:
            reader.read(part, ("parts", position))
    begins_turn = role == "user" and reader.answers < len(fields)
    name = next(iter(reader.names)) if len(reader.names) == 1 else None
    return GoogleMessage(raw, role, tuple(reader.parts), tuple(reader.calls), None, name, "", origin, begins_turn)


class Reading:
    """The parts of one content, read in order."""

    def __init__(self, origin: Any) -> None:
        self.ids: Mapping[str, str] = origin.ids if isinstance(origin, Origin) else {}
        self.parts: list[Part] = []
        self.calls: list[ToolCall] = []
        self.answers = 0
        self.names: set[str] = set()  # of the tools that answer
        self.called: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()

    def read(self, part: Mapping[str, Any], path: Path) -> None:
        """One part: a call, an answer, or plain text; everything else goes out untouched."""
        key = key_of(part, CALL_KEYS)
        if key is not None:
            self.call(as_mapping(part[key]) or {})
            return
        key = key_of(part, ANSWER_KEYS)
        if key is not None:
            self.answers += 1
            self.answer(as_mapping(part[key]) or {}, (*path, key, "response"))
            return
        text = plain_text(part)
        if text is not None:
            self.parts.append(Part("text", text, path=(*path, "text")))

    def call(self, call: Mapping[str, Any]) -> None:
        """A call of the model."""
        name = text_or_none(call.get("name")) or ""
        known = text_or_none(call.get("id")) or numbered(name, self.called)
        self.calls.append(ToolCall(known, name, json_text(call.get("args"))))

    def answer(self, answer: Mapping[str, Any], path: Path) -> None:
        """What a tool answered, also where that is nothing: its call has an answer then."""
        name, known = text_or_none(answer.get("name")) or "", text_or_none(answer.get("id"))
        self.names |= {name} if name else set()
        if not known:
            made = numbered(name, self.answered)
            known = self.ids.get(made, made)
        response = as_mapping(answer.get("response"))
        place, value = value_of(response)
        is_error = response is not None and bool(response.get("error"))
        self.parts.append(Part("tool_result", json_text(value), known, is_error, 1, (*path, place)))


def value_of(response: Mapping[str, Any] | None) -> tuple[str, Any]:
    """Where the text of a response goes, and what it says now: what stands alone under its key, else the whole."""
    if response is not None and len(response) == 1:
        key = next(iter(response))
        if key in SINGLE:
            return key, response[key]
    return WHOLE, response


def numbered(name: str, seen: Counter[str]) -> str:
    """The id of the next call, or answer, of this name."""
    seen[name] += 1
    return f"{name}#{seen[name] - 1}"


def key_of(part: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    """The first of these keys under which something stands."""
    return next((key for key in keys if part.get(key) is not None), None)


def held(part: Mapping[str, Any], keys: Sequence[str]) -> Any:
    """What stands under the first of these keys, or None."""
    key = key_of(part, keys)
    return None if key is None else part[key]


def plain_text(part: Mapping[str, Any]) -> str | None:
    """The text of a part that is nothing but text; thoughts, and what carries a signature, are not."""
    text = part.get("text")
    is_plain = isinstance(text, str) and not any(value for key, value in part.items() if key != "text")
    return text if is_plain else None


def unread(part: Mapping[str, Any]) -> tuple[str, str] | None:
    """Kind and text of a part that is no call, no answer and no plain text; None for these.

    >>> unread({"text": "Hm.", "thought": True})
    ('thought', 'Hm.')
    >>> unread({"executableCode": {"code": "1 + 1", "language": "PYTHON"}})
    ('executable_code', '1 + 1')
    """
    if held(part, CALL_KEYS) is not None or held(part, ANSWER_KEYS) is not None or plain_text(part) is not None:
        return None
    if isinstance(part.get("text"), str):
        return ("thought" if part.get("thought") else "text"), part["text"]
    for kind, camel, inner in OTHER_PARTS:
        if (value := held(part, (kind, camel))) is not None:
            return kind, text_or_none((as_mapping(value) or {}).get(inner)) or ""
    return "part", ""


def rewritten(node: Any, path: Path, text: str) -> Any:
    """A copy of `node` that says `text` at `path`; everything off the path is shared, and objects stay objects."""
    if not path:
        return text
    key, rest = path[0], path[1:]
    if key == WHOLE:
        return {"output": text}
    if is_list(node):
        items = [*node[: int(key)], rewritten(node[int(key)], rest, text), *node[int(key) + 1 :]]
        return tuple(items) if isinstance(node, tuple) else items
    if isinstance(node, Mapping):
        return {**node, str(key): rewritten(node.get(str(key)), rest, text)}
    return node.model_copy(update={str(key): rewritten(getattr(node, str(key)), rest, text)})

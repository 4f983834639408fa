"""What callers give Google's client as contents and system text, as messages, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from headroom.calls.values import field_of, with_fields
from headroom.messages import read_message
from headroom.messages.google import ANSWER_KEYS, CALL_KEYS, ORIGIN, Origin, numbered, read_content
from headroom.messages.wire import as_mapping

CONTENT_FIELDS = ("parts", "role")


def either(thing: Any, *names: str) -> Any:
    """The first of these fields that is not None; Google's dicts have names in two spellings."""
    return next((found for name in names if (found := field_of(thing, name)) is not None), None)


def parts_of(content: Any) -> list[Any]:
    """The parts of a content."""
    parts = field_of(content, "parts")
    return list(parts) if isinstance(parts, (list, tuple)) else []


def with_parts(content: Any, parts: list[Any]) -> Any:
    """A copy of a content with other parts, in objects of its own type."""
    if isinstance(content, Mapping):
        return {**content, "parts": parts}
    plain = [part for part in parts if isinstance(part, Mapping)]
    made = iter(type(content)(parts=plain).parts if plain else ())
    return with_fields(content, parts=[next(made) if isinstance(part, Mapping) else part for part in parts])


def is_content(item: Any) -> bool:
    """Whether an item of the list of contents is one, and not a part, a text, an image or a file."""
    if isinstance(item, Mapping):
        return not item or any(name in item for name in CONTENT_FIELDS)
    return all(hasattr(item, name) for name in CONTENT_FIELDS)


def is_models(content: Any) -> bool:
    """Whether the model made this content."""
    return field_of(content, "role") in ("model", "assistant")


def as_part(item: Any) -> Any:
    """A text as a part; every other part as it is."""
    return {"text": item} if isinstance(item, str) else item


def to_messages(contents: Any) -> list[Any] | None:
    """One message for each content; parts that stand by themselves are joined as the SDK joins them.

    None where there is nothing that could be looked at.
    """
    if contents is None:
        return None
    made: list[Any] = []
    run: list[Any] = []
    for item in contents if isinstance(contents, (list, tuple)) else [contents]:
        stands_alone = is_content(item) or isinstance(item, list)
        if run and (stands_alone or is_call(item) != is_call(run[0])):
            made.append(stand_in(run, Origin("parts")))
            run = []
        if not stands_alone:
            run.append(item)
        else:
            made.append(stand_in(item, Origin("list", item)) if isinstance(item, list) else item)
    return paired([*made, stand_in(run, Origin("parts"))] if run else made)


def is_call(item: Any) -> bool:
    """Whether a part is a call of the model."""
    return not isinstance(item, str) and either(item, *CALL_KEYS) is not None


def stand_in(items: Sequence[Any], origin: Origin) -> dict[str, Any]:
    """A content that stands for parts."""
    role = "model" if items and is_call(items[0]) else "user"
    return {"role": role, "parts": [as_part(item) for item in items], ORIGIN: origin}


def paired(messages: list[Any]) -> list[Any]:
    """The messages, those replaced whose answers carry no ids although their calls do, or stand apart from them."""
    waiting: dict[str, list[str]] = {}
    made, was_models = [], False
    for message in messages:
        if is_models(message):
            waiting = waiting if was_models else {}
            for name, known in calls_in(message):
                waiting.setdefault(name, []).append(known)
        elif waiting:
            ids = dict(pairs_in(message, waiting))
            message = with_ids(message, ids) if any(made_up != known for made_up, known in ids.items()) else message
        was_models = is_models(message)
        made.append(message)
    return made


def calls_in(message: Any) -> Iterator[tuple[str, str]]:
    """Name and id of each call, as a view of the message has them."""
    seen: Counter[str] = Counter()
    for part in parts_of(message):
        call = either(part, *CALL_KEYS)
        if call is not None:
            name = str(field_of(call, "name") or "")
            yield name, str(field_of(call, "id") or numbered(name, seen))


def pairs_in(message: Any, waiting: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Of each answer without an id: the one made of name and order, and the id of the call it belongs to."""
    seen: Counter[str] = Counter()
    for part in parts_of(message):
        answer = either(part, *ANSWER_KEYS)
        if answer is None:
            continue
        name, known = str(field_of(answer, "name") or ""), field_of(answer, "id")
        if known:
            waiting[name] = [other for other in waiting.get(name, ()) if other != known]
            continue
        made_up = numbered(name, seen)
        if waiting.get(name):
            yield made_up, waiting[name].pop(0)


def with_ids(message: Any, ids: Mapping[str, str]) -> dict[str, Any]:
    """A dict that is read as `message` with these ids."""
    origin = message.get(ORIGIN) if isinstance(message, Mapping) else None
    form, raw = (origin.form, origin.raw) if isinstance(origin, Origin) else ("content", message)
    return {"role": field_of(message, "role"), "parts": field_of(message, "parts"), ORIGIN: Origin(form, raw, ids)}


def to_contents(messages: Sequence[Any]) -> list[Any]:
    """Contents as the SDK takes them."""
    made: list[Any] = []
    for message in messages:
        origin = message.get(ORIGIN) if isinstance(message, Mapping) else None
        if isinstance(origin, Origin):
            made += given_back(message, origin)
        elif isinstance(message, Mapping) and "parts" not in message and "content" in message:
            made += translated(message)
        else:
            made.append(message)
    return made


def given_back(message: Mapping[str, Any], origin: Origin) -> list[Any]:
    """What a dict of ours stands for, with the parts it has now."""
    parts = list(message["parts"])
    if origin.form == "content":
        is_same = message["parts"] is field_of(origin.raw, "parts")
        return [origin.raw if is_same else with_parts(origin.raw, parts)]
    if origin.form == "list":
        return [parts]
    if all(is_part(part) for part in parts):  # the SDK takes no dicts for parts beside contents that are objects
        return [{"role": message["role"], "parts": parts}]
    return [part["text"] if isinstance(part, Mapping) and set(part) == {"text"} else part for part in parts]


def is_part(item: Any) -> bool:
    """Whether an item can stand among the parts of a content, as an image or a file cannot."""
    return isinstance(item, Mapping) or hasattr(item, CALL_KEYS[0])


def translated(message: Mapping[str, Any]) -> list[Any]:
    """A message of another shape, as a window writes it, as a content; one without text is none."""
    view = read_message(message)
    parts = [{"text": part.text} for part in view.parts]
    return [{"role": "model" if view.role == "assistant" else "user", "parts": parts}] if parts else []


def system_message(system: Any) -> dict[str, Any] | None:
    """A system instruction as a message; None where there is none, or one that is not understood."""
    if isinstance(system, str):
        return {"role": "system", "content": system} if system else None
    if system is None:
        return None
    if isinstance(system, list):
        parts = [as_part(part) for part in system]
    else:
        parts = parts_of(system) if is_content(system) else [system]
    if not parts or any(as_mapping(part) is None for part in parts):
        return None
    message = {"role": "system", "parts": parts, ORIGIN: Origin("system", system)}
    return message if read_content(message, message) is not None else None


def system_of(message: Mapping[str, Any]) -> Any:
    """The system instruction in the form it had, with what its message says now."""
    if "content" in message:
        return message["content"]
    system, parts = message[ORIGIN].raw, message["parts"]
    if isinstance(system, list):
        return [part["text"] if isinstance(old, str) else part for old, part in zip(system, parts, strict=True)]
    return with_parts(system, list(parts)) if is_content(system) else parts[0]

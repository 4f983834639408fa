"""Wire objects: dicts and SDK objects, read as mappings and copied with new text; the originals are never modified."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

TEXT_TYPES = frozenset({"text", "input_text", "output_text"})  # chat and Anthropic; Responses in; Responses out
MARKS = frozenset({"type", "text", "cache_control"})  # what a text block may hold besides plain values
CALL_BLOCKS = frozenset({"tool_use", "function_call", "custom_tool_call", "tool_call"})  # the last is LangChain's
DEFAULTED = ("role", "type", "content")  # fields of SDK objects that count although nobody set them

ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Path = tuple[str | int, ...]
"""Where a text stands: keys and positions from the message down to the text, or to the first block of its run."""


def as_mapping(item: Any) -> Mapping[str, Any] | None:
    """`item` itself if it is a mapping, the fields of an SDK object (anything with `model_dump`), else None."""
    if isinstance(item, (dict, Mapping)):  # dict first: asking the abstract class alone is slower
        return item
    if isinstance(item, type) or not hasattr(type(item), "model_dump"):
        return None
    return fields_of(item) if hasattr(type(item), "model_fields_set") else dump_of(item)


def fields_of(item: Any) -> Mapping[str, Any]:
    """The fields of a pydantic object, their values as they are: those set, and role, type and content in any case."""
    names = (*type(item).model_fields, *(item.model_extra or ()))  # a fixed order; model_fields_set is a set
    chosen = item.model_fields_set
    return {
        name: getattr(item, name) for name in names if name in chosen or (name in DEFAULTED and hasattr(item, name))
    }


def dump_of(item: Any) -> Mapping[str, Any] | None:
    """What an object that is not pydantic's says of itself, if that is a dict."""
    found = item.model_dump()
    return found if isinstance(found, dict) else None


def is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    """Whether `value` can be a list of blocks."""
    return isinstance(value, (list, tuple))


def text_or_none(value: Any) -> str | None:
    """`value` if it is text, such as an id or a name."""
    return value if isinstance(value, str) else None


def json_text(value: Any) -> str:
    """Text of a tool call's arguments: text as it is, a value as compact JSON, "" where there is none.

    >>> json_text({"id": 7})
    '{"id":7}'
    """
    if isinstance(value, str):
        return value
    try:
        return "" if value is None else ENCODE(value)
    except (TypeError, ValueError, RecursionError):  # not a JSON value, or a cycle
        return ""


def block_text(block: Any) -> str | None:
    """Text of a plain text block, or of a bare string among blocks; None for everything else, which stays untouched."""
    return block if isinstance(block, str) else mapping_text(as_mapping(block))


def mapping_text(wire: Mapping[str, Any] | None) -> str | None:
    """Text of a plain text block.

    One with citations, annotations or another structure of its own is not plain: it may point into the text.
    """
    if wire is None:
        return None
    kind, text = wire.get("type"), wire.get("text")
    if not (isinstance(text, str) and isinstance(kind, str) and kind in TEXT_TYPES):
        return None
    return None if len(wire) > 2 and has_structure(wire) else text


def has_structure(block: Mapping[str, Any]) -> bool:
    """Whether a text block holds more than plain values; an empty list or None is nothing."""
    return any(value and not isinstance(value, (str, int, float)) for key, value in block.items() if key not in MARKS)


def call_block_id(block: Any) -> str | None:
    """The call that a content block is; None for other blocks. Responses keep it apart from the item's own id."""
    wire = as_mapping(block)
    if wire is None or not isinstance(kind := wire.get("type"), str) or kind not in CALL_BLOCKS:
        return None
    return text_or_none(wire.get("call_id")) or text_or_none(wire.get("id"))


def content_once(wire: Mapping[str, Any]) -> Any:
    """A message's content without the calls that its `tool_calls` list as well: frameworks keep them in both places.

    >>> content_once({"content": [{"type": "tool_use", "id": "c"}, "Hm."], "tool_calls": [{"id": "c", "name": "f"}]})
    ['Hm.']
    """
    content, listed = wire.get("content"), wire.get("tool_calls")
    if not (listed and is_list(listed) and is_list(content)):
        return content
    fields = (as_mapping(call) or {} for call in listed)
    ids = {known for call in fields if (known := text_or_none(call.get("id"))) is not None}
    return [block for block in content if call_block_id(block) not in ids]


def text_runs(blocks: Sequence[Any]) -> Iterator[tuple[int, list[str]]]:
    """Neighbouring plain text blocks: the position of the first, and the text of each.

    >>> list(text_runs(["a", "b", {"type": "image"}, "c"]))
    [(0, ['a', 'b']), (3, ['c'])]
    """
    run: list[str] = []
    for position, block in enumerate(blocks):
        text = block_text(block)
        if text is not None:
            run.append(text)
        elif run:
            yield position - len(run), run
            run = []
    if run:
        yield len(blocks) - len(run), run


def rewritten(node: Any, path: Path, blocks: int, text: str) -> Any:
    """A copy of `node` that says `text` at `path`, in place of `blocks` blocks; everything off the path is shared."""
    key, rest = path[0], path[1:]
    if rest:
        inner = node[int(key)] if is_list(node) else as_dict(node)[str(key)]
        return with_value(node, key, rewritten(inner, rest, blocks, text))
    if is_list(node):
        end = int(key) + blocks
        return spliced(node, int(key), end, merged(node[int(key) : end], text))
    return with_value(node, key, text)


def with_value(node: Any, key: str | int, value: Any) -> Any:
    """A copy of `node` with one other value; an SDK object stays one where the value is text."""
    if is_list(node):
        return spliced(node, int(key), int(key) + 1, value)
    if isinstance(value, str) and not isinstance(node, Mapping) and hasattr(node, "model_copy"):
        return node.model_copy(update={str(key): value})
    return {**as_dict(node), str(key): value}


def spliced(blocks: Any, start: int, end: int, block: Any) -> Any:
    """A list (or tuple) with one block in place of those from `start` to before `end`."""
    items = [*blocks[:start], block, *blocks[end:]]
    return tuple(items) if isinstance(blocks, tuple) else items


def as_dict(node: Any) -> Mapping[str, Any]:
    """`as_mapping` of a node that was read as one before.

    Raises:
        TypeError: It is none any more.
    """
    wire = as_mapping(node)
    if wire is None:
        raise TypeError(f"cannot copy {type(node).__name__}")
    return wire


def merged(run: Sequence[Any], text: str) -> Any:
    """The first block of a run, saying `text`; the run's last cache breakpoint stays if the first block has none."""
    first = run[0]
    marks = [mark for mark in map(cache_control, run) if mark is not None]
    if isinstance(first, str):
        return {"type": "text", "text": text, "cache_control": marks[-1]} if marks else text
    block = with_value(first, "text", text)
    if marks and cache_control(first) is None:
        return {**as_dict(block), "cache_control": marks[-1]}
    return block


def cache_control(block: Any) -> Any:
    """The cache breakpoint of a block, or None."""
    return None if isinstance(block, str) else (as_mapping(block) or {}).get("cache_control")

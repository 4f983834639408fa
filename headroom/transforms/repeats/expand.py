"""References read back: each text as it was before what an earlier message showed was named instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headroom.compressors.json_documents import Documents
from headroom.markers import BEGIN
from headroom.messages import ToolCall, read_messages
from headroom.references import SAME, Reference, read_reference
from headroom.transforms.repeats.shown import Shown, table_of
from headroom.transforms.repeats.sources import call_sources, result_label


def expand(text: str, shown: Shown, *, secret: str = "") -> str | None:
    """`text` with each reference replaced by what it stands for; None where a source is not there.

    Args:
        shown: What the messages before this one have shown.
    """
    if not BEGIN.search(text):
        return text
    lines = text.split("\n")
    found: list[str] = []
    label = ""
    for row, line in enumerate(lines):
        reference = read_reference(line, secret=secret)
        if reference is None:
            found.append(line)
            continue
        label = label if reference.label == SAME else reference.label
        if reference.first == 0 and row == 0:
            return expanded_object(reference, "\n".join(lines[1:]), shown)
        there = stands_for(reference, label, shown)
        if there is None:
            return None
        found += there
    return "\n".join(found)


def stands_for(reference: Reference, label: str, shown: Shown) -> Sequence[str] | None:
    """The lines that a reference names."""
    source = shown.by_label.get(label)
    if source is None or not 0 < reference.first <= reference.last <= len(source.lines):
        return None
    found = source.lines[reference.first - 1 : reference.last]
    return found if reference.fits(found) else None


def expanded_object(reference: Reference, changed: str, shown: Shown) -> str | None:
    """The table text of an object that is given as an earlier one and the fields that differ."""
    source = shown.by_label.get(reference.label)
    other = source.table() if source and reference.fits(source.lines[:1]) else None
    fields = table_of(changed)
    if other is None or type(fields) is not dict or not fields.keys() <= other.keys():
        return None
    return Documents({key: fields.get(key, other[key]) for key in other}).table_text()


def expand_messages(messages: Sequence[Any], *, secret: str = "") -> list[list[str]]:
    """The texts of each message of a conversation as sent, with all references replaced by what they stand for.

    A text whose source is not among the messages stays as it is.
    """
    shown = Shown()
    calls: dict[str, ToolCall] = {}
    found: list[list[str]] = []
    for message in read_messages(messages):
        texts = []
        for part in message.parts:
            whole = expand(part.text, shown, secret=secret) if part.kind == "tool_result" else None
            texts.append(part.text if whole is None else whole)
            if part.kind == "tool_result":
                call = calls.get(part.tool_call_id or "")
                name, arguments = (call.name, call.arguments) if call else (message.name, None)
                shown.add(result_label(name, arguments), part.text)
        found.append(texts)
        for label, text in call_sources(message):
            shown.add(label, text)
        calls.update({call.id: call for call in message.tool_calls if call.id is not None})
    return found

"""`expect="json"`: what a program parses behind a step stays JSON of the same value (R23).

The engine of such a step writes JSON without its blanks (`output="minified"`), or columns and rows where the caller
says `output="json"`. What is left to do here is what is cut all the same, and lists of content blocks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.output_parsers import JsonOutputParser

from headroom import loads
from headroom.config import HeadroomConfig
from headroom.engine import Engine
from headroom.errors import ConfigurationError
from headroom.results import Note, TransformResult
from headroom_integrations._views import ORIGIN

STRING_OR_BLANKS = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+')
REASON = "json_without_blanks"
KEPT = "expect_json"
HINT = "expect='json' keeps it for whoever parses it; without it the model reads a shorter form"


def json_kept(engine: Engine, views: Sequence[Any], done: TransformResult) -> TransformResult:
    """`done`, but every message that was JSON is JSON of the same value.

    A list of content blocks with JSON in it stays as it came: a program may read each block by itself.
    """
    messages, notes = list(done.messages), list(done.notes)
    for place, view in enumerate(done.messages):
        before = views[view[ORIGIN]].get("content") if isinstance(view, Mapping) and ORIGIN in view else None
        if before is None or view.get("content") is before or not holds_json(before):
            continue
        if isinstance(view["content"], str) and isinstance(before, str) and same_json(before, view["content"]):
            continue
        made = shorter(engine, before) if isinstance(before, str) else before
        messages[place] = {**view, "content": made}
        own = [row for row, note in enumerate(notes) if note.message_index == view[ORIGIN]]
        for row in own:
            notes[row] = kept_note(engine, notes[row], made if isinstance(made, str) and made is not before else None)
    if all(one is other for one, other in zip(messages, done.messages, strict=True)):
        return done
    more = sum(note.tokens_after for note in notes) - sum(note.tokens_after for note in done.notes)
    selected = sum(note.change == "left_out" for note in notes)
    changed = sum(note.change is not None for note in notes) - selected
    labels = [f"router:{changed}"] * (changed > 0) + [f"smart_crush:{selected}"] * (selected > 0)
    return replace(
        done, messages=messages, notes=notes, tokens_after=done.tokens_after + more, transforms_applied=labels
    )


def holds_json(content: Any) -> bool:
    """Whether a text, or a text block among others, is a JSON object or list."""
    texts = [content] if isinstance(content, str) else content if isinstance(content, list) else ()
    found = (text.get("text") if isinstance(text, Mapping) else text for text in texts)
    return any(isinstance(text, str) and isinstance(parsed(text), (dict, list)) for text in found)


def parsed(text: str) -> Any:
    """The value of JSON; None for what is none, as for `null`."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def same_json(before: str, after: str) -> bool:
    """Whether two texts are JSON of the same value, with columns and rows read back."""
    if parsed(after) is None:
        return False
    try:
        return without_blanks(before) == without_blanks(after) or repr(loads(before)) == repr(loads(after))
    except ValueError:
        return False


def without_blanks(text: str) -> str:
    """JSON without the blanks between its values; texts within it, numbers and keys as they stand.

    >>> without_blanks('{"a b": [1.50, "x \\\\" y"] }')
    '{"a b":[1.50,"x \\\\" y"]}'
    """
    return STRING_OR_BLANKS.sub(lambda found: found[1] or "", text)


def shorter(engine: Engine, text: str) -> str:
    """JSON without blanks where that has fewer tokens, else the same object."""
    made = without_blanks(text)
    return made if engine.counter.count_text(made) < engine.counter.count_text(text) else text


def kept_note(engine: Engine, note: Note, made: str | None) -> Note:
    """The note of a text that stays JSON: without blanks, or as it came."""
    tokens = note.tokens_before if made is None else engine.counter.count_text(made)
    return replace(
        note,
        change=None if made is None else "value_exact",
        reason=KEPT if made is None else REASON,
        tokens_after=tokens,
        tokens_exact=tokens,
        handle=None,
        reachable_by=None,
        hint=HINT,
    )


def output_of(expect: str | None, config: HeadroomConfig | None, settings: Mapping[str, Any]) -> dict[str, str]:
    """The setting `output` of a step that expects JSON and does not say which."""
    is_said = "output" in settings or (config is not None and "output" in config.model_fields_set)
    return {"output": "minified"} if expect == "json" and not is_said else {}


def refuse_parser(engine: Engine, follower: Any) -> None:
    """Refuse a parser of JSON right behind a step whose texts need not be JSON any more.

    Raises:
        ConfigurationError: It is one, and the step says neither `expect="json"` nor `output="json"`.
    """
    if engine.config.output == "text" and isinstance(follower, JsonOutputParser):
        raise ConfigurationError(
            f"{type(follower).__name__} parses what HeadroomCompressor writes, which need not be JSON: say "
            "HeadroomCompressor(expect='json') for JSON of the same value, or output='json' for columns and rows that "
            "headroom.loads reads back, or put the step where a model reads what comes out",
            field="expect",
            value=None,
        )

"""Why a step saved nothing, and which argument changes it: said once per process, and in every note (R19)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.documents import Document
from pydantic import BaseModel

from headroom.results import CompressResult, Note

# Beginning of a reason to what would change the outcome.
HINTS = (
    ("below_min_tokens", "min_tokens=... lowers the size from which texts are looked at"),
    ("prose_stays_without_a_question", "a limit such as target_tokens=... with query=... (query_key=...) asks"),
    ("source_code_stays", "agents edit from source code: tool_profiles={...: {'outline': True}} asks for outlines"),
    ("editor_tool", "agents edit from this tool's output: tool_profiles={...: {'edits': False}} says otherwise"),
    ("prefix_too_short_to_cache", "cache_optimizer.min_cacheable_tokens=0 is for models without prompt caching"),
    ("no_compressor_for_", "no exact form is known: a limit such as target_tokens=... asks"),
    ("recent_turn", "keep_turns=... protects fewer turns"),
    ("exact_only", "exact_only=False allows forms that decode to the same value"),
    ("tool_profile", "tool_profiles=... switched this tool off"),
    ("error_result", "error results go out as they came"),
    ("already_compressed", "it was compressed before"),
)
NOT_FOUND = "nothing_under_its_key"
PROSE = "prose_stays_without_a_question"
NO_QUESTION = "no question: pass query_key=... (or query=...) with token_budget=..."
NO_BUDGET = "no budget: pass token_budget=..., and the sentences that answer the question stay"
IN_A_PROMPT = "token_budget=... cuts documents, no prompts: put the step behind the retriever (documents_key=...)"
QUESTION_KEYS = ("question", "query", "input")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")  # keys that programs choose; others may be content
NOTHING_LOOKED_AT = 'no tool results among them: roles={"human"} compresses what people wrote, too'


def hint_for(note: Note) -> str:
    """What would change a note's outcome; the note's own hint where it has one."""
    if note.hint or note.change is not None:
        return note.hint
    return next((hint for start, hint in HINTS if note.reason.startswith(start)), "")


def with_hints(notes: Sequence[Note]) -> list[Note]:
    """`notes`, each with the argument that would change its outcome."""
    return [note if note.hint == hint_for(note) else replace(note, hint=hint_for(note)) for note in notes]


def why_nothing(result: CompressResult, noun: str, count: int) -> str:
    """One line for people: what was looked at, why it stayed, and what to change. Holds no content."""
    looked_at = [note for note in result.notes if note.tokens_before]
    if not looked_at:
        return f"nothing to compress in {count} {noun}: {NOTHING_LOOKED_AT}"
    (reason, hint), parts = Counter((note.reason, hint_for(note)) for note in looked_at).most_common(1)[0]
    if hint.startswith("no question") or hint == NO_BUDGET:
        parts = sum(note.hint == hint for note in looked_at)
        return f"nothing saved: {parts} {noun} of prose, {hint}"
    return f"nothing saved in {count} {noun}: {parts} x {reason or 'no shorter form'}{f'; {hint}' if hint else ''}"


def about_prose(notes: Sequence[Note], missing: str, *, min_tokens: int) -> list[Note]:
    """The notes of documents, those about prose with the argument that is missing.

    Documents too short to be looked at alone count, too, where they are large together: a budget is for all of them.
    """
    reasons = {PROSE}
    if len(notes) > 1 and sum(note.tokens_before for note in notes) >= min_tokens:
        reasons.add("below_min_tokens")
    return [replace(note, hint=missing) if missing and note.reason in reasons else note for note in notes]


def missing_for_prose(*, has_question: bool, has_budget: bool, query_key: str | None) -> str:
    """What a choice among sentences lacks, or ""."""
    if has_question:
        return "" if has_budget else NO_BUDGET
    return NO_QUESTION if query_key is None else f"no question under {query_key[:40]!r}: {NO_QUESTION[13:]}"


def why_not_found(value: Any, messages_key: str, documents_key: str | None) -> str:
    """Why nothing was read of a dict or state, and the argument that changes it; "" for other values.

    Names keys that look like a program's own, and never what stands under them.
    """
    if not isinstance(value, (Mapping, BaseModel)):
        return ""
    fields = dict(value)
    missing = [name for name in (documents_key, messages_key) if name is not None]
    said = f"no {'documents' if documents_key else 'messages'} under {missing[0]!r}"
    holders = list(document_keys(fields))
    if holders:
        question = next((name for name in QUESTION_KEYS if isinstance(fields.get(name), str)), None)
        return f"{said}: pass documents_key={holders[0]!r}, query_key={question or '...'!r} and token_budget=..."
    name = "documents_key" if documents_key else "messages_key"
    held = ", ".join(name for name in fields if isinstance(name, str) and NAME.fullmatch(name))
    return f"{said}: pass {name}=...; there are {held}" if held else f"{said}: pass {name}=..."


def document_keys(fields: Mapping[Any, Any]) -> Iterator[str]:
    """Keys under which documents stand, or else a text under one of the names that templates give it."""
    named = {name: held for name, held in fields.items() if isinstance(name, str) and NAME.fullmatch(name)}
    for name, held in named.items():
        if isinstance(held, (list, tuple)) and held and all(isinstance(item, Document) for item in held):
            yield name
    yield from (name for name in ("context", "documents") if isinstance(named.get(name), str))

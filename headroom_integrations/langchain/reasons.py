"""Why a step saved nothing, and which argument changes it: said once per process, and in every note (R19)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

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
    reason, parts = Counter(note.reason for note in looked_at).most_common(1)[0]
    hint = next((hint_for(note) for note in looked_at if note.reason == reason), "")
    return f"nothing saved in {count} {noun}: {parts} x {reason or 'no shorter form'}{f'; {hint}' if hint else ''}"

"""Why something was left as it came, in a sentence for people."""

from __future__ import annotations

SENTENCES = {
    "already_compressed": "It was compressed before, and stays as it is.",
    "below_min_tokens": "Too short for compressing to be worth it.",
    "blank": "Nothing but white space.",
    "cache_control": "The caller marked it for the provider's cache, so its bytes are theirs.",
    "code": "Source code is what agents edit from, so its bytes stay.",
    "deep": "Nested deeper than any sensible document; left alone.",
    "diff": "A diff is what agents apply, so its bytes stay.",
    "editor_tool": "The agent edits from this tool's output, so its bytes stay.",
    "error": "It reports an error, and errors stay whole.",
    "exact_only": "The caller asked for exact forms only, and there was none that is shorter.",
    "failed": "A step failed inside headroom; the text went out as it came.",
    "image": "Images are not touched.",
    "keep_turns": "It belongs to the newest turns, which the caller asked to keep.",
    "no_exact_form": "No exact form is shorter, and nothing may be left out here.",
    "no_gain": "No form of it is shorter.",
    "not_a_message": "No message that headroom knows, so not touched.",
    "not_reachable": "The model cannot ask for what would be left out, so nothing was.",
    "not_text": "No text, so not touched.",
    "protected": "The caller protects it.",
    "protected_role": "Only tool results are compressed unless the caller asks for more.",
    "role": "Only tool results are compressed unless the caller asks for more.",
    "selection_never": "The caller allows nothing to be left out.",
    "skip_compression": "The caller switched compression off for this tool.",
    "too_large": "Larger than the amount of work allowed for one text.",
    "too_short": "Too short for compressing to be worth it.",
    "tool_profile": "The caller switched compression off for this tool.",
    "unknown_kind": "Its type is not known well enough to change it.",
    "unreadable": "Its shape is not known, so it is not touched.",
    "unreachable": "The model cannot ask for what would be left out, so nothing was.",
    "untouched_item": "A kind of item that headroom never changes, such as reasoning.",
}


def sentence(reason: str) -> str:
    """A plain sentence for `reason`; its own words where none is written down.

    >>> sentence("below_min_tokens")
    'Too short for compressing to be worth it.'
    """
    name, _, fact = reason.partition(":")
    known = SENTENCES.get(name.strip())
    if known:
        return f"{known[:-1]} ({fact.strip()})." if fact.strip() else known
    words = reason.replace("_", " ").strip() or "no reason given"
    return f"{words[0].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"

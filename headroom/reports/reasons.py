"""Why something was left as it came, in a sentence for people."""

from __future__ import annotations

SENTENCES = {
    "above_max_total_bytes": "Larger than the amount of work allowed for one text.",
    "already_compressed": "It was compressed before, and stays as it is.",
    "ambiguous": "The shorter form could be read in two ways, so the text stays.",
    "below_min_tokens": "Too short for compressing to be worth it.",
    "blank": "Nothing but white space.",
    "cache_control": "The caller marked it for the provider's cache, so its bytes are theirs.",
    "code": "Source code is what agents edit from, so its bytes stay.",
    "deep": "Nested deeper than any sensible document; left alone.",
    "diff": "A diff is what agents apply, so its bytes stay.",
    "editor_tool": "The agent edits from this tool's output, so its bytes stay.",
    "error": "It reports an error, and errors stay whole.",
    "error_result": "It reports an error, and errors stay whole.",
    "exact_only": "The caller asked for exact forms only, and there was none that is shorter.",
    "failed": "A step failed inside headroom; the text went out as it came.",
    "image": "Images are not touched.",
    "keep_turns": "It belongs to the newest turns, which the caller asked to keep.",
    "markup_stays_without_a_choice": "A page becomes text only where the model can ask for what is left out.",
    "json_cut_off": "JSON that breaks off; only its whole rows are sure.",
    "large_but_unreachable": "It stays large, since the model could not ask for what would be left out.",
    "large_but_json": "It stays large, since programs read it as JSON, of which nothing is left out.",
    "large_but_minified": "It stays large, since programs read it as JSON, of which nothing is left out.",
    "mixed_line_ends": "Its lines end in more than one way, which no shorter form keeps.",
    "mostly_brackets": "Nothing but brackets; no form of it is shorter.",
    "nested_too_deeply": "Nested deeper than any sensible document; left alone.",
    "no_call_before_it": "The call that it answers does not stand before it, so it is not touched.",
    "no_compressor_for_text": "Text of no known kind; only repeats of what was shown before are named in it.",
    "no_exact_form": "No exact form is shorter, and nothing may be left out here.",
    "no_gain": "No form of it is shorter.",
    "no_rows": "No rows and columns were found in it.",
    "not_a_message": "No message that headroom knows, so not touched.",
    "not_reachable": "The model cannot ask for what would be left out, so nothing was.",
    "not_recognised_again": "The shorter form would not be known again, so the text stays.",
    "not_text": "No text, so not touched.",
    "not_unicode": "It holds what is no Unicode text, so the text stays.",
    "not_well_formed": "It does not read as what it looks like, so the text stays.",
    "nothing_to_leave_out": "Every row of it was asked for or reports an error.",
    "prefix_too_short_to_cache": "What is left would be too short for the provider's prefix cache, and dearer.",
    "prose_stays_without_a_question": "Prose is shortened only for a question and a size that the caller gives.",
    "protected": "The caller protects it.",
    "protected_role": "Only tool results are compressed unless the caller asks for more.",
    "quotes_not_closed": "Its quotes do not close, so its rows are not known.",
    "recent_turn": "It belongs to the newest turns, which the caller asked to keep.",
    "reference_without_source": "It names an earlier message that is gone; its original comes back by its handle.",
    "retrieved_original": "The model asked for it, so it is shown as it is.",
    "role": "Only tool results are compressed unless the caller asks for more.",
    "rows_differ": "Its rows differ too much for a table.",
    "selection_never": "The caller allows nothing to be left out.",
    "several_blocks_of_json": "Programs read each of its blocks as JSON by itself, so they stay.",
    "skip_compression": "The caller switched compression off for this tool.",
    "source_code_stays": "Source code is what agents edit from, so its bytes stay.",
    "too_large": "Larger than the amount of work allowed for one text.",
    "too_short": "Too short for compressing to be worth it.",
    "tool_profile": "The caller switched compression off for this tool.",
    "unknown_kind": "Its type is not known well enough to change it.",
    "unreachable": "The model cannot ask for what would be left out, so nothing was.",
    "unreadable": "Its shape is not known, so it is not touched.",
    "untouched_item": "A kind of item that headroom never changes, such as reasoning.",
    "would_be_compressed_again": "The shorter form would be taken for a text of another kind, so the text stays.",
    "xml_entities": "It declares entities, which are never expanded.",
    "xml_space": "It asks for its blanks to be kept, so its bytes stay.",
    "yaml_not_simple": "It uses anchors, tags or other YAML that no shorter form keeps.",
}


# What a caller can say so that such a part is treated otherwise; reasons that nothing changes are not here.
ARGUMENTS = {
    "above_max_total_bytes": "max_total_bytes=...",
    "below_min_tokens": "min_tokens=...",
    "code": 'tool_profiles={TOOL: {"outline": True}}',
    "editor_tool": 'tool_profiles={TOOL: {"edits": False}}',
    "exact_only": "exact_only=False",
    "keep_turns": "keep_turns=0",
    "large_but_unreachable": 'retrieval="tool" with headroom_retrieve bound, or selection="always"',
    "large_but_json": 'output="text"',
    "large_but_minified": 'output="text"',
    "markup_stays_without_a_choice": 'retrieval="tool" with headroom_retrieve bound, or selection="always"',
    "no_call_before_it": "the message with the tool call, before its answer",
    "not_reachable": 'retrieval="tool" with headroom_retrieve bound, or selection="always"',
    "nothing_to_leave_out": "Every row of it was asked for or reports an error.",
    "prefix_too_short_to_cache": 'cache_optimizer={"min_cacheable_tokens": 0} for models without prompt caching',
    "prose_stays_without_a_question": "query=... with target_tokens=...",
    "protected_role": 'roles=["tool", "user"]',
    "recent_turn": "keep_turns=0",
    "role": 'roles=["tool", "user"]',
    "selection_never": 'selection="reachable"',
    "skip_compression": 'tool_profiles={TOOL: {"skip_compression": False}}',
    "source_code_stays": 'tool_profiles={TOOL: {"outline": True}}',
    "too_large": "max_total_bytes=...",
    "too_short": "min_tokens=...",
    "tool_profile": 'tool_profiles={TOOL: {"skip_compression": False}}',
    "unreachable": 'retrieval="tool" with headroom_retrieve bound, or selection="always"',
}


def sentence(reason: str) -> str:
    """A plain sentence for `reason`; its own words where none is written down. Reasons joined by `+` are one each.

    >>> sentence("below_min_tokens")
    'Too short for compressing to be worth it.'
    """
    return " ".join(one_sentence(name) for name in reason.split("+"))


def one_sentence(reason: str) -> str:
    """The sentence of a single reason."""
    name, _, fact = reason.partition(":")
    name = name.strip()
    known = SENTENCES.get(name) or SENTENCES.get(name.partition("_")[0] if name.startswith("ambiguous_") else "")
    if known:
        return f"{known[:-1]} ({fact.strip()})." if fact.strip() else known
    words = reason.replace("_", " ").strip() or "no reason given"
    return f"{words[0].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"


def argument_for(reason: str) -> str:
    """The argument that would change it, or "".

    >>> argument_for("no_gain+large_but_unreachable")[:16]
    'retrieval="tool"'
    """
    names = [name.partition(":")[0].strip() for name in reason.split("+")]
    return next((ARGUMENTS[name] for name in reversed(names) if name in ARGUMENTS), "")

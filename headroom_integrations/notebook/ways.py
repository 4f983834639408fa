"""What people do to large tool results without a library, and how much of a text is still there afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from headroom import count_tokens_text

# What models copy into their next call: ids, paths, numbers, times, names with digits, dots, slashes or dashes within.
LITERAL = re.compile(r"(?<![\\A-Za-z0-9_@])[A-Za-z0-9_@](?:[A-Za-z0-9_@./+-]|(?<=[0-9]):(?=[0-9]{2}))*[A-Za-z0-9_]")
MARK = re.compile(r"[0-9._/@-]")
LEAST_CHARS, MOST_CHARS = 5, 80
MOST_LITERALS = 60
COLOUR_CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def minified(text: str) -> str:
    """JSON without blanks; other text as it is."""
    try:
        return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    except ValueError:
        return text


def middle_cut(text: str, most_tokens: int) -> str:
    """A long text without its middle, at most `most_tokens` tokens."""
    if count_tokens_text(text) <= most_tokens:
        return text
    low, high = 0, len(text) // 2
    while low < high:
        half = (low + high + 1) // 2
        fits = count_tokens_text(f"{text[:half]}\n...\n{text[-half:]}") <= most_tokens
        low, high = (half, high) if fits else (low, half - 1)
    return f"{text[:low]}\n...\n{text[len(text) - low :]}"


def last_lines(text: str, most_tokens: int) -> str:
    """What LangChain's `trim_messages` keeps of a tool message with `strategy="last", allow_partial=True`."""
    from langchain_core.messages import ToolMessage, trim_messages

    kept = trim_messages(
        [ToolMessage(text, tool_call_id="1")],
        max_tokens=most_tokens,
        token_counter=lambda messages: sum(count_tokens_text(str(message.content)) for message in messages),
        strategy="last",
        allow_partial=True,
    )
    return str(kept[0].content) if kept else ""


def bm25_lines(text: str, question: str, most_tokens: int) -> str | None:
    """The lines that fit a question best, by the package rank-bm25, in their order; None where it is not installed."""
    try:
        from rank_bm25 import BM25Okapi
    except ImportError:
        return None
    lines = text.split("\n")
    scores = BM25Okapi([words(line) or [""] for line in lines]).get_scores(words(question) or [""])
    kept: set[int] = set()
    left = most_tokens
    for place in sorted(range(len(lines)), key=lambda at: (-scores[at], at)):
        size = count_tokens_text(lines[place] + "\n")
        if size <= left:
            kept.add(place)
            left -= size
    return "\n".join(lines[place] for place in sorted(kept))


def words(text: str) -> list[str]:
    """Words as a search sees them."""
    return re.findall(r"\w+", text.lower())


def literals(text: str, most: int = MOST_LITERALS) -> list[str]:
    """Strings that stand once in a text and that nobody could guess: ids, paths, numbers; spread over the text."""
    found = dict.fromkeys(LITERAL.findall(COLOUR_CODES.sub("", text)))
    lengths = range(LEAST_CHARS, MOST_CHARS + 1)
    once = [word for word in found if len(word) in lengths and MARK.search(word) and text.count(word) == 1]
    step = max(1, len(once) // most)
    return once[::step][:most]


def stands_in(text: str, needed: str) -> bool:
    """Whether a string stands in a text, as it is or as JSON writes it."""
    forms = (needed, json.dumps(needed, ensure_ascii=False)[1:-1], json.dumps(needed)[1:-1])
    return any(form in text for form in forms)


def share_kept(text: str, needed: Iterable[str] | Sequence[Sequence[str]]) -> float | None:
    """Share of strings, or of groups of strings, that all stand in a text, 0 to 100; None where there are none."""
    groups = [(one,) if isinstance(one, str) else tuple(one) for one in needed]
    kept = [all(stands_in(text, string) for string in group) for group in groups]
    return 100 * sum(kept) / len(kept) if kept else None

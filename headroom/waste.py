"""Where tokens go that carry nothing, and what of a conversation a prefix cache could hold. Figures only: no bytes hang
on them.

Each text is looked at once and remembered, so that a call on a long history pays for its new texts. No token counts
twice: each kind is measured on what the kinds before it have left, in the order dates, base64, JSON, HTML, whitespace,
repetition.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from headroom.analysis.dynamic_spans import dynamic_spans
from headroom.messages import Message, texts_of
from headroom.protocols import TokenCounter
from headroom.results import WasteSignals
from headroom.tokenizers.memo import memo_key

MOST_CHARS = 400_000  # of a text that are looked at
MOST_LINES = 20_000  # of a text whose lines are compared
MOST_KEPT = 400_000  # lines of all texts that are remembered
LEAST_LINE_CHARS = 24  # of a line whose repetition counts
MOST_FAILURES = 16  # places tried in vain where JSON might begin

BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{50,}={0,2}", re.ASCII)
BLANKS = re.compile(r"[ \t]{4,}", re.ASCII)
LINE_ENDS = re.compile(r"\n{3,}", re.ASCII)
JSON_START = re.compile(r"^[ \t]*([\[{])", re.ASCII | re.MULTILINE)
JSON_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+', re.ASCII | re.DOTALL)
ELEMENTS = (
    "a|abbr|article|aside|b|body|br|button|canvas|center|code|col|dd|div|dl|dt|em|embed|fieldset|figure|font|footer|"
    "form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|legend|li|link|main|meta|nav|noscript|object|ol|"
    "option|p|path|picture|pre|script|section|select|small|source|span|strong|style|sub|sup|svg|table|tbody|td|"
    "template|textarea|tfoot|th|thead|title|tr|u|ul|video"
)
HTML = re.compile(rf"<!--|<(/?)({ELEMENTS})(?=[\s/>])[^<>]*>|<!doctype[^<>]*>", re.ASCII | re.IGNORECASE)
CLOSING_CODE = re.compile("</(?:script|style)", re.ASCII | re.IGNORECASE)
LEAST_TAGS = 4  # fewer are words of a prompt
WITH_CODE = frozenset({"script", "style"})
DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
"""Numbers stay text: one of a million digits costs no more than its length."""


@dataclass(frozen=True, slots=True)
class TextWaste:
    """What one text wastes.

    Attributes:
        tokens: Its size, as far as it is looked at.
        signals: Tokens of dates, base64, JSON, HTML and whitespace.
        rest_tokens: Tokens of what these leave.
        rest_chars: Characters of it.
        lines: (hash, characters) of each of its lines that may be a repetition.
    """

    tokens: int
    signals: tuple[int, ...]
    rest_tokens: int
    rest_chars: int
    lines: tuple[tuple[int, int], ...]


class TextMemo:
    """What texts waste, by counter and text; the oldest go when it is full."""

    def __init__(self) -> None:
        self.kept: dict[object, TextWaste] = {}
        self.weight = 0
        self.lock = threading.Lock()

    def of(self, key: object, text: str, is_system: bool, counter: TokenCounter) -> TextWaste:
        """What a text wastes."""
        found = self.kept.get(key)
        if found is None:
            found = waste_of(text, is_system, counter)
            with self.lock:
                self.weight += weight_of(found) if key not in self.kept else 0
                self.kept[key] = found
                while self.weight > MOST_KEPT:
                    self.weight -= weight_of(self.kept.pop(next(iter(self.kept))))
        return found


TEXTS = TextMemo()


def weight_of(waste: TextWaste) -> int:
    """Lines that are remembered, and what comes with them."""
    return len(waste.lines) + 10


def measure_waste(messages: Sequence[Message], *, counter: TokenCounter) -> WasteSignals:
    """Where the tokens of a conversation go that carry nothing; together never more than it has. Never raises.

    Args:
        messages: Views, as `read_messages` makes them.
        counter: The measure; memoising counters make it fast.
    """
    sums = [0] * 6
    seen_texts: set[object] = set()
    seen_lines: set[int] = set()
    for message in messages:
        is_system = message.role == "system"
        for text in texts_of(message):
            key = (counter.name, is_system, memo_key(text))
            waste = TEXTS.of(key, text, is_system, counter)
            repeated = waste.rest_chars if key in seen_texts else 0
            for line, chars in () if repeated else waste.lines:
                if line in seen_lines:
                    repeated += chars
                seen_lines.add(line)
            if len(text) >= LEAST_LINE_CHARS:
                seen_texts.add(key)
            repetition = waste.rest_tokens * repeated // max(1, waste.rest_chars)
            for place, tokens in enumerate((*waste.signals, repetition)):
                sums[place] += tokens
    dates, base64, bloat, html, whitespace, repetition = sums
    return WasteSignals(
        json_bloat_tokens=bloat,
        html_noise_tokens=html,
        base64_tokens=base64,
        whitespace_tokens=whitespace,
        dynamic_date_tokens=dates,
        repetition_tokens=repetition,
    )


def waste_of(text: str, is_system: bool, counter: TokenCounter) -> TextWaste:
    """What one text wastes: each kind is what the text loses without it, on what the kinds before it have left."""
    rest = text[:MOST_CHARS]
    tokens = left = counter.count_text(rest)
    signals = []
    for take_out in (without_dates if is_system else unchanged, without_base64, compact, without_html, without_space):
        shorter = take_out(rest)
        size = left if shorter == rest else min(left, counter.count_text(shorter))
        signals.append(left - size)
        rest, left = shorter, size
    lines = [(hash(line), len(line)) for line in rest.split("\n")[:MOST_LINES] if len(line) >= LEAST_LINE_CHARS]
    return TextWaste(tokens, tuple(signals), left, len(rest), tuple(lines))


def unchanged(text: str) -> str:
    """`text`."""
    return text


def without_dates(text: str) -> str:
    """A system text without what changes from call to call."""
    return steady_part(text)[0]


@lru_cache(maxsize=32)
def steady_part(text: str) -> tuple[str, int]:
    """A system text without what changes from call to call, and how many parts that are."""
    kept, end = [], 0
    spans = dynamic_spans(text)
    for span in spans:
        kept.append(text[end : span.start])
        end = span.end
    return "".join([*kept, text[end:]]), len(spans)


def without_base64(text: str) -> str:
    """`text` without long runs of letters and digits that are no words and no paths."""
    return BASE64.sub(lambda run: "" if is_base64(run[0]) else run[0], text)


def is_base64(run: str) -> bool:
    """Whether a run mixes small letters, capitals and digits, with few slashes."""
    kinds = (r"[a-z]", r"[A-Z]", r"[0-9]")
    return all(re.search(kind, run) for kind in kinds) and run.count("/") * 12 <= len(run)


def compact(text: str) -> str:
    """`text` with the JSON documents in it written without blanks."""
    if "{" not in text and "[" not in text:
        return text
    kept: list[str] = []
    end = failures = 0
    for found in JSON_START.finditer(text):
        start = found.start(1)
        if start < end or failures >= MOST_FAILURES:
            continue
        stop = json_end(text, start)
        if stop is None:
            failures += 1
            continue
        kept += [text[end:start], JSON_SPACE.sub(lambda part: part[1] or "", text[start:stop])]
        end = stop
    return "".join([*kept, text[end:]])


def json_end(text: str, start: int) -> int | None:
    """Where the JSON document that begins there ends; None where none does."""
    try:
        return DECODER.raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return None


def without_html(text: str) -> str:
    """`text` without HTML tags, comments, scripts and styles, where it is a page or part of one."""
    if "<" not in text or sum(1 for _ in HTML.finditer(text)) < LEAST_TAGS:
        return text
    kept: list[str] = []
    end = 0
    last_comment_end = text.rfind("-->")
    for found in HTML.finditer(text):
        if found.start() < end:
            continue
        kept.append(text[end : found.start()])
        end = found.end()
        if found[0] == "<!--" and end <= last_comment_end:
            end = text.index("-->", end) + 3
        elif found[2] and not found[1] and found[2].lower() in WITH_CODE:
            closing = CLOSING_CODE.search(text, end)
            end = closing.start() if closing else len(text)
    return "".join([*kept, text[end:]])


def without_space(text: str) -> str:
    """`text` with one blank for four or more, and one line end for three or more."""
    return LINE_ENDS.sub("\n", BLANKS.sub(" ", text))


def block_breakdown(messages: Sequence[Message], counter: TokenCounter) -> dict[str, int]:
    """Tokens by kind: `system`, `user`, `assistant`, `tool_call`, `tool_result`; together those of all texts."""
    found = dict.fromkeys(("system", "user", "assistant", "tool_call", "tool_result"), 0)
    for message in messages:
        role = message.role if message.role in found else "user"
        for part in message.parts:
            kind = "tool_result" if part.kind == "tool_result" or message.role in ("tool", "function") else role
            found[kind or "user"] += counter.count_text(part.text)
        for call in message.tool_calls:
            found["tool_call"] += counter.count_text(call.name) + counter.count_text(call.arguments)
    return found


def system_texts(messages: Sequence[Message]) -> list[str]:
    """Texts of the system messages that a conversation begins with."""
    leading = takewhile(lambda message: message.role == "system", messages)
    return [part.text for message in leading for part in message.parts]


def stable_prefix_hash(messages: Sequence[Message]) -> str:
    """16 hex digits over the leading system texts without what changes from call to call."""
    digest = hashlib.sha256()
    for text in system_texts(messages):
        digest.update(b"\0" + without_dates(text).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


def cache_alignment_score(messages: Sequence[Message]) -> float:
    """100 where nothing in the leading system texts changes from call to call, 10 less per part that does."""
    return max(0.0, 100.0 - 10.0 * sum(steady_part(text)[1] for text in system_texts(messages)))

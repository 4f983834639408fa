"""The inputs of the format corpus: made from seeds and from `tests/data`, never stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.bulk import (
    CELLS,
    WORDS,
    code_text,
    dump_rows,
    listing_text,
    log_text,
    moment,
    prose_text,
    sentence,
    table_rows,
)
from tests.samples import Messages, ask, samples, talks

LAYOUTS = ("compact", "spaced", "indented", "lines", "wrapped")
TEXTS = {"log": log_text, "listing": listing_text, "prose": prose_text, "code": code_text}
QUESTIONS = ("Which orders failed?", "Find 1007", "What is wrong with `worker-3`?", "", "Show src/queue/cache_7.py")
MODES: dict[str, dict[str, Any]] = {
    "default": {},
    "tight": {"min_tokens": 20, "select_above_tokens": 150},
    "tool": {"min_tokens": 20, "select_above_tokens": 150, "retrieval": "tool"},
    "always": {"min_tokens": 20, "select_above_tokens": 150, "selection": "always"},
    "small": {"min_tokens": 20, "target_tokens": 60},
    "wide": {"min_tokens": 20, "target_tokens": 900},
    "items": {"smart_crusher": {"max_items_after_crush": 7, "min_tokens_to_crush": 50}},
}


# What the Unicode tables of Python 3.10 (13.0) to 3.14 (16.0) do not know alike, and what they treat in odd ways.
UNICODE = (
    "state\U0001fae0",  # Unicode 14
    "mark\U0001fae8",  # Unicode 15
    "sum\U0002ebf0",  # Unicode 15.1
    "\U00010d50\U00010d70",  # Unicode 16: Garay, capital and small
    "\ua7cb\u0264",  # Unicode 16: Latin capital letter rams horn
    "İstanbul",
    "STRAẞE straße",
    "ΣΊΣΥΦΟΣ σίσυφος",
    "٣٤٥",
    "１２３",
    "a\u2028b\u0085c\u3000d",
    "x\x1cy\x1fz",
    "e\u0301 \u00e9",
    "\u200bzero\ufeff",
    "\ud800lone",
)


@dataclass(frozen=True, slots=True)
class Input:
    """One conversation and the settings it is compressed with."""

    name: str
    messages: Messages = field(repr=False)
    settings: dict[str, Any] = field(default_factory=dict)


def inputs() -> Iterator[Input]:
    """All of them, in a fixed order; names are unique."""
    for number, (name, messages) in enumerate(conversations()):
        modes = list(MODES)
        for mode in (modes[number % len(modes)], modes[(number + 3) % len(modes)]):
            yield Input(f"{name}/{mode}", messages, MODES[mode])


def conversations() -> Iterator[tuple[str, Messages]]:
    """Name and messages."""
    for seed in range(200):
        yield f"rows-{seed}", ask(rows_text(seed), QUESTIONS[seed % len(QUESTIONS)])
    for seed in range(40):
        for kind, make in TEXTS.items():
            if seed % len(TEXTS) == list(TEXTS).index(kind):
                yield f"{kind}-{seed}", ask(make(seed, 5 + 7 * (seed % 11), "\r\n" if seed % 8 == 7 else "\n"))
    for seed in range(40):
        yield f"turns-{seed}", turns(seed)
    for seed in range(42):
        yield f"plain-{seed}", ask(plain_rows(seed), QUESTIONS[seed % len(QUESTIONS)])
    for seed in range(24):
        yield f"unicode-{seed}", ask(unicode_rows(seed), f"Where is {UNICODE[seed % len(UNICODE)]} ?")
    for sample in samples():
        yield sample.id, ask(sample.text, "What went wrong, and where?")
    for talk in talks():
        yield talk.id, talk.messages


def rows_text(seed: int) -> str:
    """Records of a few columns in one of the layouts."""
    random = Random(seed)
    columns = random.sample(sorted(CELLS), 2 + seed % 6)
    rows = table_rows(seed, 2 + 13 * (seed % 12), columns, (0.0, 0.0, 0.2)[seed % 3])
    return dump_rows(rows, LAYOUTS[seed % len(LAYOUTS)])


def plain_rows(seed: int) -> str:
    """Many records that are much alike, so that the even spread, or the curve of a series, decides which stay."""
    random = Random(3000 + seed)
    level = random.randrange(50, 90)
    rows: list[dict[str, Any]] = [
        {"id": index, "name": f"{random.choice(WORDS)} {random.choice(WORDS)}", "level": level + random.randrange(9)}
        for index in range(100 + 37 * (seed % 9))
    ]
    if seed % 3 == 0:
        rows = [{"at": moment(index), "value": row["level"] + index // 90} for index, row in enumerate(rows)]
    return dump_rows(rows, LAYOUTS[seed % len(LAYOUTS)])


def unicode_rows(seed: int) -> str:
    """Records whose states, names and keys are of the kinds in `UNICODE`."""
    random = Random(2000 + seed)
    states = random.sample(UNICODE, 3)
    key = UNICODE[seed % len(UNICODE)]
    rows = [
        {"id": index, key: index % 4, "state": states[index % 3], "name": f"{random.choice(UNICODE)} {index}"}
        for index in range(60)
    ]
    return json.dumps(rows, ensure_ascii=seed % 3 == 0)


def turns(seed: int) -> Messages:
    """A conversation of several turns with one call each, in OpenAI's or Anthropic's shape."""
    random = Random(1000 + seed)
    messages: Messages = []
    for turn in range(2 + seed % 3):
        text = rows_text(random.randrange(10_000))
        question = f"{random.choice(QUESTIONS)} {sentence(random, 3)}"
        made = ask(text, question)
        messages += made if seed % 2 else as_anthropic(question, text, f"toolu_{turn}")
    return messages


def as_anthropic(question: str, text: str, call_id: str) -> Messages:
    """One turn in Anthropic's shape, the result in blocks."""
    halves = text.split("\n", 1)
    call = {"type": "tool_use", "id": call_id, "name": "search_orders", "input": {"query": question}}
    blocks = [{"type": "text", "text": half} for half in halves]
    return [
        {"role": "user", "content": question},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call_id, "content": blocks}]},
    ]


def digest(value: Any) -> str:
    """SHA-256 over every byte of a value that JSON can hold; lone surrogates are escaped."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()

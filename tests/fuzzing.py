"""The laws of single texts, checked over mutated real records: for `make fuzz` and the tests."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from headroom.compressors.blobs import without_blobs
from headroom.compressors.display import displayed
from headroom.compressors.json_documents import read_table
from headroom.engine import Engine
from headroom.errors import CompressionError
from headroom.markers import RETRIEVE_TOOL, find_markers, handle_of
from headroom.results import CompressResult
from headroom.tokenizers import built_in_counter
from tests.decoders import BYTES, SHOWN, VALUES
from tests.laws.test_law_03_classes import check_mixed, documents_of, tagged
from tests.mutations import mutated
from tests.parts import Change, changes
from tests.samples import DATA, SHARED, Messages, ask, read_lines
from tests.shown import check_shown

SETTINGS: dict[str, Any] = {
    "min_tokens": 20,
    "select_above_tokens": 250,
    "cache_optimizer": {"min_cacheable_tokens": 0},
}
MODES: dict[str, dict[str, Any]] = {
    "default": {},
    "tool": {"retrieval": "tool"},
    "asked": {"retrieval": "tool", "target_tokens": 80},
}
LEAST_CHARS, MOST_CHARS = 300, 6_000
COUNTER = built_in_counter()


@dataclass(frozen=True, slots=True)
class Finding:
    """A law that a text breaks.

    Attributes:
        law: What does not hold, the same words for the same defect.
        mode: The settings in which it does not.
        detail: Where it was found out; no part of the text.
        text: The text.
    """

    law: str
    mode: str
    detail: str
    text: str = field(repr=False)


@cache
def seeds(*, is_shared: bool = SHARED.is_dir(), most_chars: int = MOST_CHARS) -> dict[str, tuple[str, ...]]:
    """Short real records by kind; the heads of long ones where a kind has few that are short."""
    found: dict[str, list[str]] = {}
    for path in [DATA / "records.jsonl", *(sorted((SHARED / "tool_outputs").glob("*.jsonl*")) if is_shared else [])]:
        for record in read_lines(path):
            found.setdefault(record["kind"], []).append(record["text"])
    return {kind: short(texts, most_chars) for kind, texts in sorted(found.items())}


def short(texts: Sequence[str], most_chars: int) -> tuple[str, ...]:
    """Those of `texts` that are short, or heads and tails of them."""
    whole = [text for text in texts if LEAST_CHARS <= len(text) <= most_chars]
    if len(whole) >= 10:
        return tuple(whole)
    return (*whole, *(stretch for text in texts if len(text) > most_chars for stretch in ends(text, most_chars)))


def ends(text: str, chars: int) -> tuple[str, str]:
    """Whole lines of the beginning, and of the end."""
    head, tail = text[:chars], text[-chars:]
    return head[: head.rfind("\n") + 1] or head, tail[tail.find("\n") + 1 :]


def mutation_of(
    kind: str, seed: int, *, is_shared: bool = SHARED.is_dir(), most_chars: int = MOST_CHARS
) -> tuple[str, str, list[str]]:
    """The record, the mutated text and the names of the mutations of one seed."""
    random = Random(f"{kind} {seed}")
    known = seeds(is_shared=is_shared, most_chars=most_chars)
    text = random.choice(known[kind])
    others = [random.choice(known[random.choice([*known])])]
    made, names = mutated(random, text, others)
    return text, made, names


@cache
def used_engine() -> Engine:
    """An engine that has seen whatever was checked before."""
    return Engine(**SETTINGS)


def findings(record: str, text: str, fresh: Engine | None = None) -> Iterator[Finding]:
    """Laws that `text` breaks, alone and behind the record it was made from.

    Args:
        fresh: An engine that has not seen them; None makes one, which takes a quarter of the time.
    """
    engine, fresh = used_engine(), fresh or Engine(**SETTINGS)
    question = f"What is {text[len(text) // 2 :][:30].strip()}?"
    for mode, facts in MODES.items():
        yield from broken(ask(text, question), mode, facts, engine, fresh, text)
    yield from broken(read_again(record, text), "again", {}, engine, fresh, text)


def read_again(record: str, text: str) -> Messages:
    """A conversation in which a text comes after the record it was made from."""
    user, call, answer = ask(record)
    made = {**call["tool_calls"][0], "id": "call_2"}
    return [user, call, answer, {**call, "tool_calls": [made]}, {**answer, "tool_call_id": "call_2", "content": text}]


def broken(
    messages: Messages, mode: str, facts: dict[str, Any], engine: Engine, fresh: Engine, text: str
) -> Iterator[Finding]:
    """Laws that one conversation breaks in one mode."""
    step = "prepare"
    try:
        once = engine.prepare(messages, strict=True, **facts)
        for law, detail in broken_by(messages, once):
            yield Finding(law, mode, detail, text)
        step = "prepare in a new engine"
        if fresh.prepare(messages, strict=True, **facts).messages != once.messages:
            yield Finding("not the same in a new engine", mode, "", text)
        step = "prepare twice"
        again = fresh.prepare(once.messages, strict=True, **facts)
        if again.messages != once.messages:
            yield Finding("not idempotent", mode, f"{once.notes[-1].reason} then {again.notes[-1].reason}", text)
    except CompressionError as error:
        yield Finding(f"{step} raises {error.details.get('error')}", mode, str(error.details.get("at")), text)
    except Exception as error:  # noqa: BLE001  whatever the library raises here is what is looked for
        yield Finding(f"{step} raises {type(error).__name__}", mode, place(error), text)


def broken_by(messages: Messages, result: CompressResult) -> Iterator[tuple[str, str]]:
    """Laws that one result breaks, and where that was found out."""
    try:
        found = changes(messages, result)
    except AssertionError as error:
        yield "notes or other messages are wrong", place(error)
        return
    for change in found:
        detail = f"{change.note.kind} {change.note.reason}"
        if "failed_" in change.note.reason:
            yield "a step failed", detail
        if COUNTER.count_text(change.sent) > COUNTER.count_text(change.before):
            yield "longer than before", detail
        if COUNTER.count_text(change.sent) != change.note.tokens_after:
            yield "the note's tokens are wrong", detail
        try:
            check_class(change)
        except Exception as error:  # noqa: BLE001  a reader that cannot read it is a finding, too
            yield f"not {change.note.change}", f"{detail}: {type(error).__name__} at {place(error)}"


def check_class(change: Change) -> None:
    """Fail unless the class that the note tells is true."""
    note = change.note
    assert (change.before != change.sent) == (note.change is not None)
    if note.change is None:
        return
    base = displayed(change.before) if note.change in ("display", "left_out") else change.before
    if note.change == "left_out":
        check_left_out(change, base)
    else:
        check_whole(change, base)


def check_whole(change: Change, base: str) -> None:
    """Nothing is left out: the text or what it says comes back."""
    strategy = strategy_of(change.note.reason)
    if strategy in BYTES and (change.note.change == "exact" or strategy not in VALUES or is_exact(change, base)):
        assert BYTES[strategy](change.after) == base, "bytes"
    elif strategy in VALUES:
        before, after = VALUES[strategy]
        assert before(base) == after(change.after), "values"
    elif strategy == "compact":
        assert documents_of(change.after) == documents_of(base), "values"
    elif strategy == "table":
        table = read_table(change.after)
        assert (tagged(table.value) if table.is_series else [tagged(table.value)]) == documents_of(base), "values"
    elif "in_text" in change.note.reason:
        check_mixed(Change(change.note, base, change.sent, change.after, False))
    else:
        assert change.after == base, "text"


def is_exact(change: Change, base: str) -> bool:
    """Whether a text whose class is not told, since it names others, comes back to the byte."""
    if change.note.change == "value_exact":
        return False
    return BYTES[strategy_of(change.note.reason)](change.after) == base


def strategy_of(reason: str) -> str:
    """The name of what wrote a text: the longest beginning of the reason that is one."""
    words = reason.split("+")
    heads = ["+".join(words[:count]) for count in range(len(words), 0, -1)]
    return next((head for head in heads if head in BYTES or head in VALUES or head in ("table", "compact")), "")


def check_left_out(change: Change, base: str) -> None:
    """What is shown is true, and what is not shown is counted."""
    note = change.note
    marker = find_markers(change.after)[-1]
    assert marker.handle == note.handle == handle_of(change.before)
    assert (RETRIEVE_TOOL in marker.line) == (note.reachable_by == "model")
    base = without_blobs(base)[0]
    if "blobs not shown here" in marker.line:
        check_whole(Change(note, base, "", change.after[: marker.start - 1], False), base)
    else:
        SHOWN.get(note.kind, check_shown)(change.after, base)


def place(error: BaseException) -> str:
    """File, line and function in which an error was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno} {last.name}"

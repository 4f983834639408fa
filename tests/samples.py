"""Real tool outputs and conversations: a few from `tests/data`, which are always there, and all of `../shared/data`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

Messages = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Sample:
    """One tool output."""

    id: str
    kind: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation."""

    id: str
    messages: Messages = field(repr=False)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of JSON lines, compressed or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@cache
def samples(*kinds: str) -> tuple[Sample, ...]:
    """The tool outputs of `tests/data`; of these kinds only, where any are named."""
    found = [Sample(r["id"], r["kind"], r["text"]) for r in read_lines(DATA / "records.jsonl")]
    return tuple(sample for sample in found if not kinds or sample.kind in kinds)


@cache
def talks() -> tuple[Talk, ...]:
    """The conversations of `tests/data`."""
    return tuple(Talk(record["id"], record["messages"]) for record in read_lines(DATA / "conversations.jsonl"))


def shared_samples(*kinds: str, most_chars: int = 10**9, one_in: int = 1) -> Iterator[Sample]:
    """Tool outputs of the shared data in the order of their ids, every `one_in`-th of them."""
    for kind in kinds:
        for path in (SHARED / "tool_outputs").glob(f"{kind}.jsonl*"):
            records = sorted((r for r in read_lines(path) if len(r["text"]) <= most_chars), key=lambda r: str(r["id"]))
            yield from (Sample(record["id"], kind, record["text"]) for record in records[::one_in])


def shared_talks(*, most_chars: int = 10**9, one_in: int = 1) -> Iterator[Talk]:
    """Conversations of the shared data in the order of files and ids, every `one_in`-th of each file."""
    for path in sorted((SHARED / "conversations").glob("*.jsonl*")):
        records = sorted(read_lines(path), key=lambda record: str(record["id"]))
        fitting = [record for record in records if len(json.dumps(record["messages"])) <= most_chars]
        yield from (Talk(record["id"], record["messages"]) for record in fitting[::one_in])


def ask(text: str, question: str = "What is in it?", tool: str = "search_orders") -> Messages:
    """A conversation in which `tool` answers `text`."""
    call = {"id": "call_1", "type": "function", "function": {"name": tool, "arguments": "{}"}}
    return [
        {"role": "user", "content": question},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": text},
    ]

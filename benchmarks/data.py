"""Real tool outputs, questions about them, and conversations: all of `--data`, or the few in `tests/data`."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SMALL = ROOT / "tests" / "data"
SHARED = ROOT.parent / "shared" / "data"

Messages = list[dict[str, Any]]
NEUTRAL = "Look at the result and carry on with the task."


@dataclass(frozen=True, slots=True)
class Output:
    """One tool output."""

    id: str
    kind: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Probe:
    """A question about one output, and the strings that its answer needs.

    Attributes:
        names_key: Whether the question names a string that stands beside the answer.
        is_hard: Whether the needed strings are rare in the output, so that they do not survive by luck.
    """

    question: str = field(repr=False)
    needs: tuple[str, ...] = field(repr=False)
    names_key: bool
    is_hard: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation of an agent."""

    family: str
    messages: Messages = field(repr=False)


@dataclass(frozen=True, slots=True)
class Data:
    """Where the records are read from; `is_small` for the samples of the tests."""

    folder: Path

    @property
    def is_small(self) -> bool:
        """Whether these are the samples of the tests, which hold no questions."""
        return not (self.folder / "tool_outputs").is_dir()

    @property
    def name(self) -> str:
        """What these records are, for the page."""
        return "the samples in `tests/data`" if self.is_small else "the development data (`../shared/data`)"

    def outputs(self) -> Iterator[Output]:
        """All tool outputs."""
        paths = [self.folder / "records.jsonl"] if self.is_small else sorted((self.folder / "tool_outputs").iterdir())
        for path in paths:
            for record in records(path):
                yield Output(record["id"], record["kind"], record["text"])

    def probes(self) -> dict[str, list[Probe]]:
        """Questions by the id of their output."""
        found: dict[str, list[Probe]] = defaultdict(list)
        for record in [] if self.is_small else records(self.folder / "probes.jsonl"):
            if record["needs"]:
                needs = tuple(map(str, record["needs"]))
                hard = bool(record.get("discriminating"))
                found[record["output_id"]].append(Probe(record["question"], needs, record["names_key"], hard))
        return found

    def talks(self) -> Iterator[Talk]:
        """All conversations."""
        if self.is_small:
            yield from (Talk("samples", record["messages"]) for record in records(self.folder / "conversations.jsonl"))
            return
        for path in sorted((self.folder / "conversations").iterdir()):
            yield from (Talk(path.name.partition(".")[0], record["messages"]) for record in records(path))

    def files(self) -> list[Path]:
        """Every file of records."""
        return sorted(path for path in self.folder.rglob("*.jsonl*") if path.is_file())


def data_at(folder: Path | None) -> Data:
    """The data to measure: `folder`, else the shared data where it is present, else the samples."""
    return Data(folder or (SHARED if SHARED.is_dir() else SMALL))


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of JSON lines, compressed or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def asked(text: str, question: str = NEUTRAL) -> Messages:
    """A conversation in which a tool answered `text`."""
    call = {"id": "call_1", "type": "function", "function": {"name": "run_tool", "arguments": "{}"}}
    return [
        {"role": "system", "content": "You are a helpful assistant that uses tools."},
        {"role": "user", "content": question},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": text},
    ]

"""What the notebooks look at: real tool outputs and a real conversation, from the package (`SOURCE.md`)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from headroom_integrations.demo.conversation import load_conversation

NEUTRAL = "Look at the result and carry on with the task."


@dataclass(frozen=True, slots=True)
class Sample:
    """One tool output.

    Attributes:
        id: Its content type and a hash.
        kind: Content type.
        source: Repository, commit and path.
        text: The output.
        probes: Questions about it, each with the strings that its answer needs.
    """

    id: str
    kind: str
    source: str
    text: str = field(repr=False)
    probes: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), repr=False)


@cache
def every_sample() -> tuple[Sample, ...]:
    """All samples of the package."""
    packed = files("headroom_integrations.notebook").joinpath("samples.jsonl.gz").read_bytes()
    return tuple(map(sample_of, map(json.loads, gzip.decompress(packed).decode("utf-8").split("\n"))))


def sample_of(record: dict[str, Any]) -> Sample:
    """A sample from its record."""
    probes = tuple((probe["question"], tuple(probe["needs"])) for probe in record["probes"])
    return Sample(record["id"], record["kind"], record["source"], record["text"], probes)


def samples(*kinds: str) -> list[Sample]:
    """Real tool outputs, five of each content type; of some types only, where they are named.

    The types are `build_log`, `code`, `csv`, `diff`, `json_array`, `json_object`, `log`, `markdown`, `search`,
    `sql_result`, `stacktrace`, `xml`, `yaml`.
    """
    return [one for one in every_sample() if not kinds or one.kind in kinds]


def conversation() -> list[dict[str, Any]]:
    """A real run of a shop's agent in OpenAI's shape (tau2-bench, MIT): 38 messages, 11 tool results."""
    return [{**message, "content": message.get("content") or ""} for message in load_conversation().messages]


def called(*results: tuple[str, str], question: str = NEUTRAL) -> list[dict[str, Any]]:
    """A conversation in which tools answered one after the other.

    Args:
        results: Name of each tool, and its answer.
        question: What the person wanted.
    """
    found: list[dict[str, Any]] = [{"role": "user", "content": question}]
    for number, (tool, text) in enumerate(results):
        call = {"id": f"call_{number}", "type": "function", "function": {"name": tool, "arguments": "{}"}}
        found.append({"role": "assistant", "content": "", "tool_calls": [call]})
        found.append({"role": "tool", "tool_call_id": call["id"], "content": text})
    return found


def shared_data(name: str, start: Path | None = None) -> list[dict[str, Any]]:
    """Records of `../shared/data/NAME.jsonl.gz` beside the checkout, of this folder or one above; [] without it."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        path = folder / "shared" / "data" / f"{name}.jsonl.gz"
        if path.is_file():
            return list(read(gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")))
    return []


def read(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    """JSON of lines that hold some."""
    return (json.loads(line) for line in lines if line)

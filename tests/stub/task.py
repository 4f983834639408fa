"""A long agent task: questions, the tool calls that answer them, and results that are JSON rows and logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice
from typing import Any

from tests.samples import DATA, read_lines
from tests.stub.prompt import count

TOOLS = {"json_array": "query_records", "json_object": "get_document", "log": "read_log"}


@dataclass(frozen=True, slots=True)
class Step:
    """One tool call of the agent and what the tool gives."""

    tool: str
    arguments: str
    result: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the user asks, the turns in which the agent calls tools, and its last words."""

    text: str
    turns: tuple[tuple[Step, ...], ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Task:
    """All of it."""

    system: str
    questions: tuple[Question, ...]

    @property
    def tools(self) -> dict[str, str]:
        """Name and description of each tool."""
        return {
            name: f"{name.replace('_', ' ').capitalize()}. Returns what the service says." for name in TOOLS.values()
        }

    def result(self, tool: str, arguments: str) -> str:
        """What a tool gives."""
        wanted = json.loads(arguments)
        found = (step for question in self.questions for turn in question.turns for step in turn)
        return next(step.result for step in found if step.tool == tool and json.loads(step.arguments) == wanted)


@cache
def long_task(turns: int = 40, *, questions: int = 5, seed: int = 0) -> Task:
    """`turns` turns with tool calls, every seventh with two of them.

    Other seeds begin elsewhere in the data.
    """
    texts = results(seed)
    steps = [tuple(next_step(n, texts) for _ in range(2 if n % 7 == 3 else 1)) for n in range(turns)]
    size = -(-turns // questions)
    asked = [
        Question(
            f"Question {n + 1}: look at part {n + 1} and tell me what stands out.",
            tuple(steps[n * size : (n + 1) * size]),
            f"Part {n + 1} looks as expected; two records need attention.",
        )
        for n in range(questions)
    ]
    return Task(SYSTEM, tuple(asked))


SYSTEM = "You are an operations assistant. Use the tools, quote ids exactly, and say what you could not check. " * 12


def next_step(n: int, texts: Iterator[tuple[str, str]]) -> Step:
    """The call that gives the next text."""
    kind, text = next(texts)
    return Step(TOOLS[kind], json.dumps({"page": n, "digest": f"{hash_of(text):08x}"}), text)


def hash_of(text: str) -> int:
    """A number that tells texts apart, the same in every process."""
    return sum((n + 1) * ord(letter) for n, letter in enumerate(text[:: max(len(text) // 500, 1)])) % 2**32


def results(seed: int) -> Iterator[tuple[str, str]]:
    """Kinds in turns, each with its next text."""
    queues = {kind: islice(cycle(fitting(kind)), 3 * seed, None) for kind in TOOLS}
    return ((kind, next(queues[kind])) for kind in cycle(queues))


@cache
def fitting(kind: str) -> tuple[str, ...]:
    """Real texts of 1,000 to 20,000 tokens."""
    return tuple(record["text"] for record in read_lines(DATA / "task_records.jsonl.gz") if record["kind"] == kind)


def facts_of(task: Task) -> dict[str, Any]:
    """Sizes of a task, for people."""
    sizes = [count(step.result) for question in task.questions for turn in question.turns for step in turn]
    return {"results": len(sizes), "tokens": sum(sizes), "smallest": min(sizes), "largest": max(sizes)}

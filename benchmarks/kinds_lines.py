"""Build logs and stack traces: how much is saved, and how many of the lines that report failures are still there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import headroom
from benchmarks.data import Data, Output, asked, data_at

KINDS = ("build_log", "stacktrace")
# Written for this measure, apart from what the library looks for.
FAILED = re.compile(
    r"(?:^|\s)(?:FAILED|FAIL|ERROR|FATAL|✕|✗|●)(?:[:\s]|$)|\b(?:fatal )?error(?:\[E\d+\])?:"
    r"|\berror [A-Z]+\d+:|^E  +\S|^npm ERR!"
)
RAISED = re.compile(
    r"^[\s|]*(?:Caused by: )?(?:[A-Za-z_][\w$]*\.)*[A-Z]\w*(?:Error|Exception)(?::|\s*$)|Exception Group Traceback"
)
NUMBER = re.compile(r"\S*\d\S*")


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one kind.

    Attributes:
        saved: Part of the tokens saved, by selection or without.
        failures: Distinct lines that report failures, each counted once by its template.
        kept: How many of them stand in what the model reads.
    """

    kind: str
    selects: bool
    saved: float
    failures: int
    kept: int


def failures_of(output: Output) -> dict[str, str]:
    """Template to the first line of it that reports a failure or names an exception."""
    pattern = RAISED if output.kind == "stacktrace" else FAILED
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output.text)
    found: dict[str, str] = {}
    for line in plain.split("\n"):
        if pattern.search(line) and len(line) < 2_000:
            found.setdefault(NUMBER.sub("#", line), line.strip())
    return found


def sent(text: str, *, selects: bool) -> tuple[str, int, int]:
    """What the model reads of a tool result, and tokens before and after."""
    result = headroom.compress(asked(text), retrieval="tool" if selects else "off")
    return str(result.messages[-1]["content"]), result.tokens_before, result.tokens_after


def measure(outputs: Sequence[Output], *, selects: bool) -> Iterator[Row]:
    """A row per kind."""
    for kind in KINDS:
        before = after = failures = kept = 0
        for output in (o for o in outputs if o.kind == kind):
            text, tokens, left = sent(output.text, selects=selects)
            wanted = failures_of(output)
            templates = {NUMBER.sub("#", line).strip() for line in text.split("\n")}
            before, after, failures = before + tokens, after + left, failures + len(wanted)
            kept += sum(line in text or template.strip() in templates for template, line in wanted.items())
        yield Row(kind, selects, 1 - after / max(1, before), failures, kept)


def table(data: Data) -> str:
    """The figures as a Markdown table."""
    outputs = [output for output in data.outputs() if output.kind in KINDS]
    lines = ["| kind | with the tool | saved | failure lines, distinct | of them shown |", "|---|---|---|---|---|"]
    for selects in (False, True):
        for row in measure(outputs, selects=selects):
            share = f"{100 * row.kept / max(1, row.failures):.1f} %"
            tool = "yes" if row.selects else "no"
            lines.append(f"| {row.kind} | {tool} | {100 * row.saved:.1f} % | {row.failures} | {share} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(data_at(None)))

"""What stays of kinds that have no questions: labelled anomalies, failures, exceptions, changed lines, articles."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.data import Data, Output, asked, records
from benchmarks.kinds_lines import NUMBER, failures_of
from benchmarks.kinds_markup import failing_tests
from benchmarks.kinds_tables import labelled
from benchmarks.page import Section, Table, percent
from headroom import Engine

MOST_TRIPLES = 400
HUNK = re.compile(r"@@ -[0-9]+(?:,([0-9]+))? \+[0-9]+(?:,([0-9]+))? @@")
TOLD = re.compile(r"\[lines? [0-9-]+ not shown: [^\n]*?\+([0-9]+) -([0-9]+)")
WORD = re.compile(r"\w+")
Record = dict[str, Any]
Label = Callable[[Record, str], Iterator[tuple[str, int, int]]]  # what, how many, how many of them are shown


def rows(record: Record, shown: str) -> Iterator[tuple[str, int, int]]:
    """Labelled anomalies of time series."""
    for what, is_shown in labelled(record, shown):
        yield what, 1, int(is_shown)


def failures(record: Record, shown: str) -> Iterator[tuple[str, int, int]]:
    """Lines that report failures or name exceptions, each counted once by its template."""
    wanted = failures_of(Output(record["id"], record["kind"], record["text"]))
    templates = {NUMBER.sub("#", line).strip() for line in shown.split("\n")}
    kept = sum(line in shown or template.strip() in templates for template, line in wanted.items())
    yield "lines of exceptions" if record["kind"] == "stacktrace" else "lines that report failures", len(wanted), kept


def tests(record: Record, shown: str) -> Iterator[tuple[str, int, int]]:
    """Failing tests of reports."""
    names = list(failing_tests(record["text"]))
    yield "names of failing tests", len(names), sum(name in shown for name in names)


def changed_lines(record: Record, shown: str) -> Iterator[tuple[str, int, int]]:
    """Lines that a diff adds or removes."""
    changed = Counter(lines_changed(record["text"]))
    there = Counter(shown.split("\n"))
    kept = sum(min(count, there[line]) for line, count in changed.items())
    told = sum(int(added) + int(removed) for added, removed in TOLD.findall(shown))
    yield "changed lines, shown", changed.total(), kept
    yield "changed lines, shown or counted by file", changed.total(), min(changed.total(), kept + told)


def lines_changed(text: str) -> Iterator[str]:
    """The lines of hunks that begin with a plus or a minus."""
    old = new = 0
    for line in text.split("\n"):
        head = HUNK.match(line)
        if head and old <= 0 and new <= 0:
            old, new = int(head[1] or 1), int(head[2] or 1)
        elif old > 0 or new > 0:
            old -= line[:1] not in ("+", "\\")
            new -= line[:1] not in ("-", "\\")
            if line[:1] in ("+", "-"):
                yield line


def article(record: Record, shown: str) -> Iterator[tuple[str, int, int]]:
    """Runs of three words of the article of a page."""
    words = normalised(record["meta"].get("main_text") or "").split()
    triples = [" ".join(words[place : place + 3]) for place in range(0, max(1, len(words) - 2), 3)][:MOST_TRIPLES]
    body = f" {normalised(shown)} "
    if words:
        yield "three-word runs of the article", len(triples), sum(f" {triple} " in body for triple in triples)


def normalised(text: str) -> str:
    """Words in small letters, one blank between them."""
    return " ".join(WORD.findall(text.lower()))


LABELS: dict[str, Label] = {
    "build_log": failures,
    "csv": rows,
    "diff": changed_lines,
    "html": article,
    "sql_result": rows,
    "stacktrace": failures,
    "xml": tests,
}


def run(data: Data) -> Section:
    """All records with labels."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    engine = Engine()
    for kind, record in labelled_records(data):
        for place, facts in enumerate(({}, {"retrieval": "tool"}), 1):
            shown = str(engine.prepare(asked(record["text"]), **facts).messages[-1]["content"])
            for what, count, kept in LABELS[kind](record, shown):
                row = found[kind, what]
                row[0] += count * (place == 1)
                row[place] += kept
    table = Table(
        head=["content", "what", "number", "default", "with the tool"],
        rows=[
            [kind, what, f"{count:,}", percent(default, count), percent(tool, count)]
            for (kind, what), (count, default, tool) in sorted(found.items())
            if count
        ],
    )
    return Section(
        title="What stays where there are no questions",
        how=(
            f"Data: {data.name}. Labels are read from the records, or by patterns written apart from the library. "
            "Reports of tests are read by `xml.etree`; failures are counted once for lines that differ in numbers."
        ),
        tables=[table],
        figures={f"{kind}: {what}": counts for (kind, what), counts in found.items()},
    )


def labelled_records(data: Data) -> Iterator[tuple[str, Record]]:
    """Records of the kinds that have labels."""
    paths = [path for path in data.files() if data.is_small or path.parent.name == "tool_outputs"]
    for path in paths:
        if data.is_small and path.name != "records.jsonl":
            continue
        for record in records(path) if data.is_small or path.name.split(".")[0] in LABELS else ():
            if record["kind"] in LABELS:
                yield record["kind"], {"meta": {}, **record}

"""Writes `records.jsonl`, `conversations.jsonl` and `task_records.jsonl.gz`: real records that the tests always have.

    python -m tests.data.make_records ../shared/data

Only single records under MIT, BSD or Apache-2.0 are taken, each with its source and licence.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.stub.prompt import count

HERE = Path(__file__).parent
FIELDS = ("id", "kind", "source", "license", "text")
LICENSES = frozenset({"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"})

RECORDS = (
    "json_array-b9f7af02e870",
    "json_array-08245aaf4ae7",
    "json_array-4508584bb598",
    "json_array-1dc4be7c4251",
    "json_array-cd7ee5441322",
    "json_array-0a4259f9b9f6",
    "json_array-12674d43c862",
    "json_array-9bd74506a251",
    "json_array-de78779f5247",
    "json_array-f73288f8cf30",
    "json_array-46074e7f1889",
    "json_array-b9b377ec9575",
    "json_array-c00ae7748cf3",
    "json_array-1e3eaa34e94e",
    "json_array-ce636b1e569e",
    "json_object-489e9c4482ba",
    "json_object-1d7571ba4bd7",
    "json_object-5609d13ddec5",
    "json_object-c478597c06bd",
    "json_object-3c58687fc8d6",
    "json_object-4360edd7667d",
    "log-3815fcb69317",
    "search-4c47f8237db9",
    "build_log-98131b18f961",
    "sql_result-6daaae7d546e",
    "yaml-4a0925426544",
    "xml-1915c9b08da4",
    "markdown-faf189ce08a0",
)
TASK_KINDS = ("json_array", "json_object", "log")
TASK_TOKENS = range(1_000, 20_001)  # of results that a long agent task reads
PER_KIND = 18
CONVERSATIONS = (
    "tau2_retail-e31b9d8d1dea",
    "toolbench_chatgpt_dfs-1dbddfd1036d",
    "{tau2_airline}",  # the shortest with two results of 1,000 characters
)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of one file."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def read_folder(folder: Path) -> dict[str, dict[str, Any]]:
    """Id to record."""
    return {record["id"]: record for path in sorted(folder.glob("*.jsonl*")) for record in read_lines(path)}


def size(record: dict[str, Any]) -> int:
    """Characters of a conversation."""
    return len(json.dumps(record["messages"]))


def with_large_results(record: dict[str, Any]) -> bool:
    """Whether two tool results have 1,000 characters."""
    return sum(1 for m in record["messages"] if m["role"] == "tool" and len(m["content"] or "") >= 1000) >= 2


def of_tasks(outputs: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Results of a long agent task: of each kind as many, evenly spread over their ids."""
    chosen = []
    for kind in TASK_KINDS:
        found = (outputs[name] for name in sorted(outputs) if outputs[name]["kind"] == kind)
        fitting = [r for r in found if r["license"] in LICENSES and len(r["text"]) <= 100_000]
        fitting = [record for record in fitting if count(record["text"]) in TASK_TOKENS]
        chosen += [fitting[n * len(fitting) // PER_KIND] for n in range(PER_KIND)]
    return chosen


def write(path: Path, records: list[dict[str, Any]], fields: tuple[str, ...]) -> None:
    """One record a line, with the named fields."""
    refused = [record["id"] for record in records if record["license"] not in LICENSES]
    if refused:
        raise SystemExit(f"not under a permissive licence: {refused}")
    lines = [json.dumps({name: record[name] for name in fields}, ensure_ascii=False) for record in records]
    text = "\n".join(lines) + "\n"
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0) if path.suffix == ".gz" else text.encode())


def main(data: Path) -> None:
    """Write all of them."""
    outputs = read_folder(data / "tool_outputs")
    write(HERE / "records.jsonl", [outputs[name] for name in RECORDS], FIELDS)
    write(HERE / "task_records.jsonl.gz", of_tasks(outputs), FIELDS)
    talks = read_folder(data / "conversations")
    airline = [talk for talk in talks.values() if talk["family"] == "tau2_airline" and with_large_results(talk)]
    shortest = min(airline, key=lambda talk: (size(talk), talk["id"]))
    chosen = [talks.get(name, shortest) for name in CONVERSATIONS]
    write(HERE / "conversations.jsonl", chosen, ("id", "source", "license", "messages"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

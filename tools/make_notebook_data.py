"""Writes `headroom_integrations/notebook/samples.jsonl.gz` and `SOURCE.md`: real tool outputs for the notebooks.

    python tools/make_notebook_data.py ../shared/data

Chosen by rule, not by result: of each content type the first `EACH` records by id (ids are hashes) that are under MIT
or Apache-2.0 and have 3,000 to 32,000 characters; where questions exist for a type, records with questions. Saved web
pages are left out, as their text belongs to their publishers, and so are runs that quote other repositories. Markdown
is the corpus of the RAG notebook, so there are more of it.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1] / "headroom_integrations" / "notebook"
LICENSES = ("Apache-2.0", "MIT")
QUOTES_OTHERS = ("SWE-agent/mini-swe-agent",)
LEAST_CHARS, MOST_CHARS = 3_000, 32_000
EACH = 5
OF_KIND = {"markdown": 12}
MOST_PROBES = 6


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of JSON lines, compressed or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def questions(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Questions by the id of their output: those whose needed strings are rare in it."""
    found = defaultdict(list)
    for one in records(folder / "probes.jsonl"):
        if one["needs"] and one["discriminating"] and len(found[one["output_id"]]) < MOST_PROBES:
            found[one["output_id"]].append({"question": one["question"], "needs": [str(need) for need in one["needs"]]})
    return found


def chosen(path: Path, probes: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The records of one content type that are taken."""
    fitting = [
        one
        for one in records(path)
        if one["license"] in LICENSES
        and not one["source"].startswith(QUOTES_OTHERS)
        and LEAST_CHARS <= len(one["text"]) <= MOST_CHARS
    ]
    with_probes = [one for one in fitting if one["id"] in probes]
    several = sorted(with_probes or fitting, key=lambda one: one["id"])
    return several[: OF_KIND.get(several[0]["kind"], EACH)] if several else []


def main(folder: Path) -> None:
    """Read, choose, write."""
    probes = questions(folder)
    taken = [one for path in sorted((folder / "tool_outputs").iterdir()) for one in chosen(path, probes)]
    lines = [
        json.dumps(
            {name: one[name] for name in ("id", "kind", "source", "license", "text")}
            | {"probes": probes.get(one["id"], [])},
            ensure_ascii=False,
        )
        for one in taken
    ]
    with (HERE / "samples.jsonl.gz").open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
        file.write("\n".join(lines).encode())
    (HERE / "SOURCE.md").write_text(sources(taken), encoding="utf-8")
    sys.stdout.write(f"{dict(Counter(one['kind'] for one in taken))}\n")


def sources(taken: list[dict[str, Any]]) -> str:
    """The page that says where each is from."""
    rows = "\n".join(
        f"| {one['id']} | {one['source'].replace('|', chr(92) + '|')} | {one['license']} |" for one in taken
    )
    notice = (HERE.parent / "demo" / "SOURCE.md").read_text(encoding="utf-8").partition("## MIT permission notice")[2]
    return f"""# Where `samples.jsonl.gz` is from

Tool outputs and documents that the notebooks measure, copied unchanged from public repositories on GitHub
(`owner/repository@commit:path`), by the authors of each. `tools/make_notebook_data.py` says by which rule they were
chosen: by kind, size and licence, not by result. The Apache-2.0 licence is in the file `LICENSE` of this project; the
permission notice of MIT stands below.

| record | source | licence |
| --- | --- | --- |
{rows}

## MIT permission notice
{notice}"""


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Does what is written read back to the last detail? Over generated documents and every JSON in the real data."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.data import SMALL, Data, asked, records
from benchmarks.generated import Generator
from benchmarks.page import Section, Table
from headroom import Engine, retrieve
from headroom.compressors.json_documents import Documents, read_documents, read_table
from headroom.compressors.json_text import JsonCompressor
from headroom.compressors.mixed import MixedCompressor, read_mixed
from headroom.compressors.table.compare import same
from headroom.compressors.table.decode import decode
from headroom.compressors.table.encode import encode
from headroom.compressors.table.values import dump_json, parse_json
from headroom.tokenizers import built_in_counter

CHUNK = 250  # documents of one seed
PROCESSES = min(2, os.cpu_count() or 1)
ENGINE = Engine(min_tokens=0)
LIBRARY = JsonCompressor(counter=built_in_counter())
MIXED = MixedCompressor(counter=built_in_counter())

Failure = str  # name of the check that failed


def failures_of(value: Any) -> Iterator[Failure]:
    """Checks over one value: encoder and decoder."""
    text = encode(value)
    again = decode(text)
    if not same(again, value):
        yield "decode(encode(v)) is not v"
    elif encode(again) != text:
        yield "encode(decode(t)) is not t"


def text_failures(text: str) -> Iterator[Failure]:
    """Checks over one JSON text: the compressor, twice, and a selection from it."""
    documents = read_documents(text)
    if not isinstance(documents, Documents):
        return
    first = LIBRARY.compress(text)
    if first.compressed_tokens > first.original_tokens:
        yield "longer than before"
    if first.change is None and first.compressed is not text:
        yield "unchanged, but not the same object"
    if first.strategy == "table" and not same_documents(read_table(first.compressed), documents):
        yield "the table says something else"
    if first.strategy == "compact" and not same_documents(read_documents(first.compressed), documents):
        yield "the compact form says something else"
    second = LIBRARY.compress(first.compressed)
    if second.compressed is not first.compressed:
        yield "compressing twice changes it"


def selection_failures(text: str) -> Iterator[Failure]:
    """Checks over a selection from one JSON text, by the whole library; a fault inside is an exception here."""
    chosen = ENGINE.prepare(asked(text), retrieval="tool", target_tokens=60, strict=True)
    note = chosen.notes[-1]
    if not note.tokens_after <= note.tokens_exact <= note.tokens_before:
        yield "a selection is longer than the exact form"
    if note.handle and retrieve(note.handle, messages=asked(text)).text != text:
        yield "the original does not come back"
    if ENGINE.prepare(chosen.messages, retrieval="tool", target_tokens=60, strict=True).compressed:
        yield "a selection is compressed again"


def mixed_failures(text: str) -> Iterator[Failure]:
    """Checks over JSON among lines of something else."""
    first = MIXED.compress(text)
    if first.change is None:
        return
    if first.compressed_tokens > first.original_tokens:
        yield "mixed: longer than before"
    around = "".join(segment.text for segment in read_mixed(first.compressed) if segment.documents is None)
    if not is_within(around, text):
        yield "mixed: text around the JSON changed"
    if MIXED.compress(first.compressed).compressed is not first.compressed:
        yield "mixed: compressing twice changes it"


def is_within(part: str, whole: str) -> bool:
    """Whether the characters of `part` stand in `whole` in this order."""
    rest = iter(whole)
    return all(character in rest for character in part)


def same_documents(one: Documents | str, other: Documents) -> bool:
    """Whether both hold the same values."""
    return isinstance(one, Documents) and one.is_series == other.is_series and same(one.value, other.value)


def checked(check: Callable[[Any], Iterable[Failure]], of: Any) -> list[Failure]:
    """What a check finds; an exception is a finding."""
    try:
        return list(check(of))
    except Exception as error:  # noqa: BLE001  whatever the library raises here is what is looked for
        return [f"raises {type(error).__name__}"]


def generated(seed: int) -> tuple[int, list[str]]:
    """Check `CHUNK` generated documents; how many there were, and failures with seed and number."""
    generator = Generator(seed)
    found = []
    for number in range(CHUNK):
        value = generator.document()
        text = generator.written(value)
        if number % 10 == 3:
            values = [generator.table(1) for _ in range(generator.random.randint(2, 5))]
            text = generator.random.choice(["\n", "\n\n", " "]).join(map(dump_json, values))
        elif not same(parse_json(text), value):
            found.append(f"generated {seed}/{number}: the writer of this benchmark is wrong")
        around = f"{generator.prose()}\n{text}\n{generator.prose()}"
        names = checked(failures_of, value) + checked(text_failures, text)
        names += checked(selection_failures, text) + checked(mixed_failures, around) if number % 4 == 0 else []
        found += [f"generated {seed}/{number}: {name}" for name in names]
    return CHUNK, found


def real(path: Path) -> tuple[int, list[str]]:
    """Check every JSON text of one file of records."""
    found, seen = [], set[str]()
    for record in records(path):
        for text in texts_in(record):
            if text in seen or not isinstance(documents := read_documents(text), Documents):
                continue
            seen.add(text)
            names = checked(failures_of, documents.value) + checked(text_failures, text)
            found += [f"{path.name} {record.get('id')}: {name}" for name in names]
    return len(seen), found


def texts_in(value: Any) -> Iterator[str]:
    """The strings anywhere in a record that may hold JSON, and the record itself."""
    if isinstance(value, dict):
        yield json.dumps(value, ensure_ascii=False)
    yield from strings_in(value)


def strings_in(value: Any) -> Iterator[str]:
    """The strings anywhere within a value."""
    if isinstance(value, str):
        if value.lstrip()[:1] in ("{", "["):
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_in(inner)


def job(of: int | Path) -> tuple[str, int, list[str]]:
    """One piece of work for one process."""
    if isinstance(of, int):
        return ("generated", *generated(of))
    return ("real", *real(of))


def real_files(data: Data, *, is_quick: bool) -> list[Path]:
    """Files with real JSON, the largest first; the quick ones are the tool outputs."""
    files = [path for path in data.files() if not is_quick or path.parent.name in ("tool_outputs", SMALL.name)]
    files += [] if data.folder == SMALL else SMALL.glob("*.jsonl")
    return sorted(files, key=lambda path: (-path.stat().st_size, path.name))


def run(*, documents: int, first_seed: int = 1, files: Sequence[Path] = ()) -> Section:
    """Check `documents` generated documents, and the JSON in `files`."""
    started = time.perf_counter()
    jobs: list[int | Path] = [*files, *range(first_seed, first_seed + -(-documents // CHUNK))]
    counts: Counter[str] = Counter()
    failures: list[str] = []
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        for done, (name, count, found) in enumerate(pool.imap_unordered(job, jobs), 1):
            counts[name] += count
            failures += found
            progress(f"roundtrip: {done} of {len(jobs)} pieces, {counts.total()} documents, {len(failures)} failures")
    progress("", end=True)
    seconds = time.perf_counter() - started
    return section(counts, sorted(failures), seconds, first_seed, [path.name for path in files])


def section(
    counts: Counter[str], failures: list[str], seconds: float, first_seed: int, files: Sequence[str]
) -> Section:
    """What was found."""
    kinds = Counter(failure.rpartition(": ")[2] for failure in failures)
    rows = [
        ["generated documents", f"{counts['generated']:,}"],
        ["real JSON texts", f"{counts['real']:,}"],
        ["failures", f"{len(failures):,}"],
    ]
    return Section(
        title="Round trip",
        how=(
            "Each document is encoded, decoded and compared to the last detail (types, number text, key order, "
            "repeated keys, absent and null); the decoded value is encoded again; the compressor runs over its own "
            f"output and over a selection. Generated: seeds from {first_seed}. Real: every distinct JSON text anywhere "
            f"in the records of {', '.join(sorted(files)) or 'no file'}. {seconds:.0f} s, {PROCESSES} processes."
        ),
        tables=[Table(head=["", "count"], rows=rows)],
        findings=[*(f"**{count} x {kind}**" for kind, count in kinds.most_common()), *failures[:20]],
        figures={"counts": dict(counts), "failures": failures[:1000]},
    )


def progress(line: str, *, end: bool = False) -> None:
    """One line on the terminal that is written over; elsewhere nothing."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2K{line}" + "\n" * end)
        sys.stderr.flush()

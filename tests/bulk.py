"""Tool outputs in bulk from a seed: records, logs, search hits, prose and code, the same on every Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from headroom.compressors.table.values import Number, dump_json

Row = dict[str, Any]
Cell = Callable[[Random, int], Any]


ODD_TEXTS = (
    "",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\x00",
    "\ud800",
    "\udfff tail",
    "é",
    "e\u0301",
    "İstanbul ß ſ",
    "日本語",
    "\u202eabc",
    "a\u2028b",
    "\x1b[31mred\x1b[0m",
    "👩‍👩‍👧",
    "<|endoftext|>",
    "null",
    "true",
    "1.0",
    "-",
    "a,b",
    'say "hi"',
    "back\\slash",
    "a|b",
    "# heading",
    "[12 rows left out]",
    "=1+1",
)
WORDS = ("build", "cache", "order", "index", "worker", "queue", "token", "parser", "retry", "socket", "panel", "lease")
LEVELS = ("INFO", "INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR")


def sentence(random: Random, words: int) -> str:
    """So many words and a full stop."""
    return " ".join(random.choice(WORDS) for _ in range(words)).capitalize() + "."


def sha(random: Random) -> str:
    """Forty hex digits."""
    return f"{random.getrandbits(160):040x}"


def moment(index: int) -> str:
    """A time that grows with `index`."""
    return f"2026-03-{1 + index // 1440 % 28:02d}T{index // 60 % 24:02d}:{index % 60:02d}:07Z"


CELLS: dict[str, Cell] = {
    "id": lambda random, index: 1000 + index,
    "uuid": lambda random, index: sha(random)[:8] + "-4b1d-9c3e",
    "name": lambda random, index: f"{random.choice(WORDS)}-{index}",
    "status": lambda random, index: random.choice(("open", "open", "open", "closed", "failed")),
    "price": lambda random, index: Number(f"{random.randrange(10_000) / 100:.2f}"),
    "count": lambda random, index: random.choice((0, 1, 2, 10**20)),
    "at": lambda random, index: moment(index),
    "path": lambda random, index: f"src/{random.choice(WORDS)}/{random.choice(WORDS)}_{index}.py",
    "constant": lambda random, index: "eu-central-1",
    "note": lambda random, index: random.choice((None, "", sentence(random, 5), 'a | b, "c"\nd')),
    "flag": lambda random, index: index % 7 == 0,
    "tags": lambda random, index: random.sample(WORDS, random.randrange(3)),
    "owner": lambda random, index: {"login": random.choice(WORDS), "id": random.randrange(50)},
    "odd": lambda random, index: random.choice(ODD_TEXTS),
    "error": lambda random, index: "timeout after 30 s" if random.random() < 0.05 else None,
}


def table_rows(seed: int, count: int, columns: list[str], share_absent: float = 0.0) -> list[Row]:
    """Records over `CELLS`; each value is absent with the given probability."""
    random = Random(seed)
    rows = []
    for index in range(count):
        row = {name: CELLS[name](random, index) for name in columns}
        rows.append({name: value for name, value in row.items() if random.random() >= share_absent})
    return rows


def as_plain(value: Any) -> Any:
    """`value` as `json.loads` would read its text."""
    return json.loads(dump_json(library_value(value)))


def library_value(value: Any) -> Any:
    """`value` with its numbers as `Number`."""
    if isinstance(value, dict):
        return {key: library_value(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [library_value(inner) for inner in value]
    return Number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def dump_rows(rows: list[Row], layout: str) -> str:
    """Records as a tool would write them."""
    if layout == "compact":
        return dump_json(library_value(rows))
    if layout == "lines":
        return "\n".join(dump_json(library_value(row)) for row in rows)
    if layout == "wrapped":
        return dump_json(library_value({"total": len(rows), "items": rows, "next": None}))
    if layout == "spaced":
        return json.dumps(as_plain(rows))
    return json.dumps(as_plain(rows), indent=2, ensure_ascii=False)


def log_text(seed: int, lines: int, end: str) -> str:
    """A log with repetition, rare errors, and one stack trace in a long one."""
    random = Random(seed)
    made = []
    for index in range(lines):
        level = random.choice(LEVELS)
        made.append(f"{moment(index)} {level} {random.choice(WORDS)}[{random.randrange(4)}]: {sentence(random, 4)}")
        if level == "ERROR":
            made.append(f'  File "/srv/{random.choice(WORDS)}.py", line {index}, in run')
            made.append(f"ValueError: {sha(random)[:12]} not found")
    return end.join(made)


def listing_text(seed: int, lines: int, end: str) -> str:
    """Search hits as grep prints them."""
    random = Random(seed)
    return end.join(
        f"src/{random.choice(WORDS)}.py:{random.randrange(1, 900)}:    {sentence(random, 6)}" for _ in range(lines)
    )


def prose_text(seed: int, lines: int, end: str) -> str:
    """Paragraphs of ten to thirty words, some repeated."""
    random = Random(seed)
    made: list[str] = []
    for _ in range(lines):
        again = made and random.random() < 0.1
        made.append(random.choice(made) if again else sentence(random, random.randrange(10, 30)))
    return (end * 2).join(made)


def code_text(seed: int, lines: int, end: str) -> str:
    """Small Python functions."""
    random = Random(seed)
    made = []
    for index in range(lines // 3):
        made += [f"def {random.choice(WORDS)}_{index}(value: int) -> int:", f"    return value + {index}", ""]
    return end.join(made)

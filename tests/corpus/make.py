"""Writes the hash of every corpus input's output.

    python -m tests.corpus.make                  into tests/corpus/format_1.json
    python -m tests.corpus.make --print          to the screen
    python -m tests.corpus.make --sample         every 10th input to the screen, the last one first

Run it when a new format id is added. Running it for a format that was released hides a change of bytes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from headroom.engine import Engine
from headroom.formats import NEWEST
from tests.corpus.inputs import Input, digest, inputs

FILE = Path(__file__).parent / f"format_{NEWEST}.json"


def hashes(of: Iterable[Input]) -> dict[str, list[str]]:
    """Name to the hash of the input (its first 16 digits) and of the output."""
    engines: dict[str, Engine] = {}
    found = {}
    for one in of:
        key = repr(one.settings)
        engine = engines.get(key) or engines.setdefault(key, Engine(**one.settings))
        found[one.name] = [digest(one.messages)[:16], digest(engine.prepare(one.messages).messages)]
    return found


def as_text(found: dict[str, list[str]]) -> str:
    """One input a line, so that a change reads well in a diff."""
    lines = (f"{json.dumps(name)}: {json.dumps(pair)}" for name, pair in found.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(arguments: list[str]) -> None:
    """Write or print the hashes."""
    chosen = list(inputs())
    if "--sample" in arguments:
        sys.stdout.write(as_text(hashes(reversed(chosen[::10]))))
    elif "--print" in arguments:
        sys.stdout.write(as_text(hashes(chosen)))
    else:
        FILE.write_text(as_text(hashes(chosen)), encoding="ascii", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Commands run in this process, with a metrics store and a working directory of their own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headroom.cli import main

ROWS = json.dumps([{"id": n, "state": "open", "title": f"issue {n}"} for n in range(90)])
CALL = {"id": "1", "type": "function", "function": {"name": "list_issues", "arguments": "{}"}}
CHAT: list[dict[str, Any]] = [
    {"role": "user", "content": "Which issues are open? ü \ud83d"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "1", "content": ROWS},
]
ANTHROPIC: dict[str, Any] = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 5,
    "system": "Be short.",
    "messages": [
        {"role": "user", "content": "Which issues are open?"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "list_issues", "input": {"n": 1}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": ROWS}]},
    ],
}
COMMAND = "from headroom.cli import main; main()"


class Ran:
    """What a command did: exit code, stdout and stderr."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        printed = capsys.readouterr()
        self.code, self.out, self.err = int(end.value.code or 0), printed.out, printed.err


@pytest.fixture
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'metrics.db'}"
    monkeypatch.setenv("HEADROOM_STORE_URL", url)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    return url


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Put `data` on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def process(*arguments: str, stdin: bytes = b"", **facts: Any) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments], input=stdin, capture_output=True, check=False, timeout=120, **facts
    )


def write_lines(path: Path, *values: Any) -> Path:
    """A file with one JSON value per line; bytes are written as they are."""
    lines = [value if isinstance(value, bytes) else json.dumps(value).encode() for value in values]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path

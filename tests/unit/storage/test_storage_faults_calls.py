"""compress() with a store that fails: the same answer, one warning, and the figures as soon as it works again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and capabilities as Linux has them")

CALLER = """
import ctypes, json, logging, os, resource, shutil, sqlite3, sys
from pathlib import Path
import headroom
import headroom.storage.sqlite_file
from headroom.storage.recorder import every_recorder, flush_recorders

class Lines(logging.Handler):
    def emit(self, record): lines.append(record.getMessage())

lines, answers = [], []
logging.getLogger("headroom").addHandler(Lines(logging.WARNING))
headroom.storage.sqlite_file.BUSY_TIMEOUT_MS = 50
path = Path(os.environ["HEADROOM_STORE_URL"].partition(":///")[2])
directory = path.parent
rows = json.dumps([{"id": n, "status": "shipped", "city": "Oslo"} for n in range(200)])
call = {"id": "c1", "type": "function", "function": {"name": "list_orders", "arguments": "{}"}}
messages = [
    {"role": "user", "content": "Which orders are late?"},
    {"role": "assistant", "content": None, "tool_calls": [call]},
    {"role": "tool", "tool_call_id": "c1", "content": rows},
]

def calls(count):
    for _ in range(count):
        answers.append(headroom.compress(messages, model="gpt-4o").messages)
        flush_recorders(5.0)

def without_privileges():
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None, use_errno=True).capset(header, none) == 0

def most_bytes(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

CODE
recorder = next(iter(every_recorder))
written = any(recorder.flush(1.0) for _ in range(50))
print(json.dumps({
    "written": written,
    "lines": lines,
    "same": all(answer == answers[0] for answer in answers),
    "smaller": len(json.dumps(answers[0])) < len(json.dumps(messages)),
    "rows": len(recorder.read(limit=None)),
    "summary": recorder.summary()["total_requests"],
    "counted": recorder.totals.snapshot()["requests_total"],
}))
"""

FAULTS = {
    "removed": ("calls(2); shutil.rmtree(directory); calls(2)", 2),
    "read-only": ("without_privileges(); directory.chmod(0o500); calls(4); directory.chmod(0o700)", 4),
    "full": ("calls(1); most_bytes(500); calls(3); most_bytes(-1)", 4),
    "locked": (
        "calls(1); other = sqlite3.connect(path, isolation_level=None); other.execute('BEGIN EXCLUSIVE'); calls(3)\n"
        "other.execute('ROLLBACK'); other.close()",
        4,
    ),
    "nowhere": ("directory.rmdir(); directory.touch(); calls(4); directory.unlink()", 4),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_store_that_fails_costs_no_call(fault: str, tmp_path: Path) -> None:
    code, rows = FAULTS[fault]
    (tmp_path / "store").mkdir()
    environment = {**os.environ, "HEADROOM_STORE_URL": f"sqlite:///{tmp_path}/store/m.db"}

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CALLER.replace("CODE", code)],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["same"]
    assert told["smaller"]
    assert len(told["lines"]) == 1
    assert told["written"]
    assert (told["rows"], told["summary"], told["counted"]) == (rows, rows, 4)

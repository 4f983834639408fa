"""SQLite files: private from the first byte, write-ahead logging where the file system allows it."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

logger = logging.getLogger("headroom.storage")

BUSY_TIMEOUT_MS = 5000
WAL_ATTEMPTS = 20
WAL_PAUSE_S = 0.05
without_wal: set[Path] = set()  # files for which this process has said so


def prepare_file(path: Path) -> None:
    """Make `path` and the directories it lacks, for this user only; leave what exists alone.

    Raises:
        OSError: It cannot be made.
    """
    make_directories(path.parent)
    try:
        # Only a new file is opened: closing any descriptor of a file drops all POSIX locks of
        # the process on it, also those of somebody else's open database.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return


def make_directories(directory: Path) -> None:
    """Like `os.makedirs`, with mode 0700 for every directory that is new, not for the last one only."""
    missing = [path for path in (directory, *directory.parents) if not os.path.lexists(path)]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)


def set_up_connection(connection: Any, path: Path | None) -> None:
    """Pragmas of a new connection, and transactions left to us.

    Deleted rows are overwritten (`secure_delete`), a commit is on disk when it returns (`synchronous`).
    """
    connection.isolation_level = None
    run = connection.execute
    run(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    run("PRAGMA secure_delete=ON")
    run("PRAGMA synchronous=FULL")
    if path is None:
        return
    if path.exists() and not os.access(path, os.W_OK):
        run("PRAGMA query_only=ON")
        return
    run("PRAGMA auto_vacuum=INCREMENTAL")  # acts on a file without tables, and is ignored later
    ask_for_wal(connection, path)


def ask_for_wal(connection: Any, path: Path) -> None:
    """Write-ahead logging, so that reading goes on beside writing; a rollback journal where it is refused.

    Network file systems refuse it. Several processes that open a new file together get "locked" from each other,
    without the busy timeout being heeded, so that is asked again.
    """
    for _ in range(WAL_ATTEMPTS):
        try:
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if "locked" in str(error) and "protocol" not in str(error):
                time.sleep(WAL_PAUSE_S)
                continue
            mode = "refused"
        if mode != "wal":
            connection.execute("PRAGMA journal_mode=DELETE")
            say_once_without_wal(path)
        return


def say_once_without_wal(path: Path) -> None:
    """One log line per file and process."""
    if path not in without_wal:
        without_wal.add(path)
        logger.warning("%s: no write-ahead logging here (a network file system?), writers block readers", path)

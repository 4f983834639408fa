"""SQLite files: private from the first byte, write-ahead logging where the file system allows it."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

logger = logging.getLogger("headroom.storage")

BUSY_TIMEOUT_MS = 5000
WAL_ATTEMPTS = 20
WAL_PAUSE_S = 0.05
MOUNTS = Path("/proc/self/mounts")
NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "fuse.sshfs",
    "fuse.s3fs",
}

without_wal: set[Path] = set()  # files for which this process has said so


def prepare_file(path: Path) -> None:
    """Make `path` and the directories it lacks, for this user only; leave what exists alone.

    Raises:
        OSError: It cannot be made.
    """
    make_directories(path.parent)
    if os.path.lexists(path):
        return
    with one_at_a_time(path.parent):
        if not os.path.lexists(path):
            remove_leftovers(path)
        try:
            # Only a new file is opened: closing any descriptor of a file drops all POSIX locks of
            # the process on it, also those of somebody else's open database.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return


def remove_leftovers(path: Path) -> None:
    """Remove the log and the shared memory of a file that was removed: a new one that met them could not be written."""
    for suffix in ("-wal", "-shm", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{path}{suffix}")


@contextlib.contextmanager
def one_at_a_time(directory: Path) -> Iterator[None]:
    """No other process is in here for this directory, where the system has such locks."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    descriptor = os.open(directory, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # no locks on this file system
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def make_directories(directory: Path) -> None:
    """Like `os.makedirs`, with mode 0700 for every directory that is new, not for the last one only."""
    missing = [path for path in (directory, *directory.parents) if not os.path.lexists(path)]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)


def connect(path: Path | None) -> sqlite3.Connection:
    """A connection to the file, or to a new memory.

    A file that may only be read is opened as one that does not change, unless its log shows that somebody writes:
    write-ahead logging would want to make files beside it.
    """
    if path is None:
        return sqlite3.connect(":memory:", check_same_thread=False)
    if os.access(path, os.W_OK):  # mode=rw: only `prepare_file` makes files
        return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, check_same_thread=False)
    alone = "" if os.path.exists(f"{path}-wal") else "&immutable=1"
    return sqlite3.connect(f"{path.as_uri()}?mode=ro{alone}", uri=True, check_same_thread=False)


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
    if not os.access(path, os.W_OK):
        run("PRAGMA query_only=ON")
        return
    if path.stat().st_size == 0:  # it acts before the first table only, and takes the write lock each time
        run("PRAGMA auto_vacuum=INCREMENTAL")
    ask_for_wal(connection, path)


def ask_for_wal(connection: Any, path: Path) -> None:
    """Write-ahead logging, so that reading goes on beside writing; a rollback journal where that cannot be.

    Network file systems share no memory between machines; some refuse it, others do not and lose data. Several
    processes that open a new file together get "locked" from each other, without the busy timeout being heeded, so
    that is asked again.
    """
    wanted = "DELETE" if file_system(path) in NETWORK else "WAL"
    for _ in range(WAL_ATTEMPTS):
        try:
            mode = connection.execute(f"PRAGMA journal_mode={wanted}").fetchone()[0]
        except sqlite3.OperationalError as error:
            if "database is locked" not in str(error):
                raise
            time.sleep(WAL_PAUSE_S)
            continue
        if mode != "wal":
            say_once_without_wal(path)
        return


def file_system(path: Path, mounts: Path = MOUNTS) -> str:
    """Type of the file system that holds `path`, by Linux's list of mounts; "" where that is not known."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    known = [line.split(" ")[1:3] for line in lines if line.count(" ") >= 2]
    places = {Path(place.replace("\\040", " ")): kind for place, kind in known}
    real = Path(os.path.realpath(path))
    return next((places[parent] for parent in real.parents if parent in places), "")


def say_once_without_wal(path: Path) -> None:
    """One log line per file and process."""
    if path not in without_wal:
        without_wal.add(path)
        logger.warning("%s: no write-ahead logging here (a network file system?), writers block readers", path)

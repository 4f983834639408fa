"""Metrics as JSON lines: one file that other programs can read and append to."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from headroom.errors import StorageError
from headroom.results import RequestMetrics
from headroom.storage.rows import from_line, is_within, newest_first, to_line
from headroom.storage.sqlite_file import make_directories

logger = logging.getLogger("headroom.storage")


class JsonlMetrics:
    """One line per row, appended; the file is readable by its user only. The last line of a `request_id` counts."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"JsonlMetrics({str(self.path)!r})"

    def write(self, rows: Sequence[RequestMetrics]) -> None:
        """Append rows; on disk when this returns.

        Raises:
            StorageError: The file cannot be written.
        """
        if not rows:
            return
        lines = "".join(f"{to_line(row)}\n" for row in rows).encode("ascii")
        with self.failures():
            make_directories(self.path.parent)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                with locked(descriptor):
                    write_all(descriptor, (b"" if ends_with_newline(descriptor) else b"\n") + lines)
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def read(
        self,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        model: str | None = None,
        mode: str | None = None,
        limit: int | None = 100,
    ) -> list[RequestMetrics]:
        """Rows within the bounds, newest first; no file is no rows.

        Raises:
            StorageError: The file cannot be read.
        """
        found: dict[str, RequestMetrics] = {}
        for row in self.rows():
            if is_within(row, start_time=start_time, end_time=end_time, model=model, mode=mode):
                found[row.request_id] = row
            else:
                found.pop(row.request_id, None)
        return newest_first(list(found.values()), limit)

    def rows(self) -> Iterator[RequestMetrics]:
        """Every row in the order of writing; a line that a crash cut short is passed over."""
        unreadable = 0
        with self.failures():
            try:
                file = self.path.open("rb")
            except FileNotFoundError:
                return
            with file:
                for line in file:
                    try:
                        yield from_line(line)
                    except ValueError:
                        unreadable += bool(line.strip())
        if unreadable:
            logger.info("%s: %d lines are no records", self.path, unreadable)

    def close(self) -> None:
        """Nothing is held open."""

    @contextlib.contextmanager
    def failures(self) -> Iterator[None]:
        """Operating system errors as `StorageError`."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StorageError(f"the store failed: {reason}", url=f"jsonl:///{self.path}") from None


@contextlib.contextmanager
def locked(descriptor: int) -> Iterator[None]:
    """The file to ourselves, where the system has such locks; released when the descriptor is closed at the latest."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:  # no locks on this file system: one write() per batch still keeps lines whole on local disks
        yield
        return
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def ends_with_newline(descriptor: int) -> bool:
    """Whether the next line can be appended as it is; an empty file can take one."""
    size = os.fstat(descriptor).st_size
    if size == 0:
        return True
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1) == b"\n"


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`; a full disk shows as an error, never as a short write."""
    while data:
        data = data[os.write(descriptor, data) :]

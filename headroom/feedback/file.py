"""The file that feedback is kept in: hashes and counts as JSON, merged with what other processes wrote."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from headroom.errors import ConfigurationError
from headroom.feedback.counts import Counts, Key, added, fewest_last

logger = logging.getLogger("headroom.feedback")

FORMAT = 1
ABOUT = "How often tool results were compressed, and asked for again whole, by rows, by search. Keyed hashes only."
MOST_BYTES = 16 * 1024 * 1024
MOST_COUNT = 2**53
HASH = re.compile(r"[0-9a-f]{8,64}\Z", re.ASCII)
SHAPE = re.compile(r"(?:all|[0-9a-f]{8,64})\Z", re.ASCII)
LOCK_WAIT_S, LOCK_PAUSE_S = 2.0, 0.02


class NewerFileError(ValueError):
    """A later release wrote the file; it is left alone."""


def check_path(path: str | os.PathLike[str]) -> Path:
    """The absolute path of the file, links followed.

    Raises:
        ConfigurationError: It is a directory, or lies in none.
    """
    found = Path(os.path.realpath(os.path.expanduser(os.fspath(path))))
    if found.is_dir() or not found.parent.is_dir():
        why = "is a directory" if found.is_dir() else "lies in no directory that exists"
        raise ConfigurationError(f"the path of feedback {why}", field="path", value=str(found))
    return found


def read_counts(path: Path) -> dict[Key, Counts]:
    """What the file holds; nothing where there is none. A damaged one is set aside, with a warning.

    Raises:
        OSError: It cannot be read.
        NewerFileError: A later release wrote it.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return {}
    if not data:  # made by a process that has not written yet
        return {}
    try:
        return parsed(data)
    except NewerFileError:
        raise
    except (ValueError, RecursionError):
        kept = set_aside(path)
        logger.warning("the feedback file was damaged and starts anew; the old one is kept as %s", kept.name)
        return {}


def parsed(data: bytes) -> dict[Key, Counts]:
    """The counts in the bytes of a file.

    Raises:
        ValueError: They are none that we wrote.
    """
    if len(data) > MOST_BYTES:
        raise ValueError("too large")
    document = json.loads(data)
    if not isinstance(document, dict) or not isinstance(document.get("tools"), dict):
        raise ValueError("no feedback")
    version = document.get("format")
    if version != FORMAT:
        raise (NewerFileError if type(version) is int and version > FORMAT else ValueError)("another format")
    found: dict[Key, Counts] = {}
    for tool, shapes in document["tools"].items():
        if not HASH.match(tool) or not isinstance(shapes, dict):
            raise ValueError("no hash")
        for shape, numbers in shapes.items():
            found[tool, shape] = read_numbers(shape, numbers)
    return found


def read_numbers(shape: str, numbers: object) -> Counts:
    """The counts of one shape."""
    if not SHAPE.match(shape) or not isinstance(numbers, list) or len(numbers) != 4:
        raise ValueError("no counts")
    if not all(type(number) is int and 0 <= number <= MOST_COUNT for number in numbers):
        raise ValueError("no counts")
    return Counts(*numbers)


def set_aside(path: Path) -> Path:
    """Rename a damaged file; one set aside before is not overwritten."""
    names = (path.with_name(f"{path.name}.damaged{number or ''}") for number in range(1000))
    kept = next((name for name in names if not name.exists()), path.with_name(f"{path.name}.damaged"))
    os.replace(path, kept)
    return kept


def merge_into(path: Path, more: Mapping[Key, Counts], most: int) -> dict[Key, Counts]:
    """Add counts to those of the file, which is replaced as a whole; gives what it holds now.

    Raises:
        OSError: It cannot be read or written, or another process holds it for too long.
        NewerFileError: A later release wrote it.
    """
    with held(path):
        counts = read_counts(path)
        added(counts, more)
        counts = fewest_last(counts, most)
        replace_file(path, counts)
        return counts


def replace_file(path: Path, counts: Mapping[Key, Counts]) -> None:
    """Write a new file beside the old one and put it in its place, so that no reader ever sees half of one."""
    tools: dict[str, dict[str, list[int]]] = {}
    for (tool, shape), one in sorted(counts.items()):
        tools.setdefault(tool, {})[shape] = [one.compressed, one.whole, one.rows, one.search]
    text = json.dumps({"about": ABOUT, "format": FORMAT, "tools": tools}, separators=(",", ":"))
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """The file to ourselves, where the system has such locks. Those of a process that dies are released.

    Raises:
        TimeoutError: Another process did not let go of it.
    """
    if sys.platform == "win32":
        yield
        return
    deadline = time.monotonic() + LOCK_WAIT_S
    while (descriptor := locked_descriptor(path)) is None:
        if time.monotonic() > deadline:
            raise TimeoutError("the feedback file is held by another process")
        time.sleep(LOCK_PAUSE_S)
    try:
        yield
    finally:
        unlock(descriptor)
        os.close(descriptor)


def unlock(descriptor: int) -> None:
    """Let go; closing alone would not, where a child was forked meanwhile and holds the descriptor, too."""
    import fcntl

    with contextlib.suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def locked_descriptor(path: Path) -> int | None:
    """The file, open and locked; None where another process has it, or has replaced it since we opened it."""
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_ino == os.stat(path).st_ino:
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:  # no locks on this file system: the file is still replaced as a whole
        return descriptor
    os.close(descriptor)
    return None

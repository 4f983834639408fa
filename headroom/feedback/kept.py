"""`KeptCounts`: counts in memory, for all threads, and in a file where one was named."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path

from headroom.errors import ConfigurationError
from headroom.feedback.counts import Counts, Key, added, fewest_last
from headroom.feedback.file import NewerFileError, check_path, merge_into, read_counts, replace_file

logger = logging.getLogger("headroom.feedback")


class KeptCounts:
    """Counts by key: what is known, and what of it is not in the file yet.

    A thread writes the file some time after a count, so that no caller waits for the disk; what is left is written
    when the program ends. Several processes may share the file: each adds what it counted itself.

    Args:
        path: The file; None for none.
        max_entries: Keys at most; those with the fewest samples leave.
        save_after_s: Seconds from the first count that is not in the file until it is written.
    """

    def __init__(self, path: str | os.PathLike[str] | None, *, max_entries: int, save_after_s: float) -> None:
        self.max_entries = max_entries
        self.save_after_s = save_after_s
        self.path: Path | None = None
        self.totals: dict[Key, Counts] = {}
        self.has_warned = False
        self.begin_process()
        if path is not None:
            self.read_from(check_path(path))

    def begin_process(self) -> None:
        """Locks and threads of a parent process do not work in its child; what the parent counted it writes itself."""
        self.process = os.getpid()
        self.lock = threading.Lock()
        self.saving = threading.Lock()  # taken before `lock`
        self.timer: threading.Timer | None = None
        self.unsaved: dict[Key, Counts] = {}

    def begin_if_forked(self) -> None:
        """Begin anew in a child process."""
        if self.process != os.getpid():
            self.begin_process()

    def add(self, more: Mapping[Key, Counts]) -> None:
        """Count."""
        self.begin_if_forked()
        with self.lock:
            added(self.totals, more)
            if len(self.totals) > self.max_entries:
                self.totals = fewest_last(self.totals, max(1, self.max_entries * 9 // 10))
            if self.path is not None:
                added(self.unsaved, more)
                self.save_later()

    def copy(self) -> dict[Key, Counts]:
        """What is known now."""
        self.begin_if_forked()
        with self.lock:
            return dict(self.totals)

    def keep_in(self, path: str | os.PathLike[str]) -> None:
        """Keep the counts in a file from now on, those of before included.

        Raises:
            ConfigurationError: They are kept in another one, or the path is refused.
        """
        self.begin_if_forked()
        found = check_path(path)
        with self.saving:
            if self.path == found:
                return
            if self.path is not None:
                raise ConfigurationError("feedback is kept in another file already", field="path", value=str(found))
            self.read_from(found)
        self.save()

    def read_from(self, path: Path) -> None:
        """Take in what a file holds; what was counted so far is to be written there."""
        try:
            counts = read_counts(path)
        except NewerFileError:
            raise ConfigurationError("a later release wrote the feedback file", field="path", value=str(path)) from None
        except OSError as error:
            self.warn(error)
            counts = {}
        with self.lock:
            self.unsaved = dict(self.totals)
            added(counts, self.totals)
            self.totals = fewest_last(counts, self.max_entries)
            self.path = path
        atexit.register(save_at_exit, weakref.ref(self))

    def save(self) -> bool:
        """Write what is not in the file yet, and take in what other processes wrote; whether that went well.

        Never raises: what could not be written is kept for the next time, with one warning in the log.
        """
        self.begin_if_forked()
        with self.saving:
            with self.lock:
                self.timer = None
                path, taken, self.unsaved = self.path, self.unsaved, {}
            if path is None or not taken:
                return path is not None
            try:
                counts = merge_into(path, taken, self.max_entries)
            except (OSError, NewerFileError) as error:
                self.warn(error)
                with self.lock:
                    added(self.unsaved, taken)
                return False
            with self.lock:
                added(counts, self.unsaved)
                self.totals = counts
        return True

    def clear(self) -> None:
        """Forget everything, in the file, too."""
        self.begin_if_forked()
        with self.saving, self.lock:
            self.totals, self.unsaved = {}, {}
            if self.path is not None:
                try:
                    replace_file(self.path, {})
                except OSError as error:
                    self.warn(error)

    def save_later(self) -> None:
        """Have a thread write the file; the lock is held."""
        if self.timer is not None:
            return
        timer = threading.Timer(self.save_after_s, self.save)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # the interpreter is ending: what is registered for that saves
            return
        self.timer = timer

    def warn(self, error: Exception) -> None:
        """Say once that the file cannot be used."""
        if not self.has_warned:
            self.has_warned = True
            logger.warning("the feedback file cannot be used: %s; counts stay in memory", type(error).__name__)


def save_at_exit(reference: weakref.ref[KeptCounts]) -> None:
    """Write what is left when the program ends."""
    kept = reference()
    if kept is not None:
        kept.save()

"""What must begin anew in a forked child: prefork servers load the application first and fork afterwards."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class ForkAware(Protocol):
    """Holds locks, threads or connections, none of which works in a child."""

    def before_fork(self) -> None:
        """Release what a child must not inherit; it is made again when needed."""
        ...

    def after_fork(self) -> None:
        """Forget the parent's locks, threads, connections and rows, in the child."""
        ...


fork_aware: weakref.WeakSet[ForkAware] = weakref.WeakSet()


def renew_after_fork(thing: ForkAware) -> None:
    """Have `thing` told about forks for as long as it lives."""
    fork_aware.add(thing)


def before_fork() -> None:
    """In the parent."""
    for thing in list(fork_aware):
        thing.before_fork()


def after_fork() -> None:
    """In the child, where only one thread exists."""
    for thing in list(fork_aware):
        thing.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=before_fork, after_in_child=after_fork)

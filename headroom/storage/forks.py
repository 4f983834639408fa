"""What must begin anew in a forked child: prefork servers load the application first and fork afterwards."""

from __future__ import annotations

import logging  # noqa: F401  first: its own hook then runs after ours, and what we wait for may still log or import
import os
import weakref

PAUSE_S = 2.0


class ForkAware:
    """Holds locks, threads or connections, none of which works in a child. Told about forks while it lives.

    Attributes:
        fork_rank: Who uses others comes to rest before them: a thread that waits for a lock held here would never end.
    """

    fork_rank = 1

    def watch_forks(self) -> None:
        """Be told from now on."""
        fork_aware.add(self)

    def pause_for_fork(self) -> None:
        """Come to rest: a child must not find work, or an import, that a thread it does not have has begun."""

    def release_for_fork(self) -> None:
        """Once all are at rest: close what a child must not inherit; it is made again when needed."""

    def after_fork_in_parent(self) -> None:
        """Go on."""

    def after_fork_in_child(self) -> None:
        """Forget the parent's locks, threads, connections and rows."""
        raise NotImplementedError


fork_aware: weakref.WeakSet[ForkAware] = weakref.WeakSet()


def before_fork() -> None:
    """In the parent, before."""
    in_order = sorted(fork_aware, key=lambda thing: thing.fork_rank)
    for thing in in_order:
        thing.pause_for_fork()
    for thing in in_order:
        thing.release_for_fork()


def after_fork_in_parent() -> None:
    """In the parent, after."""
    for thing in list(fork_aware):
        thing.after_fork_in_parent()


def after_fork_in_child() -> None:
    """In the child, where only one thread exists."""
    for thing in list(fork_aware):
        thing.after_fork_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=before_fork, after_in_parent=after_fork_in_parent, after_in_child=after_fork_in_child)

"""Which of several entries by name or pattern speaks for a name. Their order never matters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TypeVar

T = TypeVar("T")


def entry_for_name(name: str, entries: Mapping[str, T]) -> T | None:
    """The entry of that name, else of the glob with the most literal characters that matches it, else None.

    >>> entry_for_name("search_code", {"*": 1, "search_*": 2, "read": 3})
    2
    """
    if name in entries:
        return entries[name]
    globs = [glob for glob in entries if fnmatchcase(name, glob)]
    return entries[max(globs, key=lambda glob: (literal_chars(glob), glob))] if globs else None


def literal_chars(glob: str) -> int:
    """Characters of a glob that stand for themselves."""
    return len(re.sub(r"\[[^\]]*\]|[*?]", "", glob))


def entry_for_prefix(name: str, entries: Mapping[str, T]) -> T | None:
    """The entry of that name, else of the longest key that `name` begins with, else None.

    >>> entry_for_prefix("gpt-4o-2024-11-20", {"gpt-4": 8192, "gpt-4o": 128000})
    128000
    """
    keys = [key for key in entries if name.startswith(key)]
    return entries[max(keys, key=len)] if keys else None

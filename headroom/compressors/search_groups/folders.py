"""Files counted by the folders they lie in."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_FOLDERS = 12
SLASH = re.compile(r"(?<=[^/\\.])[/\\](?=[^/\\])", re.ASCII)


def parts_of(path: str) -> list[str]:
    """The folders that hold a path, from the outermost on, each whole and with its slash.

    >>> parts_of("./src/app/main.py"), parts_of("setup.py")
    (['./src/', './src/app/'], [])
    """
    return [path[: slash.end()] for slash in SLASH.finditer(path)]


def top_folder(path: str) -> str:
    """The outermost folder that holds a path, or ""."""
    found = SLASH.search(path)
    return path[: found.end()] if found else ""


def by_folder(paths: Sequence[str], most: int = MOST_FOLDERS) -> dict[str, list[int]]:
    """Folder to the positions of the paths in it, at most `most` folders, each as deep as that allows.

    Begins with one folder for all, and takes the largest apart again and again; "" holds what lies in none.
    """
    inside = [parts_of(path) for path in paths]
    found: dict[str, list[int]] = {"": list(range(len(paths)))}
    depth = {"": 0}
    closed: set[str] = set()
    while open_ones := [name for name in found if name not in closed]:
        name = max(open_ones, key=lambda one: len(found[one]))
        closer: dict[str, list[int]] = {}
        for position in found[name]:
            parts = inside[position]
            closer.setdefault(parts[depth[name]] if len(parts) > depth[name] else name, []).append(position)
        if len(found) - 1 + len(closer) > most or (closer.keys() == {name}):
            closed.add(name)
            continue
        level = depth.pop(name) + 1
        del found[name]
        for one, positions in closer.items():
            found[one] = positions
            depth[one] = level
            if one == name:
                closed.add(one)
    return {name: found[name] for name in sorted(found, key=lambda one: found[one][0])}

"""Store addresses: what a URL means, and where metrics go when the caller names no place."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from headroom.errors import ConfigurationError

StoreKind = Literal["memory", "sqlite", "postgresql", "jsonl"]

MEMORY_URL = "memory"
SHARED_MEMORY_URL = "memory://default"
FILE_NAME = "headroom.db"
FORMS = "sqlite:///file.db, postgresql://user@host/name, jsonl:///file.jsonl or memory"
QUERY = re.compile(r"\?\w+=.*", re.ASCII | re.DOTALL)  # driver arguments; a lone "?" may be part of a file name
SECRET_ARGUMENTS = re.compile(r"(?i)\b(\w*(?:password|passfile|secret|token|key)\w*=)[^&]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreUrl:
    """A store address, understood.

    Attributes:
        kind: Which sort of store.
        text: The address as a driver reads it; may hold a password.
        safe: The address without its password, for messages.
        path: Absolute path of the file; None where there is none.
        name: Name of a memory shared in this process; "" for one of its own.
    """

    kind: StoreKind
    text: str = field(repr=False)
    safe: str
    path: Path | None = None
    name: str = ""


def parse_store_url(url: str) -> StoreUrl:
    """What `url` names. Touches no file.

    Three slashes lead to a path relative to the working directory of this moment, four to an absolute one.

    Raises:
        ConfigurationError: Unknown scheme, or a part is missing.

    >>> parse_store_url("sqlite:////var/lib/headroom.db").path.as_posix()
    '/var/lib/headroom.db'
    """
    scheme = url.partition(":")[0].lower() if ":" in url else ""
    if url in (MEMORY_URL, ":memory:") or scheme == "memory":
        return memory_url(url)
    dialect = scheme.partition("+")[0]
    if dialect == "sqlite":
        return sqlite_url(url)
    if dialect in ("postgresql", "postgres"):
        return postgresql_url(url)
    if scheme == "jsonl":
        path = file_path(url)
        return StoreUrl(kind="jsonl", text=str(path), safe=url, path=path)
    named = f"unknown store scheme {scheme!r}" if scheme.isidentifier() else "this is no store URL"
    raise ConfigurationError(f"{named}; use {FORMS}", field="store_url")


def memory_url(url: str) -> StoreUrl:
    """Memory: `memory` for one of its own, `memory://name` for one that this process shares."""
    name = url.partition("://")[2] if "://" in url else ""
    return StoreUrl(kind="memory", text=url, safe=url, name=name)


def sqlite_url(url: str) -> StoreUrl:
    """An SQLite file, or a private SQLite in memory."""
    rest = url.partition(":")[2]
    if rest in ("", "//", "///", "///:memory:", "//:memory:"):
        return StoreUrl(kind="sqlite", text=":memory:", safe="sqlite:///:memory:")
    path = file_path(url)
    return StoreUrl(kind="sqlite", text=str(path), safe=f"sqlite:///{path}", path=path)


def file_path(url: str) -> Path:
    """The absolute path a file URL names."""
    before, slashes, rest = url.partition(":///")
    if not slashes or not rest.strip("/") or "\x00" in rest:
        scheme = before.partition(":")[0]
        raise ConfigurationError(
            f"a {scheme} URL has three slashes and a path, or four for an absolute one: {scheme}:///file",
            field="store_url",
        )
    return Path(os.path.abspath(os.path.expanduser(QUERY.sub("", rest))))  # not resolve(): a link stays one


def postgresql_url(url: str) -> StoreUrl:
    """A PostgreSQL database."""
    rest = url.partition("://")[2]
    try:
        parts = urlsplit(f"postgresql://{rest}")
        host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        raise ConfigurationError("host or port of the postgresql URL cannot be read", field="store_url") from None
    if not rest or not (parts.path.strip("/") or parts.query):
        raise ConfigurationError("a postgresql URL names host and database", field="store_url")
    user = f"{parts.username}@" if parts.username else ""
    query = f"?{SECRET_ARGUMENTS.sub(r'***', parts.query)}" if parts.query else ""
    return StoreUrl(
        kind="postgresql", text=f"postgresql+psycopg://{rest}", safe=f"postgresql://{user}{host}{parts.path}{query}"
    )


def default_store_url() -> str:
    """Where metrics go by default: the user's data directory, else the temp directory, else memory.

    Looks only; the file is made by the first write. Memory it is where there is no home, no account entry and no
    writable temp directory, as in locked-down containers.
    """
    for place in (user_directory, temp_directory):  # the second is asked where the first is none: it tries to write
        directory = place()
        if directory is not None and can_hold_files(directory):
            return f"sqlite:///{directory / FILE_NAME}"
    return SHARED_MEMORY_URL


def user_directory() -> Path | None:
    """`headroom` in the user's data directory; None where there is no such thing."""
    from platformdirs import user_data_path

    try:
        path = user_data_path("headroom", appauthor=False)
    except (KeyError, RuntimeError, OSError):  # a user id without an account entry
        return None
    return path if path.is_absolute() else None


def temp_directory() -> Path | None:
    """A directory of this user in the temp directory; None where it is taken by someone else."""
    try:
        path = Path(tempfile.gettempdir()) / f"headroom-{getattr(os, 'getuid', int)()}"
        status = path.lstat()
    except FileNotFoundError as error:
        return path if error.filename else None  # gettempdir() itself gives no file name
    except OSError:
        return None
    ours = not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o077)
    return path if stat.S_ISDIR(status.st_mode) and ours else None


def can_hold_files(directory: Path) -> bool:
    """Whether files can be made in `directory`, which need not exist yet."""
    nearest = next((path for path in (directory, *directory.parents) if os.path.lexists(path)), None)
    return nearest is not None and nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)

"""Bytes from files and pipes, and what goes to the terminal or into a file."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from headroom.errors import ValidationError

if TYPE_CHECKING:
    from rich.console import Console

    from headroom.config import HeadroomConfig

STANDARD_INPUT = "-"


def read_bytes(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`.

    Raises:
        ValidationError: It cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
    except OSError as error:
        raise ValidationError(
            f"{shown_name(name)} cannot be read: {error.strerror or type(error).__name__}", field="file"
        ) from None
    except MemoryError:
        raise ValidationError(f"{shown_name(name)} is larger than the memory at hand", field="file") from None


def shown_name(name: str) -> str:
    """What a file is called where people read about it."""
    return "standard input" if name == STANDARD_INPUT else name


def read_messages_file(name: str) -> list[Any]:
    """The messages of a file, one conversation after another.

    Raises:
        ValidationError: There are none.
    """
    from headroom.cli.inputs import documents
    from headroom.cli.shapes import at, conversations, tool_result

    found: list[Any] = []
    for document in documents(name):
        if document.form == "text":
            found += tool_result(document.text)
            continue
        for path in conversations(document.value):
            found += at(document.value, path)
    return found


def read_config(path: Path | None) -> HeadroomConfig | None:
    """Settings of a file; None for None.

    Raises:
        ConfigurationError: The file cannot be read, or a setting in it is refused.
    """
    from headroom.config import HeadroomConfig

    return None if path is None else HeadroomConfig.from_file(path)


def json_bytes(value: Any, *, indent: int | None = None) -> bytes:
    """`value` as JSON in UTF-8, a lone surrogate as an escape; compact without an indent."""
    separators = None if indent else (",", ":")
    try:
        return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent, separators=separators).encode("ascii")


def write_json(value: Any, *, indent: int | None = 2) -> None:
    """`value` as JSON on standard output."""
    write_bytes(json_bytes(value, indent=indent) + b"\n")


def write_bytes(data: bytes) -> None:
    """Bytes on standard output, untranslated; a reader that left is no error."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        reader_left()


def write_line(text: str) -> None:
    """A line on standard output."""
    write_bytes(text.encode("utf-8", "backslashreplace") + b"\n")


def reader_left() -> NoReturn:
    """End quietly: whoever read our output, such as `head`, has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(0)


@contextlib.contextmanager
def replaced_file(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` once all is written; until then, and on a failure, `path` is as it was.

    Raises:
        ValidationError: It cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise unwritable(path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~current_umask())
        os.replace(name, path)
    except OSError as error:
        raise unwritable(path, error) from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)


def current_umask() -> int:
    """The umask, which can only be asked for by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def unwritable(path: Path, error: OSError) -> ValidationError:
    """The error for an output that cannot be written."""
    return ValidationError(f"{path} cannot be written: {error.strerror or type(error).__name__}", field="output")


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Coloured on a terminal, plain in a pipe and with NO_COLOR; square brackets in values are text."""
    from rich.console import Console

    class Quiet(Console):
        """Ends quietly where the reader left."""

        def on_broken_pipe(self) -> None:
            reader_left()

    return Quiet(stderr=stderr, markup=False, highlight=False, emoji=False, width=width)

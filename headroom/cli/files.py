"""Messages and settings from files and pipes, and what goes to the terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headroom.errors import ValidationError

if TYPE_CHECKING:
    from rich.console import Console

    from headroom.config import HeadroomConfig

STANDARD_INPUT = "-"


def read_json(name: str) -> Any:
    """The JSON of a file, or of standard input for `-`.

    Raises:
        ValidationError: It cannot be read, or is no JSON.
    """
    text = read_text(name)
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ValidationError(f"{shown_name(name)} is not JSON{line}", field="file") from None


def read_text(name: str) -> str:
    """The text of a file, or of standard input for `-`, to the byte.

    Raises:
        ValidationError: It cannot be read, or is not UTF-8.
    """
    try:
        data = sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
        return data.decode("utf-8")
    except OSError as error:
        raise ValidationError(
            f"{shown_name(name)} cannot be read: {error.strerror or type(error).__name__}", field="file"
        ) from None
    except UnicodeDecodeError:
        raise ValidationError(f"{shown_name(name)} is not UTF-8 text", field="file") from None


def shown_name(name: str) -> str:
    """What a file is called where people read about it."""
    return "standard input" if name == STANDARD_INPUT else name


def messages_in(document: Any, name: str) -> list[Any]:
    """The messages of a document: a list of them, or a request with `messages`.

    Raises:
        ValidationError: It is neither.
    """
    messages = document.get("messages") if isinstance(document, dict) else document
    if not isinstance(messages, list):
        raise ValidationError(f"{shown_name(name)} holds no list of messages and no object with one", field="messages")
    return messages


def read_messages_file(name: str) -> list[Any]:
    """The messages of a file.

    Raises:
        ValidationError: There are none.
    """
    return messages_in(read_json(name), name)


def read_config(path: Path | None) -> HeadroomConfig | None:
    """Settings of a file; None for None.

    Raises:
        ConfigurationError: The file cannot be read, or a setting in it is refused.
    """
    from headroom.config import HeadroomConfig

    return None if path is None else HeadroomConfig.from_file(path)


def write_json(value: Any, *, indent: int | None = 2) -> None:
    """`value` as JSON on standard output; UTF-8 wherever that can hold it."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can say
        data = json.dumps(value, indent=indent).encode("ascii")
    write_bytes(data + b"\n")


def write_bytes(data: bytes) -> None:
    """Bytes on standard output, untranslated."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def console(*, stderr: bool = False) -> Console:
    """Coloured on a terminal, plain in a pipe; square brackets in values are text."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)

"""Documents from files, globs and pipes: a conversation each, or a text that counts as one tool result."""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from headroom.cli.files import STANDARD_INPUT, read_bytes, shown_name
from headroom.cli.shapes import Read, at, batch_id, conversations, is_message, read_json
from headroom.errors import ValidationError
from headroom.messages.openai import ITEMS

Form = Literal["json", "jsonl", "text"]
SUFFIXES: dict[str, Form] = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
NO_LIST = "holds no list of messages and no object with one; --text takes it as one tool result"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a file.

    Attributes:
        name: The file, and the line where there are several in it.
        form: `json` for a whole file, `jsonl` for one of its lines, `text`.
        raw: Its bytes, without the line feed.
        value: What its JSON says; None for text and for what could not be read.
        problem: Why it goes out as it came, or "".
        is_message_per_line: Whether each of its lines is one message.
    """

    name: str
    form: Form
    raw: bytes = field(repr=False)
    value: Any = field(default=None, repr=False)
    problem: str = ""
    is_message_per_line: bool = False

    @property
    def text(self) -> str:
        """A text to the byte: what is not UTF-8 comes back the same."""
        return self.raw.decode("utf-8", "surrogateescape")


def named_files(names: Sequence[str]) -> list[str]:
    """The files of names and globs, each once; `-` is standard input.

    Raises:
        ValidationError: A glob matches nothing, or a name is a directory.
    """
    found: list[str] = []
    for name in names:
        if name == STANDARD_INPUT or Path(name).exists() or not glob.has_magic(name):
            matches = [name]
        else:
            matches = sorted(path for path in glob.glob(name, recursive=True) if Path(path).is_file())
            if not matches:
                raise ValidationError(f"{name} matches no file", field="file")
        found += matches
    for name in found:
        if name != STANDARD_INPUT and Path(name).is_dir():
            raise ValidationError(
                f"{name} is a directory; name its files, such as {name.rstrip('/')}/*.json", field="file"
            )
    return list(dict.fromkeys(found))


def documents(name: str, form: Form | None = None) -> Iterator[Document]:
    """The documents of a file, lines one by one; without a form it goes by the suffix, then by what is in it.

    Raises:
        ValidationError: It cannot be read, or is no JSON where it should be.
    """
    wanted = form or SUFFIXES.get(Path(name).suffix.lower())
    if wanted == "jsonl":
        yield from line_documents(name)
        return
    raw = read_bytes(name)
    if wanted is None:
        wanted = sniffed(raw)
    if wanted == "jsonl":
        yield from lines_of(name, raw.split(b"\n"))
    elif wanted == "text":
        yield Document(name=shown_name(name), form="text", raw=raw)
    else:
        yield json_document(name, raw)


def sniffed(raw: bytes) -> Form:
    """What a file without a telling suffix is: JSON with conversations, lines of such, else text."""
    head = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")[:1]
    if head not in (b"{", b"["):
        return "text"
    found = parsed(raw)
    if found is not None:
        return "json" if is_conversation(found.value) else "text"
    lines = [line for line in raw.split(b"\n") if line.strip(b" \t\r")]
    first = parsed(lines[0]) if len(lines) > 1 else None
    return "jsonl" if first is not None and (conversations(first.value) or is_message(first.value)) else "text"


def is_conversation(value: Any) -> bool:
    """Whether a value holds conversations, by what stands in them: rows of an API's answer do not."""
    lists = [at(value, path) for path in conversations(value)]
    return bool(lists) and any(not one or any(map(is_entry, one)) for one in lists if isinstance(one, list))


def is_entry(value: Any) -> bool:
    """Whether a value is a message or an item of the Responses API."""
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("role"), str) or (isinstance(value.get("type"), str) and value["type"] in ITEMS)


def parsed(raw: bytes) -> Read | None:
    """The JSON of some bytes; None where they are none."""
    try:
        return read_json(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


def json_document(name: str, raw: bytes) -> Document:
    """A file that is JSON as a whole.

    Raises:
        ValidationError: It is none, or holds no conversation.
    """
    shown = shown_name(name)
    try:
        found = read_json(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValidationError(f"{shown} is not UTF-8 text", field="file") from None
    except RecursionError:
        raise ValidationError(f"{shown} is nested too deeply", field="file") from None
    except ValueError as error:
        line = f" (line {error.lineno})" if hasattr(error, "lineno") else ""
        what = "is empty" if not raw.strip() else f"is not JSON{line}"
        raise ValidationError(f"{shown} {what}", field="file") from None
    if not conversations(found.value):
        raise ValidationError(f"{shown} {NO_LIST}", field="messages")
    return Document(name=shown, form="json", raw=raw, value=found.value, problem=found.lost)


def line_documents(name: str) -> Iterator[Document]:
    """The lines of a file as they are read, so that a large file needs no memory."""
    if name == STANDARD_INPUT:
        yield from lines_of(name, stripped(sys.stdin.buffer))
        return
    try:
        with Path(name).open("rb") as file:
            yield from lines_of(name, stripped(file))
    except OSError as error:
        raise ValidationError(
            f"{name} cannot be read: {error.strerror or type(error).__name__}", field="file"
        ) from None


def stripped(file: BinaryIO) -> Iterator[bytes]:
    """Lines without their line feed."""
    for line in file:
        yield line.removesuffix(b"\n")


def lines_of(name: str, lines: Iterator[bytes] | Sequence[bytes]) -> Iterator[Document]:
    """A document per line that is not empty; if the first is a single message, all are one conversation."""
    shown = shown_name(name)
    made = (one_line(f"{shown}:{number}", line) for number, line in enumerate(lines, 1) if line.strip(b" \t\r"))
    first = next(made, None)
    if first is None:
        return
    if not is_message(first.value):
        yield first
        yield from made
        return
    messages = [first, *made]
    values = [one.value if one.value is not None else one.text for one in messages]
    problem = next((one.problem for one in messages if one.problem), "")
    raw = b"\n".join(one.raw for one in messages)
    yield Document(name=shown, form="jsonl", raw=raw, value=values, problem=problem, is_message_per_line=True)


def one_line(name: str, line: bytes) -> Document:
    """One line; what cannot be read goes out as it came."""
    found = parsed(line)
    if found is None:
        return Document(name=name, form="jsonl", raw=line, problem="not_json")
    if is_message(found.value) or conversations(found.value):
        return Document(name=name, form="jsonl", raw=line, value=found.value, problem=found.lost)
    problem = "no_messages" if batch_id(found.value) is None else "no_messages_in_this_request"
    return Document(name=name, form="jsonl", raw=line, value=found.value, problem=problem)

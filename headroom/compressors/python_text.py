"""Lists and dicts as Python prints them, as table text, and where that is still too large, the rows that matter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from headroom.compressors.json_choice import choose
from headroom.compressors.json_documents import is_flat_enough
from headroom.compressors.limits import Limits, changed, filled_by, unchanged
from headroom.compressors.python_values import PythonReader, printed
from headroom.compressors.table.decode import decode
from headroom.compressors.table.encode import encode, encode_chosen
from headroom.detection.literals import PYTHON_HEAD
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

KIND = "python_literal"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Printed:
    """One printed value, or one a line.

    Attributes:
        value: The value; of several a list.
        is_series: Whether there is one a line.
        has_calls: Whether some strings were printed as calls or tuples.
        end: What stands behind it: a line end, or nothing.
        items: Id of each list and dict to the places of its items; empty where this was read from table text.
        made: Its table text, where that was read back.
    """

    value: Any = field(repr=False)
    is_series: bool
    has_calls: bool
    end: str = ""
    items: dict[int, list[Span]] = field(default_factory=dict, repr=False)
    made: str = field(default="", repr=False)

    @property
    def head(self) -> str:
        """What stands before the table text."""
        return f"python{'(calls)' if self.has_calls else ''}{' lines' if self.is_series else ''}"

    def text(self) -> str:
        """The exact form of it."""
        return self.head + encode(self.value) + self.end

    def chosen_text(self, value: Any) -> str:
        """The text of `value`, this with some of its lists shown in part."""
        return self.head + encode_chosen(value)

    def source(self) -> str:
        """The text as Python printed it."""
        values = self.value if self.is_series else [self.value]
        return "\n".join([printed(value, has_calls=self.has_calls) for value in values]) + self.end


class PythonCompressor:
    """Compresses what `print` and `str` make of lists and dicts; class `exact`: printing it again gives every byte."""

    name = "python"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """The exact form of `text`."""
        tokens = self.counter.count_text(text)
        found = read_printed(text)
        if isinstance(found, str):
            return unchanged(text, tokens, found, KIND)
        made = found.made
        size = self.counter.count_text(made)
        if size >= tokens:
            return unchanged(text, tokens, "no_gain", KIND)
        return changed(made, tokens, size, kind=KIND, strategy="python_table")

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The rows that matter and a line that counts the others; `exact` where nothing can be left out.

        Args:
            exact: What `compress` made of `text`.
        """
        found = read_printed(text) if exact.compressed_tokens > limits.above_tokens else ""
        if isinstance(found, str):
            return exact
        limits = replace(limits, tokens=filled_by(exact.compressed_tokens, limits))
        made = choose(found, exact, limits, counter=self.counter, question=context)
        return replace(made, strategy="python_table+selection") if made else exact


def read_printed(text: str) -> Printed | str:
    """What was printed, or the reason why it is not read; used only where printing it again gives every byte."""
    if PYTHON_HEAD.match(text):
        return already_python_table(text)
    body = text.removesuffix("\n")
    lines = body.split("\n")
    values, calls = [], set[str]()
    items: dict[int, list[Span]] = {}
    kept, start = [], 0
    try:
        for line in lines:
            reader = PythonReader(line)
            values.append(reader.whole())
            calls |= reader.calls
            items |= {key: [(a + start, b + start) for a, b in spans] for key, spans in reader.items.items()}
            kept.append(reader)
            start += len(line) + 1
    except ValueError:
        return "not_python_values"
    is_series = len(lines) > 1
    value = values if is_series else values[0]
    if not isinstance(value, (dict, list)) or not is_flat_enough(value):
        return "not_python_values"
    if is_series:
        items[id(value)] = line_spans(lines)
    found = Printed(value, is_series, bool(calls), text[len(body) :], items)
    made = found.text()
    return replace(found, made=made) if read_back(made) == text else "not_printed_so"


def line_spans(lines: list[str]) -> list[Span]:
    """The place of each line."""
    spans, start = [], 0
    for line in lines:
        spans.append((start, start + len(line)))
        start += len(line) + 1
    return spans


def read_python_table(text: str) -> Printed:
    """What table text was written from.

    Raises:
        ValueError: `text` is not table text of Python values.
    """
    head = PYTHON_HEAD.match(text)
    if not head:
        raise ValueError("not table text of Python values")
    body = text.removesuffix("\n")
    value = decode(body[head.end() :])
    if head["lines"] and not isinstance(value, list):
        raise ValueError("not table text of Python values")
    return Printed(value, bool(head["lines"]), bool(head["calls"]), text[len(body) :])


def read_back(text: str) -> str:
    """What was printed, from its table text; "" where that cannot be read."""
    try:
        return read_python_table(text).source()
    except ValueError:
        return ""


def already_python_table(text: str) -> str:
    """`already_compressed` where `text` is ours (law 9), else the reason why it is none."""
    try:
        found = read_python_table(text)
    except ValueError:
        return "not_python_values"
    return "already_compressed" if found.text() == text else "not_python_values"

"""The message that says which turns a window does not show: writer and reader side by side.

    [headroom 9c2e: the first 12 turns (57 messages) not shown here; source complete; headroom_retrieve(hash="5b...")]

It is a user message of its own right behind the system messages. The next cut replaces it, and counts what it counted.
Wording and grammar are fixed in format 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from headroom.markers import RETRIEVE_TOOL, find_markers, write_line
from headroom.messages import Message, read_message
from headroom.references import cut

BODY = re.compile(
    r"(?:the first turn|the first ([0-9]+) turns|([0-9]+) of the first ([0-9]+) turns) \(([0-9]+) messages?\) not shown"
    r" here(?:; ([0-9]+) of them reports? errors)?; source complete; ",
    re.ASCII,
)
RESULT = re.compile(r"result of .{0,40}, [0-9]+ tokens, not shown here(?:; it reports an error)?; source complete; ")
TOOL_CHARS = 40
SUMMARY = "\nWhat they were about:\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """How much of a conversation's beginning is not shown.

    Attributes:
        turns: Turns that are not shown.
        of_turns: Turns from the first up to the last one that is not shown.
        messages: Messages that are not shown.
        errors: Those of them that report an error.
    """

    turns: int
    of_turns: int
    messages: int
    errors: int = 0

    def added_to(self, earlier: LeftOut | None) -> LeftOut:
        """Both together; `earlier` stood before."""
        if earlier is None:
            return self
        return LeftOut(
            turns=self.turns + earlier.turns,
            of_turns=self.of_turns + earlier.of_turns,
            messages=self.messages + earlier.messages,
            errors=self.errors + earlier.errors,
        )


def turns_line(left_out: LeftOut, *, handle: str, by_tool: bool, secret: str = "") -> str:
    """The line that stands for turns."""
    if left_out.turns < left_out.of_turns:
        turns = f"{left_out.turns} of the first {left_out.of_turns} turns"
    else:
        turns = "the first turn" if left_out.turns == 1 else f"the first {left_out.turns} turns"
    messages = "1 message" if left_out.messages == 1 else f"{left_out.messages} messages"
    reporting = f"; {left_out.errors} of them report{'s' * (left_out.errors == 1)} errors" if left_out.errors else ""
    body = f"{turns} ({messages}) not shown here{reporting}; source complete; {way_to(handle, by_tool)}"
    return write_line(body, secret=secret)


def result_line(
    tool: str | None, *, tokens: int, handle: str, by_tool: bool, is_error: bool = False, secret: str = ""
) -> str:
    """The line that stands for one tool result."""
    reporting = "; it reports an error" if is_error else ""
    name = cut(tool or "a tool", TOOL_CHARS)
    body = f"result of {name}, {tokens} tokens, not shown here{reporting}; source complete; {way_to(handle, by_tool)}"
    return write_line(body, secret=secret)


def way_to(handle: str, by_tool: bool) -> str:
    """How the reader gets at it."""
    return f'{RETRIEVE_TOOL}(hash="{handle}")' if by_tool else f"handle {handle}"


def marker_message(line: str, summary: str = "") -> Message:
    """A user message that holds the line, in the shape that chat, Responses and Anthropic share."""
    return read_message({"role": "user", "content": f"{line}{SUMMARY}{summary}" if summary else line})


def read_marker(message: Message, *, secret: str = "") -> LeftOut | None:
    """What an earlier message of ours says is not shown; None for every other message."""
    if message.role != "user" or len(message.parts) != 1 or not message.parts[0].text.startswith("[headroom "):
        return None
    text = message.parts[0].text
    found = find_markers(text.split("\n", 1)[0], secret=secret)
    if not found or found[0].start or not (found[0].end == len(text) or text.startswith(SUMMARY, found[0].end)):
        return None
    body = BODY.match(found[0].line, len("[headroom 0000: "))
    if body is None:
        return None
    turns, some, of_turns, messages, errors = (int(number) if number else None for number in body.groups())
    shown = turns or some or 1
    return LeftOut(turns=shown, of_turns=of_turns or shown, messages=messages or 0, errors=errors or 0)


def is_result_line(text: str, *, secret: str = "") -> bool:
    """Whether a tool result is nothing but our line for one."""
    if not text.startswith("[headroom ") or RESULT.match(text, len("[headroom 0000: ")) is None:
        return False
    found = find_markers(text, secret=secret)
    return len(found) == 1 and found[0].line == text

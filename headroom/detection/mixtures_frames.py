"""Lines that programs of agents put before and behind the output of a command or a file."""

from __future__ import annotations

import re

Spans = tuple[tuple[int, int], ...]

# Codex, Gemini CLI, SWE-agent, OpenHands, curl, shells.
HEAD = re.compile(
    r"(?:"
    r"(?:Exit|Return|Status|exit|return) ?[Cc]ode:? ?-?[0-9]+|(?:Process|Command) exited with (?:exit )?code -?[0-9]+"
    r"|(?:Wall time|Duration): [0-9.]+ ?(?:s|ms|seconds?)?|Chunk ID: [0-9a-f]+|Original token count: [0-9]+"
    r"|Total output lines: [0-9]+|Command: [^\n]*|(?:Working )?Directory: [^\n]*"
    r"|(?:Tool |Command )?(?:OUTPUT|Output|output|STDOUT|stdout|Stdout|STDERR|stderr|OBSERVATION|Observation|Result)"
    r"(?: ?\([^\n()]{0,40}\))?:|EXECUTION RESULT of [^\n]{0,80}:"
    r"|\$ [^\n]+|\[File: [^\n]+\]|\([0-9]+ more lines above\)"
    r"|Here's the (?:result of running|content of) [^\n]{1,300}:"
    r"|  % Total    % Received % Xferd[^\n]*| +Dload  Upload[^\n]*"
    r"|[ 0-9]{3} [^\n]{1,80}(?:[0-9]+:[0-9:]+|--:--:--) +[0-9.]+[kMG]?"
    r")?[ \t]*\r?\n",
    re.ASCII,
)
STATUS = re.compile(r"HTTP/[0-9.]+ [0-9]{3}[^\n]*\n", re.ASCII)
FIELD = re.compile(r"[A-Za-z0-9\-]{1,60}:[^\n]*\n", re.ASCII)
VERBOSE = re.compile(r"(?:[*<>{}] [^\n]*|[<>])\r?\n", re.ASCII)  # curl -v
TAIL = re.compile(
    r"(?:"
    r"\(Open file: [^\n]+\)|\(Current directory: [^\n]+\)|[A-Za-z0-9_\-]{0,20}\$|\([0-9]+ more lines below\)"
    r"|(?:Command|Process) exited with (?:exit )?code -?[0-9]+|\[?(?:Exit|exit) code:? ?-?[0-9]+\]?"
    r"|\[[0-9]+ more lines in file\. [^\n\]]*\]|\[Showing lines [^\n\]]*\]|\[[^\n\]]{0,100}truncated[^\n\]]{0,200}\]"
    r"|\.\.\. ?\[?(?:output |Output )?truncated[^\n]{0,100}|\[The command completed with exit code -?[0-9]+\.?\]"
    r"|\[Command finished with exit code -?[0-9]+\]|\[Current working directory: [^\n]+\]"
    r"|\[Python interpreter: [^\n]+\]|\[Jupyter current working directory: [^\n]+\]"
    r"|\* Connection #[0-9]+ to host [^\n]+|\[[0-9]+ bytes data\]"
    r")?[ \t]*\r?",
    re.ASCII,
)
BLANK = re.compile(r"\r?\n")
MOST_LINES = 12
MOST_FIELDS = 100


def framed(text: str) -> Spans:
    """Place of the output between such lines; () where there are none.

    >>> text = "Exit code: 0\\nOutput:\\none\\ntwo\\n(Current directory: /)\\nbash-$"
    >>> [text[a:b] for a, b in framed(text)]
    ['one\\ntwo']
    """
    start = head_end(text)
    end = tail_start(text, start)
    if start == 0 and not text[end:].strip(" \t\r\n"):
        return ()
    return ((start, end),) if start < end else ()


def head_end(text: str) -> int:
    """Index of the first line that is output; 0 where the text begins with it."""
    protocol = verbose_end(text)
    if protocol:
        return protocol
    place = 0
    for _ in range(MOST_LINES):
        line = HEAD.match(text, place)
        if line is None:
            break
        place = line.end()
    return place if text[:place].strip(" \t\r\n") else 0


def verbose_end(text: str) -> int:
    """Index behind what curl tells of a transfer, and behind the fields of an answer; 0 where there are none."""
    place = 0
    if text[:2] not in ("* ", "> ", "  ", "HT"):
        return 0
    for _ in range(MOST_FIELDS):
        line = VERBOSE.match(text, place) or (HEAD.match(text, place) if place or text[:2] == "  " else None)
        if line is None or line.end() == place:
            break
        place = line.end()
    status = STATUS.match(text, place)
    while status:
        place = status.end()
        for _ in range(MOST_FIELDS):
            line = FIELD.match(text, place)
            if line is None:
                break
            place = line.end()
        blank = BLANK.match(text, place)
        place = blank.end() if blank else place
        status = STATUS.match(text, place) if blank else None
    return place if "HTTP/" in text[:place] or text.startswith("  % Total") else 0


def tail_start(text: str, least: int) -> int:
    """Index of the line end before the first line behind the output; the end of the text where none follows."""
    end = place = len(text)
    for _ in range(MOST_LINES):
        before = text.rfind("\n", least, place)
        if before < 0 or not TAIL.fullmatch(text, before + 1, place):
            break
        if end < len(text) or text[before + 1 : place].strip(" \t\r"):
            end = before
        place = before
    if end < len(text) and text[end - 1 : end] == "\r":
        end -= 1
    return max(least, end)


def is_tail(text: str, place: int) -> bool:
    """Whether nothing but such lines and blank ones stands from `place` on."""
    lines = text[place : place + 4000].split("\n")
    return len(text) - place < 4000 and len(lines) <= MOST_LINES and all(map(TAIL.fullmatch, lines))

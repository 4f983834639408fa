"""Server and application logs: most lines begin with a time, a level or what names their place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom.detection.types import ContentType, Detection, Probe

OURS = re.compile(r"\[(?:[0-9]+ log lines?|log lines); a letter stands for its pattern, ", re.ASCII)

HEAD_CHARS, TAIL_CHARS = 1 << 16, 1 << 13
LINE_CHARS = 120  # of a line, within which its time stands
FEWEST = 2
MIN_SHARE = 0.5  # of the lines that are not continued from the one above
MIN_SHARE_OF_NUMBERS = 0.9  # where nothing but a number of seconds says that a line is logged

MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
CLOCK = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?![0-9])"
DATE = r"(?:[0-9]{4}([-/.])[0-9]{2}\1[0-9]{2}|[0-9]{2}([-/.])[0-9]{2}(?:\2[0-9]{2,4})?|[0-9]{8})"
STAMP = re.compile(
    rf"(?<![0-9A-Za-z.:/-])(?:{DATE}(?:T|[ \-_:]| - ){CLOCK}"
    rf"|{MONTH} [ 0-9]?[0-9](?: [0-9]{{4}})?,? {CLOCK}"
    rf"|[0-9]{{1,2}}[/ -]{MONTH}[/ -][0-9]{{4}}[: ]{CLOCK})",
    re.ASCII,
)
# At the beginning of a line a time of day, seconds since 1970 or since the start, or a level are enough.
LEAD = re.compile(
    rf"\[?{CLOCK}(?:[.,][0-9]+)?[Z\]]?[ \t|]"
    r"|\[?1[0-9]{9}(?:[.,][0-9]+|[0-9]{3})?\]?[ \t:]"
    r"|\[ {0,7}[0-9]{1,7}\.[0-9]{6}\] "
    r"|[IWEF][0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}\."
    r"|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SEVERE)(?::[A-Za-z_][A-Za-z0-9_.]*:|[:|] | +\[)"
    r"|(?:level|lvl|severity)=\"?[A-Za-z]+\"? |type=[A-Z_]+ msg=audit\(",
    re.ASCII,
)
SECONDS = re.compile(r"[^,;|]{0,80}[ \t]1[0-9]{9}(?:\.[0-9]+|[0-9]{3})?[ \t]", re.ASCII)
CONTINUED = re.compile(
    r"[ \t]|at [A-Za-z_$]|Caused by: |\.\.\. [0-9]+ more|Traceback \(|[A-Za-z_.$]{1,80}(?:Error|Exception):"
)
TELLS = re.compile(r"[ \t|\]][^ \t\r]", re.ASCII)  # rows of numbers have no blank behind their time
CODE = re.compile(r"(?:package|import|from|using|def|class|func|export|const|module) |#!|#include|<\?|//|/\*", re.ASCII)
# Directory listings, annotated code, tables, quoted text: their times are no log's.
OTHER = re.compile(r"[-dlbcps][-rwxsStT]{9}|\^?[0-9a-f]{7,40} [^\n]{0,60}\(|[|+>]|[-+]{3} ", re.ASCII)


def log(probe: Probe) -> Detection | None:
    """Lines of a log, continued lines and stack traces among them."""
    if OURS.match(probe.text):
        return Detection(kind=ContentType.LOG, reason="log table")
    lines = sample(probe.text)
    if not lines or CODE.match(lines[0]):
        return None
    stamped = sum(map(is_stamped, lines))
    own = len(lines) - sum(CONTINUED.match(line) is not None and not is_stamped(line) for line in lines)
    confidence = 1.0 if len(probe.text) <= HEAD_CHARS else 0.9
    if stamped >= FEWEST and stamped >= MIN_SHARE * own:
        return Detection(kind=ContentType.LOG, confidence=confidence, reason="lines with a time or level")
    numbered = sum(SECONDS.match(line) is not None for line in lines)
    if numbered >= 2 * FEWEST and numbered >= MIN_SHARE_OF_NUMBERS * own:
        return Detection(kind=ContentType.LOG, confidence=confidence, reason="lines with seconds since 1970")
    return None


def sample(text: str) -> Sequence[str]:
    """Beginnings of the lines that are not blank, of the first part of a text and of its last."""
    lines = text[:HEAD_CHARS].split("\n")
    if len(text) > HEAD_CHARS:
        lines = lines[:-1] + text[max(HEAD_CHARS, len(text) - TAIL_CHARS) :].split("\n")[1:]
    return [line[:LINE_CHARS] for line in lines if line.strip(" \t\r")]


def is_stamped(line: str) -> bool:
    """Whether a line begins as lines of logs do."""
    if OTHER.match(line):
        return False
    found = LEAD.match(line) or STAMP.search(line)
    return found is not None and TELLS.search(line, found.end() - 1) is not None

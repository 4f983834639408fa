"""Server and application logs: most lines begin with a time, a level or what names their place."""

from __future__ import annotations

import re

from headroom.detection.types import ContentType, Detection, Probe, reaches

OURS = re.compile(r"\[(?:[0-9]+ log lines?|log lines); a letter stands for its pattern, ", re.ASCII)

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
LEAD_STARTS = frozenset("[0123456789IWEFTDNCSlst")
CLOCK_SIGN = re.compile(r":[0-9]{2}:[0-9]{2}")
SECONDS_SIGN = re.compile(r"1[0-9]{9}")
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
    lines = probe.lines
    if not lines or CODE.match(lines[0]):
        return None
    can_be = has_clock if CLOCK_SIGN.search(probe.sample) else has_lead
    stamped = [can_be(line) and is_stamped(line[:LINE_CHARS]) for line in lines]
    has_seconds = SECONDS_SIGN.search(probe.sample) is not None
    if sum(stamped) < FEWEST and not has_seconds:
        return None
    own = sum(is_one or not CONTINUED.match(line) for is_one, line in zip(stamped, lines, strict=True))
    confidence = 1.0 if probe.sample is probe.text else 0.9
    if sum(stamped) >= max(FEWEST, MIN_SHARE * own):
        return Detection(kind=ContentType.LOG, confidence=confidence, reason="lines with a time or level")
    if has_seconds and reaches(max(2 * FEWEST, MIN_SHARE_OF_NUMBERS * own), lines, numbered):
        return Detection(kind=ContentType.LOG, confidence=confidence, reason="lines with seconds since 1970")
    return None


def numbered(line: str) -> bool:
    """Whether seconds since 1970 stand near the beginning of a line."""
    return SECONDS.match(line, 0, LINE_CHARS) is not None


def has_lead(line: str) -> bool:
    """Whether a line begins with a character that logs begin lines with."""
    return line[0] in LEAD_STARTS


def has_clock(line: str) -> bool:
    """The same, or it holds what may be a time."""
    return line[0] in LEAD_STARTS or line.find(":", 0, LINE_CHARS) > 0


def is_stamped(line: str) -> bool:
    """Whether a line begins as lines of logs do."""
    if OTHER.match(line):
        return False
    found = LEAD.match(line) or STAMP.search(line)
    return found is not None and TELLS.search(line, found.end() - 1) is not None

"""What builds, tests and crashes print."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from headroom.detection.types import HEAD_CHARS, ContentType, Detection, Probe, reaches

# What `headroom.compressors.line_folds` writes; a text that holds such a line is never changed again.
FOLD = re.compile(
    r"^\[the (?:line|([2-9]|[1-9][0-9]{1,2}) lines) above, (?:once|([2-9]|[1-9][0-9]{1,8}) times) more\]$",
    re.ASCII | re.MULTILINE,
)
LABEL = r"(?:\[[A-Za-z][^\]\n]{0,40}\] |[0-9:.,TZ\-]{8,30} |#[0-9]+ (?:[0-9.]+ )?)?"  # of a job, a time, a step
BRACKETED = r"\[[^ :\]\n]{1,200}:[0-9]+:[0-9]+\] [^ \n]"  # of linters
PLACE = r"[ \t]{0,3}(?:[A-Za-z]:)?[^ \t:(\n][^:(\n]{0,200}[:(][0-9]+(?:[:,\-][0-9]+)*\)?"

DIAGNOSTIC = re.compile(
    PLACE + r" ?: (?:fatal |internal )?(?:error|warning|note|remark|style|hint|Warning|Error|WARNING|ERROR)"
    r"(?:\[[\w\-]+\])?(?: ?:| [A-Z]{1,8}[0-9]+\b| #[0-9])",
    re.ASCII,
)
# Lines that only such a tool prints.
STRONG = re.compile(
    LABEL + r"(?:"
    r"=+ (?:test session starts|FAILURES|ERRORS|PASSES|short test summary info|warnings summary(?: \(final\))?"
    r"|(?:[0-9]+ [a-z]+,? ?){1,8} in [0-9.]+ ?s.*|no tests ran in .*) =+\r?$"
    r"|[^ \n]+::[^\n]+ (?:PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b|(?:PASSED|FAILED|ERROR) [^ \n]+(?:::|\.py)"
    r"|Ran [0-9]+ tests? in [0-9.]+s|FAILED \((?:failures|errors)=|[A-Za-z_0-9]+ \([A-Za-z_0-9.]+\) \.\.\. "
    r"|Test Suites: |Tests: +[0-9]+ |Test Files +[0-9]+ |(?:PASS|FAIL) +[^ \n]+\.(?:[jt]sx?|mjs|vue)\b"
    r"| +[0-9]+ (?:passing|failing|pending)\b| +[0-9]+:[0-9]+ +(?:error|warning) +.| *✖ [0-9]+ problems?"
    r"|test [^ \n]+ \.\.\. (?:ok|FAILED|ignored|bench)|test result: |running [0-9]+ tests?\r?$"
    r"|(?:error|warning)\[[A-Z]+[0-9]+\]: | +(?:Compiling|Checking|Downloaded|Documenting|Fresh) [a-z0-9_\-]+ v[0-9]"
    r"| +Finished [`\w]+(?: profile)? ?\[| +--> [^ \n]+:[0-9]+:[0-9]+"
    r"|(?:=== (?:RUN|PAUSE|CONT|NAME)  |    )?--- (?:PASS|FAIL|SKIP): |=== (?:RUN|PAUSE|CONT) "
    r"|(?:ok|FAIL)  ?\t[^ \n]+\t"
    r"|"
    + DIAGNOSTIC.pattern
    + r"|"
    + PLACE
    + r":  [^ ].+  \[[a-z][a-z_/+\-]*\] \[[0-9]\]\r?$|E {3,}[A-Z]\w*(?:Error|Exception)\b"
    r"|" + PLACE + r":? [A-Z]{1,4}[0-9]{3,5}:? "
    r"|In file included from [^\n]+[:,][0-9]+|[^ \n]+: In (?:member )?function "
    r"|BUILD (?:SUCCESS|FAILURE|SUCCESSFUL|FAILED)\b|Build (?:succeeded|FAILED|started)\b|FAILURE: Build failed"
    r"|(?:\[(?:INFO|ERROR|WARNING)\] )?(?:BUILD (?:SUCCESS|FAILURE)|Tests run: [0-9]+|--- [a-z\-]+(?:-maven)?-plugin:)"
    r"|" + BRACKETED + r"|> Task :|npm (?:ERR!|WARN|error|warn|notice)(?: |$)|yarn (?:install|run) v[0-9]"
    r"|(?:added|removed|changed) [0-9]+ pack"
    r"|Requirement already satisfied: |Collecting [^ \n]+|Successfully (?:installed|uninstalled) [^ \n]+-[0-9]"
    r"|Installing collected packages: |(?:Get|Hit|Ign|Err):[0-9]+ https?:"
    r"|make(?:\[[0-9]+\])?: |config\.status: |checking (?:for|whether|if) .+\.\.\. |Step [0-9]+/[0-9]+ :"
    r"|(?:error|fatal error)(?: [A-Z]+[0-9]+)?: could not compile|Found [0-9]+ errors? in [0-9]+ files?"
    r")",
    re.ASCII,
)
# Lines that such tools print, and others may, too.
USUAL = re.compile(
    LABEL + r"(?:"
    r"E {3}|> {3}|_{3,} .+ _{3,}\r?$|-+ (?:Captured|generated|Docs|live) .+|={20,}\r?$|-{20,}\r?$"
    r"| *(?:✓|✔|✕|✗|×|√|●|○) "
    r"|\[(?:INFO|ERROR|WARNING|WARN|DEBUG)\]|(?:INFO|ERROR|WARNING|WARN|Warning|Error|Notice|warning|error): "
    r"| +\[[a-z:A-Z\-]+\] | *\[ *[0-9]+%\] | ?\[[0-9]+/[0-9]+\] |-- (?:[A-Z]\w+) "
    r"| +(?:CC|CXX|LD|AR|CCLD|GEN|LINK|RM|AS|MKDIR) +[^ \n]"
    r"|(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|ld|ar|ranlib|rm -f|mv|libtool: \w+:|/bin/(?:ba)?sh) .*[ /]"
    r"| *(?:Compiling|Checking|Running|Downloading|Downloaded|Updating|Building|Installing|Linking|Generating|Copying"
    r"|Using cached|Preparing|Unpacking|Setting up|Selecting|Processing|Fetched|Locking|Scanning|Creating|Created"
    r"|Deleting|Entering|Leaving|Constructing|Loading):? [^\n]"
    r"|In file |(?:platform|cachedir|rootdir|configfile|plugins|collected|collecting|testpaths): ?|platform [a-z]+ -- "
    r"| +\| | *[0-9]+ \| | *= note: | +\^[~^]* *\r?$|:[a-zA-Z][\w:\-]* [A-Z\-]+\r?$"
    r"|ERROR |FAIL |FAILED |PASS |ok |not ok |# (?:Subtest|tests|pass|fail)\b"
    r"|[^ \n]+\.py[ :].*(?:\[ *[0-9]+%\])?\r?$"
    r")",
    re.ASCII,
)
LEAD = r"[ \t|>+\-]*"
FRAME = re.compile(
    LEAD + r"(?:"
    r"File \"[^\"\n]+\", line [0-9]+"
    r"|at [^\n]{1,300}(?:\([^()\n]*(?:\.[A-Za-z]+:[0-9]+|Native Method|Unknown Source|<anonymous>)"
    r"[^()\n]*\)|:[0-9]+:[0-9]+\)?)"
    r"|at [^ \n]+\([^\n]*\)(?: in [^\n]+:line [0-9]+)?(?: \[[^\n]*\])?\r?$"
    r"|at [^ \n]+:[0-9]+(?::[0-9]+)?\r?$"
    r"|#[0-9]+ +(?:[^\n]+\([0-9]+\): |0x[0-9a-f]+ in |\{main\}|\[internal function\])"
    r"|\.\.\. [0-9]+ (?:more|common frames omitted)"
    r"|[0-9]+: +(?:0x[0-9a-f]+ - )?[A-Za-z_<][^ \n]*::[^\n]+"
    r"|[^ \"\n]+\.go:[0-9]+ \+0x[0-9a-f]+"
    r"|from [^ \n]+:[0-9]+:in [`']"
    r")",
    re.ASCII,
)
HEADER = re.compile(
    LEAD + r"(?:(?<=-----)|(?:Exception Group )?Traceback \(most recent call last\)|goroutine [0-9]+ \[|panic: "
    r"|stack backtrace:"
    r"|thread '[^'\n]*' panicked at|Caused by: |Suppressed: |\[stacktrace\]|PHP (?:Fatal error|Stack trace)"
    r"|Stack trace:"
    r"|Unhandled exception|Exception in thread |During handling of the above|The above exception was"
    r"|(?:[A-Za-z_][\w$]*[.:]+)*[A-Z][\w$]*(?:Error|Exception|Warning|Failure|Throwable)\b)",
    re.ASCII,
)
GO_FRAME = re.compile(r"\t[^ \"\n]+\.go:[0-9]+", re.ASCII)
GROUP = re.compile(r"^ *\+ Exception Group Traceback", re.ASCII | re.MULTILINE)
DIAGNOSTIC_SHARE = 0.4
TRACE_SHARE, FEWEST_FRAMES, FRAME_SHARE = 0.5, 2, 0.04
MOST_BELOW = 20  # indented lines below a frame that belong to it: code, values of variables
SESSION = re.compile(r"^=+ (?:test session starts|FAILURES|ERRORS) =+\r?$", re.ASCII | re.MULTILINE)
BUILD_SHARE, STRONG_SHARE, USUAL_SHARE = 0.4, 0.03, 0.85
FEWEST_LINES, FEWEST_USUAL = 3, 5
FIRST_LOOK, FIRST_SHARE = 100, 0.3  # lines
FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.ASCII | re.MULTILINE)
LINE_CHARS = 400


# What tells quickly that a line cannot be one of the above.
PLACED = re.compile(r"[:(][0-9]")
STRONG_START = re.compile(r"[=PFERTSBICGH\[>trewonyacmf#0-9:.,Z✖\-]|[ \t]+[0-9✖CDFE=\-]", re.ASCII)
STRONG_WITHIN = re.compile(r"[:(][0-9]|::|: In |\) \.\.\. ", re.ASCII)
FRAME_STARTS = re.compile(LEAD + r"(?:File \"|at |#|\.\.\. |from |[0-9]+: )", re.ASCII)
SESSIONS = (" test session starts =", " FAILURES =", " ERRORS =")


def cut_lines(probe: Probe) -> list[str]:
    """Lines from the beginning and the end of a text, blank ones aside, each cut at 400 characters."""
    if "cut" not in probe.shared:
        lines = probe.lines
        is_long = max(map(len, lines), default=0) > LINE_CHARS
        probe.shared["cut"] = [line[:LINE_CHARS] for line in lines] if is_long else lines
    return probe.shared["cut"]


def holds_fold(text: str) -> bool:
    """Whether a line stands there that counts what was folded."""
    return " above, " in text and FOLD.search(text) is not None


def stack_trace(probe: Probe) -> Detection | None:
    """Stack traces, half of the text or more; and build output that other rules would take for something else."""
    if holds_fold(probe.text):
        return Detection(kind=ContentType.BUILD_OUTPUT, reason="folded lines")
    lines = cut_lines(probe)
    if probe.text.find("\n", 0, HEAD_CHARS) > 0 and is_diagnostic(probe, lines):
        return Detection(kind=ContentType.BUILD_OUTPUT, confidence=0.9, reason="a session, or diagnostics")
    frames = frames_in(lines)
    if len(frames) < max(FEWEST_FRAMES, FRAME_SHARE * len(lines)) and not (
        "+ Exception Group" in probe.text and GROUP.search(probe.text, 0, HEAD_CHARS)
    ):
        return None
    share = traced(lines, frozenset(frames)) / len(lines)
    return Detection(kind=ContentType.STACK_TRACE, confidence=0.9, reason="frames") if share >= TRACE_SHARE else None


def frames_in(lines: Sequence[str]) -> list[str]:
    """The lines that name a place that was being called."""
    return [line for line in lines if (FRAME_STARTS.match(line) or ".go:" in line) and FRAME.match(line)]


def is_session(probe: Probe) -> bool:
    """Whether a heading of a test session stands near the beginning."""
    text = probe.text
    return (
        any(text.find(mark, 0, HEAD_CHARS) >= 0 for mark in SESSIONS)
        and SESSION.search(text, 0, HEAD_CHARS) is not None
    )


def is_fenced(probe: Probe) -> bool:
    """Whether a fence of Markdown stands near the beginning."""
    return FENCE.search(probe.text, 0, HEAD_CHARS) is not None


def is_diagnostic(probe: Probe, lines: Sequence[str]) -> bool:
    """Whether a test session is there, or half of the lines are errors and warnings of a compiler."""
    if is_session(probe):
        return not is_fenced(probe)
    least = max(FEWEST_LINES, DIAGNOSTIC_SHARE * len(lines))
    return reaches(least, lines, PLACED.search) and reaches(least, lines, DIAGNOSTIC.match)


def traced(lines: Sequence[str], frames: Collection[str]) -> int:
    """Lines that belong to a trace: frames, headers, and the next few that are indented below either."""
    count, room = 0, 0
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line in frames or HEADER.match(line) or GO_FRAME.match(below):
            room = MOST_BELOW + 1
        elif line[0] not in " \t|":
            room = 0
        count += room > 0
        room = max(0, room - 1)
    return count


def is_unlike(lines: Sequence[str]) -> bool:
    """Whether hardly any of some lines, evenly spread, is one that such a tool prints; saves looking at all."""
    if len(lines) < 2 * FIRST_LOOK:
        return False
    some = lines[:: len(lines) // FIRST_LOOK]
    usual = sum(USUAL.match(line) is not None for line in some)
    return usual < FIRST_SHARE * len(some) and not any(map(is_strong, some))


def build_output(probe: Probe) -> Detection | None:
    """Output of a compiler, linter, installer or test run."""
    lines = cut_lines(probe)
    if len(lines) < FEWEST_LINES or is_unlike(lines):
        return None
    others = [line for line in lines if not is_strong(line)]
    strong = len(lines) - len(others)
    share = BUILD_SHARE if strong else USUAL_SHARE
    enough = len(lines) >= (FEWEST_LINES if strong else FEWEST_USUAL)
    if not (enough and reaches(share * len(lines) - strong, others, USUAL.match)):
        is_tool = is_session(probe) or (strong >= 2 and strong >= STRONG_SHARE * len(lines))
        if not is_tool or is_fenced(probe):
            return None
    return Detection(kind=ContentType.BUILD_OUTPUT, confidence=0.9, reason="lines of a build or test tool")


def is_strong(line: str) -> bool:
    """Whether only a compiler, linter, installer or test run prints such a line."""
    return (STRONG_START.match(line) or STRONG_WITHIN.search(line)) is not None and STRONG.match(line) is not None

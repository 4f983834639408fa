"""What of a build or test run is protected: failing tests with their reasons, and the lines that sum up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from headroom.compressors.item_choice.protect import Group
from headroom.compressors.line_choice.severity import MOST_CHARS, severity_of

LABEL = r"(?:\[[A-Za-z][^\]\n]{0,40}\] |[0-9:.,TZ\-]{8,30} )?"
FAILS = re.compile(
    LABEL + r"(?:E {3,}[^ \n]|[ \t]*(?:✕|✗|×|●|✖) |not ok |[ \t]*--- FAIL: |FAIL[ \t:]|FAILED\b"
    r"|[^ \n]+::[^\n]+ (?:FAILED|ERROR)\b|make(?:\[[0-9]+\])?: \*\*\* |npm ERR! |.*\bundefined reference to )",
    re.ASCII,
)
# Lines that sum up a run; the last of them say how it ended.
SUMMARY = re.compile(
    LABEL + r"(?:\[(?:INFO|ERROR|WARNING)\] )?(?:"
    r"=+ [^\n]*\b(?:passed|failed|errors?|skipped|no tests ran)\b[^\n]* in [0-9.]+ ?s[^\n]*=+\r?$"
    r"|[0-9]+ (?:passed|failed)\b[^\n]* in [0-9.]+ ?s|Ran [0-9]+ tests? in |OK\b[^a-z]*\r?$|FAILED \("
    r"|Tests run: [0-9]+[^\n]*[0-9]\r?$|BUILD (?:SUCCESS|FAILURE|SUCCESSFUL|FAILED)|Build (?:succeeded|FAILED)"
    r"|Test Suites: |Tests: +[0-9]|Test Files +[0-9]|test result: | +[0-9]+ (?:passing|failing|pending)\b"
    r"|error: could not compile|Found [0-9]+ errors?|[0-9]+ (?:errors?|warnings?)(?: generated)?\.?\r?$"
    r"|[^a-z\n]{0,4}[0-9]+ problems? \(| +[0-9]+ (?:Warning|Error)\(s\)|Successfully (?:installed|built) "
    r"|(?:added|removed|changed) [0-9]+ packages|(?:ok|FAIL)[ \t]+[^ \t\n]+[ \t]+[0-9.]+s|make(?:\[[0-9]+\])?: \*\*\* "
    r"|Finished |Total time: |[0-9]+ tests? completed|Passed!|Failed!)",
    re.ASCII,
)
SECTION = re.compile(
    r"_{3,} [^\n]+ _{3,}\r?$|={10,}\r?$|[ \t]*● [^\n]+|---- [^\n]+ (?:stdout|stderr) ----\r?$", re.ASCII
)
NAMED = re.compile(LABEL + r"(?:(?:FAILED|ERROR) [^ \n]+::|FAIL: |ERROR: [^ \n]+ \(|--- FAIL: |not ok )", re.ASCII)
BANNER = re.compile(r"=+ [^\n=]+ =+\r?$", re.ASCII)
# Names of files, in which a word of the error table says nothing: `util/error.lo`, `test_errors.py:12`.
FILE_NAME = re.compile(r"[^ \t\"'(]*/[^ \t]*|[\w\-]+\.[a-z]{1,4}(?![.\w])[^ \t]*", re.ASCII)
MOST_SUMMARIES = 12  # the last ones
MOST_SECTION_LINES = 60


def build_severity(text: str) -> str | None:
    """The word by which a line of a build reports a failure; None where it does not."""
    if FAILS.match(text):
        return "failed"
    if severity_of(text) is None or SUMMARY.match(text):
        return None
    return severity_of(FILE_NAME.sub("", text[:MOST_CHARS]))


def build_groups(lines: Sequence[str]) -> list[Group]:
    """Lines that sum up, the names of failing tests, the first failing section, and what heads the other ones."""
    summaries = [place for place, line in enumerate(lines) if SUMMARY.match(line)][-MOST_SUMMARIES:]
    named = [place for place, line in enumerate(lines) if NAMED.match(line)]
    failing = list(sections(lines))
    first = range(*failing[0])[:MOST_SECTION_LINES] if failing else range(0)
    heads = [start for start, _ in failing]
    found = (("summary", summaries), ("failing test", named), ("first failure", first), ("failing", heads))
    return [(reason, [place]) for reason, places in found for place in places]


def sections(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(first, behind the last) line of every section on a failing test."""
    start = -1
    for place, line in enumerate(lines):
        is_head = SECTION.match(line) is not None
        if start >= 0 and (is_head or BANNER.match(line)):
            yield start, place
            start = -1
        if is_head:
            start = place
    if start >= 0:
        yield start, len(lines)

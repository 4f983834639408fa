"""What grep, ripgrep, find and ls print."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from headroom.detection.types import ContentType, Detection, Probe, reaches

LEAST_LINES = 3
SURE_LINES = 8
SHARE = 0.8  # of the lines must show the form; the others are notes of the shell and of the program
LEAST_BELOW = 0.45  # of the lines must be matches where each file has a line for its path
COUNT_ENDS = "0123456789\r"
WRAPPER = re.compile(r"</?[a-z_]+>[^<]*(?:</[a-z_]+>)?\r?", re.ASCII)  # <returncode>0</returncode>

# What the programs say of themselves: grep: x: Permission denied
NOTE = re.compile(
    r"(?:/[a-z/]*/)?(?:[ef]?grep|rg|ripgrep|ag|ack|git|find|fd|fdfind|ls|tree|xargs|g?zip|zgrep|sort|head|(?:ba)?sh"
    r"|fatal|error|warning): |Binary file .* matches\r?$|\[the (?:line|[0-9]+ lines) above, ",
    re.ASCII,
)

OTHERS = frozenset("-/efgrailtxzshbwB[<")  # what such lines, and `--` between matches, begin with

# What the compressor of these kinds writes first.
GROUPED = re.compile(
    r"\[(?:path:line:text|path:text|path NUL line:text|path NUL text|line:text)(?: by file)?(?:, with context)?\]\n"
)
LISTED = re.compile(r"\[ls -l, where not said: [^\n]{1,200}\]\n")

# path:12:text, path:12:5:text; the first number between colons ends the path: C:\x.py and HEAD:x.py are some, too
NUMBERED = re.compile(r"(.{1,1000}?):([0-9]{1,9}(?::[0-9]{1,5})?):")
TEXTED = re.compile(r"((?:[A-Za-z]:(?=[\\/]))?[^:\n]{1,1000}):(?!$)", re.ASCII)
NUMBER = re.compile(r":[0-9]{1,9}:|-[0-9]{1,9}-", re.ASCII)  # what a line of such a form holds
LINE = re.compile(r"([1-9][0-9]{0,8})([:=-])", re.ASCII)
COUNTED = re.compile(r"((?:[A-Za-z]:(?=[\\/]))?[^:\n]{1,1000}):[0-9]{1,9}\r?$", re.ASCII)
# `path: message`, `path::test`, `path:12: message`: not what a match looks like
LABELLED = re.compile(r" (?![ \t])|:|[0-9]+[:,]", re.ASCII)
CLOCK = re.compile(r"[0-5][0-9](?![0-9])", re.ASCII)
# a linter or compiler says this behind the place; grep hardly ever
DIAGNOSIS = re.compile(
    r"[ \t]*(?:\x1b\[[0-9;]*m)*(?:(?:fatal )?error|warning|note|info|hint|[A-Z]{1,4}[0-9]{3,5})\b(?!\()", re.ASCII
)
EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9_+-]{0,11}$", re.ASCII)
NO_PATH = re.compile(r"[ T][0-9]{1,2}$|^[\s\[{(<\"'#]| [\[(]|[\])] |://|[=;,|] |\t", re.ASCII)
NOT_LISTED = re.compile(r"[:,;|\"]")
LONG_ENTRY = re.compile(r"[-dlbcpsD][rwxsStT-]{9}[.+@]? +[0-9]+ ", re.ASCII)
BRANCH = re.compile(r"(?:[│|](?:\xa0\xa0 |   )|    )*(?:[├└](?:──|─) |\|-- |`-- )")


def looks_like_path(text: str) -> bool:
    """Whether a string could be the path of a file: with a slash or an ending, not the start of a log line."""
    if NO_PATH.search(text):
        return False
    has_ending = EXTENSION.search(text) is not None
    return has_ending or (" " not in text and ("/" in text or "\\" in text))


def sampled(probe: Probe) -> list[str]:
    """Lines that are not blank: whole lines of the beginning, and of the end of a long text."""
    if "search" not in probe.shared:
        lines = probe.lines
        probe.shared["search"] = [line for line in lines if line[0] not in OTHERS or not is_other(line)]
    return probe.shared["search"]


def is_other(line: str) -> bool:
    """Whether a line is no result: a mark between matches, or a note."""
    return line in ("--", "--\r") or is_note(line)


def is_note(line: str) -> bool:
    """Whether a line is said by the program or wrapped around its output."""
    return NOTE.match(line) is not None or WRAPPER.fullmatch(line) is not None


def search_results(probe: Probe) -> Detection | None:
    """Matches with file names, or with line numbers of one file."""
    lines = sampled(probe)
    if len(lines) < LEAST_LINES:
        return None
    for reason, holds in FORMS:
        if holds(lines):
            return Detection(kind=ContentType.SEARCH_RESULTS, confidence=0.9, reason=reason)
    return None


def most(lines: Sequence[str], holds: Callable[[str], object]) -> bool:
    """Whether as many lines show a form as must."""
    return reaches(max(LEAST_LINES, SHARE * len(lines)), lines, holds)


def numbered_by_path(lines: Sequence[str]) -> bool:
    """`path:12:text`, each file in one run with its numbers ascending."""
    if not most(lines, NUMBER.search):
        return False
    found = [match for match in map(NUMBERED.match, lines) if match and looks_like_path(match[1])]
    places = [(match[1], int(match[2].partition(":")[0])) for match in found]
    paths = dict.fromkeys(path for path, _ in places)
    around = sum(bool(path_before_number(line, paths)) for line in lines) if 0 < len(found) < SHARE * len(lines) else 0
    return (
        len(found) >= 1
        and len(found) + around >= max(LEAST_LINES, SHARE * len(lines))
        and in_runs([path for path, _ in places])
        and ascending([after - before for (one, before), (other, after) in pairwise(places) if one == other])
        and not are_diagnoses([match.string[match.end() :] for match in found])
    )


def path_before_number(line: str, paths: dict[str, None]) -> tuple[str, ...]:
    """The path among `paths` that stands before one of the first `-12-` of a line, if any."""
    for number in list(re.finditer(r"-[0-9]{1,9}-", line[:1000], re.ASCII))[:8]:
        if line[: number.start()] in paths:
            return (line[: number.start()],)
    return ()


def in_runs(paths: Sequence[str]) -> bool:
    """Whether equal ones stand together, nearly always: a file's matches come one after the other."""
    runs = 1 + sum(one != other for one, other in pairwise(paths))
    return runs <= 1 + 1.2 * len(set(paths))


def ascending(steps: Sequence[int]) -> bool:
    """Whether numbers grow, nearly always."""
    return sum(step > 0 for step in steps) >= 0.9 * len(steps)


def are_diagnoses(texts: Sequence[str]) -> bool:
    """Whether a good part of the texts begins as a compiler's or linter's message does."""
    return sum(DIAGNOSIS.match(text) is not None for text in texts) > 0.3 * len(texts)


def by_path(lines: Sequence[str]) -> bool:
    """`path:text` without numbers."""
    if not most(lines, is_texted):
        return False
    found = [match for match in map(TEXTED.match, lines) if match and looks_like_path(match[1])]
    labels = sum(LABELLED.match(match.string, match.end()) is not None for match in found)
    return (
        len(found) >= max(LEAST_LINES, SHARE * len(lines))
        and labels <= 0.5 * len(found)
        and in_runs([match[1] for match in found])
    )


def is_texted(line: str) -> bool:
    """Whether a line is `path:text`."""
    match = TEXTED.match(line) if ":" in line else None
    return match is not None and looks_like_path(match[1])


def numbered_lines(lines: Sequence[str]) -> bool:
    """`12:text` of one file, with `13-text` around it."""
    if not most(lines, LINE.match):
        return False
    found = [match for match in map(LINE.match, lines) if match]
    numbers = [int(match[1]) for match in found]
    near = [abs(after - before) == 1 for before, after in pairwise(numbers)]
    if all(match[2] != ":" for match in found) and sum(near) < max(SURE_LINES, 0.9 * len(near)):
        return False  # dates; the lines around one match go on without a gap
    lone = sum(match[2] != ":" and not any(near[max(0, i - 1) : i + 1]) for i, match in enumerate(found))
    clocks = sum(CLOCK.match(match.string, match.end()) is not None for match in found)
    return (
        ascending([after - before for before, after in pairwise(numbers)])
        and lone <= 0.1 * len(found)
        and clocks <= 0.5 * len(found)
    )


def headed(lines: Sequence[str]) -> bool:
    """A path in a line of its own, below it `12:text`, as `rg --heading` prints."""
    if LINE.match(lines[0]) or not reaches(LEAST_BELOW * len(lines), lines, LINE.match):
        return False
    kinds = [LINE.match(line) is not None for line in lines]
    others = [line.rstrip("\r") for line, is_entry in zip(lines, kinds, strict=True) if not is_entry]
    paths = sum(looks_like_path(line) for line in others)
    return (
        len(lines) >= LEAST_LINES
        and 0 < paths <= sum(kinds)
        and paths >= 0.9 * len(others)
        and sum(one or other for one, other in pairwise(kinds)) >= 0.95 * (len(kinds) - 1)
    )


def match_counts(lines: Sequence[str]) -> bool:
    """`path:12`, as `grep -c` prints."""
    return most(lines, is_counted)


def is_counted(line: str) -> bool:
    """Whether a line is `path:12`."""
    match = COUNTED.match(line) if line[-1] in COUNT_ENDS else None
    return match is not None and looks_like_path(match[1])


def after_nul(lines: Sequence[str]) -> bool:
    """A path, a NUL, and the rest of the line, as `grep -Z` prints."""
    return most(lines, lambda line: "\0" in line) and in_runs(
        [line.partition("\0")[0] for line in lines if "\0" in line]
    )


FORMS: tuple[tuple[str, Callable[[Sequence[str]], bool]], ...] = (
    ("matches behind NUL", after_nul),
    ("numbered matches with paths", numbered_by_path),
    ("match counts", match_counts),
    ("matches with paths", by_path),
    ("numbered matches", numbered_lines),
    ("numbered matches below paths", headed),
)


def file_list(probe: Probe) -> Detection | None:
    """Paths or directory entries, one a line."""
    lines = [line.rstrip("\r") for line in sampled(probe)]
    if len(lines) < LEAST_LINES:
        return None
    for reason, is_one in ENTRIES:
        if reaches(SHARE * len(lines), lines, is_one):
            return Detection(kind=ContentType.FILE_LIST, confidence=0.9, reason=reason)
    return None


def is_plain_path(line: str) -> bool:
    """A path with a directory or an ending, and nothing else in the line."""
    return len(line) <= 1000 and not NOT_LISTED.search(line, 2) and looks_like_path(line) and line[-1] != "."


ENTRIES: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("long listing", LONG_ENTRY.match),
    ("paths", is_plain_path),
    ("tree", BRANCH.match),
)

"""Unified diffs: their lines, and whether a text is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from headroom.detection.types import ContentType, Detection, Probe

SAMPLE_CHARS = 64_000
LEAST_SHARE = 0.5  # of the text; less is a diff quoted in something else
HEADING_CHARS = 2000
HASHES = r"[0-9a-f]{4,64}\.\.[0-9a-f]{4,64}"
# What `compressors/diff_headings` writes for the lines above a file's hunks: `=== src/app.py; index 1a2b3c4..5d6e7f8`.
CLAUSE = (
    rf"(?:(?:old|new|new file|deleted file) mode [0-7]{{6}}|(?:renamed|copied) [0-9]{{1,3}}%"
    rf"|dissimilarity index [0-9]{{1,3}}%|index {HASHES}(?: [0-7]{{6}})?|binary files differ)"
)
HEADING = re.compile(rf"=== ([^ \n][^\n]*?)((?:; {CLAUSE})+)", re.ASCII)
# `@@ -1,7 +1,9 @@ context`; of merges `@@@ -1,7 -1,7 +1,9 @@@`
HUNK = re.compile(r"@@ -[0-9]{1,9}(?:,([0-9]{1,9}))? \+[0-9]{1,9}(?:,([0-9]{1,9}))? @@(?= |\r?\Z)", re.ASCII)
MERGE_HUNK = re.compile(r"@@@+ (?:-[0-9]{1,9}(?:,[0-9]{1,9})? ){2,9}\+[0-9]{1,9}(?:,[0-9]{1,9})? @@@+", re.ASCII)
FILE = re.compile(r"diff --git [^\n]* |diff --(?:cc|combined) |diff -[^-\n]|Index: [^ \n]")
NEW_NAME = re.compile(r"\+\+\+ [^ \n]|\+\+\+ ?\Z")
EXTENDED = re.compile(
    r"(?:old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|similarity index"
    r"|dissimilarity index|index|mode) [^\n]|Binary files |GIT binary patch|={20,}",
    re.ASCII,
)
COMMIT = re.compile(r"(?:commit [0-9a-f]{7,64}\b|From [0-9a-f]{40} |# HG changeset patch)", re.ASCII)


def git_diff(probe: Probe) -> Detection | None:
    """A unified diff, with or without the commit before it."""
    head = probe.text[:SAMPLE_CHARS]
    if "@@ -" not in head and "diff --git " not in head:
        return None
    if len(head) < len(probe.text):
        head = head[: head.rfind("\n") + 1] or head
    lines = head.split("\n")
    spans = list(diff_spans(lines))
    if not spans:
        return None
    covered = sum(len(line) + 1 for start, end in spans for line in lines[start:end])
    begun = next((line for line in lines if line.strip(" \t\r")), "")
    if COMMIT.match(begun) or covered >= LEAST_SHARE * len(head.rstrip()):
        return Detection(
            kind=ContentType.GIT_DIFF, confidence=1.0 if len(head) == len(probe.text) else 0.9, reason="diff"
        )
    return None


def diff_spans(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(start, end) of the header of each file and of each hunk, in lines."""
    row = 0
    while row < len(lines):
        end = header_end(lines, row) or hunk_end(lines, row)
        if end:
            yield row, end
        row = end or row + 1


def header_end(lines: Sequence[str], row: int) -> int:
    """Number of the line after the lines that name a file, from `row` on; 0 where there are none."""
    line = lines[row]
    if not line or line[0] not in "dI-=":
        return 0
    if line[0] == "=":
        return row + 1 if is_heading(line) else 0
    end = row
    if FILE.match(line):
        end = row + 1
        while end < len(lines) and EXTENDED.match(lines[end]):
            end += 1
    if has_names(lines, end) and (end > row + 1 or lines[end + 2 : end + 3] == [] or lines[end + 2].startswith("@@")):
        return end + 2
    return end if end > row + 1 else 0


def has_names(lines: Sequence[str], row: int) -> bool:
    """Whether `--- old` and `+++ new` stand there."""
    return row + 1 < len(lines) and lines[row].startswith("--- ") and NEW_NAME.match(lines[row + 1]) is not None


def is_heading(line: str) -> bool:
    """Whether a line is one that stands for the lines above a file's hunks."""
    return line.startswith("=== ") and len(line) <= HEADING_CHARS and HEADING.fullmatch(line) is not None


def hunk_end(lines: Sequence[str], row: int) -> int:
    """Number of the line after the hunk that begins at `row`; 0 where none begins.

    Lines are counted as its first line says, so that `--- x` within it is a removed line; a hunk that is cut off ends
    at the first line that cannot be its own.
    """
    if not lines[row].startswith("@@"):
        return 0
    found = HUNK.match(lines[row])
    if not found:
        return merge_hunk_end(lines, row)
    old, new = (1 if count is None else int(count) for count in found.groups())
    row += 1
    while row < len(lines) and (old > 0 or new > 0):
        sign = lines[row][:1]
        if sign in ("", " ", "\r"):
            old, new = old - 1, new - 1
        elif sign == "-":
            old -= 1
        elif sign == "+":
            new -= 1
        elif sign != "\\":
            return row
        row += 1
    return row + 1 if row < len(lines) and lines[row].startswith("\\ ") else row


def merge_hunk_end(lines: Sequence[str], row: int) -> int:
    """The same for a hunk of a merge, which ends at the first line that cannot be its own."""
    if not MERGE_HUNK.match(lines[row]):
        return 0
    row += 1
    while row < len(lines) and lines[row][:1] in (" ", "+", "-", "\\"):
        row += 1
    return row

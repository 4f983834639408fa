"""The lines above a file's hunks as one readable heading, and back.

    diff --git a/src/app.py b/src/app.py
    index 1a2b3c4..5d6e7f8 100644                === src/app.py; index 1a2b3c4..5d6e7f8
    --- a/src/app.py
    +++ b/src/app.py

A heading says in git's own words what is not usual: `new file mode 100755`, `renamed 95%`. An `index` without a mode
means 100644. The `---` and `+++` lines are there where a hunk follows. Whatever a heading would not give back to the
byte (quoted names, other prefixes than a/ and b/, merges) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom.detection.diffs import HEADING, is_heading

GIT = "diff --git "
USUAL_MODE = " 100644"
NOTHING = "/dev/null"
KEPT = re.compile(r"(?:(?:old|new|new file|deleted file) mode [0-7]{6}|dissimilarity index [0-9]{1,3}%)", re.ASCII)
INDEX = re.compile(r"index [0-9a-f]{4,64}\.\.[0-9a-f]{4,64}(?: [0-7]{6})?", re.ASCII)
SIMILAR = re.compile(r"similarity index ([0-9]{1,3}%)", re.ASCII)
MOVES = {"rename": "renamed", "copy": "copied"}
ARROW = " -> "
BINARY = "binary files differ"


def fold(lines: Sequence[str]) -> list[str]:
    """The lines of a diff with a heading for each file's header, where that decodes to the byte."""
    made: list[str] = []
    row = 0
    while row < len(lines):
        heading, count = heading_at(lines, row)
        made.append(heading if count else lines[row])
        row += count or 1
    return made


def unfold(lines: Sequence[str]) -> list[str]:
    """The lines that `fold` was given."""
    found: list[str] = []
    for row, line in enumerate(lines):
        if is_heading(line):
            found += header_of(line, has_hunk=row + 1 < len(lines) and lines[row + 1].startswith("@@ -"))
        else:
            found.append(line)
    return found


def heading_at(lines: Sequence[str], row: int) -> tuple[str, int]:
    """The heading for the header that begins at `row`, and how many lines it stands for; ("", 0) for none."""
    if not lines[row].startswith(GIT):
        return "", 0
    clauses: list[str] = []
    moved: list[str] = []
    end = row + 1
    while end < len(lines) and (clause := clause_of(lines[end], lines, end, moved)) is not None:
        clauses += [clause] if clause else []
        end += 1
    old, new = moved if len(moved) == 2 else [same_name(lines[row])] * 2
    if lines[end : end + 1] == [binary_line(old, new, clauses)]:
        clauses.append(BINARY)
        end += 1
    elif end + 2 < len(lines) and lines[end].startswith("--- ") and lines[end + 1].startswith("+++ "):
        end += 2
    heading = "; ".join([f"=== {old}" if old == new else f"=== {old}{ARROW}{new}", *without_usual_mode(clauses)])
    has_hunk = end < len(lines) and lines[end].startswith("@@ -")
    if is_heading(heading) and header_of(heading, has_hunk=has_hunk) == list(lines[row:end]):
        return heading, end - row
    return "", 0


def clause_of(line: str, lines: Sequence[str], row: int, moved: list[str]) -> str | None:
    """What a heading says for one line of a header, "" for nothing; None where the line is none. Adds to `moved`."""
    if KEPT.fullmatch(line) or INDEX.fullmatch(line):
        return line
    similar = SIMILAR.fullmatch(line)
    if similar:
        verb = next((verb for verb in MOVES if lines[row + 1 : row + 2] and lines[row + 1].startswith(f"{verb} ")), "")
        return f"{MOVES[verb]} {similar[1]}" if verb else None
    for verb in MOVES:
        for way in ("from", "to"):
            if line.startswith(f"{verb} {way} "):
                moved.append(line[len(f"{verb} {way} ") :])
                return ""
    return None


def same_name(line: str) -> str:
    """The name that stands twice in `diff --git a/name b/name`; "" where there are two."""
    names = line[len(GIT) :]
    half = len(names) // 2
    old, new = names[:half], names[half + 1 :]
    return old[2:] if names[half : half + 1] == " " and old[2:] == new[2:] else ""


def without_usual_mode(clauses: Sequence[str]) -> list[str]:
    """The clauses, with the mode 100644 left out of `index` where nothing else speaks of modes."""
    if tells_mode(clauses):
        return list(clauses)
    return [clause.removesuffix(USUAL_MODE) if clause.startswith("index ") else clause for clause in clauses]


def tells_mode(clauses: Sequence[str]) -> bool:
    """Whether any clause but `index` says which mode a file has or had."""
    return any(" mode " in clause for clause in clauses)


def header_of(heading: str, *, has_hunk: bool) -> list[str]:
    """The lines that a heading stands for."""
    read = HEADING.fullmatch(heading)
    if read is None:
        return [heading]
    clauses = read[2].split("; ")[1:]
    old, arrow, new = read[1].partition(ARROW)
    new = new if arrow else old
    lines = [f"{GIT}a/{old} b/{new}"]
    has_mode = tells_mode(clauses)
    for clause in clauses:
        lines += lines_of_clause(clause, old, new, has_mode=has_mode)
    if BINARY in clauses:
        lines.append(binary_line(old, new, clauses))
    if has_hunk:
        before, after = sides(old, new, clauses)
        lines += [f"--- {with_tab(before)}", f"+++ {with_tab(after)}"]
    return lines


def lines_of_clause(clause: str, old: str, new: str, *, has_mode: bool) -> list[str]:
    """The header lines that one clause stands for."""
    for verb, told in MOVES.items():
        if clause.startswith(f"{told} "):
            share = clause[len(told) + 1 :]
            return [f"similarity index {share}", f"{verb} from {old}", f"{verb} to {new}"]
    if clause == BINARY:
        return []
    is_usual = clause.startswith("index ") and clause.count(" ") == 1 and not has_mode
    return [f"{clause}{USUAL_MODE}" if is_usual else clause]


def sides(old: str, new: str, clauses: Sequence[str]) -> tuple[str, str]:
    """Both names as `---`, `+++` and `Binary files` write them."""
    is_new = any(clause.startswith("new file mode") for clause in clauses)
    is_gone = any(clause.startswith("deleted file mode") for clause in clauses)
    return NOTHING if is_new else f"a/{old}", NOTHING if is_gone else f"b/{new}"


def binary_line(old: str, new: str, clauses: Sequence[str]) -> str:
    """What git writes in place of hunks of a binary file."""
    before, after = sides(old, new, clauses)
    return f"Binary files {before} and {after} differ"


def with_tab(name: str) -> str:
    """A name as git ends it: with a tab where it holds a blank."""
    return f"{name}\t" if " " in name else name

"""Holds shortened search results and path lists against the original: for tests only."""

from __future__ import annotations

import re

from headroom.compressors.search_groups import decode, decode_listing
from tests.shown_lines import check_lines

MARKER = re.compile(r"\[headroom [0-9a-f]{4}: ([0-9]+) of ([0-9]+) lines not shown here; source complete; [^\n]*\]")
TOTALS = re.compile(r"\[([^\n]*): ([0-9]+) match(?:es)? in ([0-9]+) files?\]")
PATHS = re.compile(r"\[(?:([0-9]+) paths?|path:count of ([0-9]+) files: ([0-9]+) matches)\]")
HEADING = re.compile(r"(.+): ([0-9]+) match(?:es)?(?:, ([0-9]+) shown, rows ([0-9]+)-([0-9]+))?")
FOLDER = re.compile(r"(.+): ([0-9]+) more files?(?:, ([0-9]+) match(?:es)?)?, rows ([0-9]+)-([0-9]+)")
ENTRY = re.compile(r"([0-9]+(?::[0-9]+)?(?:,[0-9]+(?::[0-9]+)?)*)(.*)", re.DOTALL)
WITHOUT_COLUMN = re.compile(r"([0-9]+(?:,[0-9]+)*)(.*)", re.DOTALL)


def read_search(text: str) -> str:
    """The original of a text by file, or of a listing."""
    found = decode_listing(text) if text.startswith("[ls -l") else decode(text)
    assert found is not None
    return found


def check_search(text: str, source: str) -> None:
    """Each path and line that `text` shows stands in `source`; files and matches named and counted add up to all."""
    body, _, last = text.rpartition("\n")
    marker = MARKER.fullmatch(last)
    assert marker, "no marker line at the end"
    first, _, rest = body.partition("\n")
    lines = source.removesuffix("\n").split("\n")
    if first == lines[0]:
        check_lines(text, source)
        return
    if totals := TOTALS.fullmatch(first):
        check_matches(rest.split("\n"), lines, totals[1], int(totals[2]), int(totals[3]))
    elif paths := PATHS.fullmatch(first):
        check_paths(rest.split("\n"), lines, int(paths[1] or paths[2]))
    else:
        check_lines(text, source)
        return
    assert int(marker[2]) == len(lines)


def check_matches(shown: list[str], lines: list[str], form: str, matches: int, files: int) -> None:
    """Headings and the entries below them."""
    known = frozenset(line.rstrip("\r") for line in lines)
    numbered = "line:" in form
    named = counted = lone = 0
    path = ""
    for line in shown:
        folder, heading = FOLDER.fullmatch(line), HEADING.fullmatch(line)
        if folder:
            named, counted = named + int(folder[2]), counted + int(folder[3] or folder[2])
        elif heading and not (numbered and ENTRY.fullmatch(line) and stands(line.rstrip("\r"), path, known, numbered)):
            path = heading[1]
            named, counted = named + 1, counted + int(heading[2])
            if heading[3]:
                assert 0 <= int(heading[3]) <= int(heading[2])
                assert path in "".join(lines[int(heading[4]) - 1 : int(heading[5])])
        elif line.rstrip("\r") in known:
            lone += 1  # a path without a match counts as a file with one
        elif line not in ("", "--"):
            assert stands(line.rstrip("\r"), path, known, numbered), "a line that the source does not have"
    assert 0 <= files - named == matches - counted <= lone


def stands(line: str, path: str, known: frozenset[str], numbered: bool) -> bool:
    """Whether an entry below a path stands in the source, with any of the ways to write it."""
    if not numbered:
        return any(f"{path}{mark}{line}" in known for mark in ":\0")
    entries = [entry for form in (ENTRY, WITHOUT_COLUMN) if (entry := form.fullmatch(line))]
    assert entries, "no number"
    return any(has_entry(entry, path, known) for entry in entries)


def has_entry(entry: re.Match[str], path: str, known: frozenset[str]) -> bool:
    """The same for one way to tell numbers from text."""
    return all(
        any(
            f"{lead}{number}{rest}" in known
            for mark in ":-="
            for lead in (f"{path}{mark}", f"{path}\0", "")
            for rest in (entry[2], f"{mark}{entry[2]}", f"{mark}{entry[2][1:]}")
        )
        for number in entry[1].split(",")
    )


def check_paths(shown: list[str], lines: list[str], files: int) -> None:
    """Paths, and folders with the counts of the others."""
    known = frozenset(line.rstrip("\r") for line in lines)
    folders = [int(folder[2]) for line in shown if (folder := FOLDER.fullmatch(line))]
    paths = [line for line in shown if line and not FOLDER.fullmatch(line)]
    assert known.issuperset(paths)
    assert files - sum(folders) <= len(paths) <= len(lines)

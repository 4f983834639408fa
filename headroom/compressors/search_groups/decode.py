"""Reads back what `encode` wrote, to the byte."""

from __future__ import annotations

import re

from headroom.compressors.search_groups.encode import place_of
from headroom.compressors.search_groups.forms import BY_HEAD, Form
from headroom.compressors.search_groups.read import SEPARATOR

PLACE = r"[0-9]{1,9}(?::[0-9]{1,5}(?=[:=,]|[ \t]))?"
NUMBERS = re.compile(rf"{PLACE}(?:,{PLACE})*", re.ASCII)
MARKS = ":=-"


def decode(text: str) -> str | None:
    """The text that `encode` was given; None where `text` is not of its making."""
    head, found, rest = text.partition("\n")
    form = BY_HEAD.get(head)
    if form is None or not found:
        return None
    body = rest.removesuffix("\n")
    lines = read_paragraphs(body, form) if form.by_file else read_lines(body, form)
    return None if lines is None else "\n".join(lines) + rest[len(body) :]


def read_paragraphs(body: str, form: Form) -> list[str] | None:
    """The lines as they were, from paragraphs of a path and its lines."""
    found: list[str] = []
    for paragraph in body.split("\n\n"):
        path, is_block, rest = paragraph.partition("\n")
        if not is_block:
            found.append(path)
            continue
        lines = with_path(path, rest.split("\n"), form)
        if lines is None:
            return None
        found += lines
    return found


def with_path(path: str, lines: list[str], form: Form) -> list[str] | None:
    """The lines of a file with the path before each."""
    if not form.numbered:
        lead = path + ("\0" if form.is_nul else ":")
        return [lead + line for line in lines]
    entries = read_entries(lines, form)
    if entries is None:
        return None
    return [
        line if line == SEPARATOR else f"{path}{NUL}{line}" if form.is_nul else f"{path}{mark}{line}"
        for mark, line in entries
    ]


NUL = "\0"


def read_entries(lines: list[str], form: Form) -> list[tuple[str, str]] | None:
    """Mark and line of each entry, those with several numbers taken apart and put in order."""
    found: list[tuple[str, str, str]] = []
    joined = False
    for line in lines:
        if line == SEPARATOR:
            found.append(("", SEPARATOR, ""))
            continue
        numbers = NUMBERS.match(line)
        if numbers is None:
            return None
        mark, text = mark_and_text(line[numbers.end() :], form.spared)
        if not mark:
            return None
        each = numbers[0].split(",")
        joined = joined or len(each) > 1
        found += [(number, mark, text) for number in each]
    if joined:
        if any(not number for number, _, _ in found):
            return None
        found.sort(key=lambda entry: place_of(entry[0]))
    return [(mark, f"{number}{mark}{text}") for number, mark, text in found]


def mark_and_text(rest: str, spared: str) -> tuple[str, str]:
    """What stands behind the numbers: the mark, written or not, and the text."""
    if rest[:1] in MARKS and rest:
        return rest[0], rest[1:]
    if rest[:1] == " " and rest[1:2] not in (" ", "\t"):
        return spared, rest[1:]
    return (spared, rest) if rest[:1] in (" ", "\t") and rest else ("", "")


def read_lines(body: str, form: Form) -> list[str] | None:
    """The lines as they were, from numbered lines and others."""
    found: list[str] = []
    run: list[str] = []
    for line in [*body.split("\n"), None]:
        if line is not None and NUMBERS.match(line):
            run.append(line)
            continue
        entries = read_entries(run, form)
        if entries is None:
            return None
        found += [entry for _, entry in entries]
        run = []
        if line is not None:
            found.append(line.removeprefix("\\"))
    return found

"""Rows and columns as text."""

from __future__ import annotations

import re

from headroom.detection.delimited import sniff
from headroom.detection.types import ContentType, Detection, Probe

# Table text of ours: a head word, then the header of the table.
HEAD = re.compile(
    r"^(?:\ufeff|[A-Za-z][A-Za-z ]{0,40}: ?)?(?P<head>(?P<word>columns|csv|md|sql|tuples)(?:\([a-z0-9, ]*\))?)"
    r"\[(?P<size>[0-9]{1,9})[ |]?\](?=\{)",
    re.MULTILINE | re.ASCII,
)
KIND_OF = {
    "columns": ContentType.COLUMNS,
    "csv": ContentType.CSV,
    "md": ContentType.MARKDOWN_TABLE,
    "sql": ContentType.SQL_RESULT,
    "tuples": ContentType.SQL_RESULT,
}
HEAD_CHARS = 4_096
SAMPLE_LINES = 200
MOST_BEFORE = 12  # lines that may stand before a table
LEAST_SHARE = 0.6  # of the lines from there on that must be rows

BOX_TOP = re.compile(r"[┌╭┏╔╒][─━═┬┳╦╤]+[┐╮┓╗╕] *\r?")
BOX_ROW = "│┃║├┝┣╠╞└╰┗╚╘"
BORDER = re.compile(r"\+(?:[-=]{2,}\+)+ *\r?")
BARS = re.compile(r" *\|(?: *:?-+:? *\|)+ *\r?")
RULE = re.compile(r"-+(?:\+-+)+ *\r?")
DASHES = re.compile(r"-{2,}(?: +-+)+ *\r?|-+(?: +-+)* +-{2,} *\r?")
EXPANDED = re.compile(r"-\[ RECORD 1 \](?:[-+]*) *\r?")
STARS = re.compile(r"\*{10,} 1\. row \*{10,} *\r?")
FIELD = re.compile(r" *([^ \t=][^=\n]{0,80}?) = ")
TUPLES = re.compile(r"(?:[A-Za-z][A-Za-z ]{0,40}: ?)?(?:\[\(|\(\()(?=[-0-9'\"NTFbDdU(\]])", re.ASCII)
TUPLE_END = re.compile(r",?\)[\])][ \t\r\n]*\Z")
ROWS_FOOT = re.compile(r"\([0-9]+ rows?\)", re.ASCII)


def row_table(probe: Probe) -> Detection | None:
    """Table text of ours, made of rows; before every other rule, so that no other type touches it."""
    head = HEAD.search(probe.text, 0, HEAD_CHARS) if probe.text.find("]{", 0, HEAD_CHARS) >= 0 else None
    return Detection(kind=KIND_OF[head["word"]], reason="table text") if head else None


def sql_result(probe: Probe) -> Detection | None:
    """What a SQL client prints: boxes, columns, records, Python tuples; also a Markdown table and nothing else."""
    if TUPLES.match(probe.text, probe.start) and TUPLE_END.search(probe.text, max(0, probe.end - 4), probe.end):
        return Detection(kind=ContentType.SQL_RESULT, confidence=0.9, reason="list of tuples")
    lines = probe.text[: HEAD_CHARS * 16].split("\n", SAMPLE_LINES + MOST_BEFORE)[: SAMPLE_LINES + MOST_BEFORE]
    for place, line in enumerate(lines[: MOST_BEFORE + 1]):
        for reason, rule in LAYOUTS:
            if rule(lines, place, line):
                kind = ContentType.MARKDOWN_TABLE if reason == "bars" else ContentType.SQL_RESULT
                return Detection(kind=kind, confidence=0.9, reason=reason)
    return None


def begin_with(lines: list[str], marks: str) -> bool:
    """Whether most lines begin with one of the marks."""
    filled = [line.lstrip(" ") for line in lines if line.strip(" \r")]
    return len(filled) > 1 and sum(line[:1] in marks for line in filled) >= LEAST_SHARE * len(filled)


def is_box(lines: list[str], place: int, line: str) -> bool:
    """A box of line characters."""
    return BOX_TOP.fullmatch(line) is not None and begin_with(lines[place:], "┌╭┏╔╒" + BOX_ROW)


def is_bordered(lines: list[str], place: int, line: str) -> bool:
    """A box of `+---+`, as MySQL draws it."""
    return BORDER.fullmatch(line) is not None and begin_with(lines[place:], "|+")


def is_bars(lines: list[str], place: int, line: str) -> bool:
    """A Markdown table from the first line on."""
    if place or not line.lstrip(" ").startswith("|") or len(lines) < 3:
        return False
    return BARS.fullmatch(lines[1]) is not None and begin_with(lines, "|")


def is_ruled(lines: list[str], place: int, line: str) -> bool:
    """Names, a rule of `----+----`, rows: as psql aligns them."""
    if not RULE.fullmatch(line) or place == 0 or place + 1 == len(lines):
        return False
    bars = line.count("+")
    rows = [row for row in lines[place + 1 :] if row.strip(" \r")]
    return lines[place - 1].count("|") == bars and sum(row.count("|") >= bars for row in rows) >= LEAST_SHARE * len(
        rows
    )


def is_dashed(lines: list[str], place: int, line: str) -> bool:
    """Names, dashes below each of them, rows: as the column mode of SQLite and many others print them."""
    if not DASHES.fullmatch(line) or place == 0 or place + 2 >= len(lines):
        return False
    starts = [run.start() for run in re.finditer("-+", line)]
    gaps = [start - 1 for start in starts[1:]]
    names = lines[place - 1]
    if any(names[start : start + 1] in ("", " ") for start in starts):
        return False
    rows = [row for row in lines[place + 1 : place + 41] if row.strip(" \r")]
    fitting = sum(all(row[gap : gap + 1] in ("", " ") for gap in gaps) for row in rows)
    return bool(rows) and fitting >= 0.9 * len(rows)


def is_records(lines: list[str], place: int, line: str) -> bool:
    """Records one field a line, each under a line that counts them."""
    return bool(EXPANDED.fullmatch(line) or STARS.fullmatch(line))


def is_fields(lines: list[str], place: int, line: str) -> bool:
    """Records one field a line, `name = value` with the signs below each other, a blank line between records."""
    if place or not FIELD.match(line) or "" not in (stripped := [row.rstrip("\r") for row in lines]):
        return False
    width = stripped.index("")
    first, second = stripped[:width], stripped[width + 1 : 2 * width + 1]
    signs = {found.end() for row in first if (found := FIELD.match(row))}
    names = [found[1] if (found := FIELD.match(row)) else None for row in first]
    again = [found[1] if (found := FIELD.match(row)) else None for row in second]
    return None not in names and len(signs) == 1 and names == again


LAYOUTS = (
    ("box", is_box),
    ("bordered", is_bordered),
    ("bars", is_bars),
    ("ruled", is_ruled),
    ("dashed", is_dashed),
    ("records", is_records),
    ("fields", is_fields),
)


def csv(probe: Probe) -> Detection | None:
    """Delimited rows."""
    if probe.first in "<|+┌":
        return None
    found = sniff(probe.text)
    return Detection(kind=ContentType.CSV, confidence=0.9, reason="rows of cells") if found else None


def markdown_table(probe: Probe) -> Detection | None:
    """Mostly one or more Markdown tables."""
    lines = probe.text[: HEAD_CHARS * 16].split("\n", SAMPLE_LINES)[:SAMPLE_LINES]
    if not any(BARS.fullmatch(line) for line in lines) or not begin_with(lines, "|"):
        return None
    return Detection(kind=ContentType.MARKDOWN_TABLE, confidence=0.9, reason="tables in bars")

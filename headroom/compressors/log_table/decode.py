"""Log lines back from their patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from headroom.compressors.log_table.words import CELLS, NAME, ROW

HOLES = ("{}", "<>", "<*>")
HEADER = re.compile(
    r"\[(?:[0-9]+ log lines?|log lines); a letter stands for its pattern, the words beside it fill "
    r"(\{\}|<>|<\*>)(?:, (.) stands for the text behind the last \2=)?\]",
    re.ASCII,
)


def header(lines: int | None, hole: str, mark: str = "") -> str:
    """The first line.

    Args:
        lines: How many lines there are; None does not say.
        hole: What stands in patterns for words of a line.
        mark: What stands for a text that was said above; "" where nothing does.
    """
    above = f", {mark} stands for the text behind the last {mark}=" if mark else ""
    count = "log lines" if lines is None else f"{lines} log line{'s' if lines != 1 else ''}"
    return f"[{count}; a letter stands for its pattern, the words beside it fill {hole}{above}]"


def is_log_table(text: str) -> bool:
    """Whether a text begins with our header."""
    return HEADER.match(text[:200]) is not None


def decode_log(text: str) -> str:
    """The log that `encode_log` was given.

    Raises:
        ValueError: This is no text of ours.
    """
    return "\n".join(decode_lines(text))


def decode_lines(text: str) -> list[str]:
    """The lines of that log.

    Raises:
        ValueError: This is no text of ours.
    """
    lines = text.split("\n")
    found = HEADER.fullmatch(lines[0])
    if found is None or "" not in lines:
        raise ValueError("no log table")
    end = lines.index("")
    patterns = dict(read_pattern(line, found[1]) for line in lines[1:end])
    holes = {name: len(pieces) - 1 for name, pieces in patterns.items()}
    forms = {name: "%s".join([piece.replace("%", "%%") for piece in pieces]) for name, pieces in patterns.items()}
    if not found[2]:
        return [read_line(line, forms, holes) for line in lines[end + 1 :]]
    return list(with_texts_above(lines[end + 1 :], found[2], lambda line: read_line(line, forms, holes)))


def with_texts_above(lines: Sequence[str], mark: str, read: Callable[[str], str]) -> Iterator[str]:
    """Lines in which `mark` stands for what the last line `@=...` said."""
    said = ""
    for line in lines:
        if line.startswith(f"{mark}="):
            said = line[len(mark) + 1 :]
        else:
            yield read(line).replace(mark, said)


def head_and_rows(text: str) -> tuple[str, list[str]]:
    """What stands above the rows, with the blank line; and the rows, each with what is said above it."""
    head, blank, rest = text.partition("\n\n")
    lines = rest.split("\n")
    found = HEADER.match(head)
    if not found or not found[2]:
        return head + blank if blank else "", lines
    rows: list[str] = []
    above = ""
    for line in lines:
        if line.startswith(f"{found[2]}="):
            above = f"{line}\n"
        else:
            rows.append(above + line)
            above = ""
    return head + blank, rows


def read_pattern(line: str, hole: str) -> tuple[str, list[str]]:
    """Name and pieces of a pattern."""
    name, sign, text = line.partition("=")
    if not sign or not NAME.fullmatch(name):
        raise ValueError("no pattern")
    return name, text.split(hole)


def read_line(line: str, forms: Mapping[str, str], holes: Mapping[str, int]) -> str:
    """One line of the log.

    Args:
        forms: The patterns by name, each with `%s` for its holes.
    """
    if line.startswith("\\"):
        return line[1:]
    row = read_row(line, holes)
    if row is None:
        return line
    name, cells = row
    return forms[name] % tuple(cells)


def read_row(line: str, holes: Mapping[str, int]) -> tuple[str, list[str]] | None:
    """Name and cells of a row; None for any other line."""
    if holes.get(line) == 0:
        return line, []
    found = ROW.match(line)
    if found is None or found[2] not in holes:
        return None
    wanted = holes[found[2]] - 1
    rest = line[found.end() :]
    cells = rest.split(" ") if rest else []
    if len(cells) != wanted:
        cells = CELLS.findall(rest)  # some hold blanks
    return (found[2], [found[1], *cells]) if len(cells) == wanted else None


def needs_escape(line: str, holes: Mapping[str, int]) -> bool:
    """Whether a line that stands as it came would be read as something else."""
    return line.startswith("\\") or read_row(line, holes) is not None

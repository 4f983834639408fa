"""The lines of a diff of which only some hunks stay, and a line for each stretch that does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from headroom.compressors.diff_headings import heading_at
from headroom.compressors.diff_parts import Between, FileDiff, Piece
from headroom.compressors.gaps import gap_line


@dataclass(slots=True)
class Shown:
    """What is written so far.

    Attributes:
        lines: Lines of the text.
        shown: How many of the original they show.
        hidden: Parts not shown since the last line that was.
        gaps: Stretches that are not shown.
    """

    lines: list[str] = field(default_factory=list, repr=False)
    shown: int = 0
    hidden: list[FileDiff | Between] = field(default_factory=list)
    gaps: int = 0

    def show(self, lines: Sequence[str], count: int) -> None:
        """Add lines that stand for `count` of the original."""
        self.lines += lines
        self.shown += count

    def leave_out(self, start: int, end: int, detail: str) -> None:
        """Add the line for the rows `start` to `end`."""
        self.lines.append(gap_line(start + 1, end, detail.replace("\n", " ")))
        self.gaps += 1

    def flush(self) -> None:
        """Add the line for the parts that are hidden, if there are any."""
        if self.hidden:
            self.leave_out(self.hidden[0].start, self.hidden[-1].end, told_together(self.hidden))
            self.hidden = []


def is_shortened(made: Shown) -> bool:
    """Whether anything is left out."""
    return made.gaps > 0


def shown_lines(
    lines: Sequence[str], parts: Sequence[FileDiff | Between], visible: Sequence[int], kept: Sequence[Piece]
) -> Shown:
    """The diff with the pieces `kept` of the parts `visible`."""
    made = Shown()
    stays = set(visible)
    by_start = {piece.start: piece for piece in kept}
    for number, part in enumerate(parts):
        if number not in stays:
            made.hidden.append(part)
            continue
        made.flush()
        if isinstance(part, Between):
            show_between(made, lines, part, by_start)
        else:
            show_file(made, lines, part, by_start)
    made.flush()
    return made


def show_between(made: Shown, lines: Sequence[str], part: Between, kept: dict[int, Piece]) -> None:
    """The beginning of a commit or of other text, and the paragraphs of it that stay."""
    made.show(lines[part.start : part.head], part.head - part.start)
    for start, end, is_kept in runs(part.head, part.end, kept):
        if is_kept:
            made.show(lines[start:end], end - start)
        else:
            made.leave_out(start, end, "")


def show_file(made: Shown, lines: Sequence[str], file: FileDiff, kept: dict[int, Piece]) -> None:
    """A file with the hunks that stay; one line for all of it where none does."""
    found = list(runs(file.body, file.end, kept))
    if found and not any(is_kept for _, _, is_kept in found):
        made.leave_out(file.start, file.end, told_of(file))
        return
    heading, count = heading_at(lines, file.start)
    is_whole = 0 < count == file.body - file.start
    header = [heading] if is_whole else lines[file.start : file.body]
    made.show(header, file.body - file.start)
    for start, end, is_kept in found:
        if is_kept:
            made.show(lines[start:end], end - start)
        else:
            made.leave_out(start, end, told_of_rows(lines, file, start, end))


def runs(start: int, end: int, kept: dict[int, Piece]) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it stays) of the stretches between two rows."""
    row = start
    while row < end:
        if row in kept:
            yield row, kept[row].end, True
            row = kept[row].end
            continue
        stop = next((place for place in range(row, end) if place in kept), end)
        yield row, stop, False
        row = stop


def told_of(file: FileDiff) -> str:
    """A file in a few words: path, what is unusual, lines added and removed."""
    words = [file.path, *([file.state] if file.state else []), *(["generated"] if file.is_generated else [])]
    count = f" in {len(file.hunks)} hunks" if len(file.hunks) > 1 else ""
    return f"{', '.join([*words, stat(file.hunks)])}{count}"


def stat(hunks: Sequence[Piece]) -> str:
    """Lines added and removed: `+12 -3`."""
    return f"+{sum(hunk.added for hunk in hunks)} -{sum(hunk.removed for hunk in hunks)}"


def told_of_rows(lines: Sequence[str], file: FileDiff, start: int, end: int) -> str:
    """Some hunks of a file in a few words."""
    hunks = sum(start <= hunk.start < end for hunk in file.hunks)
    inside = [hunk for hunk in file.hunks if hunk.start < end and hunk.end > start]
    body = [line for hunk in inside for line in lines[max(start, hunk.start + 1) : min(end, hunk.end)]]
    counts = f"+{sum(line[:1] == '+' for line in body)} -{sum(line[:1] == '-' for line in body)}"
    return f"{hunks} hunk{'s' * (hunks != 1)}, {counts}" if hunks else counts


def told_together(parts: Sequence[FileDiff | Between]) -> str:
    """Several parts in a few words."""
    files = [part for part in parts if isinstance(part, FileDiff)]
    if len(files) == 1:
        return told_of(files[0])
    words = [f"{len(files)} files"] if files else []
    words += [f"{len(parts) - len(files)} messages"] if len(parts) - len(files) > 1 else []
    folder = common_folder([file.path for file in files])
    count = stat([hunk for file in files for hunk in file.hunks])
    return ", ".join([*words, count]) + (f" in {folder}" if folder else "")


def common_folder(paths: Sequence[str]) -> str:
    """The folder that all paths stand in, with a slash at its end; "" for none.

    >>> common_folder(["src/a/x.py", "src/ab/y.py"])
    'src/'
    """
    if not paths:
        return ""
    first, last = min(paths), max(paths)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
    return first[: first.rfind("/", 0, same) + 1]

"""`DiffCompressor`: diffs by hand. Changed lines stay, context is cut, generated files become a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from headroom.analysis.literals import folded, rarest_literals
from headroom.compressors.diff_parts import Between, FileDiff, Piece, has_conflict, parts_of
from headroom.compressors.diff_shown import Shown, is_shortened, shown_lines
from headroom.compressors.diff_text import DiffCompressor as DiffForms
from headroom.compressors.item_choice.choose import bm25, matching
from headroom.compressors.limits import Limits
from headroom.config.compressors import DiffCompressorConfig
from headroom.markers import left_out_line
from headroom.results import CompressionResult
from headroom.transforms.public_compressor import ByHand, Made, Task
from headroom.transforms.public_result import DiffCompressionResult, line_count

LEAST_HIDDEN = 3  # lines; the line that stands for fewer says no less
CHANGED = ("+", "-")


@dataclass(frozen=True, slots=True)
class Hunk:
    """A hunk and the file it changes.

    Attributes:
        part: Number of the file among the parts.
        file: The file.
        piece: Its lines.
        is_guarded: Whether no limit cuts it: it holds an open conflict, or what the question names.
    """

    part: int
    file: FileDiff = field(repr=False)
    piece: Piece
    is_guarded: bool = False


class DiffCompressor(ByHand[DiffCompressorConfig, DiffCompressionResult]):
    """Keeps every changed line that a person wrote; cuts unchanged lines around them, and names generated files.

    `max_files` and `max_hunks_per_file` cut what people wrote only where they were set: then what the question names,
    open conflicts and the first hunks of the first files stay, and every other file is named with its counts.
    """

    name = "diff_compressor"
    config_type = DiffCompressorConfig
    result_type = DiffCompressionResult

    def made(self, task: Task) -> Made:
        """What becomes of a text that holds no marker of ours."""
        text, context = task.text, task.question
        exact = DiffForms(counter=self.counter).compress(text)
        lines = text.removesuffix("\n").split("\n")
        parts = parts_of(lines)
        files = [part for part in parts if isinstance(part, FileDiff)]
        hunks = hunks_of(lines, parts, context)
        facts = totals(files)
        if exact.reason == "already_compressed" or line_count(text) <= self.config.min_lines or not files:
            return Made(exact, {**facts, "hunks_kept": len(hunks)})
        kept = self.kept(lines, hunks, context)
        result = self.shortened(lines, parts, kept, exact, self.limits(task))
        is_cut = result.change == "left_out"
        return Made(result, {**facts, "hunks_kept": len(kept) if is_cut else len(hunks)})

    def kept(self, lines: Sequence[str], hunks: Sequence[Hunk], context: str) -> list[Hunk]:
        """The hunks that stay, in order."""
        given = self.config.model_fields_set
        most_hunks = self.config.max_hunks_per_file if "max_hunks_per_file" in given else None
        most_files = self.config.max_files if "max_files" in given else None
        by_part: Counter[int] = Counter(hunk.part for hunk in hunks if hunk.is_guarded)
        stays = {number for number, hunk in enumerate(hunks) if hunk.is_guarded}
        for number in ranked(lines, hunks, context):
            hunk = hunks[number]
            if number in stays or hunk.file.is_generated:
                continue
            if most_hunks is not None and by_part[hunk.part] >= most_hunks:
                continue
            if most_files is not None and not by_part[hunk.part] and opened(by_part) >= most_files:
                continue
            by_part[hunk.part] += 1
            stays.add(number)
        return [hunks[number] for number in sorted(stays)]

    def shortened(
        self,
        lines: Sequence[str],
        parts: Sequence[FileDiff | Between],
        kept: Sequence[Hunk],
        exact: CompressionResult,
        limits: Limits,
    ) -> CompressionResult:
        """The diff with these hunks and what stands between files; `exact` where that is not smaller."""
        between = [Piece(part.head, part.end, 0, 0) for part in parts if isinstance(part, Between)]
        shown = [piece for hunk in kept for piece in around(lines, hunk.piece, self.config.max_context_lines)]
        pieces = [piece for piece in [*between, *shown] if piece.end > piece.start]
        made = shown_lines(lines, parts, range(len(parts)), pieces)
        if not is_shortened(made):
            return exact
        body = "\n".join([*made.lines, marker_line(parts, made, len(lines), limits)])
        size = self.counter.count_text(body)
        if size >= exact.compressed_tokens:
            return exact
        return CompressionResult(
            compressed=body,
            original_tokens=exact.original_tokens,
            compressed_tokens=size,
            exact_tokens=exact.compressed_tokens,
            kind=exact.kind,
            change="left_out",
            strategy="diff_headers+selection",
            items_total=len(lines),
            items_kept=made.shown,
        )


def opened(by_part: Counter[int]) -> int:
    """Files of which a hunk is shown."""
    return sum(count > 0 for count in by_part.values())


def hunks_of(lines: Sequence[str], parts: Sequence[FileDiff | Between], question: str) -> list[Hunk]:
    """All hunks, in order."""
    found = [
        Hunk(number, part, piece, has_conflict(lines, piece))
        for number, part in enumerate(parts)
        if isinstance(part, FileDiff)
        for piece in part.hunks
    ]
    named: set[int] = set()
    if question.strip(" \t\r\n"):
        texts = [folded(changed_text(lines, hunk)) for hunk in found]
        named = {place for literal in rarest_literals(question, texts) for place in literal.holders}
    return [Hunk(one.part, one.file, one.piece, one.is_guarded or n in named) for n, one in enumerate(found)]


def changed_text(lines: Sequence[str], hunk: Hunk) -> str:
    """What a question is held against: the path and the changed lines."""
    changed = [line[1:] for line in lines[hunk.piece.start : hunk.piece.end] if line[:1] in CHANGED]
    return "\n".join([hunk.file.path, *changed])


def ranked(lines: Sequence[str], hunks: Sequence[Hunk], question: str) -> list[int]:
    """All hunks: what fits the question first, then as they stand."""
    asked = matching([changed_text(lines, hunk) for hunk in hunks], question, bm25) if question else []
    return list(dict.fromkeys([*asked, *range(len(hunks))]))


def around(lines: Sequence[str], piece: Piece, most: int) -> Iterator[Piece]:
    """The stretches of a hunk that stay: its first line, and `most` lines on each side of each changed one."""
    near = [False] * (piece.end - piece.start)
    near[0] = True
    for row in range(piece.start + 1, piece.end):
        if lines[row][:1] in CHANGED or lines[row].startswith("\\ "):
            for place in range(max(0, row - most - piece.start), min(len(near), row + most + 1 - piece.start)):
                near[place] = True
    start = 0
    for gap, end in gaps(near):
        yield Piece(piece.start + start, piece.start + gap, 0, 0)
        start = end
    if start < len(near):
        yield Piece(piece.start + start, piece.end, 0, 0)


def gaps(near: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """(start, end) of stretches that are long enough to be left out."""
    start = 0
    for place, is_near in enumerate([*near, True]):
        if is_near:
            if place - start >= LEAST_HIDDEN:
                yield start, place
            start = place + 1


def totals(files: Sequence[FileDiff]) -> dict[str, int]:
    """Files, hunks, lines added and removed."""
    hunks = [hunk for file in files for hunk in file.hunks]
    return {
        "files_affected": len(files),
        "additions": sum(hunk.added for hunk in hunks),
        "deletions": sum(hunk.removed for hunk in hunks),
        "hunks_total": len(hunks),
    }


def marker_line(parts: Sequence[FileDiff | Between], made: Shown, total: int, limits: Limits) -> str:
    """The line at the end: how many lines are missing, of a diff of which size."""
    count = totals([part for part in parts if isinstance(part, FileDiff)])
    files = count["files_affected"]
    facts = f"whole diff: {files} file{'s' * (files != 1)}, +{count['additions']} -{count['deletions']}"
    return left_out_line(
        shown=made.shown,
        total=total,
        unit="lines",
        handle=limits.handle,
        by_tool=limits.by_tool,
        facts=facts,
        secret=limits.secret,
    )

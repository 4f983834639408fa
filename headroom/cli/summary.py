"""What was saved, in words: the three columns of law 12 and the reasons for what stayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from headroom.results import Note, savings_by_reach, savings_percent

if TYPE_CHECKING:
    from headroom.cli.work import Done

COLUMNS = {"exact": "exact", "reachable": "left out within reach", "unreachable": "left out beyond it"}
MOST_PROBLEMS = 3


class Sums:
    """Sums over documents as they pass; bounded, however many there are."""

    def __init__(self) -> None:
        self.documents = 0
        self.tokens_before = 0
        self.tokens_after = 0
        self.saved = dict.fromkeys(COLUMNS, 0)
        self.stayed: Counter[tuple[str, str]] = Counter()
        self.warnings: dict[str, None] = {}
        self.problems: Counter[str] = Counter()
        self.first_problems: list[str] = []
        self.kept: list[dict[str, Any]] = []

    def counted(self, done: Iterable[Done], *, keep: bool = False) -> Iterator[Done]:
        """The same documents; with `keep` the figures of each are kept for a report."""
        for one in done:
            self.add(one)
            if keep:
                self.kept.append(figures(one, with_document=False, with_notes=False))
            yield one

    def add(self, one: Done) -> None:
        """Count one document."""
        self.documents += 1
        self.tokens_before += one.tokens_before
        self.tokens_after += one.tokens_after
        for name, tokens in savings_by_reach(one.notes).items():
            self.saved[name] += tokens
        self.stayed.update(stayed(one.notes))
        self.warnings |= dict.fromkeys(one.warnings)
        if one.document.problem:
            self.problems[one.document.problem] += 1
            if len(self.first_problems) < MOST_PROBLEMS:
                self.first_problems.append(f"{one.document.name}: {one.document.problem}")

    def lines(self) -> list[str]:
        """A few lines for people."""
        many = f"{self.documents} documents: " if self.documents != 1 else ""
        saved = f"{percent(self.tokens_after, self.tokens_before)} saved" if self.tokens_saved else "nothing saved"
        lines = [f"{many}{self.tokens_before} -> {self.tokens_after} tokens, {saved}"]
        if self.tokens_saved:
            lines.append(three_columns(self.saved))
        lines += [kept_line(reason, hint, count) for (reason, hint), count in self.stayed.most_common()]
        lines += [f"warning: {line}" for line in self.warnings]
        return lines + self.problem_lines()

    def problem_lines(self) -> list[str]:
        """Which documents went out as they came because they could not be read."""
        total = sum(self.problems.values())
        more = f" and {total - len(self.first_problems)} more" if total > len(self.first_problems) else ""
        return [f"left as they came: {', '.join(self.first_problems)}{more}"] if total else []

    @property
    def tokens_saved(self) -> int:
        """`tokens_before - tokens_after`."""
        return self.tokens_before - self.tokens_after


def three_columns(saved: Mapping[str, int]) -> str:
    """Saved tokens by class and reach."""
    return ", ".join(f"{words}: {saved[name]}" for name, words in COLUMNS.items())


def stayed(notes: Iterable[Note]) -> Counter[tuple[str, str]]:
    """Reasons and hints of texts that went out as they came or stayed large."""
    return Counter((note.reason, note.hint) for note in notes if note.change is None or note.hint)


def kept_line(reason: str, hint: str, count: int) -> str:
    """One such reason."""
    return f"{count} x {reason or 'no shorter form'}{f' -> {hint}' if hint else ''}"


def figures(one: Done, *, with_document: bool, with_notes: bool = True) -> dict[str, Any]:
    """One document as JSON: sizes, reasons, and where asked for itself."""
    from headroom.cli.shapes import batch_id

    known = batch_id(one.document.value)
    made: dict[str, Any] = {"name": one.document.name}
    made |= {} if known is None else {"id": known}
    made |= {
        "tokens_before": one.tokens_before,
        "tokens_after": one.tokens_after,
        "tokens_saved": one.tokens_before - one.tokens_after,
        "saved": savings_by_reach(one.notes),
        "problem": one.document.problem,
        "warnings": one.warnings,
    }
    if with_notes:
        made["notes"] = [note_record(note) for note in one.notes]
    else:
        made["stayed"] = {reason: count for (reason, _), count in stayed(one.notes).items()}
    if with_document:
        made["output"] = (
            one.output.decode("utf-8", "backslashreplace") if one.document.form == "text" else value_of(one)
        )
    return made


def note_record(note: Note) -> dict[str, Any]:
    """A note as JSON."""
    return {**asdict(note), "tokens_saved": note.tokens_saved}


def value_of(one: Done) -> Any:
    """What a document's output says, as JSON; its text where that is none."""
    import json

    try:
        return json.loads(one.output)
    except ValueError:
        return shown_text(one)


def shown_text(one: Done) -> str:
    """A document's output as text; bytes that are no UTF-8 as escapes."""
    return one.output.decode("utf-8", "backslashreplace")


def percent(after: int, before: int) -> str:
    """Share saved, as people read it."""
    return f"{savings_percent(after, before):.1f} %"

"""R35: CRLF, form feeds, NEL, U+2028 and byte order marks are content, in texts of every kind."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from headroom.engine import Engine
from tests.fuzzing import SETTINGS, findings
from tests.parts import changes
from tests.samples import Sample, ask, samples, shared_samples

MOST_CHARS = 5_000
KINDS = ("build_log", "code", "csv", "diff", "html", "log", "markdown", "search", "sql_result", "stacktrace", "xml")


def sprinkled(text: str, character: str) -> str:
    """`text` with `character` at the ends of some lines and within others."""
    random = Random(len(text))
    lines = text.split("\n")
    for _ in range(max(1, len(lines) // 8)):
        row = random.randrange(len(lines))
        place = random.choice([0, len(lines[row]), random.randint(0, len(lines[row]))])
        lines[row] = lines[row][:place] + character + lines[row][place:]
    return "\n".join(lines)


SAVED: dict[str, Callable[[str], str]] = {
    "CRLF": lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
    "form feeds": lambda text: sprinkled(text, "\f"),
    "vertical tabs": lambda text: sprinkled(text, "\v"),
    "NEL": lambda text: sprinkled(text, "\x85"),
    "U+2028": lambda text: sprinkled(text, "\u2028"),
    "a byte order mark": lambda text: "\ufeff" + text,
    "byte order marks within": lambda text: sprinkled(text, "\ufeff"),
    "all of them": lambda text: sprinkled(sprinkled("\ufeff" + text.replace("\n", "\r\n"), "\f"), "\u2028\x85"),
}
every_way = pytest.mark.parametrize("way", SAVED)
SMALL = tuple(sample for sample in samples() if len(sample.text) <= MOST_CHARS)


def class_of(text: str) -> tuple[str, str | None]:
    """Kind and class of what becomes of one text."""
    messages = ask(text)
    [change] = changes(messages, Engine(**SETTINGS).prepare(messages))
    return change.note.kind, change.note.change


def check(sample: Sample, way: str) -> None:
    """The laws hold for a text that was saved again."""
    text = SAVED[way](sample.text)
    assert not list(findings(sample.text, text)), f"{sample.id}, {way}"


@every_way
def test_records_saved_with_other_line_ends_obey_the_laws(way: str) -> None:
    for sample in SMALL[::2] if way != "CRLF" else SMALL:
        check(sample, way)


@pytest.mark.shared_data
@every_way
def test_real_records_saved_with_other_line_ends_obey_the_laws(way: str) -> None:
    for number, kind in enumerate(KINDS):
        found = list(shared_samples(kind, most_chars=MOST_CHARS))
        check(found[(7 * number + len(way)) % len(found)], way)


@pytest.mark.parametrize("sample", SMALL, ids=lambda sample: sample.id)
def test_windows_line_ends_and_a_byte_order_mark_do_not_change_the_class(sample: Sample) -> None:
    plain = class_of(sample.text)

    assert class_of(SAVED["CRLF"](sample.text)) == plain
    if not sample.text.startswith("[("):  # Python tuples, which a byte order mark makes something else
        assert class_of("\ufeff" + sample.text)[1] in (plain[1], None)


def test_no_form_feed_or_line_separator_is_taken_for_progress() -> None:
    for character in ("\f", "\v", "\x85", "\u2028", "\ufeff", "\r\n"):
        text = character.join(f"{percent} % done, {percent * 7} files" for percent in range(0, 100, 5))
        [change] = changes(ask(text), Engine(**SETTINGS).prepare(ask(text)))
        assert change.note.change != "display"
        assert not list(findings(text, text))

"""Golden files: title, input and expected output, divided by a line with a dot; `--update-golden` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from headroom.compressors.json_text import JsonCompressor
from headroom.compressors.outline import outline
from headroom.tokenizers import built_in_counter
from tests.engines import new_engine
from tests.samples import ask
from tests.shown import check_shown

FOLDER = Path(__file__).parent
SETTING = re.compile(r"(question|target): (.*)\n")


@dataclass(slots=True)
class Case:
    """One case of a golden file."""

    file: str
    title: str
    given: str = field(repr=False)
    expected: str = field(repr=False)

    @property
    def settings(self) -> dict[str, str]:
        """Lines such as `question: ...` before the input."""
        return dict(SETTING.findall(self.given))

    @property
    def text(self) -> str:
        """The input without its settings."""
        return SETTING.sub("", self.given)


def read_cases(file: str) -> Iterator[Case]:
    """All cases of a file."""
    _, *blocks = (FOLDER / file).read_text(encoding="utf-8").split("\n## ")
    for block in blocks:
        title, _, rest = block.partition("\n")
        given, _, expected = rest.partition("\n.\n")
        yield Case(file, title, given.strip("\n"), expected.strip("\n"))


def write_case(case: Case) -> None:
    """Put what came out into the file."""
    path = FOLDER / case.file
    head, *blocks = path.read_text(encoding="utf-8").split("\n## ")
    blocks = [
        f"{case.title}\n\n{case.given}\n.\n{case.expected}\n" if block.partition("\n")[0] == case.title else block
        for block in blocks
    ]
    path.write_text("\n## ".join([head, *blocks]), encoding="utf-8", newline="\n")


def table_text(case: Case) -> str:
    """The shortest exact form."""
    return JsonCompressor(counter=built_in_counter()).compress(case.text).compressed


def chosen_rows(case: Case) -> str:
    """What is sent where the model can retrieve the rest."""
    settings = case.settings
    messages = ask(case.text, settings.get("question", "Look at this."))
    result = new_engine().prepare(messages, retrieval="tool", target_tokens=int(settings.get("target", "80")))
    text = str(result.messages[2]["content"])
    check_shown(text, case.text)
    return text


def as_sent(case: Case) -> str:
    """What is sent: exact forms, or with `question:` or `target:` before the input, what the choice leaves."""
    settings = case.settings
    facts: dict[str, Any] = {"target_tokens": int(settings.get("target", "80"))} if settings else {}
    if settings:
        facts["retrieval"] = "tool"
    messages = ask(case.text, settings.get("question", "Look at this."), tool="run")
    return str(new_engine().prepare(messages, **facts).messages[2]["content"])


def sent_dense(case: Case) -> str:
    """What is sent where dense logs are asked for."""
    return str(new_engine(dense_logs=True).prepare(ask(case.text, tool="run")).messages[2]["content"])


def outlined(case: Case) -> str:
    """The outline where a tool's profile asks for it."""
    return outline(case.text).text


MAKERS: dict[str, Callable[[Case], str]] = {
    **{path.name: as_sent for path in sorted(FOLDER.glob("*.md"))},
    "json.md": table_text,
    "log_dense.md": sent_dense,
    "outline.md": outlined,
    "rows.md": chosen_rows,
}
CASES = [case for file in MAKERS for case in read_cases(file)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.title}")
def test_golden(case: Case, request: pytest.FixtureRequest) -> None:
    made = MAKERS[case.file](case)
    if request.config.getoption("--update-golden"):
        case.expected = made
        write_case(case)

    assert made == case.expected


def test_there_are_enough_cases_and_titles_are_unique() -> None:
    titles = [(case.file, case.title) for case in CASES]

    assert len(titles) == len(set(titles))
    assert len(list(read_cases("json.md"))) >= 15
    assert len(list(read_cases("rows.md"))) >= 5

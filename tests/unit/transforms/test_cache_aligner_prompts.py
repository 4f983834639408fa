"""The prompts of `test_cache_aligner_prompts.md`: what goes out, and that another day changes the tail only."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from headroom.transforms.cache_aligner import CacheAligner

FILE = Path(__file__).with_suffix(".md")
SEPARATOR = "\n\n---\n[Dynamic Context]\n"
DAYS = (
    {
        "date": "2025-04-06",
        "long": "Sunday, 6 April 2025",
        "german": "Sonntag, der 6. April 2025",
        "cjk": "2025年4月6日",
        "time": "10:22:31",
        "iso": "2025-04-06T10:22:31Z",
        "ctime": "Sun Apr  6 10:22:31 2025",
        "uuid": "7d3f0c9a-1b2e-4c5d-8e9f-0a1b2c3d4e5f",
        "session": "sess_8f3k2x9q",
    },
    {
        "date": "2026-12-24",
        "long": "Thursday, 24 December 2026",
        "german": "Donnerstag, der 24. Dezember 2026",
        "cjk": "2026年12月24日",
        "time": "0:05:00",
        "iso": "2026-12-24T00:05:00Z",
        "ctime": "Thu Dec 24 00:05:00 2026",
        "uuid": "00000000-0000-4000-8000-000000000000",
        "session": "sess_a1b2c3d4e5f6",
    },
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One case of the file."""

    title: str
    given: str = field(repr=False)
    expected: str = field(repr=False)

    def on(self, day: dict[str, str]) -> str:
        """The prompt as it is on a day."""
        text = self.given
        for name, value in day.items():
            text = text.replace(f"@{name}@", value)
        return text.replace("\n", "\r\n") if "Windows" in self.title else text


def read_prompts() -> list[Prompt]:
    """All cases of the file."""
    found = []
    for block in FILE.read_text(encoding="utf-8").split("\n=== ")[1:]:
        title, _, rest = block.partition("\n")
        given, _, expected = rest.partition("\n.\n")
        found.append(Prompt(title, given.strip("\n"), expected.strip("\n")))
    return found


def write_prompt(prompt: Prompt, made: str) -> None:
    """Put what came out into the file."""
    head, *blocks = FILE.read_text(encoding="utf-8").split("\n=== ")
    blocks = [
        f"{prompt.title}\n\n{prompt.given}\n.\n{made}\n" if block.partition("\n")[0] == prompt.title else block
        for block in blocks
    ]
    FILE.write_text("\n=== ".join([head, *blocks]), encoding="utf-8", newline="\n")


PROMPTS = read_prompts()
every_prompt = pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.title)


def aligned(text: str) -> str:
    """What goes out for a system text."""
    return str(CacheAligner().align([{"role": "system", "content": text}]).messages[0]["content"])


@every_prompt
def test_prompts_go_out_as_written_here(prompt: Prompt, request: pytest.FixtureRequest) -> None:
    made = aligned(prompt.on(DAYS[0])).replace("\r\n", "\n")
    if request.config.getoption("--update-golden"):
        write_prompt(prompt, made)
    else:
        assert made == prompt.expected


@every_prompt
def test_another_day_changes_nothing_before_the_tail(prompt: Prompt) -> None:
    one, other = (aligned(prompt.on(day)) for day in DAYS)

    if SEPARATOR in one:
        assert one.partition(SEPARATOR)[0] == other.partition(SEPARATOR)[0]
        assert SEPARATOR in other
    else:
        assert (one, other) == (prompt.on(DAYS[0]), prompt.on(DAYS[1]))


@every_prompt
def test_what_moved_is_all_there_and_in_order(prompt: Prompt) -> None:
    text = prompt.on(DAYS[0])

    steady, _, tail = aligned(text).partition(SEPARATOR)

    assert sorted(f"{steady} {tail}".split()) == sorted(text.split())
    places = [text.replace("\r", "").index(line) for line in tail.replace("\r", "").split("\n") if line]
    assert places == sorted(places)


@every_prompt
def test_the_aligned_is_left_alone(prompt: Prompt) -> None:
    made = aligned(prompt.on(DAYS[0]))

    assert aligned(made) == made

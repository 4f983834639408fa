"""What of a system text is nothing but dynamic, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.analysis.dynamic_spans import dynamic_spans
from headroom.analysis.dynamic_units import Rules
from headroom.analysis.dynamic_values import entropy, is_id
from tests.strategies import odd_texts, tool_texts


def found(text: str, rules: Rules | None = None) -> list[str]:
    """What the spans say."""
    return [text[span.start : span.end] for span in dynamic_spans(text, rules)]


@pytest.mark.parametrize(
    "unit",
    [
        "Current Date: 2025-04-06",
        "current_date: 2025-04-06T10:22:31.123456+00:00",
        "CURRENT TIME = 10:22:31 UTC",
        "Current date (YYYY-MM-DD): 2025-04-06",
        "Today's date is April 6th, 2025.",
        "Today is Sunday.",
        "Today is Sunday, 6 April 2025.",
        "It's now 10:22 AM.",
        "The current date and time is Sun Apr  6 10:22:31 2025.",
        "The current local time is Mon, 07 Apr 2025 10:11:12 GMT",
        "Current timestamp: 1743935551",
        "Now: 2025-04-06 10:22 (Europe/Berlin)",
        "Heute ist Sonntag, der 6. April 2025.",
        "Aktuelles Datum: 6. April 2025, 10:22 Uhr",
        "Nous sommes le dimanche 6 avril 2025.",
        "Fecha actual: 6 de abril de 2025",
        "Hoje é 6 de abril de 2025.",
        "Oggi è domenica 6 aprile 2025.",
        "当前时间：2025年4月6日 星期日",
        "今天是2025年4月6日。",
        "Session ID: 7d3f0c9a-1b2e-4c5d-8e9f-0a1b2c3d4e5f",
        "session_id=sess_8f3k2x9q",
        "Your conversation ID is conv-20250406-x7.",
        "Trace ID: 4bf92f3577b34da6a3ce929d0e0e4736",
        "Request ID: `req_011CSHoEeqs5C35K2UUqR7Fy`",
        "[Current date: 2025-04-06]",
        "(Session ID: ab12cd34)",
        "**Today:** Sunday, April 6, 2025",
        "<current_time>10:22:31</current_time>",
        "Session ID: ab12cd34 | Current time: 10:22",
    ],
)
def test_a_line_that_is_nothing_but_dynamic_is_found(unit: str) -> None:
    assert found(f"Be kind.\n\n{unit}\n\nBe brief.") == [unit]


@pytest.mark.parametrize(
    "line",
    [
        "The API changed on 2024-01-01.",
        "Use version 2.3.1 of the SDK.",
        "Knowledge cutoff: 2024-06",
        "Last updated: 2024-05-01",
        "Deadline: 2025-04-06",
        "Version: 2025-04-06",
        "Build: 20250406.3",
        "Today is the deadline.",
        "Today is Sunday, and the market is closed.",
        "Current date: unknown",
        "Current date: {current_date}",
        "Current date: 2025-04-06, unless the user says otherwise",
        "Session ID: required",
        "Session ID: 2.3.1",
        "Session ID: your-session-id",
        "The session ID is the id of the session.",
        "If the current date: 2025-04-06 is a holiday, say so.",
        "As of 2025-04-06 prices are final.",
        "Say 'Hi. Today is Sunday.' and wait.",
        'Say "Hi. Today is Sunday." and wait.',
        "Say 'Hi. Today is Sunday. Bye.' and wait.",
        'Say "Hi. Today is Sunday. Bye." and wait.',
        "Say “Hi. Today is Sunday. Bye.” and wait.",
        "Say `Hi. Today is Sunday. Bye.` and wait.",
        "Say hello (as in: hi. Today is Sunday. Bye.) and wait.",
        "> Current date: 2025-04-06",
        "> They wrote. Today is Sunday. Bye.",
        "| Current date: 2025-04-06 |",
        "1. Current date: 2025-04-06",
        "        Current date: 2025-04-06",
        '"current_date": "2025-04-06",',
        "User: Current date: 2025-04-06",
        "Date: 2025-04-06",
        "Timestamp: 1743935551",
        "2025-04-06",
        "Current date: 2025-04-06. It is a Sunday.",
        "Current date: 2025-04-06. Use it for all answers.",
        "Current date: 2025-04-06. Answer with respect to this date.",
    ],
)
def test_what_only_looks_like_it_stays(line: str) -> None:
    assert found(f"Be kind.\nSay so.\n\n{line}\n\nGo on.\nBe brief.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Example:\nCurrent date: 2025-04-06\nGo.",
        "For example:\n\nCurrent date: 2025-04-06\n\nGo.",
        "Examples:\n\nThe first one.\nCurrent date: 2025-04-06\nGo.",
        "## Example\nCurrent date: 2025-04-06\n### One\nCurrent time: 10:22\nGo.",
        "<document>\nCurrent date: 2025-04-06\n</document>\nGo.",
        "<context><example>\nCurrent date: 2025-04-06\n</example></context>\nGo.",
        "~~~\nCurrent date: 2025-04-06\n~~~\nGo.",
        "Q: when?\nA: now.\nCurrent date: 2025-04-06\n\nGo.",
        "Level: ERROR\nSession ID: ab12cd34\nGo.",
        "Session ID: ab12cd34\nGo.\nSession ID: ef56ab78\nGo.",
        "The meeting is at:\nCurrent time: 10:22\n\nGo.",
        "Current date: 2025-04-06\nUse this date for deadlines.",
    ],
)
def test_what_stands_in_examples_documents_and_records_stays(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("## Example\nx\n## Rules\nToday is Sunday.\nGo.", ["Today is Sunday."]),
        ("<example>\nx\n</example>\nToday is Sunday.\nGo.", ["Today is Sunday."]),
        ("Use <query> here.\nToday is Sunday.\nGo.", ["Today is Sunday."]),
        ("Date: 2025-04-06\nTime: 10:22\n\nGo.", ["Date: 2025-04-06", "Time: 10:22"]),
        ("Context:\n- Date: 6/4/2025\n- Now: 10:22\n\nGo.", ["Context:", "- Date: 6/4/2025", "- Now: 10:22"]),
        ("# Session\nSession ID: ab12cd34\n# Rules\nGo.", ["# Session", "Session ID: ab12cd34"]),
        ("# Rules\nToday is Sunday.\n# More\nGo.", ["Today is Sunday."]),
        ("Go. Current Date: 2025-04-06 Always cite.", ["Current Date: 2025-04-06"]),
        ("Go. Current Date: 2025-04-06 always cite.", []),
        ("Today: 2025-04-06\nToday is April 6, 2025.\nGo.", ["Today: 2025-04-06", "Today is April 6, 2025."]),
        ("Today is Sunday.\r\nGo.\r\n", ["Today is Sunday."]),
    ],
)  # fmt: skip
def test_what_stands_around_decides(text: str, units: list[str]) -> None:
    assert found(text) == units


def test_a_number_of_units_is_data() -> None:
    assert len(found("Go.\nToday is Sunday.\n" * 60)) == 60
    assert found("Go.\nToday is Sunday.\n" * 70) == []
    assert found("Today is Sunday. " * 70) == []


@given(text=st.one_of(tool_texts(), odd_texts(), st.text()))
def test_spans_are_in_order_and_within_the_text(text: str) -> None:
    spans = dynamic_spans(text)

    places = [place for span in spans for place in (span.start, span.end)]
    assert places == sorted(places)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


def test_ids_are_told_by_form_or_by_how_random_they_are() -> None:
    assert entropy("") == entropy("aaaa") == 0.0
    assert entropy("abcd") == 1.0
    assert is_id("a1a1a1b2_z", 0.6)
    assert not is_id("a1a1a1b2_z", 0.99)
    assert is_id("aBcDeFgHiJ", 0.7)
    assert not is_id("required", 0.0)
    assert not is_id("camelCase", 0.0)

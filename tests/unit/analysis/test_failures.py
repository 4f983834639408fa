from __future__ import annotations

import pytest

from headroom.analysis.failures import failure_in, failure_word


@pytest.mark.parametrize(
    "text", ["Connection refused", "java.io.IOException: gone", "2 errors found", "request timed out", "build FAILED"]
)
def test_a_message_that_reports_a_failure_is_told(text: str) -> None:
    assert failure_word(text)


@pytest.mark.parametrize("text", ["0 errors", "finished without errors", "errors: 0", "terrorist", "no failures", ""])
def test_a_message_that_denies_a_failure_is_not(text: str) -> None:
    assert failure_word(text) is None


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("http.statusCode", "503", "status 503"),
        ("level", "ERROR", "level ERROR"),
        ("result.error_message", "boom", "error"),
        ("job.state", "CrashLoopBackOff", "state CrashLoopBackOff"),
        ("ok", False, "ok false"),
        ("", "panic: nil map", "panic"),
    ],
)
def test_fields_levels_states_and_codes_report_failures(path: str, value: object, reason: str) -> None:
    assert failure_in(path, value) == reason


@pytest.mark.parametrize(
    ("path", "value"),
    [("status", "200"), ("errors", "0"), ("error", None), ("error", ""), ("errors", ()), ("zip", "404"), ("ok", True)],
)
def test_what_is_empty_fine_or_no_such_field_reports_nothing(path: str, value: object) -> None:
    assert failure_in(path, value) is None

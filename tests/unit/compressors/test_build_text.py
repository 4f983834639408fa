"""Build output and stack traces: exact forms come back to the byte, failures stay when lines are chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.build_lines import build_severity
from headroom.compressors.build_text import BuildCompressor
from headroom.compressors.limits import Limits
from headroom.compressors.plain_text import PlainTextCompressor
from headroom.markers import handle_of
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter
from tests.decoders import BYTES
from tests.samples import shared_samples
from tests.shown_lines import check_lines

COUNTER = built_in_counter()
Made = BuildCompressor | PlainTextCompressor
BUILD = BuildCompressor(counter=COUNTER)
PLAIN = PlainTextCompressor(counter=COUNTER)


def selected(text: str, tokens: int = 400, compressor: Made = BUILD) -> CompressionResult:
    """What stays of `text` where the rest can be retrieved."""
    limits = Limits(tokens=tokens, above_tokens=tokens, handle=handle_of(text), is_asked=True, by_tool=True)
    return compressor.select(text, compressor.compress(text), limits)


def session(passing: int, failing: tuple[str, ...]) -> str:
    """A pytest session."""
    names = [f"tests/test_{'abcdefghij'[i % 10]}.py::test_case_{i}" for i in range(passing)]
    lines = ["===== test session starts =====", f"collected {passing + len(failing)} items", ""]
    lines += [f"{name} PASSED [{i * 100 // passing:3}%]" for i, name in enumerate(names)]
    lines += [f"tests/test_x.py::{name} FAILED [100%]" for name in failing]
    lines += ["", "===== FAILURES ====="]
    for name in failing:
        lines += [f"____ {name} ____", "", f"    def {name}():", "        value = compute()"]
        lines += [">       assert value == 7", "E       assert 6 == 7", f"E        +  where 6 = {name}.value"]
        lines += ["", "tests/test_x.py:12: AssertionError"]
    lines += ["===== short test summary info ====="]
    lines += [f"FAILED tests/test_x.py::{name} - assert 6 == 7" for name in failing]
    return "\n".join([*lines, f"===== {len(failing)} failed, {passing} passed in 3.21s =====", ""])


def test_failing_tests_with_their_reason_and_the_summary_stay_and_passing_ones_go() -> None:
    text = session(300, ("test_total", "test_refund"))

    made = selected(text).compressed

    for line in text.split("\n"):
        if "FAILED" in line or line.startswith(("E   ", "____", ">   ")) or "failed, 300 passed" in line:
            assert line in made.split("\n")
    assert made.count("PASSED") < 20
    assert COUNTER.count_text(made) < 900


def test_every_failing_test_is_named_when_there_are_many() -> None:
    names = tuple(f"test_{a}{b}" for a in "bdfgklm" for b in ("alpha", "beta", "gamma", "delta"))

    made = selected(session(300, names), tokens=1500).compressed

    assert all(f"FAILED tests/test_x.py::{name} " in made for name in names)


def test_of_a_trace_the_exceptions_and_own_frames_stay() -> None:
    library = [f"\tat org.springframework.web.Filter{i}.doFilter(Filter{i}.java:{i + 7})" for i in range(200)]
    own = "\tat com.shop.OrderService.total(OrderService.java:42)"
    lines = ["com.shop.OrderFault: cannot total", *library[:90], own, *library[90:]]
    text = "\n".join([*lines, "Caused by: java.io.IOException: disk full", *library[:30]])

    made = selected(text, tokens=300)

    assert made.kind == "stack_trace"
    for line in ("com.shop.OrderFault: cannot total", own, "Caused by: java.io.IOException: disk full"):
        assert line in made.compressed.split("\n")
    assert made.compressed_tokens < 700


@pytest.mark.parametrize(
    ("line", "fails"),
    [
        ("E       assert 6 == 7", True),
        ("a.c:3:5: error: 'x' undeclared", True),
        ("test b ... FAILED", True),
        ("  ✕ adds (3 ms)", True),
        ("--- FAIL: TestB (0.00s)", True),
        ("npm ERR! code ERESOLVE", True),
        ("java.lang.IllegalStateException: queue", True),
        ("  CC       util/error.lo", False),
        ("tests/test_errors.py::test_failed_login PASSED [ 3%]", False),
        ("Compiling thiserror v1.0", False),
        ("0 errors, 3 warnings", False),
        ("Tests run: 5, Failures: 0, Errors: 0, Skipped: 0", False),
    ],
)
def test_which_lines_report_a_failure(line: str, fails: bool) -> None:
    assert (build_severity(line) is not None) == fails


BLOCKS = st.lists(
    st.sampled_from(
        (
            "tests/test_a.py::test_b PASSED [ 10%]",
            "make[1]: Entering directory '/x'",
            "   Compiling serde v1.0.1\r",
            "",
            "E   \u2028 \x85 \x0c \ud800",
            "\ufeff[3 log lines; a letter stands for its pattern, the words beside it fill {}]",
            "[12 log lines; a letter stands for its pattern, the words beside it fill {}]",
        )
    )
    | st.builds("worker {} took {} ms".format, st.integers(0, 99), st.integers(0, 999)),
    max_size=60,
)


@given(lines=BLOCKS, end=st.sampled_from(("", "\n")))
def test_the_exact_form_comes_back_to_the_byte_and_is_left_alone(lines: list[str], end: str) -> None:
    text = "\n".join(lines) + end
    for compressor in (BUILD, PLAIN):
        result = compressor.compress(text)
        read = BYTES[result.strategy] if result.was_modified else str

        assert read(result.compressed) == text
        assert compressor.compress(result.compressed).compressed is result.compressed


def test_a_build_of_many_like_lines_becomes_patterns() -> None:
    text = "\n".join(f"[{i}/400] Building CXX object src/core/CMakeFiles/core.dir/unit{i}.cpp.o" for i in range(400))

    result = BUILD.compress(text)

    assert result.strategy == "log_table"
    assert result.compressed_tokens < 0.85 * result.original_tokens


def test_prose_is_not_cut_to_lines() -> None:
    words = ["prose", "has", "sentences", "that", "follow", "each", "other", "but", "no", "lines"]
    text = "\n\n".join(" ".join(words[i * j % 10] for j in range(90)) + f" {i}." for i in range(60))

    assert selected(text, compressor=PLAIN).compressed is text


def test_lines_of_no_known_kind_are_chosen() -> None:
    text = "\n".join(f"{i:08x}: {i * 7919 % 65536:04x} {i * 31 % 65536:04x} ....." for i in range(2000))

    result = selected(text, compressor=PLAIN)

    assert result.change == "left_out"
    assert result.compressed_tokens < 600
    check_lines(result.compressed, text)


@pytest.mark.shared_data
def test_real_builds_and_traces_come_back_to_the_byte() -> None:
    for sample in shared_samples("build_log", "stacktrace", most_chars=60_000):
        result = BUILD.compress(sample.text)

        assert (BYTES[result.strategy] if result.was_modified else str)(result.compressed) == sample.text


@pytest.mark.shared_data
def test_of_real_builds_and_traces_every_line_shown_is_in_its_place() -> None:
    for sample in shared_samples("build_log", "stacktrace", most_chars=150_000, one_in=2):
        result = selected(sample.text, tokens=600)
        if result.change == "left_out":
            check_lines(result.compressed, sample.text)

"""The compressors of single content types, by hand: limits take effect, law 4 goes before them, originals come back."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.api import retrieve
from headroom.config import (
    CodeCompressorConfig,
    DiffCompressorConfig,
    LogCompressorConfig,
    SearchCompressorConfig,
    TextCompressorConfig,
)
from headroom.errors import ConfigurationError, ValidationError
from headroom.markers import find_markers
from headroom.tokenizers import built_in_counter
from headroom.transforms import (
    CodeAwareCompressor,
    DiffCompressor,
    LogCompressor,
    SearchCompressor,
    TextCompressor,
)
from tests.samples import Sample, ask, samples, shared_samples
from tests.strategies import tool_texts

COUNTER = built_in_counter()
TIGHT: dict[str, Any] = {
    "search": SearchCompressor(SearchCompressorConfig(max_results=3, max_files=2, max_matches_per_file=1)),
    "log": LogCompressor(LogCompressorConfig(max_lines=8, min_lines=0, max_errors=2, context_lines=1)),
    "diff": DiffCompressor(DiffCompressorConfig(min_lines=0, max_context_lines=0, max_files=1, max_hunks_per_file=1)),
    "text": TextCompressor(TextCompressorConfig(max_lines=6, keep_first_lines=2, keep_last_lines=1, target_tokens=60)),
    "code": CodeAwareCompressor(CodeCompressorConfig(min_tokens_for_compression=0, max_body_lines=1)),
}
every_compressor = pytest.mark.parametrize("name", TIGHT)
OWN_KINDS = {
    "search": ("search", "search_results", "file_list"),
    "log": ("log", "build_log", "stacktrace"),
    "diff": ("diff", "git_diff"),
    "text": ("markdown", "text", "prose"),
    "code": ("code", "source_code"),
}


def check_result(name: str, text: str, question: str) -> None:
    """What holds for every compressor and every text."""
    result = TIGHT[name].compress(text, context=question)

    assert result.original is text
    assert result.compressed_tokens == COUNTER.count_text(result.compressed) <= result.original_tokens
    assert result.original_tokens == COUNTER.count_text(text)
    assert (result.compressed is text) == (result.change is None)
    assert TIGHT[name].compress(result.compressed, context=question).compressed == result.compressed
    if result.change == "left_out":
        assert [marker.handle for marker in find_markers(result.compressed)][-1] == result.handle
        assert retrieve(result.handle, messages=ask(text)).text == text
        assert 0 <= result.items_kept <= result.items_total
    else:
        assert result.handle is None


@every_compressor
@given(text=tool_texts(), question=st.sampled_from(("", "which one failed with timeout 503?")))
def test_it_is_never_longer_does_nothing_twice_and_gives_back_the_original(name: str, text: str, question: str) -> None:
    check_result(name, text, question)


@every_compressor
@pytest.mark.parametrize("text", ["", "\n", "\n\n\n", "x", "\ud800", "\x00\n" * 30, "a\r\nb\r\n" * 20, " " * 3000])
def test_odd_texts_pass(name: str, text: str) -> None:
    check_result(name, text, "")


@pytest.mark.shared_data
@every_compressor
def test_the_same_holds_for_real_texts(name: str) -> None:
    for sample in shared_samples(*OWN_KINDS[name], most_chars=40_000, one_in=40):
        check_result(name, sample.text, "error timeout")


@every_compressor
def test_arguments_that_are_not_understood_are_refused(name: str) -> None:
    kind: Any = type(TIGHT[name])

    with pytest.raises(ValidationError):
        kind().compress(7)
    with pytest.raises(ConfigurationError):
        kind({"max_lines": 3})
    with pytest.raises(ConfigurationError):
        kind(retrieval="maybe")


@every_compressor
def test_a_fault_leaves_the_text_as_it_came_with_the_reason(name: str) -> None:
    class Broken(type(TIGHT[name])):  # type: ignore[misc]
        def made(self, task: Any) -> Any:
            raise RuntimeError("what people wrote")

    result = Broken().compress("some text")

    assert (result.compressed, result.reason) == ("some text", "failed_RuntimeError")


def lines_of(count: int, **others: str) -> list[str]:
    """Lines of a log that say nothing, but for some by their number."""
    return [
        others.get(f"n{n}", f"2025-04-06 10:00:{n % 60:02d} INFO worker {n % 7} polled queue") for n in range(count)
    ]


class TestLogs:
    def test_so_many_lines_stay_and_the_failure_is_one_of_them_with_its_context(self) -> None:
        log = "\n".join(lines_of(400, n250="2025-04-06 10:04:10 ERROR disk full on /var"))

        result = LogCompressor(LogCompressorConfig(max_lines=30, context_lines=2)).compress(log)

        assert "ERROR disk full on /var" in result.compressed
        assert 30 <= result.stats["lines_kept"] < 40
        assert result.stats["errors"] == result.stats["errors_kept"] == 1
        assert (result.original_line_count, result.format_detected) == (400, "log")
        assert result.compression_ratio < 0.2

    def test_one_of_every_kind_of_failure_stays_whatever_max_errors_says(self) -> None:
        kinds = ("disk full", "connection refused by db", "permission denied for user", "certificate has expired")
        others = {f"n{n}": f"2025-04-06 10:00:00 ERROR {kinds[n % 4]}" for n in range(40, 120)}

        few = LogCompressor(LogCompressorConfig(max_errors=0, context_lines=0)).compress(
            "\n".join(lines_of(300, **others))
        )
        many = LogCompressor(LogCompressorConfig(max_errors=20, context_lines=0)).compress(few.original)

        assert all(f"ERROR {kind}" in few.compressed for kind in kinds)
        assert few.stats["errors_kept"] < many.stats["errors_kept"] == 20
        assert "lines that report failures: 80, of them not shown" in few.compressed

    def test_warnings_and_traces_have_limits_of_their_own(self) -> None:
        trace = 'Traceback (most recent call last):\n  File "a.py", line {0}, in f\n    g()\nValueError: bad value {0}'
        log = lines_of(1500)
        for n in range(30):
            log[50 * n] = f"2025-04-06 10:00:00 WARNING slow query {n}"
            log[50 * n + 25] = trace.format(n)
        text = "\n".join(log)

        few = LogCompressor(LogCompressorConfig(max_warnings=1, max_stack_traces=1, context_lines=0)).compress(text)
        many = LogCompressor(LogCompressorConfig(max_warnings=9, max_stack_traces=6, context_lines=0)).compress(text)

        # A single line between two that stay is shown, too: the line that would stand for it is longer.
        assert (few.stats["warnings_kept"] <= 3, many.stats["warnings_kept"]) == (True, 9)
        assert (few.stats["stack_traces_kept"], many.stats["stack_traces_kept"]) == (1, 6)
        assert few.stats["stack_traces"] == 30

    def test_failing_tests_and_the_summary_stay(self) -> None:
        run = ["============================= test session starts =============================="]
        run += [
            f"tests/test_shop.py::test_case_{n} {'FAILED' if n == 77 else 'PASSED'} [ {n % 100}%]" for n in range(300)
        ]
        run += ["=================================== FAILURES ===================================", "E   assert 3 == 4"]
        run += ["========================= 1 failed, 299 passed in 3.21s ========================="]

        result = LogCompressor(LogCompressorConfig(max_lines=20)).compress("\n".join(run))

        assert result.format_detected == "pytest"
        assert "tests/test_shop.py::test_case_77 FAILED" in result.compressed
        assert "1 failed, 299 passed in 3.21s" in result.compressed
        assert "E   assert 3 == 4" in result.compressed

    def test_short_logs_lose_no_line(self) -> None:
        log = "\n".join(lines_of(45))

        assert LogCompressor(LogCompressorConfig(max_lines=10)).compress(log).change != "left_out"
        assert LogCompressor(LogCompressorConfig(max_lines=10, min_lines=0)).compress(log).change == "left_out"

    def test_colours_go_and_that_is_told(self) -> None:
        result = LogCompressor().compress("\n".join(f"\x1b[32mstep {n}\x1b[0m done" for n in range(30)))

        assert "\x1b" not in result.compressed
        assert result.change == "display"


def grep(files: int, each: int) -> str:
    """Search results: so many matches in each of so many files."""
    return "\n".join(
        f"src/part_{file}/module_{file}.py:{10 * n + 1}:    value_{n} = compute(alpha_{file}, {n})"
        for file in range(files)
        for n in range(each)
    )


class TestSearch:
    @pytest.mark.parametrize("most", [10, 50])
    def test_the_number_of_matches_is_the_limit(self, most: int) -> None:
        result = SearchCompressor(SearchCompressorConfig(max_results=most)).compress(grep(20, 50))

        assert (result.original_match_count, result.compressed_match_count) == (1000, most)
        assert result.files_affected == 20
        assert result.change == "left_out"

    def test_the_older_name_is_the_same_setting(self) -> None:
        assert SearchCompressorConfig(max_total_matches=7).max_results == 7

    def test_matches_of_one_file_and_files_have_limits(self) -> None:
        each = SearchCompressor(SearchCompressorConfig(max_matches_per_file=2)).compress(grep(4, 30))
        files = SearchCompressor(SearchCompressorConfig(max_files=2)).compress(grep(6, 5))

        assert each.compressed_match_count == 8
        assert files.compressed_match_count == 10
        assert all(f"module_{file}.py" in files.compressed for file in range(6))  # the others by name, with counts

    def test_diversity_shows_files_and_without_it_what_fits_the_question_goes_first(self) -> None:
        text = grep(40, 5).replace("alpha_1", "timeout budget")  # in files 1 and 10 to 19: too many to be a name
        wide = SearchCompressor(SearchCompressorConfig(max_results=12)).compress(text, "timeout budget")
        narrow = SearchCompressor(SearchCompressorConfig(max_results=12, preserve_file_diversity=False)).compress(
            text, "timeout budget"
        )

        assert wide.compressed.count("timeout budget") < narrow.compressed.count("timeout budget") == 12

    def test_a_threshold_that_was_set_says_what_fits(self) -> None:
        text = grep(40, 5).replace("alpha_1", "timeout budget")
        question = "timeout in the planner of the quarterly figures"

        def shown(**settings: Any) -> int:
            config = SearchCompressorConfig(max_results=12, preserve_file_diversity=False, **settings)
            return SearchCompressor(config).compress(text, question).compressed.count("timeout")

        assert shown(relevance_threshold=0.99) < shown() == 12

    def test_what_the_question_names_stays_beyond_the_limit(self) -> None:
        text = grep(10, 20).replace("alpha_3", "ERR_QUOTA_77")

        result = SearchCompressor(SearchCompressorConfig(max_results=5)).compress(text, "where is ERR_QUOTA_77 raised?")

        assert "ERR_QUOTA_77" in result.compressed

    def test_few_matches_stay_all(self) -> None:
        assert SearchCompressor().compress(grep(3, 10)).compressed_match_count == 30


HUNK = "@@ -{at},21 +{at},21 @@\n{before}\n-    old_{n} = {n}\n+    new_{n} = {n}\n{after}"
CONTEXT = "\n".join(f"     unchanged line number {n} of the module" for n in range(10))


def diff(files: int, hunks: int) -> str:
    """A diff with ten lines of context."""
    parts = []
    for file in range(files):
        parts.append(f"diff --git a/src/f{file}.py b/src/f{file}.py\nindex 1a2b3c{file}..5d6e7f{file} 100644")
        parts.append(f"--- a/src/f{file}.py\n+++ b/src/f{file}.py")
        parts += [HUNK.format(at=100 * n + 1, before=CONTEXT, after=CONTEXT, n=f"{file}_{n}") for n in range(hunks)]
    return "\n".join(parts)


class TestDiffs:
    def test_every_changed_line_stays_and_context_is_cut(self) -> None:
        text = diff(3, 12)

        result = DiffCompressor().compress(text)

        shown = result.compressed.split("\n")
        assert all(line in shown for line in text.split("\n") if line[:2] in ("+ ", "- "))
        assert sum("unchanged line" in line for line in shown) == 3 * 12 * 4
        assert (result.files_affected, result.additions, result.deletions) == (3, 36, 36)
        assert (result.hunks_total, result.hunks_kept) == (36, 36)
        assert result.compression_ratio < 0.5

    def test_context_is_as_wide_as_was_set(self) -> None:
        shown = DiffCompressor(DiffCompressorConfig(max_context_lines=5)).compress(diff(3, 12)).compressed

        assert shown.count("unchanged line") == 3 * 12 * 10

    def test_limits_that_were_set_cut_hunks_and_files_and_all_are_named(self) -> None:
        text = diff(5, 4)
        hunks = DiffCompressor(DiffCompressorConfig(max_hunks_per_file=1)).compress(text)
        files = DiffCompressor(DiffCompressorConfig(max_files=2)).compress(text)

        assert (hunks.hunks_kept, files.hunks_kept) == (5, 8)
        assert "[lines 216-" in files.compressed.replace("\n", " ") or "src/f4.py" in files.compressed
        assert "3 hunks, +3 -3" in hunks.compressed

    def test_what_the_question_names_and_open_conflicts_stay(self) -> None:
        text = diff(5, 4).replace("+    new_4_3 = 4_3", "+<<<<<<< HEAD\n+    quota_limit_91 = 3")
        config = DiffCompressorConfig(max_files=1, max_hunks_per_file=1)

        assert "<<<<<<< HEAD" in DiffCompressor(config).compress(text).compressed
        assert "new_3_2" in DiffCompressor(config).compress(text, "why new_3_2?").compressed

    def test_generated_files_become_a_line(self) -> None:
        lock = diff(1, 12).replace("src/f0.py", "package-lock.json")

        result = DiffCompressor().compress(f"{diff(1, 2)}\n{lock}")

        assert "package-lock.json, generated, +12 -12" in result.compressed

    def test_short_diffs_lose_no_line(self) -> None:
        assert DiffCompressor().compress(diff(1, 2)).change != "left_out"


class TestText:
    def test_both_ends_stay_and_failures_between_them(self) -> None:
        words = ("amber", "birch", "cedar", "delta", "ember", "fjord")
        lines = [
            f"{words[n % 6]} note {n} about {words[(n * 7) % 6]} and {words[(n * 5) % 6]} {n * n}" for n in range(300)
        ]
        lines[150] = "the backup failed with exit code 3"
        config = TextCompressorConfig(max_lines=20, keep_first_lines=4, keep_last_lines=3)

        shown = TextCompressor(config).compress("\n".join(lines)).compressed.split("\n")

        assert [line in shown for line in lines[:4]] == [True] * 4
        assert [line in shown for line in lines[-3:]] == [True] * 3
        assert lines[150] in shown
        assert sum(line in shown for line in lines) < 40

    @pytest.mark.parametrize("target", [120, 400])
    def test_of_prose_the_passages_that_answer_stay_in_the_wanted_size(self, target: int) -> None:
        names = ("lantern", "crane", "mill", "library", "market", "tower", "bridge", "school")
        text = "\n\n".join(
            f"The {names[n % 8]} of quarter {n} was rebuilt in {1700 + n}. It stands there still, with {n} windows."
            for n in range(80)
        )
        result = TextCompressor(TextCompressorConfig(target_tokens=target)).compress(
            text, "When was the mill of quarter 42 rebuilt?"
        )

        assert "The mill of quarter 42 was rebuilt in 1742." in result.compressed
        assert result.strategy == "sentences"
        assert result.compressed_tokens < 1.5 * target

    def test_short_texts_stay(self) -> None:
        assert TextCompressor().compress("one\ntwo\nthree").compressed == "one\ntwo\nthree"


def body(n: int) -> str:
    """A function with documentation, statements and a handler."""
    steps = "\n".join(f"    step_{k} = compute_{k}(value, {n})" for k in range(12))
    docs = '    """Do the work.\n\n    In more words,\n    over several lines,\n    with details.\n    """\n'
    tried = "".join(f"        attempt_{k} = {k}\n" for k in range(4))
    handler = f"    try:\n{tried}    except OSError as error:\n        report(error)\n"
    return f"@traced\ndef work_{n}(value: int) -> int:\n{docs}{steps}\n{handler}    return value\n"


CODE = "import os\n\n\n" + "\n\n".join(map(body, range(6)))


class TestCode:
    def outline(self, question: str = "", **settings: Any) -> str:
        result = CodeAwareCompressor(CodeCompressorConfig(**settings)).compress(CODE, "python", question)
        ast.parse(result.compressed)
        assert (result.language, result.syntax_valid) == ("python", True)
        return result.compressed

    def test_signatures_decorators_imports_and_the_beginning_of_bodies_stay(self) -> None:
        shown = self.outline()

        assert all(f"@traced\ndef work_{n}(value: int) -> int:" in shown for n in range(6))
        assert "import os" in shown
        assert "step_4 = compute_4(value, 0)" in shown
        assert "step_5" not in shown
        assert "step_0" not in self.outline(max_body_lines=0)

    def test_documentation_stays_as_the_mode_says(self) -> None:
        assert "with details." in self.outline(docstring_mode="full")
        assert "Do the work." in self.outline()
        assert "with details." not in self.outline()
        assert "Do the work." not in self.outline(docstring_mode="remove", max_body_lines=0)

    def test_what_handles_errors_stays_unless_it_was_switched_off(self) -> None:
        assert self.outline().count("except OSError as error:\n        report(error)") == 6
        assert "except OSError" not in self.outline(preserve_error_handlers=False)

    def test_a_higher_rate_leaves_more(self) -> None:
        sizes = [COUNTER.count_text(self.outline(target_compression_rate=rate)) for rate in (0.2, 0.8)]

        assert sizes[0] < sizes[1] < COUNTER.count_text(CODE)

    def test_a_function_that_the_question_names_stays_whole(self) -> None:
        assert "step_11 = compute_11(value, 3)" in self.outline("what does work_3 give?")

    def test_small_and_unknown_code_stays(self) -> None:
        assert CodeAwareCompressor().compress("x = 1\n").reason == "below_min_tokens"
        assert CodeAwareCompressor().compress(CODE, "cobol").reason == "no_grammar_for_cobol"
        with pytest.raises(ConfigurationError):
            CodeAwareCompressor().compress(CODE, "")
        with pytest.raises(ValidationError):
            CodeAwareCompressor().compress(CODE, 3)  # type: ignore[arg-type]


@pytest.mark.shared_data
def test_outlines_of_real_python_parse() -> None:
    for sample in shared_samples("code", most_chars=30_000, one_in=9):
        result = TIGHT["code"].compress(sample.text)
        if result.language == "python" and result.change and parses(sample.text):
            assert parses(result.compressed), sample.id


def parses(text: str) -> bool:
    """Whether Python reads it."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.id)
def test_records_that_are_always_there(sample: Sample) -> None:
    for name in TIGHT:
        check_result(name, sample.text, "")


def test_results_show_no_content_and_say_the_documented_names() -> None:
    result = LogCompressor(LogCompressorConfig(max_lines=5, min_lines=0)).compress("\n".join(lines_of(200)))

    assert "polled queue" not in repr(result)
    assert result.ccr_hash == result.handle
    assert (result.tokens_before, result.tokens_after) == (result.original_tokens, result.compressed_tokens)
    assert result.savings_percent == pytest.approx(100 * (1 - result.compression_ratio))
    assert json.dumps(dict(result.stats))

"""`LogCompressor`: logs, builds and test runs by hand, with limits on lines, failures and warnings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom.compressors.build_lines import build_groups, build_severity
from headroom.compressors.build_text import BuildCompressor
from headroom.compressors.line_choice.choose import Severity
from headroom.compressors.line_choice.records import records_of
from headroom.compressors.line_choice.severity import is_warning, severity_of
from headroom.compressors.log_text import LogCompressor as LogForms
from headroom.config.compressors import LogCompressorConfig
from headroom.detection import detect
from headroom.results import CompressionResult
from headroom.transforms.public_compressor import ByHand, Made, Task
from headroom.transforms.public_lines import LineLimits, select_so_many
from headroom.transforms.public_result import LogCompressionResult, line_count

LOGS = ("log",)

# First match wins; each looks for what only one program prints.
PRINTERS = (
    ("pytest", r"^=+ (?:test session starts|FAILURES|short test summary info)|^(?:FAILED|ERROR) [^ \n]+\.py::"),
    ("unittest", r"^Ran [0-9]+ tests? in [0-9.]+s"),
    ("jest", r"^(?:Test Suites: |(?:PASS|FAIL) +[^ \n]+\.(?:[jt]sx?|mjs)\b)"),
    ("vitest", r"^ *Test Files +[0-9]+ "),
    ("mocha", r"^ +[0-9]+ passing\b"),
    ("cargo", r"^ +(?:Compiling|Checking) [a-z0-9_\-]+ v[0-9]|^(?:error|warning)\[E[0-9]+\]: |^test result: "),
    ("go", r"^--- (?:PASS|FAIL|SKIP): |^(?:ok|FAIL)  ?\t[^ \n]+\t|^=== RUN "),
    ("npm", r"^npm (?:ERR!|WARN|error|warn|notice)\b"),
    ("yarn", r"^yarn (?:install|run) v[0-9]"),
    ("maven", r"^\[(?:INFO|ERROR|WARNING)\] (?:BUILD |Tests run: |--- [a-z\-]+)"),
    ("gradle", r"^> Task :|^FAILURE: Build failed"),
    ("pip", r"^(?:Collecting [^ \n]+|Successfully installed )"),
    ("docker", r"^(?:Step [0-9]+/[0-9]+ :|#[0-9]+ \[)"),
    ("make", r"^make(?:\[[0-9]+\])?: "),
    ("gcc", r"^[^ \n:]+:[0-9]+:[0-9]+: (?:fatal )?(?:error|warning|note): "),
)
COMPILED = tuple((name, re.compile(pattern, re.ASCII | re.MULTILINE)) for name, pattern in PRINTERS)
NAMES_OF_KINDS = {"log": "log", "stack_trace": "stack_trace"}


class LogCompressor(ByHand[LogCompressorConfig, LogCompressionResult]):
    """Keeps failures, failing tests, traces, summaries and the first of every kind of line."""

    name = "log_compressor"
    config_type = LogCompressorConfig
    result_type = LogCompressionResult

    def made(self, task: Task) -> Made:
        """What becomes of a text that holds no marker of ours."""
        text = task.text
        kind = detect(text).kind.value
        is_log = kind in LOGS
        exact = (LogForms if is_log else BuildCompressor)(counter=self.counter).compress(text)
        result, shown = exact, None
        if exact.reason != "already_compressed" and line_count(text) > max(
            self.config.max_lines, self.config.min_lines
        ):
            result, shown = self.selected(task, exact, is_log=is_log)
        stats = counts(text, shown, severity_of if is_log else build_severity)
        return Made(result, {"format_detected": printer_of(text, kind), "stats": stats})

    def selected(
        self, task: Task, exact: CompressionResult, *, is_log: bool
    ) -> tuple[CompressionResult, Sequence[int] | None]:
        """The lines that matter, within the limits, and which they are."""
        config = self.config
        wanted = LineLimits(
            most_lines=config.max_lines,
            most_errors=config.max_errors,
            most_traces=config.max_stack_traces,
            most_warnings=config.max_warnings,
            context=config.context_lines,
        )
        return select_so_many(
            task.text,
            exact,
            self.limits(task),
            wanted,
            counter=self.counter,
            question=task.question,
            kind=exact.kind,
            encode=LogForms(counter=self.counter).shorter if is_log else None,
            protect=None if is_log else build_groups,
            severity=severity_of if is_log else build_severity,
        )


def printer_of(text: str, kind: str) -> str:
    """The program that printed a text."""
    for name, pattern in COMPILED:
        if pattern.search(text):
            return name
    return NAMES_OF_KINDS.get(kind, "generic")


def counts(text: str, shown: Sequence[int] | None, severity: Severity) -> dict[str, int]:
    """How many lines, failures and warnings a text has, and how many of them are shown.

    Args:
        shown: Positions of the lines shown; None where all are.
    """
    lines = text.removesuffix("\n").split("\n") if text else []
    visible = frozenset(range(len(lines)) if shown is None else shown)
    records = {item: "\n".join(lines[line] for line in item) for item in records_of(lines)}
    failing = [item for item, record in records.items() if severity(record)]
    warning = [item for item, record in records.items() if is_warning(record) and not severity(record)]
    return {
        "lines": len(lines),
        "lines_kept": len(visible),
        "errors": len(failing),
        "errors_kept": sum(item[0] in visible for item in failing),
        "warnings": len(warning),
        "warnings_kept": sum(item[0] in visible for item in warning),
        "stack_traces": sum(len(item) > 1 for item in failing),
        "stack_traces_kept": sum(len(item) > 1 and item[0] in visible for item in failing),
    }

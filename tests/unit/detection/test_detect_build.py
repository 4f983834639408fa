"""What builds, tests and crashes print is told from everything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.detection.build import FOLD, build_output, stack_trace
from headroom.detection.types import Probe
from tests.samples import shared_samples

BUILDS = {
    "pytest": "===== test session starts =====\nplatform linux -- Python 3.11\ncollected 2 items\n\n"
    "tests/test_a.py .F\n"
    "===== FAILURES =====\n___ test_b ___\n    def test_b():\n>       assert 1 == 2\nE       assert 1 == 2\n",
    "unittest": "test_a (tests.A.test_a) ... ok\ntest_b (tests.A.test_b) ... FAIL\n\nRan 2 tests in 0.001s\n",
    "jest": "PASS src/a.test.ts\nFAIL src/b.test.ts\n  ● adds\n\nTests:       1 failed, 1 passed, 2 total\n",
    "mocha": "  api\n    ✓ answers\n    1) fails\n\n  1 passing (3ms)\n  1 failing\n",
    "cargo": "   Compiling serde v1.0.1\n   Compiling app v0.1.0 (/app)\n"
    "error[E0425]: cannot find value `x`\n --> src/m.rs:2:5\n",
    "cargo test": "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\ntest result: FAILED. 1 passed; 1 failed\n",
    "go test": "=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n    b_test.go:5: got 1\n"
    "--- FAIL: TestB (0.00s)\n",
    "go build": "# example.com/app\n./main.go:3:2: undefined: x\n./main.go:4:2: error: y\n./main.go:5:2: error: z\n",
    "gcc": "a.c: In function 'f':\na.c:3:5: error: 'x' undeclared\n"
    "a.c:4:1: warning: control reaches end [-Wreturn-type]\n",
    "msvc": "C:\\src\\a.cpp(3): error C2065: 'x'\nC:\\src\\a.cpp(4): warning C4100: 'y'\n"
    "C:\\src\\b.cpp(9): error C2065: 'x'\n",
    "maven": "[INFO] Scanning for projects...\n[INFO] --- maven-compiler-plugin:3.1:compile ---\n"
    "[ERROR] BUILD FAILURE\n",
    "gradle": "> Task :compileJava UP-TO-DATE\n> Task :test FAILED\n\nFAILURE: Build failed with an exception.\n",
    "npm": "npm WARN deprecated a@1.0.0: old\nnpm ERR! code ERESOLVE\nnpm ERR! could not resolve\n",
    "pip": "Collecting requests\n  Downloading requests-2.0.tar.gz\nInstalling collected packages: requests\n",
    "make": "make[1]: Entering directory '/x'\ngcc -c a.c -o a.o\nmake[1]: *** [Makefile:3: a.o] Error 1\n",
    "tsc": "src/a.ts(1,5): error TS2345: Argument of type\nsrc/b.ts(2,5): error TS2322: Type\n"
    "src/b.ts(3,5): error TS2322: x\n",
    "eslint": "/app/a.js\n  1:1  error  Unexpected var  no-var\n"
    "  2:5  warning  Unused  no-unused-vars\n\n✖ 2 problems\n",
    "mypy": "a.py:1: error: Missing [no-untyped-def]\nb.py:2: note: Use it\n"
    "Found 1 error in 1 file (checked 2 source files)\n",
    "flake8": "./a.py:1:1: F401 'os' imported but unused\n./a.py:2:80: E501 line too long\n./b.py:1:1: W291 blanks\n",
}
TRACES = {
    "python": 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    f()\n'
    '  File "a.py", line 9, in f\n    raise ValueError(1)\nValueError: 1\n',
    "java": "java.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\n\tat a.B.d(B.java:2)\n"
    "Caused by: java.io.IOException\n"
    "\tat a.E.f(E.java:3)\n\t... 2 more\n",
    "javascript": "TypeError: x is not a function\n    at f (/app/a.js:1:2)\n"
    "    at Object.<anonymous> (/app/b.js:3:4)\n",
    "go": "panic: boom\n\ngoroutine 1 [running]:\nmain.f(...)\n\t/app/main.go:7 +0x1d\nmain.main()\n"
    "\t/app/main.go:3 +0x2a\n",
    "rust": "thread 'main' panicked at src/main.rs:2:5:\nboom\nstack backtrace:\n   0: std::panicking::begin_panic\n"
    "             at /rustc/1/library/std/src/panicking.rs:1:5\n   1: app::main\n             at ./src/main.rs:2:5\n",
    "php": "PHP Fatal error:  Uncaught Exception: x\nStack trace:\n#0 /app/a.php(3): f()\n"
    "#1 /app/a.php(7): g()\n#2 {main}\n",
    "c#": "System.InvalidOperationException: x\n   at App.B.C() in /app/B.cs:line 7\n"
    "   at App.Program.Main() in /app/P.cs:line 3\n",
}
OTHERS = {
    "prose": "The build failed on Monday.\nNobody knew why, and the error was never found.\nIt passed on Tuesday.\n",
    "source": "import os\n\ndef test_a():\n    # error: not handled\n    assert os\n\nclass TestB:\n    pass\n",
    "grep": "src/a.py:12:    raise ValueError\nsrc/b.py:9:def error():\nsrc/c.py:3:import failed\n",
    "markdown": "# How to test\n\n```\n===== test session starts =====\ncollected 2 items\n```\n\nThen read on.\n",
    "log": "2026-01-01 10:00:00 INFO started\n2026-01-01 10:00:01 ERROR failed\n2026-01-01 10:00:02 INFO done\n",
    "list": "- one\n- two\n- three\n",
}


def kind(text: str) -> str:
    """What the two rules say, in their order."""
    probe = Probe(text)
    found = stack_trace(probe) or build_output(probe)
    return found.kind.value if found else ""


@pytest.mark.parametrize("text", BUILDS.values(), ids=BUILDS)
def test_output_of_builds_and_tests_is_told(text: str) -> None:
    assert kind(text) == "build_output"
    assert kind(text.replace("\n", "\r\n")) == "build_output"


@pytest.mark.parametrize("text", TRACES.values(), ids=TRACES)
def test_stack_traces_are_told(text: str) -> None:
    assert kind(text) == "stack_trace"
    assert kind(text.replace("\n", "\r\n")) == "stack_trace"


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_other_texts_are_not_taken(text: str) -> None:
    assert kind(text) == ""


def test_a_text_with_folds_is_known_wherever_the_fold_stands() -> None:
    assert kind("x\n" * 100_000 + "[the 2 lines above, 7 times more]\n") == "build_output"
    assert FOLD.search("see [the 2 lines above, 7 times more]") is None


@given(text=st.text())
def test_no_text_is_too_odd(text: str) -> None:
    assert kind(text) in ("", "build_output", "stack_trace")


@pytest.mark.parametrize(
    "piece", ["a", " ", "at ", "(", "::", "a:1", "=", "_", "[", "\n", "at a(", "E   ", "1: ", "| ", "x/", '"', "-", ">"]
)
def test_texts_made_to_be_hard_are_of_some_type(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))

    assert kind(text) in ("", "build_output", "stack_trace")


@pytest.mark.shared_data
def test_real_outputs_of_other_kinds_are_not_taken() -> None:
    others = ("code", "csv", "html", "yaml", "markdown", "sql_result", "json_array")

    taken = [s.id for s in shared_samples(*others, most_chars=200_000, one_in=3) if kind(s.text)]

    assert taken == []


@pytest.mark.shared_data
def test_most_real_builds_and_traces_are_told() -> None:
    builds = [bool(kind(sample.text)) for sample in shared_samples("build_log")]
    traces = [kind(sample.text) == "stack_trace" for sample in shared_samples("stacktrace")]

    assert sum(builds) >= 0.7 * len(builds)
    assert sum(traces) >= 0.85 * len(traces)

"""Search results are told by paths that stand together with numbers that grow; lists by lines that are paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.search_groups import encode
from headroom.detection import ContentType, detect
from headroom.detection.search import file_list, looks_like_path, search_results
from headroom.detection.types import Probe
from tests.samples import samples, shared_samples

RESULTS = {
    "grep -rn": "src/app.py:3:import os\nsrc/app.py:14:    return os.getcwd()\nsrc/lib/io.py:2:import os\n",
    "grep -r": "src/app.py:import os\nsrc/app.py:    return os.getcwd()\nsrc/lib/io.py:import os\n",
    "grep -n": "3:import os\n14:    return os.getcwd()\n190:import os.path\n",
    "grep -n -C1": "2-\n3:import os\n4-import re\n--\n13-def here():\n14:    return os.getcwd()\n",
    "grep -rn -C1": "a.py-2-\na.py:3:import os\na.py-4-import re\n--\nb-2.py-1-# x[1:5:2]\nb-2.py:2:import os\n",
    "rg --heading": "src/app.py\n3:import os\n14:    return os.getcwd()\n\nsrc/lib/io.py\n2:import os\n",
    "rg --vimgrep": "src/app.py:3:8:import os\nsrc/app.py:14:12:    return os.getcwd()\nsrc/io.py:2:8:import os\n",
    "rg -c": "src/app.py:2\nsrc/lib/io.py:1\nsrc/main.py:12\n",
    "git grep": "HEAD:src/app.py:3:import os\nHEAD:src/app.py:14:x\nHEAD:src/lib/io.py:2:import os\n",
    "grep -Z": "src/app.py\x003:import os\nsrc/app.py\x0014:    return 1\nsrc/io.py\x002:import os\n",
    "Windows": "C:\\dir\\file.py:12:5: text\nC:\\dir\\file.py:13:1: more\nC:\\other dir\\b.py:1:1: text\n",
    "UNC": "\\\\host\\share\\a.py:12:text\n\\\\host\\share\\a.py:14:more\n\\\\host\\share\\b.py:1:text\n",
    "with errors": "grep: /root: Permission denied\na/b.c:3:int x;\na/b.c:9:int y;\na/c.c:1:int z;\n",
    "wrapped": "<returncode>0</returncode>\n<output>\na/b.c:3:int x;\na/b.c:9:int y;\na/c.c:1:z\n</output>\n",
}
LISTS = {
    "find": "./setup.py\n./src/app.py\n./src/lib/io.py\n./README\n",
    "ls of files": "app.py\nio.py\nmain.py\n",
    "absolute": "/usr/lib/os-release\n/usr/lib/libc.so\n/usr/share/doc\n",
    "ls -l": "total 8\n-rw-r--r-- 1 root root 58 May  6  2025 a\ndrwxr-xr-x 2 root root 4096 May  6 10:00 b c\n"
    "-rw-r--r--@ 1 me  staff  3 Dec  3 16:13 c\n-rw-r--r-- 1 root root 0 May  6  2025 d\n",
    "tree": ".\n├── a.py\n├── src\n│   ├── b.py\n│   └── c.py\n└── d.py\n",
}
OTHERS = {
    "log": "2024-01-01T10:00:01 INFO a/b.py:3: x\n2024-01-01T10:00:02 INFO a/b.py:9: y\n2024-01-01T10:01:00 INFO z\n",
    "syslog": "Jan  1 10:00:01 host a: x\nJan  1 10:00:02 host a: y\nJan  1 10:00:03 host a: z\n",
    "access log": '10.0.0.1 - - [10/Oct/2023:08:32:31 +0000] "GET /"\n' * 4,
    "compiler": "a/b.c:3:5: error: x\na/b.c:9:1: warning: y\na/c.c:1:1: error: z\n",
    "linter": "a/b.py:3:5: E501 line too long\na/b.py:9:1: F401 unused\na/c.py:1:1: E302 blank lines\n",
    "mypy": "a/b.py:3: error: x\na/b.py:9: note: y\na/c.py:1: error: z\n",
    "pytest": "tests/test_a.py::test_one PASSED\ntests/test_a.py::test_two FAILED\ntests/test_b.py::test_x PASSED\n",
    "YAML": "server.port: 8080\nserver.host: localhost\nserver.name: x\n",
    "dates": "2021-01-01,5,6\n2022-01-01,7,8\n2023-01-01,7,9\n",
    "times": "10:15 breakfast\n11:20 lunch\n12:30 dinner\n13:00 tea\n",
    "words": "alpha\nbeta\ngamma\n",
    "addresses": "http://example.com:80/a\nhttp://example.com:80/b\nhttp://example.com:80/c\n",
    "hashes": "- item one: text\n- item two: text\n- item three: text\n",
}


@pytest.mark.parametrize("text", RESULTS.values(), ids=RESULTS.keys())
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_what_search_programs_print_is_known(text: str, end: str) -> None:
    text = text.replace("\n", end)

    assert search_results(Probe(text))
    if not text.startswith("<"):  # what is wrapped is unwrapped before
        assert detect(text).kind is ContentType.SEARCH_RESULTS


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS.keys())
def test_what_lists_files_is_known(text: str) -> None:
    assert file_list(Probe(text))
    assert file_list(Probe(text.replace("\n", "\r\n")))
    assert not search_results(Probe(text))


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_what_only_looks_alike_is_left_to_others(text: str) -> None:
    assert search_results(Probe(text)) is None
    assert file_list(Probe(text)) is None


@pytest.mark.parametrize("text", RESULTS.values(), ids=RESULTS.keys())
def test_our_own_text_is_known_before_anything_else(text: str) -> None:
    made = encode(text)

    if made is not None:
        assert detect(made).kind is ContentType.SEARCH_RESULTS


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a.py", True), ("src/app", True), ("C:\\a b\\c.py", True), ("HEAD:x.py", True), ("my file.txt", True),
     ("word", False), ("two words", False), ("2024-01-01T10", False), ("[2024/01/01 10", False),
     ("http://x", False), ("", False), (" a.py", False)],
)  # fmt: skip
def test_paths_are_told_from_words_and_times(text: str, expected: bool) -> None:
    assert looks_like_path(text) is expected


def test_no_small_sample_of_another_kind_is_taken() -> None:
    taken = [sample.id for sample in samples() if sample.kind != "search" and search_results(Probe(sample.text))]

    assert taken == []


@pytest.mark.shared_data
def test_real_search_results_are_known_and_no_others() -> None:
    known = [search_results(Probe(s.text)) or file_list(Probe(s.text)) for s in shared_samples("search")]
    taken = [
        sample.id
        for sample in shared_samples("code", "csv", "json_array", "log", "markdown", "yaml", "diff", one_in=4)
        if search_results(Probe(sample.text)) or file_list(Probe(sample.text))
    ]

    assert sum(map(bool, known)) >= 0.93 * len(known)
    assert taken == []


@given(text=st.text(st.sampled_from("a./\\:-=,12 \t\r\n\0[]\ud800\u2028é"), max_size=200))
def test_no_text_makes_the_rules_raise(text: str) -> None:
    for rule in (search_results, file_list):
        found = rule(Probe(text))
        assert found is None or found.kind in (ContentType.SEARCH_RESULTS, ContentType.FILE_LIST)


@pytest.mark.parametrize("piece", ["a:1:", "a-1-", "a/b:", ":", "1-", "a.b\n", "├── ", "│   ", "-rw-r--r-- "])
@pytest.mark.parametrize("end", ["", "\n"], ids=["one line", "many lines"])
def test_hard_texts_are_answered(piece: str, end: str) -> None:
    probe = Probe((piece * (1_000_000 // len(piece) // 40) + end) * 40)

    for found in (search_results(probe), file_list(probe)):
        assert found is None or found.kind.value in ("search_results", "file_list")

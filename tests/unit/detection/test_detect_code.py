"""What is taken for source code, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.code_text import CodeCompressor
from headroom.detection import detect
from headroom.detection.code import gutter_ends, source_code, without_blocks
from headroom.detection.types import Probe
from headroom.tokenizers import built_in_counter
from tests.samples import samples, shared_samples

PYTHON = '''import os
from pathlib import Path


class Queue:
    """A queue of paths, which are kept in the order in which they came.

    This is prose and more prose, as documentation is, and it says nothing of code at all.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.items: list[Path] = []

    def push(self, name: str) -> None:
        if not name:
            raise ValueError("empty")
        self.items.append(self.root / name)
'''
SOURCES = {
    "python": PYTHON,
    "python stretch": "\n".join(PYTHON.split("\n")[10:]),
    "javascript": (
        "const fs = require('fs')\n\nmodule.exports = function load(path) {\n  return fs.readFileSync(path)\n}\n"
    ),
    "typescript": (
        "import { A } from './a'\n\nexport interface B {\n  name: string\n}\n\n"
        "export function f(b: B): A {\n  return new A(b.name)\n}\n"
    ),
    "tsx": (
        "import React from 'react'\n\nexport const App = () => {\n  return (\n    <div>\n"
        "      <p>Hi</p>\n    </div>\n  )\n}\n"
    ),
    "go": 'package main\n\nimport "fmt"\n\nfunc main() {\n\tx := 1\n\tfmt.Println(x)\n}\n',
    "rust": (
        "use std::io;\n\n/// Reads.\npub fn read(n: usize) -> io::Result<()> {\n    let x = n + 1;\n"
        '    println!("{}", x);\n    Ok(())\n}\n'
    ),
    "java": (
        "package a.b;\n\nimport java.util.List;\n\npublic class C {\n    private final int x = 1;\n\n"
        "    public int x() {\n        return x;\n    }\n}\n"
    ),
    "c": '#include <stdio.h>\n\nint main(int argc, char **argv) {\n    printf("%d\\n", argc);\n    return 0;\n}\n',
    "c++": (
        "#include <vector>\n\nnamespace a {\nclass B {\n public:\n  int size() const { return n_; }\n"
        " private:\n  int n_;\n};\n}\n"
    ),
    "c#": (
        "using System;\n\nnamespace A\n{\n    public class B\n    {\n"
        "        public int X { get; set; }\n        public void F() { Console.WriteLine(X); }\n    }\n"
        "}\n"
    ),
    "ruby": (
        "require 'json'\n\nmodule A\n  class B\n    def initialize(x)\n      @x = x\n    end\n\n"
        "    def run\n      puts JSON.dump(@x)\n    end\n  end\nend\n"
    ),
    "php": (
        "<?php\n\nnamespace A;\n\nclass B\n{\n    public function run(array $x): int\n    {\n"
        "        return count($x);\n    }\n}\n"
    ),
    "shell": '#!/bin/bash\nset -e\n\nfor f in *.txt; do\n  if [ -f "$f" ]; then\n    echo "$f"\n  fi\ndone\n',
    "sql": (
        "CREATE TABLE a (\n  id INTEGER PRIMARY KEY,\n  name TEXT NOT NULL,\n  n INTEGER\n);\n"
        "INSERT INTO a VALUES (1, 'x', 2);\nSELECT id,\n  name\nFROM a;\n"
    ),
    "css": (
        ".a {\n  color: red;\n  margin: 0 auto;\n}\n\n#b .c:hover {\n  padding: 1px;\n}\n\n"
        "@media print {\n  .a {\n    display: none;\n  }\n}\n"
    ),
}
OTHERS = {
    "prose": "This is about importing goods. If you return them, for example, we pay.\n" * 12,
    "a letter": (
        "Dear all,\n\nwhile we wait for the class to begin, let me import my notes.\n\n"
        "From now on, return the keys;\nthanks.\n"
    ),
    "yaml": (
        "name: build\non:\n  push:\n    branches: [main]\njobs:\n  test:\n    runs-on: ubuntu\n"
        "    steps:\n      - run: make\n"
    ),
    "log": "2026-01-01 10:00:00 INFO started {id=1}\n2026-01-01 10:00:01 ERROR failed (code=2);\n" * 9,
    "env": "HOME=/root\nPATH=/usr/bin:/bin\nLANG=C.UTF-8\nSHELL=/bin/bash\n",
    "listing": "total 8\ndrwxr-xr-x 2 root root 4096 Jan  1 10:00 src\n-rw-r--r-- 1 root root  120 Jan  1 10:00 a.py\n",
    "json that breaks off": '{\n  "a": {\n    "b": [\n      1,\n      2\n    ],\n    "c": "d"\n  },\n  "e": tru! {',
    "markdown with code": (
        f"# Use\n\nInstall it first, then call it as shown below.\n\n```python\n{PYTHON}```\n\n"
        f"That is all.\n\n```\n$ run\n```\n"
    ),
    "questions": "Why?\nimport taxes are due\nreturn to sender\nclass of 2026\n",
    "words": "for\nif\nelse\nreturn of\nimport duty\n",
}


@pytest.mark.parametrize("name", SOURCES)
def test_sixteen_kinds_of_source_code_are_known(name: str) -> None:
    assert detect(SOURCES[name]).kind.value == "source_code"


@pytest.mark.parametrize("name", OTHERS)
def test_prose_settings_logs_and_documents_are_none(name: str) -> None:
    assert source_code(Probe(OTHERS[name])) is None


@pytest.mark.parametrize("mark", ["\t", "→", ": ", "|", " | "])
def test_views_with_line_numbers_are_code_too(mark: str) -> None:
    view = "\n".join(f"{number:6}{mark}{line}" for number, line in enumerate(PYTHON.split("\n"), start=40))

    assert source_code(Probe(view))


def test_only_numbers_that_count_up_are_a_gutter() -> None:
    assert gutter_ends(["1: a", "2: b", "3: c"]) == [2, 2, 2]
    assert gutter_ends(["3: a", "1: b", "9: c"]) == []
    assert gutter_ends(["a", "b"]) == []


def test_strings_and_comments_that_do_not_end_go_on_to_the_end() -> None:
    assert without_blocks("a /* b */ c /* d") == "a  c "


def test_code_stays_to_the_byte_with_the_reason() -> None:
    result = CodeCompressor(counter=built_in_counter()).compress(PYTHON)

    assert result.compressed is PYTHON
    assert (result.kind, result.reason) == ("source_code", "source_code_stays")


def test_no_small_sample_of_another_kind_is_taken_for_code() -> None:
    for sample in samples():
        assert (detect(sample.text).kind.value == "source_code") == (sample.kind == "code"), sample.id


@pytest.mark.shared_data
def test_real_code_is_known_and_hardly_anything_else_is_taken_for_it() -> None:
    code = [source_code(Probe(sample.text)) for sample in shared_samples("code", one_in=2)]
    others = list(shared_samples("log", "yaml", "markdown", "csv", "stacktrace", "search", one_in=4))

    assert sum(found is not None for found in code) >= 0.96 * len(code)
    assert sum(source_code(Probe(sample.text)) is not None for sample in others) <= 0.01 * len(others)


@given(st.lists(st.sampled_from(PYTHON.split("\n")) | st.text(max_size=9), max_size=30).map("\n".join))
def test_no_text_is_too_odd(text: str) -> None:
    found = source_code(Probe(text))

    assert found is None or found.kind.value == "source_code"


@pytest.mark.parametrize(
    "line",
    [
        "import " * 60,
        "a <" + "<> " * 90,
        "public " * 60,
        '"""' * 90 + "/*",
        "/* a",
        "x, " * 100,
        "a(" * 150,
        "a.b" * 100 + "{ ",
        "const " * 70,
        "select " * 60,
    ],
)
def test_lines_made_to_be_hard_are_answered(line: str) -> None:
    found = source_code(Probe(f"{line}\n" * 3_000))

    assert found is None or found.kind.value == "source_code"

"""Outlines: what stays, that they parse, and that every line left out is named."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.compressors.limits import Limits, unchanged
from headroom.compressors.outline import (
    GRAMMARS,
    grammar_of,
    language_of,
    outline,
    outline_text,
    outlines_available,
    require_outlines,
)
from headroom.compressors.outline.grammars import parse
from headroom.compressors.outline.trees import count_errors
from headroom.markers import find_markers, has_marker
from headroom.tokenizers import built_in_counter
from tests.samples import shared_samples

COUNTER = built_in_counter()
LIMITS = Limits(tokens=2000, above_tokens=2000, handle="0" * 12, by_tool=True)
GAP = re.compile(r"\[lines? ([0-9]+)(?:-([0-9]+))? not shown\]")
SOURCES = {
    "python": 'import os\n\n\nclass A:\n    @property\n    def b(self, x: int = 1) -> int:\n        """Says."""\n'
    "        one = x\n        two = one\n        three = two\n        return three\n",
    "javascript": "'use strict'\nconst a = require('a')\n\nmodule.exports = function b (x) {\n  const y = x\n  a(y)\n"
    "  return y\n}\n",
    "typescript": "import { A } from 'a'\n\nexport interface B {\n  c: string\n}\n\nexport function b(x: B): A {\n"
    "  const y = x\n  use(y)\n  return y.c\n}\n",
    "tsx": "import { A } from 'a'\n\ninterface B {\n  c: string\n}\n\nexport const b = (x: B) => {\n  const y = x.c\n"
    "  use(y)\n  return (\n    <p>{y}</p>\n  )\n}\n",
    "go": 'package a\n\nimport "b"\n\nfunc (q *Q) Run(x int) error {\n\ty := x\n\tb.Use(y)\n\treturn nil\n}\n',
    "java": "package a;\n\nimport b.C;\n\npublic class D {\n    public int run(int x) {\n        int y = x;\n"
    "        C.use(y);\n        return y;\n    }\n}\n",
    "rust": "use a::b;\n\npub struct C;\n\nimpl C {\n    pub fn run(&self, x: usize) -> usize {\n        let y = x;\n"
    "        b(y);\n        y\n    }\n}\n",
}


def check_shown(text: str, source: str) -> None:
    """Fail unless every line of `source` stands in `text`, in order, or is named by a comment or a gap."""
    lines = source.removesuffix("\n").split("\n")
    row = 0
    for line in text.split("\n"):
        gap = GAP.search(line)
        if row < len(lines) and lines[row] == line:
            row += 1
        elif gap and int(gap[1]) == row + 1:
            row = int(gap[2] or gap[1])
        elif row < len(lines) and line.rstrip('"').rstrip("'") == lines[row].rstrip():
            row += 1  # the first line of documentation, closed
        else:
            assert line.strip() in ('"""', "'''"), f"line {row + 1} is due, not {line[:80]!r}"
    assert row == len(lines)


@pytest.mark.parametrize("language", SOURCES)
def test_signatures_and_imports_stay_bodies_go_and_it_parses(language: str) -> None:
    found = outline(SOURCES[language])

    assert (found.language, found.reason) == (language, "")
    assert "not shown]" in found.text
    assert SOURCES[language].split("\n")[0] in found.text
    check_shown(found.text, SOURCES[language])
    root = parse(found.text.encode(), language)
    assert root is not None
    assert not root.has_error
    assert found.lines_shown < found.lines_total


@pytest.mark.parametrize("language", GRAMMARS)
def test_every_language_that_is_named_has_its_grammar_here(language: str) -> None:
    assert grammar_of(language) is not None
    assert language in SOURCES


def test_a_callback_that_only_holds_others_is_opened() -> None:
    tests = "".join(f"  it('does {n}', () => {{\n    a({n})\n    b({n})\n    c({n})\n  }})\n\n" for n in range(4))
    source = f"const a = require('a')\n\ndescribe('all', () => {{\n{tests}}})\n"

    found = outline(source)

    assert all(f"it('does {n}'" in found.text for n in range(4))
    assert "b(2)" not in found.text


def test_documentation_that_ends_in_a_quote_is_closed_where_it_cannot_be_misread() -> None:
    body = "    a = 1\n    b = 2\n    return a + b\n"
    source = f'def f() -> int:\n    """Says "hi"\n\n    More.\n    """\n{body}\n\nimport os\n'

    found = outline(source)

    assert '    """Says "hi"\n"""\n    ...' in found.text
    root = parse(found.text.encode(), "python")
    assert root is not None
    assert not root.has_error


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Just a few words.\nAnd more of them.\n", "language_not_known"),
        ("#include <a>\nint main() {\n  std::run();\n  return 0;\n}\n", "no_grammar_for_c"),
        ("import os\n\ndef f():\n    return 1\n", "nothing_to_leave_out"),
        ("import os\ndef f(:\n  x = = 1\nclass :\n  ) (\n" * 20, "does_not_parse"),
        ("", "language_not_known"),
    ],
)
def test_what_cannot_be_outlined_comes_back_with_the_reason(text: str, reason: str) -> None:
    found = outline(text)

    assert found.text is text
    assert found.reason == reason
    assert found.lines_shown == found.lines_total


def test_the_result_ends_with_a_marker_that_is_a_comment() -> None:
    source = SOURCES["go"] * 1 + "".join(
        f"\nfunc F{n}() int {{\n" + "\tx := 1\n" * 30 + "\treturn x\n}\n" for n in range(9)
    )
    exact = unchanged(source, COUNTER.count_text(source), "source_code_stays", "source_code")

    result = outline_text(source, exact, LIMITS, COUNTER)

    assert (result.change, result.strategy, result.kind) == ("left_out", "outline", "source_code")
    assert result.compressed.rpartition("\n")[2].startswith("// [headroom ")
    assert find_markers(result.compressed)[0].handle == LIMITS.handle
    assert result.compressed_tokens == COUNTER.count_text(result.compressed) < exact.compressed_tokens
    root = parse(result.compressed.encode(), "go")
    assert root is not None
    assert not root.has_error


def test_where_it_does_not_pay_the_exact_form_comes_back() -> None:
    exact = unchanged(SOURCES["go"], COUNTER.count_text(SOURCES["go"]), "source_code_stays", "source_code")

    assert outline_text(SOURCES["go"], exact, LIMITS, COUNTER) is exact


def test_the_setting_is_taken_where_the_extra_is_installed() -> None:
    assert outlines_available()
    require_outlines("tool_profiles['read'].outline")


PIECES = [line for source in SOURCES.values() for line in source.split("\n")]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=40).map("\n".join))
def test_any_text_is_outlined_truly_or_comes_back(text: str) -> None:
    found = outline(text)

    assert found.text is text if found.reason else found.lines_shown < found.lines_total
    assert not has_marker(found.text)
    assert outline(text) == found


@settings(max_examples=40, deadline=None)
@given(
    language=st.sampled_from(sorted(SOURCES)),
    odd=st.sampled_from(("\ufeff", "\r", "\x0c", "\u2028", "\x85", "é", "\ud800", "日本")),
    place=st.integers(0, 12),
)
def test_odd_characters_in_source_are_kept_where_they_stand(language: str, odd: str, place: int) -> None:
    lines = SOURCES[language].split("\n")
    lines[place % len(lines)] += f" // {odd}" if language != "python" else f"  # {odd}"
    source = "\n".join(lines)

    found = outline(source, language)

    if not found.reason:
        check_shown(found.text, source)


@pytest.mark.shared_data
def test_outlines_of_real_code_parse_name_every_line_and_keep_top_level_names() -> None:
    outlined = 0
    for sample in shared_samples("code", one_in=3, most_chars=120_000):
        found = outline(sample.text)
        if found.reason:
            continue
        outlined += 1
        check_shown(found.text, sample.text)
        before, after = (parse(text.encode("utf-8", "replace"), found.language) for text in (sample.text, found.text))
        assert before is not None
        assert after is not None
        assert count_errors(after) <= count_errors(before)
        names = re.findall(
            r"^(?:pub )?(?:async )?(?:def|class|func|fn|struct|interface) (\w+)[^.]*[{:(]$", sample.text, re.M
        )
        assert all(re.search(rf"\b{name}\b", found.text) for name in names)
    assert outlined > 25


@pytest.mark.shared_data
def test_languages_of_real_code_are_told_apart() -> None:
    firsts = {
        "package ": {"go", "java"},
        "use ": {"rust"},
        "from __future__": {"python"},
        "'use strict'": {"javascript"},
    }
    for sample in shared_samples("code"):
        for begin, languages in firsts.items():
            if sample.text.startswith(begin):
                assert language_of(sample.text) in languages


@pytest.mark.parametrize(
    "text", ["def f():\n" * 20_000, "import a from 'b'\n" + "(() => {" * 30_000, "fn f() {\n" * 20_000]
)
def test_texts_made_to_be_hard_end(text: str) -> None:
    outline(text)

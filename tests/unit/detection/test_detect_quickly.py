"""What rules look at before they use a regular expression never changes what that expression would say."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from headroom.detection import build, code
from headroom.detection.types import Probe, reaches
from tests.samples import samples, talks

PIECES = """def f(x):|class A {|import x|if (a) {|fi|do;|x = require('a')|int f(int a) {|Foo bar() const
select a from b;|CREATE TABLE t (|} else {|#include <a>|self.x = f(y)|a.b(c, d),|.c { |@Test|rows = [|// x|# y|--- x
/* z */|rb|E   ValueError|a.py:12: error: x|src/a.ts(3,4): error TS12: y|test a ... ok|ok  \ta\t|   Compiling a v1
  at f (a.js:1:2)|#0 0x12 in f|  File "a", line 1|x.go:12 +0x1a|3: std::a::b|foo: In function |a (b.c) ... ok
PASSED a::b|\u2192|\u00e9|\ufeff"""
MARKS = [" ", "  ", "\t", ":", "(", "=", "{", "x", "7", "::"]


def lines_of_samples() -> list[str]:
    texts = chain(
        (sample.text for sample in samples()),
        (str(message["content"]) for talk in talks() for message in talk.messages),
    )
    return [line for text in texts for line in text.split("\n") if line.strip(" \t\r")]


def quick(line: str) -> tuple[bool, ...]:
    ended = line.rstrip(" \t\r")
    return (
        build.is_strong(line),
        bool(build.frames_in([line])),
        code.declares(ended),
        code.states(ended),
        code.may_be_code(ended),
        code.is_literal(ended),
        code.is_comment(ended),
    )


def slow(line: str) -> tuple[bool, ...]:
    ended = line.rstrip(" \t\r")
    return (
        build.STRONG.match(line) is not None,
        build.FRAME.match(line) is not None,
        code.DECLARES.match(ended) is not None,
        code.STATEMENT.match(ended) is not None,
        code.MAYBE.match(ended) is not None or code.ENDING.search(ended[-80:]) is not None,
        code.LITERAL.match(ended) is not None,
        (code.PREFIX.fullmatch(ended) or code.COMMENT.match(ended)) is not None,
    )


def test_quick_looks_at_real_lines_agree_with_the_expressions() -> None:
    lines = dict.fromkeys(line[:300] for line in lines_of_samples())

    assert [line for line in lines if quick(line) != slow(line)] == []


@given(
    st.lists(st.sampled_from([*PIECES, " ", "  ", "\t", ":", "(", "=", "{", "x", "7", "::"]), min_size=1).map("".join)
)
def test_quick_looks_at_made_up_lines_agree_with_the_expressions(line: str) -> None:
    if line.strip(" \t\r"):
        assert quick(line) == slow(line)


@given(st.lists(st.booleans()), st.floats(0, 12))
def test_as_many_as_must_be_are_counted(held: list[bool], least: float) -> None:
    lines = [str(one) for one in held]

    assert reaches(least, lines, lambda line: line == "True") == (sum(held) >= least)


def test_the_sample_of_a_large_text_holds_whole_lines_of_both_ends() -> None:
    text = "\n".join(f"line {number} of many" for number in range(20_000))

    sample = Probe(text).sample

    assert len(sample) <= 64_000
    assert sample.startswith("line 0 of many\nline 1 of")
    assert set(sample.split("\n")) <= set(text.split("\n"))
    assert sample.endswith("line 19999 of many")

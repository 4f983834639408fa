"""YAML as table text: values and comments stay, what is not simple is left alone."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from headroom.compressors.limits import Limits
from headroom.compressors.table.encode import encode
from headroom.compressors.table.values import Number
from headroom.compressors.yaml_text import YamlCompressor
from headroom.compressors.yaml_values import YamlError, read_yaml
from headroom.tokenizers import built_in_counter
from tests.samples import samples, shared_samples
from tests.shown_markup import check_shown_yaml, yaml_after, yaml_before

COMPRESSOR = YamlCompressor(counter=built_in_counter())
PLAIN = st.sampled_from(
    [
        *("a", "b c", "1", "1.20", "007", "0x1F", "0o17", "1_000", "yes", "No", "on", "true", "True", "null", "~", ""),
        *("2026-11-20", "12:30", "1e5", ".5", ".inf", "NaN", "a:b", "a#b", "-x", "-1", "ü", "http://x/y", "a, b", "x]"),
    ]
)
QUOTED = st.one_of(
    PLAIN.filter(lambda text: "'" not in text).map(lambda text: f"'{text}'"),
    st.text(st.sampled_from("ab'\"\\#:- \n\t\u2028é"), max_size=8).map(
        lambda text: yaml.dump(text, default_style='"', allow_unicode=True, width=10**6).strip()
    ),
)
FLOW = st.sampled_from(["[]", "{}", "[a, 'b', 1.0]", "{a: 1, 'b': [x, y]}", "[[1], {k: v}]", "[ a ,b ]"])
BEHIND = st.sampled_from(["", "", "", "  # note", " #x", " # # y"])
KEYS = st.sampled_from(["a", "b", "name", "'q'", '"on"', "on", "1", "'1'", "a b", "x.y/z", "true", "'true'"])


@st.composite
def blocks(draw: st.DrawFn, indent: int, depth: int = 0) -> str:
    """A block map or list in lines that stand `indent` in."""
    margin = " " * indent
    lines: list[str] = []
    is_map = draw(st.booleans())
    keys = draw(st.lists(KEYS, min_size=1, max_size=3, unique_by=lambda key: key.strip("'\"")))
    for key in keys:
        if draw(st.integers(0, 5)) == 0:
            lines.append(
                draw(st.sampled_from(["", margin + "# a comment", margin + "#x", "   # odd", margin + "# - no"]))
            )
        lead = f"{margin}{key}:" if is_map else f"{margin}-"
        kind = draw(st.integers(0, 5 if depth < 2 else 3))
        if kind <= 1:
            lines.append(f"{lead} {draw(PLAIN | QUOTED)}{draw(BEHIND)}")
        elif kind == 2:
            lines.append(f"{lead} {draw(FLOW)}{draw(BEHIND)}")
        elif kind == 3:
            head = draw(st.sampled_from(["|", "|-", "|+", ">", ">-", ">+", "| # note"]))
            body = draw(st.lists(st.sampled_from(["x", "  y", "", "# z", "- w", "k: v"]), min_size=1, max_size=5))
            lines += [f"{lead} {head}", *(f"{margin}  {line}".rstrip(" ") for line in ["first", *body])]
        else:
            lines += [lead, draw(blocks(indent + draw(st.integers(1, 4)), depth + 1))]
    return "\n".join(lines)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """YAML as people write it, and some that is odd."""
    body = draw(st.lists(blocks(0), min_size=1, max_size=2).map("\n---\n".join))
    lead = draw(st.sampled_from(["", "", "---\n", "\ufeff", "# head\n\n", "# head\n---\n"]))
    text = lead + body + draw(st.sampled_from(["", "\n", "\n\n", "\n# end\n"]))
    return text.replace("\n", "\r\n") if draw(st.integers(0, 4)) == 0 else text


@given(text=texts())
@example(text="a: |\n  x\n\n\nb: |+\n  y\n\n\nc: >\n  one\n  two\n\n  three\n    four\n  five\n")
@example(text="a: |\n  no line end")
@example(text="a: |+\n  x\n\n---\nb: |\n  y\n---\nc: 1\n")
@example(text="on: 1\n'on': 2\n")
@example(text="- a # b\n# c\n- d\n")
@example(text="a: 'yes'\nb: yes\nc: \"'x'\"\nd: ''\ne:\n")
def test_what_is_read_is_what_pyyaml_reads_and_comments_stay(text: str) -> None:
    try:
        found = read_yaml(text)
    except YamlError:
        return

    shown = f"yaml documents{encode(found)}" if len(found) > 1 else f"yaml{encode(found[0])}"

    assert yaml_after(shown) == yaml_before(text)
    assert COMPRESSOR.compress(text).compressed in (text, shown)
    assert COMPRESSOR.compress(shown).compressed is shown


def test_scalars_keep_their_text() -> None:
    (found,) = read_yaml(
        "a: 1.10\nb: 0o17\nc: 1_000\nd: yes\ne: 'yes'\nf: \"1.10\"\ng: 2026-11-20\nh: true\ni: ~\nj:\n"
    )

    assert found == {
        "a": Number("1.10"), "b": "0o17", "c": "1_000", "d": "yes", "e": "'yes'",
        "f": "1.10", "g": "2026-11-20", "h": True, "i": None, "j": None,
    }  # fmt: skip
    assert type(found["a"]) is Number
    assert type(found["f"]) is str


def test_comments_stand_where_they_stood() -> None:
    text = "# first\nname: CI\nsteps:\n  # above\n  - uses: a@1 # v7\n  - run: b\nargs:\n  # one\n  - x # two\n# end\n"

    (found,) = read_yaml(text)

    assert found == {
        "//": "first",
        "name": "CI",
        "steps": [{"//": "above", "uses": "a@1", "uses//": "v7"}, {"run": "b"}],
        "args": ["// one", "x", "-// two"],
        "//2": "end",
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &x 1\nb: *x\n", "yaml_anchors_or_tags"),
        ("a: !!str 1\n", "yaml_anchors_or_tags"),
        ("a:\n  <<: *b\n", "yaml_anchors_or_tags"),
        ("a: 1\na: 2\n", "yaml_repeated_keys"),
        ("{a: 1}\n", "yaml_not_simple"),
        ("? a\n: b\n", "yaml_not_simple"),
        ("a: b\n  c\n", "yaml_not_simple"),
        ("a: 'b\n  c'\n", "yaml_lines_in_quotes"),
        ("a: [b,\n  c]\n", "yaml_lines_in_brackets"),
        ("%YAML 1.2\n---\na: 1\n", "yaml_not_simple"),
        ("a: b: c\n", "yaml_not_simple"),
        ("a:\n\t- b\n", "yaml_not_simple"),
        ("a: 1\n b: 2\n", "yaml_not_simple"),
        ("a:\n    b: 1\n  c: 2\n", "yaml_not_simple"),
        ("a: x\u2028y\n", "yaml_not_simple"),
        ("a: x\rb: y\n", "yaml_not_simple"),
        ("- " * 300 + "a\n", "nested_too_deeply"),
        ("a: //x\n- b\n", "yaml_not_simple"),
        ("", "yaml_not_simple"),
        ("just words\n", "yaml_not_simple"),
        ("yaml{a:1", "not_yaml"),
    ],
)
def test_what_is_not_simple_stays_as_it_came_with_the_reason(text: str, reason: str) -> None:
    result = COMPRESSOR.compress(text)

    assert result.compressed is text
    assert result.reason in (reason, "yaml_tabs", "yaml_not_simple")


def pods(count: int) -> str:
    """A list of pods; one has failed."""
    rows = [
        f"  - name: web-{i:03}\n    phase: {'Failed' if i == 77 else 'Running'}\n    node: n{i % 5}"
        for i in range(count)
    ]
    return "# of the test cluster\napiVersion: v1\nitems:\n" + "\n".join(rows) + "\n"


def test_entries_that_failed_stay_where_others_are_left_out() -> None:
    text = pods(200)
    limits = Limits(tokens=300, above_tokens=300, handle="0" * 12, by_tool=True)

    result = COMPRESSOR.select(text, COMPRESSOR.compress(text), limits)

    assert result.change == "left_out"
    assert "web-077" in result.compressed
    assert "of the test cluster" in result.compressed
    check_shown_yaml(result.compressed, text)


def test_real_yaml_says_the_same_to_another_reader() -> None:
    for sample in samples("yaml"):
        result = COMPRESSOR.compress(sample.text)
        assert not result.was_modified or yaml_after(result.compressed) == yaml_before(sample.text)


@pytest.mark.shared_data
def test_all_real_yaml_says_the_same_to_another_reader() -> None:
    changed = 0
    for sample in shared_samples("yaml", most_chars=20_000):
        result = COMPRESSOR.compress(sample.text)
        changed += result.was_modified
        assert not result.was_modified or yaml_after(result.compressed) == yaml_before(sample.text)

    assert changed > 20


@pytest.mark.parametrize(
    "text",
    [
        *("a:\n" * 50_000, "- " * 50_000, "a: " + "'" * 100_000, "a: [" * 30_000, "#\n" * 100_000),
        *("a: |\n" + "  x\n" * 50_000, "a: >\n" + "  x\n" * 50_000, "a: " + "x" * 1_000_000),
        "".join(f"k{i}:\n" + " " * (i % 30) for i in range(5000)),
    ],
)
def test_texts_made_to_be_hard_come_back_no_longer(text: str) -> None:
    result = COMPRESSOR.compress(text)

    assert result.compressed_tokens <= result.original_tokens

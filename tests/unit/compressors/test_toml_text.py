"""TOML as table text: values and comments stay, what is no TOML is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom.compressors.limits import Limits
from headroom.compressors.table.encode import encode
from headroom.compressors.table.values import Number
from headroom.compressors.toml_text import TomlCompressor
from headroom.compressors.toml_values import Places, TomlError, read_toml
from headroom.tokenizers import built_in_counter
from tests.shown_toml import check_shown_toml, toml_after, toml_before, tomllib

COMPRESSOR = TomlCompressor(counter=built_in_counter())
ROOT = Path(__file__).parents[3]
FILES = [ROOT / "pyproject.toml", *sorted((ROOT / "tests" / "data" / "toml").glob("*[!d]"))]
FILES = [path for path in FILES if path.suffix in (".toml", ".lock")]

ODD = st.sampled_from("ab'\"\\#=[]{},.:- \t\u2028\x85é\f\ufeff")
SCALARS = st.sampled_from(
    [
        *("1", "-17", "+3", "0", "-0", "1_000", "0xDEAD_beef", "0o17", "0b1_0", "1.10", "-2.50e-3", "1e06", "+1.5"),
        *("1_0.0_1", "inf", "-inf", "nan", "+nan", "true", "false", "1979-05-27", "07:32:00", "07:32:00.999"),
        *("1979-05-27T07:32:00Z", "1979-05-27 07:32:00.5-07:00", "1979-05-27t07:32:00"),
    ]
)
LOOKS = st.sampled_from(["1979-05-27", "1_000", "+1", "1", "true", "nan", "//x", "-// x", "'q'", "", "null", "~", "*1"])
BASIC = st.one_of(LOOKS, st.text(ODD.filter(lambda char: char not in '"\\\f'), max_size=8)).map(
    lambda text: f'"{text}"'
)
ESCAPED = st.sampled_from(['"\\u00e9\\n\\t"', '"\\U0001F600"', '"a\\\\b\\"c"', '"\\f"'])
LITERAL = st.text(ODD.filter(lambda char: char not in "'\f"), max_size=8).map(lambda text: f"'{text}'")
LINES = st.sampled_from(
    [
        *('"""\na\n  b # c\n"""', "'''x'''", '"""a \\\n   b"""', '"""""a"""""', "'''\n\n''a'''''", '""""""'),
        *('"""\\\n\n"""', '"""a\\u0041\n[t]\nk = 1\n"""', "'''\\'''"),
    ]
)
BEHIND = st.sampled_from(["", "", "", "", "  # note", " #x", " # # y", "#"])
KEYS = st.sampled_from(
    ["a", "b", "c", "name", "1", "'q r'", '"a.b"', '"é"', '""', '"//x"', "a.b", "a . c", "b.a.c", "d", "e", "f-g"]
)
HEADERS = st.sampled_from(["a", "b", "t", "a.b", "t.u", "t.u.v", "p", "p.q", "p.q.r", '"x y"', " t . 'w' "])


@st.composite
def values(draw: st.DrawFn, depth: int = 0) -> str:
    """A value behind `=`."""
    kind = draw(st.integers(0, 7 if depth < 2 else 4))
    if kind <= 4:
        return draw((SCALARS, BASIC, LITERAL, LINES, BASIC | ESCAPED)[kind])
    items = draw(st.lists(values(depth + 1), max_size=3))
    if kind == 5:
        keys = draw(st.lists(KEYS, min_size=len(items), max_size=len(items)))
        return "{" + ", ".join(f"{key} = {item}" for key, item in zip(keys, items, strict=True)) + "}"
    if kind == 6:
        return "[" + ", ".join(items) + draw(st.sampled_from(["]", " ]", ",]" if items else "]"]))
    lines = [f"  {item},{draw(BEHIND)}" for item in items]
    if draw(st.booleans()):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(["  # above", "#x", ""])))
    return "\n".join([f"[{draw(BEHIND)}", *lines, "]"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """TOML as people write it, and some that is odd or wrong."""
    lines = draw(st.lists(st.sampled_from(["# head", "", "#!x"]), max_size=2))
    for _ in range(draw(st.integers(0, 4))):
        for _ in range(draw(st.integers(0, 3))):
            lines.append(draw(st.sampled_from(["", "", "# above", "#", "  # in"])))
            lines.append(f"{draw(KEYS)} = {draw(values())}{draw(BEHIND)}")
        header = draw(HEADERS)
        is_list = draw(st.booleans())
        lines.append(draw(st.sampled_from(["", "# of it", "# before\n"])))
        lines.append((f"[[{header}]]" if is_list else f"[{header}]") + draw(BEHIND))
    text = "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n", "\n# end", " \n \t\n"]))
    return text.replace("\n", "\r\n") if draw(st.integers(0, 4)) == 0 else text


@given(text=texts())
@example(text="a = 1\n")
@example(text="[[p]]\n[p.q]\nx = 1\n[[p]]\n[p.q]\nx = 2\n")
@example(text="[a]\nb.c = 1\nb.d = 2\n[a.e]\nf = 1\n")
@example(text="a = '1979-05-27'\nb = 1979-05-27\nc = \"'x'\"\nd = ''\n")
@example(text="[t] # x\r\n# y\r\na = '''\r\nb\r\n''' # z")
def test_what_is_read_is_what_tomllib_reads_and_comments_stay(text: str) -> None:
    try:
        found = read_toml(text)
    except TomlError:
        return

    shown = f"toml{encode(found)}"

    assert toml_after(shown) == toml_before(text)
    assert COMPRESSOR.compress(text).compressed in (text, shown)
    assert COMPRESSOR.compress(shown).compressed is shown


def reason(text: str) -> str:
    """Why a text is not read, or ""."""
    try:
        read_toml(text)
    except TomlError as error:
        return str(error)
    return ""


@given(text=texts())
def test_what_tomllib_reads_is_refused_for_a_reason_only(text: str) -> None:
    try:
        value = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        value = {}
    if not value:
        return

    assert reason(text) in ("", "toml_key_like_comment", "toml_repeated_keys")


@given(text=texts())
def test_every_block_is_found_in_the_text_as_it_stands(text: str) -> None:
    places = Places()
    try:
        found = read_toml(text, places)
    except TomlError:
        return

    for key, value in found.items():
        spans = places.items.get(id(value), [])
        for (start, end), item in zip(spans, value if isinstance(value, list) else [], strict=True):
            block = text[start:end]
            if isinstance(item, dict) and block.lstrip().startswith("[["):
                assert list(read_toml(block)) == [key.strip("'\"")]


def test_scalars_keep_their_text_and_strings_are_told_from_dates() -> None:
    found = read_toml(
        'a = 1.10\nb = 0x1F\nc = 1_000\nd = 2026-11-20\ne = "2026-11-20"\nf = "1.10"\ng = true\nh = inf\n'
        'i = "it\'s"\nj = "\'x\'"\nk = 07:32:00\nl = +1\n'
    )

    assert found == {
        "a": Number("1.10"), "b": "0x1F", "c": "1_000", "d": "2026-11-20", "e": "'2026-11-20'", "f": "1.10",
        "g": True, "h": "inf", "i": "it's", "j": "''x''", "k": "07:32:00", "l": "+1",
    }  # fmt: skip
    assert type(found["a"]) is Number
    assert type(found["f"]) is str


def test_comments_stand_where_they_stood() -> None:
    text = (
        "# file\n\n# of the tool\n[tool] # here\n# above\nname = 'x' # behind\nlist = [ # why\n  1, # one\n  # two\n"
        "  2,\n  # table\n  {a = 1}, # its\n  # last\n]\n# rest of tool\n\n# next\n[[row]]\n# end\n"
    )

    assert read_toml(text) == {
        "//": "file",
        "tool": {
            "//": "of the tool",
            "-//": "here",
            "//2": "above",
            "name": "x",
            "name//": "behind",
            "list": [
                "// why", Number("1"), "-// one", "// two", Number("2"),
                {"//": "table", "a": Number("1"), "-//": "its"}, "// last",
            ],
            "//3": "rest of tool",
        },
        "row": [{"//": "next", "//2": "end"}],
    }  # fmt: skip


TWICE = """
a = 1|a = 2
[a]|[a]
[a]|b = 1|[a.b]|c = 1
a = {b = 1}|a.c = 2
a = []|[[a]]|b = 1
[[a]]|[a]
[a]|[[a]]
a.b = 1|[a]|c = 1
[a.b]|c = 1|[a]|b.d = 1
a = {b = 1, b = 2}
a = {b.c = 1, b = 2}
a = {b = {}, b.c = 2}
[t]|a.b = 1|[t.a]|c = 1
[[a]]|b.c = 1|[a.b]|d = 1
a = 1|[a.b]
"""
WRONG = """
# only a comment|
just words
a = b
a =
= 1
a
a = 1 b = 2
[a
[[a]
[a]]
[]
[a] b = 1
a = 01
a = 1.
a = .5
a = 1__0
a = True
a = 2026-13-01
a = 2026-02-30
a = 25:00:00
a = 'x|'
a = "x|"
a = "\\e"
a = "\\uD800"
a = "\\U00110000"
a = \"\"\"x\"\"
a = [1 2]
a = [,]
a = [1,,2]
a = [1
a = {b = 1,}
a = {b = 1|}
a = {b = 1|c = 2}
a = {,}
a = 'x'y
\"\"\"a\"\"\" = 1
a. = 1
toml{a:1
"""
ODD_ONES = [
    "",
    "\n",
    "a = x\u2028y\n",
    "a = 1\rb = 2\n",
    "a = '\f'\n",
    "a = '\x7f'\n",
    "a = '\ud800'\n",
    "\ufeffa = 1\n",
    "a=1#\0",
]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((line.replace("|", "\n"), "toml_repeated_keys") for line in TWICE.strip().split("\n")),
        *((line.replace("|", "\n"), "not_toml") for line in WRONG.strip().split("\n")),
        *((text, "not_toml") for text in ODD_ONES),
        ('"//" = 1\n', "toml_key_like_comment"),
        ("'a//' = 1\n", "toml_key_like_comment"),
        ("a = " + "[" * 300 + "]" * 300, "nested_too_deeply"),
        (".".join("a" * 300) + " = 1\n", "nested_too_deeply"),
    ],
)
def test_what_is_no_toml_stays_as_it_came_with_the_reason(text: str, reason: str) -> None:
    result = COMPRESSOR.compress(text)

    assert result.compressed is text
    assert result.reason == reason


def packages(count: int) -> str:
    """A lock file; one package is yanked."""
    blocks = [
        f'[[package]]\nname = "crate-{i:03}"\nversion = "1.{i}.0"\nsource = "registry+https://github.com/rust-lang"\n'
        f'dependencies = [\n "crate-{i // 2:03}",\n]\nstatus = "{"yanked" if i == 77 else "ok"}"\n'
        for i in range(count)
    ]
    return "# This file is automatically @generated by Cargo.\n\nversion = 4\n\n" + "\n".join(blocks)


def test_packages_that_are_unlike_the_others_stay_where_those_are_left_out() -> None:
    text = packages(200)
    limits = Limits(tokens=300, above_tokens=300, handle="0" * 12, by_tool=True)

    result = COMPRESSOR.select(text, COMPRESSOR.compress(text), limits, context="Why is crate-031 there?")

    assert result.change == "left_out"
    assert "crate-077" in result.compressed
    assert "crate-031" in result.compressed
    assert "@generated by Cargo" in result.compressed
    shown = check_shown_toml(result.compressed, text)
    assert shown.at == "package"
    assert COMPRESSOR.compress(result.compressed).compressed is result.compressed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_real_toml_gets_shorter_and_says_the_same_to_another_reader(path: Path, end: str) -> None:
    text = path.read_text(encoding="utf-8").replace("\n", end)

    result = COMPRESSOR.compress(text)

    assert result.compressed_tokens < 0.9 * result.original_tokens
    assert toml_after(result.compressed) == toml_before(text)


@pytest.mark.parametrize(
    "text",
    [
        *("a = [\n" * 50_000, "[" * 100_000, "a = " + "'" * 100_000, 'a = "' + "\\" * 100_000, "#\n\n" * 100_000),
        *('a = """' + '""x' * 50_000, "a = '''" + "''x" * 50_000, "[a]\n" * 50_000, "[[a]]\n" * 50_000),
        *(
            "a = " + "{b = " * 30_000,
            "a" + " " * 200_000,
            "a." * 50_000,
            "a = 1" + " " * 200_000 + "x",
            "\r\n" * 100_000,
        ),
        *(
            "a = [" + "#\n" * 100_000 + "]",
            "[[a]]\n[a.b]\n" * 20_000,
            "a = 1" + "_1" * 100_000,
            "a = [" + "1," * 100_000,
        ),
        "".join(f"k{i} = {i} # {i}\n# {i}\n\n" for i in range(20_000)),
        "x = '" + "x" * 1_000_000 + "'",
    ],
)
def test_texts_made_to_be_hard_come_back_no_longer(text: str) -> None:
    result = COMPRESSOR.compress(text)

    assert result.compressed_tokens <= result.original_tokens

"""Which texts are TOML, and which only look like it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.toml_text import TomlCompressor
from headroom.detection import ContentType, detect
from headroom.tokenizers import built_in_counter
from tests.samples import samples, shared_samples

ROOT = Path(__file__).parents[3]
PROJECT = '[project]\nname = "demo"\nversion = "1.0"\ndependencies = [\n    "a>=1",  # pinned\n    "b",\n]\n'
LOCK = "# @generated\nversion = 4\n\n" + '[[package]]\nname = "a"\nversion = "1.0"\ndependencies = [\n "b",\n]\n\n' * 90


@pytest.mark.parametrize(
    "text",
    [
        PROJECT,
        PROJECT.replace("\n", "\r\n"),
        LOCK,
        LOCK + 'description = """\nfree text, as it comes\n[not = a table\n"""\n' + LOCK,
        "[tool.x]\na = 1\nb.c = 1979-05-27 07:32:00Z\n",
        "a = true\n\n[ 'x y' . z ]  # note\nb = 0xFF\nc = { d = 1, e = [2] }\nd = '''one'''\n",
        "[a]\nb = '''\nanything\n  at: all\n'''\nc = [[1, 2], [3]]\nd = -inf\n",
        "[a]\nb = [\n  'x',\n  '''\n]y''', \"]\",\n  { c = 1 },\n  # d\n]\nc = 1\n",
    ],
)
def test_toml_is_told(text: str) -> None:
    assert detect(text).kind.value == "toml"


@pytest.mark.parametrize(
    "text",
    [
        "[remote origin]\nurl = a\nfetch = b\n",
        '[remote "origin"]\n\turl = "https://x"\n\tfetch = "y"\n',
        "[Unit]\nDescription=A service\nAfter=network.target\n\n[Service]\nExecStart=/usr/bin/x\n",
        "[tox]\nenvlist = py310, py311\nskipsdist = true\n",
        "; a comment\n[a]\nb = 1\nc = 2\n",
        "[a]\nb: 1\nc: 2\n",
        "x = 1\ny = 2\nz = 'three'\n",
        "[a]\nb = 1\nc = 2\nand then some words\n",
        "[a]\nx = y\nz = 1\n",
        "[1] 3 4\n[2] 5 6\n",
        "a = [\n  'x',\n]\nprint(a)\n[a]\n",
        "[INFO] started\nx = 1\ny = 2\n",
        LOCK + "Some words follow here.\n" * 60,
        "toml documents are short",
        "[a]\n[b]\n[c]\n",
    ],
)
def test_what_only_looks_like_it_is_something_else(text: str) -> None:
    assert detect(text).kind.value != "toml"


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "tests/data/toml/urllib3_pyproject.toml", "tests/data/toml/poetry.lock"]
)
def test_real_files_are_told_whole_or_cut_at_a_line(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")

    assert detect(text).kind.value == "toml"
    assert detect(text[: text.rindex("\n[")]).kind.value == "toml"


def test_what_was_written_in_its_place_is_sent_to_the_same_compressor() -> None:
    compressor = TomlCompressor(counter=built_in_counter())
    two = "[t]\nx = 1\n" + "".join(f'[[{name}]]\nname = "{name}{i}"\nsize = {i}\n' for name in "ab" for i in range(20))
    shown = [compressor.compress(text).compressed for text in (PROJECT, LOCK, two)]

    assert all(text.startswith("toml{") for text in shown)
    assert "\nb:[20 ]{name,size}\n" in shown[2]  # which looks like table text among lines
    assert [detect(text).kind.value for text in shown] == ["toml"] * 3


@given(st.text(st.sampled_from("[]={}\"'#a1. \n,\\-"), max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    detect(text)
    detect(f"[a]\nb = 1\nc = 2\n{text}")


@pytest.mark.parametrize(
    "text", ["[a]\n" * 20_000, 'a = "' * 20_000, "a = [" * 20_000, "a = '''x" * 9_000, "a = 1 " * 20_000]
)
def test_texts_made_to_be_hard_are_of_some_type(text: str) -> None:
    assert detect(text).kind in ContentType
    assert detect(f"[a]\nb = {text}").kind in ContentType


def test_no_small_text_of_another_kind_is_taken_for_it() -> None:
    assert "toml" not in {detect(sample.text).kind.value for sample in samples()}


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "kind", ["log", "search", "markdown", "csv", "sql_result", "stacktrace", "diff", "code", "yaml"]
)
def test_no_real_text_of_another_kind_is_taken_for_it(kind: str) -> None:
    found = {detect(sample.text).kind.value for sample in shared_samples(kind, most_chars=30_000, one_in=4)}

    assert "toml" not in found

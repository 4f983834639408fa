"""Which texts are XML, YAML and TOML, and which only look like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.xml_text import XmlCompressor
from headroom.compressors.yaml_text import YamlCompressor
from headroom.detection import detect
from headroom.tokenizers import built_in_counter
from tests.samples import samples, shared_samples

ROWS = "".join(f'<error line="{i}" severity="info"/>\n' for i in range(9))
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: app\n    image: a:1\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('<?xml version="1.0"?><a/>', "xml"),
        ("\ufeff<?xml version='1.0'?>\n<a/>", "xml"),
        (f"<checkstyle>\n{ROWS}</checkstyle>", "xml"),
        (f"\n{ROWS}", "xml"),
        (f"<!-- report -->\n<r>{ROWS}</r>\n", "xml"),
        (POD, "yaml"),
        (f"---\n{POD}---\n{POD}", "yaml"),
        (f"# a comment\n{POD}", "yaml"),
        (POD.replace("\n", "\r\n"), "yaml"),
        ("on:\n  push:\n    branches: [main]\njobs:\n  a:\n    steps:\n      - run: |\n          def f(x):\n", "yaml"),
        ("rules:\n- one\n- two\nother:\n- three\nlast:\n- four\n", "yaml"),
    ],
)
def test_xml_and_yaml_are_told(text: str, kind: str) -> None:
    assert detect(text).kind.value == kind


@pytest.mark.parametrize(
    "text",
    [
        "<returncode>0</returncode>\n<output>\n/testbed\ntotal 184\n-rw-r--r-- 1 root a\nsetup.py\nREADME\n</output>",
        "<html><body><p>Hello</p><p>there</p></body></html>",
        "<!DOCTYPE html>\n<html><body><ul><li>a</li></ul></body></html>",
        "<stdin>: line 1\n<b>\n",
        "a < b and b > c\n" * 5,
        "Date: Mon, 20 Nov\nServer: nginx\nContent-Type: text/html\nConnection: close\n",
        "gzip: a: No such file\ngzip: b: No such file\ngzip: c: No such file\n",
        "Some words about it:\n\nfirst this. Then that.\n\nNote: nothing else.\n",
        "def f(x):\n    return x\n\n\nclass A:\n    b: int\n    c: str\n",
        "- one\n- two\n- three\n",
        "# Title\n\n- a\n- b\n\nText follows here.\n",
        "xmlrpc is a protocol",
        "yaml documents are lists",
    ],
)
def test_what_only_looks_like_it_is_something_else(text: str) -> None:
    assert detect(text).kind.value not in ("xml", "yaml", "toml")


def test_what_was_written_in_their_place_is_sent_to_the_same_compressor() -> None:
    counter = built_in_counter()
    shown = [
        XmlCompressor(counter=counter).compress(f"<checkstyle>\n{ROWS}</checkstyle>").compressed,
        YamlCompressor(counter=counter).compress("items:\n" + "- name: a\n  size: 1\n" * 20).compressed,
        YamlCompressor(counter=counter).compress("---\n".join(["name: a\nsize: 1\nkind: some\n"] * 20)).compressed,
    ]

    assert [text.partition("{")[0].partition("[")[0] for text in shown] == ["xml", "yaml", "yaml documents"]
    assert [detect(text).kind.value for text in shown] == ["xml", "yaml", "yaml"]


@given(st.text(st.sampled_from("<>/?!-a: \n#'\"[]{}|&x"), max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    detect(text)
    detect(f"<?xml {text}")
    detect(f"a:\n  b: 1\n{text}")


@pytest.mark.parametrize("kind", ["xml", "yaml"])
def test_real_ones_are_told(kind: str) -> None:
    assert {detect(sample.text).kind.value for sample in samples(kind)} == {kind}


@pytest.mark.shared_data
@pytest.mark.parametrize("kind", ["xml", "yaml"])
def test_all_real_ones_are_told(kind: str) -> None:
    assert {detect(sample.text).kind.value for sample in shared_samples(kind, most_chars=60_000)} == {kind}


@pytest.mark.shared_data
@pytest.mark.parametrize("kind", ["log", "search", "markdown", "csv", "sql_result", "stacktrace", "diff"])
def test_no_real_text_of_another_kind_is_taken_for_them(kind: str) -> None:
    found = {detect(sample.text).kind.value for sample in shared_samples(kind, most_chars=30_000, one_in=4)}

    assert found.isdisjoint({"xml", "yaml", "toml"})

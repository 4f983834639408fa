"""Rows of XML and YAML, as a marker counts them, exactly as they stand in the text."""

from __future__ import annotations

import pytest

from headroom.compressors.limits import Limits
from headroom.compressors.xml_text import XmlCompressor
from headroom.compressors.yaml_text import YamlCompressor
from headroom.retrieval.markup_rows import markup_rows
from headroom.tokenizers import built_in_counter
from tests.samples import shared_samples
from tests.shown_markup import check_shown_xml, check_shown_yaml

XML = '<?xml version="1.0"?>\n<r>\n <f n="ü1"><e a="1"/><e a="2">x</e></f>\n <f n="2">\n  <e></e><g/>\n </f>\n</r>\n'
YAML = (
    "# head\nitems:\n  # above\n  - name: a\n    size: 1\n\n  - name: b\n    text: |\n      one\n\n      two\nlast: 1\n"
)


def rows(text: str, path: str) -> list[str]:
    """The texts of the rows at `path`."""
    found = markup_rows(text, path)
    assert found is not None
    return [text[start:end] for start, end in found[0]]


def test_elements_are_found_by_the_path_that_a_marker_names() -> None:
    assert rows(XML, "r.f") == ['<f n="ü1"><e a="1"/><e a="2">x</e></f>', '<f n="2">\n  <e></e><g/>\n </f>']
    assert rows(XML, "r.f[0].e") == ['<e a="1"/>', '<e a="2">x</e>']
    assert rows(XML, "r.f[1].e") == ["<e></e>"]
    assert rows(XML, ".") == [XML[22:].strip()]


def test_entries_are_found_with_all_of_their_lines() -> None:
    assert rows(YAML, "items") == [
        "  - name: a\n    size: 1",
        "  - name: b\n    text: |\n      one\n\n      two",
    ]
    assert rows("- a: 1\n  b: 2\n# c\n- a: 3\n  b: 4\n", "") == ["- a: 1\n  b: 2", "- a: 3\n  b: 4"]
    assert rows("a: 1\nb:\n  c: 2\n---\na: 2\n", "") == ["a: 1\nb:\n  c: 2", "a: 2"]


def test_lines_are_meant_where_nothing_is_named() -> None:
    assert markup_rows(XML, "") is None
    assert markup_rows(YAML, "") is None
    assert markup_rows("plain text\n", "a.b") is None


@pytest.mark.parametrize(("text", "path"), [(XML, "r.x"), (XML, "r.f[7].e"), (YAML, "items.x"), (YAML, "none")])
def test_a_path_that_leads_nowhere_is_said(text: str, path: str) -> None:
    with pytest.raises(KeyError):
        markup_rows(text, path)


@pytest.mark.shared_data
@pytest.mark.parametrize("kind", ["xml", "yaml"])
def test_every_list_that_is_shown_in_part_has_its_rows(kind: str) -> None:
    counter = built_in_counter()
    compressor = XmlCompressor(counter=counter) if kind == "xml" else YamlCompressor(counter=counter)
    read = check_shown_xml if kind == "xml" else check_shown_yaml
    limits = Limits(tokens=300, above_tokens=300, handle="0" * 12, by_tool=True)
    found = 0
    for sample in shared_samples(kind, most_chars=60_000):
        result = compressor.select(sample.text, compressor.compress(sample.text), limits)
        if result.change == "left_out":
            shown = read(result.compressed, sample.text)
            table = markup_rows(sample.text, shown.at or "")
            assert table is not None
            assert len(table[0]) == len(table[1])
            assert shown.total >= len(table[0]) > 0
            found += 1

    assert found > 5

"""XML as table text: exact by value, safe, left alone where it is not simple."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom.compressors.limits import Limits
from headroom.compressors.xml_text import XmlCompressor
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter
from tests.samples import samples, shared_samples
from tests.shown_markup import check_shown_xml, xml_after, xml_before

COUNTER = built_in_counter()
COMPRESSOR = XmlCompressor(counter=COUNTER)
NAMES = st.sampled_from(["a", "b", "error", "failure", "x:y", "text", "ünï", "_", "a.b-c"])
WORDS = st.sampled_from(
    [
        *("", " ", "1", "1.10", "true", "false", "null", "a b", "&amp;", "&lt;x>", "&#13;", "\n  ", "\r\n", "\x85"),
        *("'", "\u2028", "ü", "NaN", "x,y", "{", "]]&gt;", "&#10;", "#2", "<![CDATA[<b> & ]]>", "\u00a0", "~", "*1"),
        "&#x1F600;",
    ]
)
VALUES = WORDS.filter(lambda word: "<" not in word)
PROLOGS = st.sampled_from(
    [
        *("", '<?xml version="1.0" encoding="UTF-8"?>\n', "\n", '<!DOCTYPE a SYSTEM "a.dtd">'),
        "\ufeff<?xml version='1.0' standalone='yes'?><!-- c -->",
        '<!DOCTYPE a PUBLIC "-//x" "a.dtd">\n<?xsl x?>',
    ]
)
ODD = ["<!-- c -->", "<!---->", "<?pi data?>", "<?pi?>"]


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> str:
    """An element with attributes, texts and elements."""
    name = draw(NAMES)
    given_names = draw(st.lists(NAMES, max_size=2, unique=True))
    head = name + "".join(f' {attribute}="{draw(VALUES)}"' for attribute in given_names)
    inside = [draw(WORDS) if kind else draw(elements(depth + 1)) for kind in draw(st.lists(st.booleans(), max_size=1))]
    if depth < 3:
        for kind in draw(st.lists(st.integers(0, 5), max_size=4)):
            inside.append(draw(WORDS) if kind == 0 else draw(st.sampled_from(ODD)) if kind == 1 else "")
            inside += [draw(elements(depth + 1))] * (kind - 1) if kind > 1 else []
    elif inside and inside[0].startswith("<"):
        inside = []
    body = "".join(inside)
    return f"<{head}>{body}</{name}>" if body else f"<{head}/>"


def documents() -> st.SearchStrategy[str]:
    """XML documents, with blanks between elements or without."""
    spaced = elements().map(lambda text: text.replace("><", ">\n  <"))
    return st.builds(lambda lead, text: lead + text, PROLOGS, elements() | spaced)


def compressed(text: str) -> CompressionResult:
    """The exact form, which must pay for any text of some length."""
    result = COMPRESSOR.compress(text)
    assert result.change == "value_exact", result.reason
    return result


@given(text=documents())
@example(text='<a><error line="1"/><error line="2"/><b/><error/></a>')
@example(text="<a><failure/><failure>true</failure></a>")
@example(text='<a b="1"><b>2</b><b x="3"/></a>')
@example(text="<a>" + "<b>1</b><c>2</c>" * 20 + "</a>")
@example(text="<a> <!-- c --> </a>")
@example(text='<a x="1"> </a>')
def test_what_is_shown_says_what_another_reader_finds_in_the_text(text: str) -> None:
    result = COMPRESSOR.compress(text)

    if result.was_modified:
        assert xml_after(result.compressed) == xml_before(text)
    assert COMPRESSOR.compress(result.compressed).compressed is result.compressed


@given(text=documents(), cut=st.integers(0, 60))
def test_xml_that_breaks_off_stays_as_it_came(text: str, cut: int) -> None:
    broken = text[: len(text) - 1 - cut]

    result = COMPRESSOR.compress(broken)

    assert not result.was_modified or xml_after(result.compressed) == xml_before(broken)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_entities"),
        ('<!DOCTYPE a [<!ENTITY % b SYSTEM "file:///etc/passwd"> %b;]><a/>', "xml_entities"),
        ("<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>", "xml_entities"),
        ('<!DOCTYPE a SYSTEM "x.dtd"><a>&nbsp;</a>', "xml_entities"),
        ('<!DOCTYPE a SYSTEM "x.dtd"><a b="&nbsp;"/>', "xml_entities"),
        ('<a xml:space="preserve"> <b/> </a>', "xml_space"),
        ("<a><b></a>", "not_well_formed"),
        ("<a>&nbsp;</a>", "not_well_formed"),
        ("<a/>text", "not_well_formed"),
        ("<a>\ud800</a>", "not_unicode"),
        ("<a>" * 300 + "</a>" * 300, "nested_too_deeply"),
        ("xml{a:1", "not_xml"),
        ("xml", "not_xml"),
        ("plain text", "not_well_formed"),
    ],
)
def test_what_is_not_simple_stays_as_it_came_with_the_reason(text: str, reason: str) -> None:
    result = COMPRESSOR.compress(text)

    assert result.compressed is text
    assert result.reason == reason


def test_entities_that_grow_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{i} "' + f"&l{i - 1};" * 10 + '">' for i in range(1, 30))
    result = COMPRESSOR.compress(f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a>&l29;</a>')

    assert result.reason == "xml_entities"


def test_like_elements_make_a_table_with_their_attributes_as_columns() -> None:
    rows = "".join(f'<error line="{i}" severity="warning" message="Line {i} is too long."/>\n' for i in range(1, 9))

    shown = compressed(
        f'<?xml version="1.0"?>\n<checkstyle><file name="A.java">\n{rows}</file></checkstyle>'
    ).compressed

    assert "line,severity" in shown
    assert "3,Line 3 is too long." in shown or "3 " in shown


def test_attributes_elements_and_texts_of_one_name_are_told_apart() -> None:
    text = '<r><a n="1"><n>1</n></a><a n="true"><n k="1">x</n></a><a><n>true</n><m/></a></r>' * 1

    shown = COMPRESSOR.compress(f"<q>{text * 6}</q>").compressed

    assert xml_after(shown) == xml_before(f"<q>{text * 6}</q>")


def test_fragments_and_blanks_before_the_declaration_are_read() -> None:
    rows = "".join(f'  <recall number="{i}" status="closed"/>\n' for i in range(9))

    assert compressed(rows).compressed.startswith("xml{recall:[9")
    assert compressed(f'\n<?xml version="1.0"?>\n<a>{rows}</a>').compressed.startswith("xml{.xml:1.0 -,a:{")


def test_attributes_in_another_order_are_the_same_element() -> None:
    text = "<r>" + '<c a="1" b="2" d="4"/><c b="2" a="1"/><c d="1" a="2"/>' * 5 + "</r>"

    shown = compressed(text).compressed

    assert "c:[15" in shown
    assert xml_after(shown) == xml_before(text)


def report(count: int, failing: dict[int, str]) -> str:
    """A report of JUnit; `failing` holds the child of some test cases."""
    cases = "".join(
        f'<testcase classname="app.test_orders" name="test_{i:04}" time="0.{i % 7}">{failing.get(i, "")}</testcase>\n'
        for i in range(count)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest">{cases}</testsuite></testsuites>'
    )


@pytest.mark.parametrize(
    "child", ["<failure/>", "<error/>", '<failure message="x"/>', "<failure>assert 1 == 2</failure>"]
)
def test_failing_tests_stay_where_rows_are_left_out(child: str) -> None:
    text = report(400, {7: child, 123: child, 399: child})
    limits = Limits(tokens=400, above_tokens=400, handle="0" * 12, by_tool=True)

    result = COMPRESSOR.select(text, compressed(text), limits)

    assert result.change == "left_out"
    assert result.compressed_tokens < 1200
    for name in ("test_0007", "test_0123", "test_0399"):
        assert name in result.compressed
    check_shown_xml(result.compressed, text)


def test_where_nothing_can_be_left_out_the_exact_form_is_the_answer() -> None:
    text = f"<answer><summary>{'word ' * 900}</summary><answer-code>1</answer-code></answer>"
    exact = COMPRESSOR.compress(text)

    assert COMPRESSOR.select(text, exact, Limits(tokens=100, above_tokens=100, handle="0" * 12)) is exact


def test_real_xml_says_the_same_to_another_reader() -> None:
    for sample in samples("xml"):
        assert xml_after(compressed(sample.text).compressed) == xml_before(sample.text)


@pytest.mark.shared_data
def test_all_real_xml_says_the_same_to_another_reader() -> None:
    changed = 0
    for sample in shared_samples("xml", most_chars=120_000):
        result = COMPRESSOR.compress(sample.text)
        changed += result.was_modified
        assert not result.was_modified or xml_after(result.compressed) == xml_before(sample.text)

    assert changed > 30


@pytest.mark.shared_data
def test_all_real_xml_that_is_left_out_is_counted_and_shown_whole() -> None:
    limits = Limits(tokens=400, above_tokens=400, handle="0" * 12, by_tool=True)
    found = 0
    for sample in shared_samples("xml", most_chars=120_000):
        result = COMPRESSOR.select(sample.text, COMPRESSOR.compress(sample.text), limits)
        if result.change == "left_out":
            check_shown_xml(result.compressed, sample.text)
            found += 1

    assert found > 20


@pytest.mark.parametrize(
    "text",
    [
        *("<a>" * 50_000, "<a/>" * 50_000, "<a " + "b" * 200_000, "<!--" * 50_000, "<?xml " + " " * 200_000),
        f"<a>{'&lt;' * 100_000}</a>",
        f"<a>{'<b/><c/>' * 10_000}</a>",
        f"<a>{'<![CDATA[x]]>' * 20_000}</a>",
    ],
)
def test_texts_made_to_be_hard_come_back_no_longer(text: str) -> None:
    result = COMPRESSOR.compress(text)

    assert result.compressed_tokens <= result.original_tokens

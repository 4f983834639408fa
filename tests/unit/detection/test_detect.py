import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.detection import ContentType, detect, detect_content_type
from headroom.detection.json_reading import HEAD_CHARS, broken_at

ROWS = [{"id": n, "name": f"user {n}", "tags": ["a", "}{"], "open": n % 2 == 0} for n in range(300)]
BIG_ARRAY = json.dumps(ROWS)
BIG_OBJECT = json.dumps({"results": ROWS}, indent=2)
LINES = "\n".join(map(json.dumps, ROWS))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=15,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[]", "json_array"),
        ("{}", "json_object"),
        (' \n[1, 2.5e3, "x"]\n', "json_array"),
        ('{"a": {"b": [null, true]}}', "json_object"),
        ('{"a": NaN}', "json_object"),
        (BIG_ARRAY, "json_array"),
        (BIG_OBJECT, "json_object"),
        (json.dumps(ROWS, indent=4), "json_array"),
        ("42", "json_scalar"),
        ("-1.5e9", "json_scalar"),
        ("true", "json_scalar"),
        ("null", "json_scalar"),
        ('"a \\"quoted\\" text"', "json_scalar"),
        ('{"a": 1}\n{"a": 2}', "json_lines"),
        ('{"a": 1}\r\n\r\n[2]\r\n', "json_lines"),
        (LINES, "json_lines"),
        ('{"a": 1}{"a": 2}', "json_documents"),
        ("[1] [2]", "json_documents"),
        (BIG_OBJECT + "\n" + BIG_OBJECT, "json_documents"),
        (BIG_ARRAY + "   \n\n\n  " + BIG_ARRAY, "json_lines"),
        ('{"a": 1}\n{"a": 2', "json_truncated"),
        ('[{"id": 1, "name": "x"}, {"id": 2, "na', "json_truncated"),
        (BIG_ARRAY[:-500], "json_truncated"),
        (BIG_ARRAY[:-500] + "... [500 characters truncated]", "json_truncated"),
        (BIG_OBJECT[:5000], "json_truncated"),
        ("", "text"),
        (" \n", "text"),
        ("just words", "text"),
        ("007", "text"),
        ("1\n2\n3", "text"),
        ("True", "text"),
        ("{'a': 1}", "python_literal"),
        ("{'a': None}", "python_literal"),
        ('{"a": None}', "text"),
        ('[{"a": True}, {"a": False}]', "text"),
        ('[{"at": datetime.date(2024, 1, 1), "text": "so that it is long enough to be looked at"}]', "text"),
        ("[1 2 3]", "text"),
        ("[INFO] started [main]", "text"),
        ("[1] Knuth, The Art of Computer Programming [2]", "text"),
        ("{% if user %} hello {% endif %}", "text"),
        ("{unquoted: 1}", "text"),
        ('"one" and "two"', "text"),
        ("[" * 100_000, "text"),
        ("[" * 100_000 + "]" * 100_000, "text"),
        ("def f():\n    return {'a': [1]}\n", "text"),
        ("2024-01-01 INFO [main] {short}", "text"),
    ],
    ids=lambda value: repr(value[:30]),
)
def test_a_text_is_taken_for_what_it_is(text: str, kind: str) -> None:
    assert detect(text).kind.value == kind


@given(JSON_VALUES)
def test_every_json_document_is_taken_for_one(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=1, ensure_ascii=False)):
        kind = detect(text).kind

        if isinstance(value, (dict, list)):
            assert kind is (ContentType.JSON_OBJECT if isinstance(value, dict) else ContentType.JSON_ARRAY)
        else:
            assert kind in (ContentType.JSON_SCALAR, ContentType.PLAIN_TEXT)


@given(st.lists(JSON_VALUES.filter(lambda value: isinstance(value, (dict, list))), min_size=2, max_size=5))
def test_documents_are_found_with_their_places(values: list[object]) -> None:
    texts = list(map(json.dumps, values))
    for gap, kind in (("\n", ContentType.JSON_LINES), (" ", ContentType.JSON_DOCUMENTS)):
        text = gap.join(texts)

        found = detect(text)

        assert found.kind is kind
        assert [text[start:end] for start, end in found.spans] == texts


@given(JSON_VALUES.filter(lambda value: isinstance(value, (dict, list))), st.data())
def test_every_beginning_of_a_document_is_open_at_its_end(value: object, data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    cut = data.draw(st.integers(1, len(text) - 1))

    assert broken_at(text[:cut], 0) == cut


def test_json_with_prose_around_it_is_found_with_its_place() -> None:
    text = f"Found 300 rows. Result: {BIG_ARRAY}\nThat is all [really].\n"

    found = detect(text)

    assert found.kind is ContentType.JSON_IN_TEXT
    assert [text[start:end] for start, end in found.spans] == [BIG_ARRAY]


@pytest.mark.parametrize(
    "text",
    [f"{BIG_OBJECT}\nDone in 3 s.", f"Rows:\n\n{BIG_OBJECT}", f"```json\n{BIG_OBJECT}\n```\n", f"\ufeff{BIG_OBJECT}"],
)
def test_prose_before_or_after_a_fence_and_a_byte_order_mark_are_not_json(text: str) -> None:
    found = detect(text)

    assert found.kind is ContentType.JSON_IN_TEXT
    assert [json.loads(text[start:end]) for start, end in found.spans] == [{"results": ROWS}]


def test_documents_in_prose_that_follow_each_other_are_one_stretch() -> None:
    text = f"two of them:\n{BIG_OBJECT}\n{BIG_ARRAY}\nend"

    [(start, end)] = detect(text).spans

    assert text[start:end] == f"{BIG_OBJECT}\n{BIG_ARRAY}"


def test_json_after_many_lines_that_begin_with_a_bracket_is_found() -> None:
    text = "[INFO] working\n[2024-01-01] working\n" * 30 + BIG_OBJECT

    assert detect(text).spans == ((len(text) - len(BIG_OBJECT), len(text)),)


@pytest.mark.parametrize(
    "text",
    [
        f"x = {BIG_OBJECT}\n",
        f"return {BIG_ARRAY};\n",
        BIG_OBJECT.replace("300", "3,", 1).replace('"id": 7,', '"id": None,'),
        "words " * 2000 + f"\n{json.dumps(ROWS[:3])}\n",
        "\n".join(f"2024-01-01 INFO payload: {json.dumps(row)}" for row in ROWS),
    ],
    ids=["assignment", "return", "broken inside", "mostly words", "log"],
)
def test_json_within_code_logs_and_documentation_is_left_to_their_rules(text: str) -> None:
    assert detect(text).kind is ContentType.PLAIN_TEXT


def test_confidence_is_full_only_where_all_was_read() -> None:
    assert detect('{"a": 1}').confidence == 1.0
    assert 0 < detect(BIG_ARRAY.replace("}{", "")).confidence < 1.0
    assert 0 < detect("words").confidence < 1.0


def test_a_large_look_alike_is_told_by_its_head() -> None:
    assert detect(str(ROWS)).kind is ContentType.PYTHON_LITERAL
    assert detect('[{"a": None}, ' + BIG_ARRAY[1:]).kind is ContentType.PLAIN_TEXT
    assert len(BIG_ARRAY) > 2 * HEAD_CHARS


def test_the_documented_function_has_type_confidence_and_metadata() -> None:
    found = detect_content_type('{"a": 1}\n{"a": 2}')

    assert found.content_type is ContentType.JSON_LINES
    assert found.confidence == 1.0
    assert found.metadata == {"reason": "2 JSON documents", "spans": [(0, 8), (9, 17)]}


def test_every_documented_type_has_its_name() -> None:
    documented = {"SEARCH_RESULTS", "BUILD_OUTPUT", "GIT_DIFF", "SOURCE_CODE", "JSON_ARRAY", "HTML", "PLAIN_TEXT"}

    assert documented <= set(ContentType.__members__)


@given(st.text(st.characters(), max_size=40) | st.text('[]{}":,1a\\\n \ud800', max_size=40))
def test_no_text_raises_and_spans_hold_json(text: str) -> None:
    found = detect(text)

    assert 0.0 <= found.confidence <= 1.0
    if found.kind in (ContentType.JSON_LINES, ContentType.JSON_DOCUMENTS):
        assert all(isinstance(json.loads(text[start:end]), (dict, list)) for start, end in found.spans)


HOSTILE = [
    "[" * 400_000,
    '{"a":' * 80_000,
    "[\n" * 200_000,
    "[]{\n" * 100_000,
    '{"a": [\n' * 50_000,
    '"' * 400_000,
    '"' + "\\" * 400_000 + '"',
    "[1] x\n" * 60_000,
    "] " * 200_000,
    "[" + "] " * 200_000 + "]",
    ":" * 400_000 + "{",
    (": " * 100 + "{\n") * 2_000,
    "[" + " " * 400_000,
    '[["' + "x" * 400_000 + "\n" + '[["',
    ('x: [["' + "y" * 1000 + "\n") * 400,
    "9" * 400_000,
    "[" + "9" * 400_000 + "]",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_texts_are_of_some_type(text: str) -> None:
    assert detect(text).kind in ContentType


def test_depth_is_no_matter_of_the_callers_stack() -> None:
    limit = sys.getrecursionlimit()

    detect("[" * 200_000 + "]" * 200_000)

    assert sys.getrecursionlimit() == limit


def test_words_may_follow_json_on_its_line() -> None:
    found = detect(f"{BIG_ARRAY} trailing words on the line\n")

    assert found.kind is ContentType.JSON_IN_TEXT
    assert found.spans == ((0, len(BIG_ARRAY)),)

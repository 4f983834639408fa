"""Search results by file: every byte comes back, and every path and line number stands whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.line_folds import unfold
from headroom.compressors.search_groups import decode, encode
from headroom.compressors.search_text import SearchCompressor
from headroom.tokenizers import built_in_counter
from tests.samples import samples, shared_samples

COUNTER = built_in_counter()
COMPRESSOR = SearchCompressor(counter=COUNTER)

PATHS = (
    "src/app.py",
    "./a-12-b.py",
    "C:\\a b\\c.py",
    "\\\\host\\s\\d.py",
    "HEAD:x/y.py",
    "2to3/é.py",
    "a:b/c.txt",
    "m.c",
)
TEXTS = (
    "import os", "    return 1", "\tif err != nil {", " one blank", "", " ", "\t", "5:six", "12", "-x-1-", ":colon",
    "=", ",12 x", "\\", "[path:line:text by file]", "a\x0cb", "c\u2028d", "e\x85f", "\ud800", "\ufeffx", "x\r", "1-2-3",
    "if x[1:5:2]: pass", "    return 1", "    return 1",
)  # fmt: skip
OTHERS = (
    "", "--", "\r", "--\r", "grep: /root: Permission denied", "Binary file a.bin matches", "src/app.py", "12 x", "\\12",
    "<output>", "[line:text]", "14:", "a b", "\0", "src/app.py:", "C:\\a.py",
)  # fmt: skip
NUMBERS = st.integers(1, 400).map(str) | st.sampled_from(("12:5", "007", "0", "9999999999", "12:"))
MARKS = st.sampled_from((":", ":", ":", "-", "="))
ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=8)


@st.composite
def matches(draw: st.DrawFn) -> list[str]:
    """Lines of one file, or below it, in one of the forms; some are no match."""
    path, nul, form = draw(st.sampled_from(PATHS)), draw(st.booleans()), draw(st.integers(0, 5))
    lines = []
    for number in sorted(draw(st.lists(st.integers(1, 60), max_size=6))) or [3]:
        place = str(number) if draw(st.integers(0, 8)) else draw(NUMBERS)
        mark, text = draw(MARKS), draw(st.sampled_from(TEXTS) | ANY).replace("\n", " ")
        if form < 3:
            lines.append(f"{path}{chr(0) if nul and form else mark}{place}{mark}{text}")
        else:
            lines.append(f"{path}:{text}" if form == 3 else f"{place}{mark}{text}")
    head = [path] if form == 5 else []
    return [*head, *lines, *draw(st.lists(st.sampled_from(OTHERS), max_size=1))]


RESULTS = st.builds(
    lambda blocks, end, last: end.join(line for block in blocks for line in block) + last,
    st.lists(matches(), min_size=1, max_size=6),
    st.sampled_from(("\n", "\n", "\n", "\r\n")),
    st.sampled_from(("", "\n", "\r\n", "\n\n")),
)
ONE_FORM = st.builds(  # all lines alike, as one program prints them
    lambda form, rows, last: "\n".join(form.format(*row) for row in rows) + last,
    st.sampled_from(("{0}:{1}:{2}", "{0}-{1}-{2}", "{0}:{2}", "{1}:{2}", "{0}\0{1}:{2}", "{0}\0{2}", "{0}:{1}:5:{2}")),
    st.lists(st.tuples(st.sampled_from(PATHS[:3]), NUMBERS, st.sampled_from(TEXTS)), min_size=2, max_size=12),
    st.sampled_from(("", "\n")),
)


@given(text=RESULTS | ONE_FORM)
def test_every_byte_comes_back(text: str) -> None:
    made = encode(text)

    if made is not None and decode(made) != text:  # then it is not used
        assert COMPRESSOR.compress(text).compressed is text
    result = COMPRESSOR.compress(text)
    if result.was_modified:
        assert (decode if result.strategy == "search_groups" else unfold)(result.compressed) == text


@given(text=ONE_FORM)
def test_what_a_program_prints_is_read_back_without_exception(text: str) -> None:
    made = encode(text)

    assert made is None or decode(made) == text


@given(text=RESULTS | ONE_FORM)
def test_what_was_made_is_left_alone(text: str) -> None:
    made = COMPRESSOR.compress(text).compressed

    assert COMPRESSOR.compress(made).compressed is made


@given(head=st.sampled_from(("[path:line:text by file]", "[line:text]", "[path:text by file, with context]")), text=ANY)
def test_a_text_that_only_looks_like_ours_is_left_alone(head: str, text: str) -> None:
    text = f"{head}\n{text}"

    assert COMPRESSOR.compress(text).compressed is text


@given(text=st.text(st.sampled_from("[]pathline:tx12, -\n\\a./"), max_size=120))
def test_reading_back_never_raises(text: str) -> None:
    for head in ("[path:line:text by file]", "[path:text by file]", "[line:text]", "[path NUL line:text by file]"):
        found = decode(f"{head}\n{text}")
        assert found is None or isinstance(found, str)


def test_paths_and_numbers_stand_whole() -> None:
    text = "".join(f"pkg/module_{n // 5}.py:{n * 37 + 1}:    value_{n} = compute({n})\n" for n in range(60))

    result = COMPRESSOR.compress(text)

    assert result.change == "exact"
    for n in range(60):
        assert f"pkg/module_{n // 5}.py\n" in result.compressed
        assert f"\n{n * 37 + 1}    value_{n} = compute({n})" in result.compressed
    assert result.compressed_tokens < 0.75 * result.original_tokens


def test_equal_lines_of_a_file_are_written_once_with_all_their_numbers() -> None:
    text = "".join(f"cmd/main.go:{n * 7 + 3}:\tif err != nil {{\n" for n in range(30))

    made = COMPRESSOR.compress(text).compressed

    assert made.count("if err != nil") == 1
    assert made.split("\n")[2].partition("\t")[0].split(",") == [str(n * 7 + 3) for n in range(30)]


def test_equal_lines_go_back_to_their_places() -> None:
    text = "".join(f"a.py:{n}:{'odd' if n % 2 else 'even'}\n" for n in range(1, 13))

    made = str(encode(text))

    assert made == "[path:line:text by file]\na.py\n1,3,5,7,9,11 odd\n2,4,6,8,10,12 even\n"
    assert decode(made) == text


@pytest.mark.parametrize("heading", ["2to3/é.py", "\\\\host\\a.py", "12 x", "\\"])
def test_a_heading_that_looks_like_an_entry_stays_a_heading(heading: str) -> None:
    text = f"{heading}\n3:import os\n14:    return 1\n15:    pass\n\nb.py\n2:import os\n"

    assert decode(str(encode(text))) == text


def test_equal_lines_stay_apart_where_their_order_would_be_lost() -> None:
    text = "a.py:9:x\na.py:3:x\na.py:5:y\na.py:4:x\n"

    assert decode(str(encode(text))) == text
    assert "9 x\n3 x\n" in str(encode(text))


def test_context_lines_stand_below_their_file_and_matches_keep_their_mark() -> None:
    text = (
        "./a-12-b.py-4-    x[1:5:2]\n./a-12-b.py:5:    raise\n./a-12-b.py-6-\n--\n"
        "./c.py-10-    y[1:5:2]\n./c.py:11:    raise\n./c.py-12-z\n"
    )

    made = str(encode(text))

    assert made.split("\n") == [
        "[path:line:text by file, with context]",
        "./a-12-b.py",
        "4    x[1:5:2]",
        "5:    raise",
        "6-",
        "--",
        "",
        "./c.py",
        "10    y[1:5:2]",
        "11:    raise",
        "12 z",
        "",
    ]
    assert decode(made) == text


@pytest.mark.parametrize("path", ["C:\\Program Files\\x.py", "\\\\host\\share\\x.py", "my file.py", "HEAD:src/x.py"])
def test_paths_of_every_system_become_headings(path: str) -> None:
    text = "".join(f"{path}:{n}:{n % 9}: text\n" for n in range(1, 40))

    made = COMPRESSOR.compress(text).compressed

    assert f"\n{path}\n" in made
    assert made.count(path) == 1


def test_paths_in_lists_stay_whole_and_repeated_notes_are_folded() -> None:
    text = "".join(f"tests/unit/part_{n}/test_it.py\n" for n in range(20))
    noisy = text + "find: 'grep' terminated by signal 13\n" * 40

    assert COMPRESSOR.compress(text).compressed is text
    folded = COMPRESSOR.compress(noisy)
    assert folded.strategy == "folds"
    assert unfold(folded.compressed) == noisy


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_small_samples_come_back(end: str) -> None:
    for sample in samples("search"):
        text = sample.text.replace("\n", end)
        made = encode(text)
        assert made is None or decode(made) == text


@pytest.mark.shared_data
def test_real_results_come_back_and_shrink() -> None:
    before = after = 0
    for sample in shared_samples("search", most_chars=60_000, one_in=2):
        result = COMPRESSOR.compress(sample.text)
        before, after = before + result.original_tokens, after + result.compressed_tokens
        for text in (
            sample.text.replace("\n", "\r\n"),
            sample.text.replace(" ", "\u2028\x85\x0c", 3),
            "\ufeff" + sample.text,
        ):
            made = encode(text)
            assert made is None or decode(made) == text

    assert after < 0.8 * before


@pytest.mark.parametrize("piece", ["a:1:", "a-1-", "a/b:1:\n", ":", "1-", "a/b.c-1-x-2-y-3-z\n", "a.b:\n", "1,2,3\n"])
def test_hard_texts_take_little_time(piece: str) -> None:
    text = piece * (400_000 // len(piece))
    made = encode(text)

    assert made is None or decode(made) == text

"""Logs in the denser form: every line comes back; dates and what columns share are said once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.compressors.limits import Limits
from headroom.compressors.log_table import decode_log, encode_dense, encode_log, is_log_table
from headroom.compressors.log_text import DenseLogCompressor, LogCompressor
from headroom.detection import detect
from headroom.tokenizers import built_in_counter
from tests.engines import new_engine
from tests.samples import ask, samples, shared_samples
from tests.shown_lines import check_lines

COUNTER = built_in_counter()
COMPRESSOR = DenseLogCompressor(counter=COUNTER)

ABOVE = "@ stands for the text behind the last @="
HEADER = f"[3 log lines; a letter stands for its pattern, the words beside it fill {{}}, {ABOVE}]"
LINES = [
    f"2024-05-01 10:{number // 60:02}:{number % 60:02},{number:03} INFO [worker-{number % 13}] Deleting segment "
    f"4711{number * 37:04} from log test-{number % 11} in {number % 17} ms (kafka.log.Log)"
    for number in range(100)
]
STAMPS = (
    "2024-05-01 10:{h:02}:{m:02},{n:03}", "2024-05-01T10:{h:02}:{m:02}Z", "[01/May/2024:10:{h:02}:{m:02} +0000]",
    "May  1 10:{h:02}:{m:02}", "Wed May 01 10:{h:02}:{m:02} 2024", "10:{h:02}:{m:02}.{n:03}",
    "20240501-10:{h}:{m:02}:{n}",
    "05-01 10:{h:02}:{m:02}.{n:03}", "{n}", "time=2024-05-01T10:{h:02}:{m:02}.{n:03}Z",
)  # fmt: skip
FORMS = (
    "{} INFO [worker] task {} took {} milliseconds in the queue of the scheduler",
    "{} host sshd[24{}]: session 0x14{} closed for user root by the administrator of the host",
    "{}: {} = {}; the connection to the database was lost before the answer came",
    "10.0.0.{n} - - {} \"GET /a/b/{}.html?x={} HTTP/1.1\" 200 OK and some more words of the agent",
    "{} {} {}",
)  # fmt: skip
ODD_LINES = (
    "", " ", "\\", "A", "A=x", "@", "@=", "@=2024-05-01 10:00", "@:00 A 5", "^", "~`", "§", "{}", "<>", "1 A", "1 A 2",
    "a@b.c", "2024-05-01 10:00", "2024-05-01 10:00=1", "May  1 10:00:00=x", "\ufeff10:00:00 x", "x\x0cy", "x\u2028y",
    "x\x85y", "\ud800", HEADER, "[lines 2-9 not shown: 3 like line 1]", "10:00:00", "2024-05-01 10:00:00,000",
)  # fmt: skip


@st.composite
def log_lines(draw: st.DrawFn) -> str:
    """One line: of a common form, or an odd one."""
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(ODD_LINES) | st.text(st.characters(codec=None, exclude_categories=()), max_size=12))
    minute, second, number = draw(st.integers(0, 2)), draw(st.integers(0, 59)), draw(st.integers(0, 2000))
    stamp = draw(st.sampled_from(STAMPS)).format(h=minute, m=second, n=number)
    return draw(st.sampled_from(FORMS)).replace("{n}", str(number % 9)).format(stamp, number, number // 3)


LOGS = st.builds(
    lambda lines, end, last: end.join(lines * 3) + last,
    st.lists(log_lines(), min_size=2, max_size=12),
    st.sampled_from(("\n", "\n", "\r\n", "\n\n", "\r")),
    st.sampled_from(("", "\n")),
)


@given(text=LOGS)
def test_every_line_comes_back_byte_for_byte(text: str) -> None:
    made = encode_dense(text, counter=COUNTER)

    assert not made or decode_log(made) == text


@given(text=LOGS)
def test_what_was_written_once_is_left_alone_by_both_compressors(text: str) -> None:
    once = COMPRESSOR.compress(text).compressed

    assert COMPRESSOR.compress(once).compressed is once
    assert not is_log_table(once) or LogCompressor(counter=COUNTER).compress(once).compressed is once
    usual = LogCompressor(counter=COUNTER).compress(text).compressed
    assert not is_log_table(usual) or COMPRESSOR.compress(usual).compressed is usual


@given(text=LOGS, tokens=st.integers(40, 400))
def test_lines_that_are_chosen_are_true_and_others_are_counted(text: str, tokens: int) -> None:
    limits = Limits(tokens=tokens, above_tokens=tokens, handle="0" * 12, by_tool=True)

    result = COMPRESSOR.select(text, COMPRESSOR.compress(text), limits)

    if result.change == "left_out":
        assert len(check_lines(result.compressed, text)) == result.items_kept


def test_dates_and_what_columns_share_are_said_once() -> None:
    rows = encode_dense("\n".join(LINES), counter=COUNTER).split("\n")

    assert rows[0] == HEADER.replace("[3 ", "[100 ")
    assert rows[1] == ("A=@:{} INFO [worker-{}] Deleting segment 47{} from log test-{} in {} ms (kafka.log.Log)")
    assert rows[2:5] == ["", "@=2024-05-01 10:00", "00,000 A 0 110000 0 0"]


def test_it_is_much_shorter_than_the_usual_form() -> None:
    text = "\n".join(LINES)

    dense, usual = (COUNTER.count_text(make(text, counter=COUNTER)) for make in (encode_dense, encode_log))

    assert dense < 0.75 * usual


def test_a_date_is_said_anew_where_another_begins() -> None:
    lines = [f"2024-05-01 10:00:{n:02} started a job of the night" for n in range(30)]
    lines += [f"2024-05-02 11:30:{n:02} started a job of the night" for n in range(30)]

    rows = encode_dense("\n".join(lines), counter=COUNTER).split("\n")

    assert [row for row in rows if row.startswith("@=")] == ["@=2024-05-01 10:00", "@=2024-05-02 11:30"]


def test_times_far_apart_say_the_day_only() -> None:
    lines = [f"2024-05-01 {n:02}:{n * 7 % 60:02}:{n * 11 % 60:02} started a job of the night" for n in range(24)]

    rows = encode_dense("\n".join(lines), counter=COUNTER).split("\n")

    assert [row for row in rows if row.startswith("@=")] == ["@=2024-05-01 "]


def test_another_mark_stands_for_dates_where_the_log_has_that_one() -> None:
    made = encode_dense("\n".join([*LINES, "mail to a@b.c"]), counter=COUNTER)

    assert "\n^=2024-05-01 10:00\n" in made
    assert made.endswith("\nmail to a@b.c")


def test_a_line_that_would_begin_as_a_date_above_does_keeps_its_own() -> None:
    lines = [f"2024-05-01 10:00:00 {n} is what the scheduler said of its queue" for n in range(20)]
    text = "\n".join([*lines, "2024-05-01 10:00:00=stop"])

    made = encode_dense(text, counter=COUNTER)

    assert "\n@=2024-05-01 10:00:00\n" in made
    assert decode_log(made) == text


def test_without_any_mark_that_is_free_dates_stay() -> None:
    text = "\n".join([*LINES, "@^~`§"])

    made = encode_dense(text, counter=COUNTER)

    assert made.count("2024-05-01 10:") == 100
    assert decode_log(made) == text


def test_numbers_are_cut_only_where_all_have_as_many_digits() -> None:
    lines = [f"worker took {(400_000, 4_000_000)[n % 2] + n} bytes of the queue of the scheduler" for n in range(40)]
    alike = [f"worker took {400_000 + n} bytes of the queue of the scheduler" for n in range(40)]

    assert "took {} bytes" in encode_dense("\n".join(lines), counter=COUNTER)
    assert "took 400{} bytes" in encode_dense("\n".join(alike), counter=COUNTER)


def test_the_first_and_the_last_failure_stand_as_they_came_but_for_their_date() -> None:
    errors = [f"2024-05-01 10:00:{n:02} ERROR task {n} failed after {n + 3} tries in the queue" for n in range(20)]

    rows = encode_dense("\n".join(errors), counter=COUNTER).split("\n")

    assert rows[4] == "@:00 ERROR task 0 failed after 3 tries in the queue"
    assert rows[-1] == "@:19 ERROR task 19 failed after 22 tries in the queue"


def test_a_text_that_begins_like_ours_is_left_alone_and_known() -> None:
    text = "\n".join([HEADER, *LINES])

    assert COMPRESSOR.compress(text).compressed is text
    assert LogCompressor(counter=COUNTER).compress(text).compressed is text
    assert detect(text).kind.value == "log"


def test_the_setting_and_the_profile_of_a_tool_decide() -> None:
    messages = ask("\n".join(LINES), tool="run")
    engine = new_engine()

    usual = engine.prepare(messages)
    dense = new_engine(dense_logs=True).prepare(messages)
    by_tool = engine.prepare(messages, tool_profiles={"run": {"dense_logs": True}})
    not_this = new_engine(dense_logs=True, tool_profiles={"run": {"dense_logs": False}}).prepare(messages)
    exact = new_engine(dense_logs=True, exact_only=True).prepare(messages)

    assert usual.messages == not_this.messages != dense.messages
    assert dense.messages == by_tool.messages == exact.messages
    assert "\n@=2024-05-01 10:00\n" in dense.messages[2]["content"]
    assert [note.reason for note in dense.notes if note.change == "exact"] == ["log_dense+large_but_unreachable"]


def test_real_logs_come_back() -> None:
    for sample in samples("log"):
        assert decode_log(encode_dense(sample.text, counter=COUNTER)) == sample.text


@pytest.mark.shared_data
def test_more_real_logs_come_back_shorter_than_in_the_usual_form() -> None:
    dense = usual = 0
    for sample in shared_samples("log", most_chars=60_000, one_in=3):
        made = COMPRESSOR.compress(sample.text)
        assert not made.was_modified or decode_log(made.compressed) == sample.text
        dense += made.compressed_tokens
        usual += LogCompressor(counter=COUNTER).compress(sample.text).compressed_tokens

    assert dense < 0.7 * usual


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01 10:00:00 " * 20_000,
        "\n".join(f"{n % 28 + 1:02}/May/2024:10:{n % 60:02}:{n * 7 % 60:02} x" for n in range(40_000)),
        "\n".join(f"2024-05-01 10:00:00,{n:06} the same words every time a{'b' * (n % 50)}" for n in range(20_000)),
        "\n".join("a" * 5000 + f"{n} b" for n in range(200)),
        "1" * 500_000,
        "@=\n" * 50_000,
    ],
    ids=["times", "jumps", "seconds", "long", "digits", "marks"],
)
def test_hard_texts_take_bounded_time(text: str) -> None:
    made = encode_dense(text, counter=COUNTER)

    assert not made or decode_log(made) == text

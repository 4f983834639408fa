import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.analysis.sentences import sentence_spans
from headroom.compressors.sentences import choose_sentences, units_of
from headroom.tokenizers import built_in_counter


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "wanted",
    [
        ["One. ", "Two! ", "Three?"],
        ["Dr. Lind met Mr. J. R. Smith at 5 p.m. in Room 4b. ", "He left."],
        ["It costs 3.50 at shop.example.org/a.b?c=d. ", "Nobody came."],
        ["See e.g. figure 3, i.e. the red one. ", "It is new."],
        ["Version 2.1.3 is out... and stable. ", "Yes!"],
        ['He said "Stop." ', "Nobody did."],
        ["Am 3. Mai kam z.B. Dr. Müller. ", "Er blieb."],
        ["Was it yes? no, it was not. ", "Good."],
        ["The U.S. Army came. ", "It left."],
        ["これは文です。", "「本当ですか？」", "はい！"],
        ["他来了。", "她走了！", "为什么？"],
        ["यह एक वाक्य है। ", "यह दूसरा है।"],
        ["هل هذا صحيح؟ ", "نعم، هذا صحيح. ", "انتهى."],
        ["یہ اردو ہے۔ ", "ہاں۔"],
        ["Это А. С. Пушкин. ", "Он поэт."],
        ["Γεια σου. ", "Τι κάνεις;"],
        ["Սա հայերեն է։ ", "Այո։"],
        ["A line that is\nwrapped goes on. ", "The next\ndoes, too."],
        ["No end"],
    ],
)
def test_texts_are_cut_between_sentences_and_nowhere_else(wanted: list[str]) -> None:
    assert sentences("".join(wanted)) == wanted


@given(text=st.text(st.sampled_from("aB1.!?…。？।؟ \n\r\t\"')\u2028\x85\ud800"), max_size=80) | st.text(max_size=80))
def test_sentences_are_the_whole_text_in_order(text: str) -> None:
    assert "".join(sentences(text)) == text
    assert all(sentences(text)) or not text


@given(
    text=st.lists(
        st.sampled_from(
            ("# A\n", "Title\n---\n", "One. Two.\n", "- item\n", "| a | b |\n", "```\n", "\n", "---\n", "x\r\n")
        )
        | st.text(max_size=12),
        max_size=20,
    ).map("".join)
)
def test_units_are_the_whole_text_in_order(text: str) -> None:
    units = units_of(text)

    assert "".join(text[unit.start : unit.end] for unit in units) == text
    assert all(unit.start < unit.end for unit in units)


def test_units_know_headings_tables_code_and_items() -> None:
    text = "---\na: 1\n---\n# T\n\nOne. Two.\n- a\n  b\n- c\n\n| x |\n|---|\n| 1 |\n\n"
    text += "```py\n# no heading\n```\nEnd\n===\nLast"

    kinds = [(unit.kind, text[unit.start : unit.end]) for unit in units_of(text)]

    assert kinds == [
        ("code", "---\na: 1\n---\n"),
        ("heading", "# T\n\n"),
        ("sentence", "One. "),
        ("sentence", "Two.\n"),
        ("sentence", "- a\n  b\n"),
        ("sentence", "- c\n\n"),
        ("table", "| x |\n|---|\n| 1 |\n\n"),
        ("code", "```py\n# no heading\n```\n"),
        ("heading", "End\n===\n"),
        ("sentence", "Last"),
    ]


@pytest.mark.parametrize(
    "text", ["." * 300_000, "a. " * 100_000, ".'" * 150_000, "\n" * 200_000, "```\n" * 50_001, "# \n" * 60_000]
)
def test_long_runs_of_marks_take_linear_time(text: str) -> None:
    assert units_of(text)[-1].end == len(text)


@given(
    text=st.lists(
        st.sampled_from(
            ("| a | b |\n", "|---|:-:|\n", "| 1 | dog |\n", "| 2 | cat |\r\n", "One dog. Two. ", "\n", "# T\n")
        ),
        max_size=14,
    ).map("".join),
    budget=st.integers(1, 60),
)
def test_what_stays_of_tables_is_within_the_budget_and_below_their_headers(text: str, budget: int) -> None:
    counter = built_in_counter()

    kept = choose_sentences([("", text)], "What is a dog?", budget, counter)[0]

    assert counter.count_text(kept.text) <= budget or kept.text == text
    assert set(kept.text.split()) <= {*text.split(), "[...]", "|"}
    assert (kept.shown == kept.total) or len(kept.text) < len(text) + 20

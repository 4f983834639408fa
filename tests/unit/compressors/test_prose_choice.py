import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.compressors.limits import Limits
from headroom.compressors.prose_text import ProseCompressor
from headroom.compressors.sentences import Document, choose_sentences, score_sentences
from headroom.compressors.sentences.choose import pieces_of
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter
from tests.samples import shared_samples
from tests.shown_prose import check_passages

COUNTER = built_in_counter()
PROSE = ProseCompressor(counter=COUNTER)
FILLER = "The weather was mild and the road was dry on most days of that month."
GUIDE = "\n".join(
    ["# Guide", "", "Welcome to the guide.", ""]
    + [f"## Part {n}\n\n{FILLER} {FILLER}\n\n- item {n}\n- other {n}\n" for n in range(12)]
    + ["## Retries", "", "Requests are sent again three times. The delay doubles after each of them."]
    + ["Set `retries=0` to turn it off.", "", "```py\nclient(retries=0)\n```", ""]
)  # fmt: skip


def select(text: str, question: str, tokens: int = 150, *, is_asked: bool = True) -> CompressionResult:
    limits = Limits(tokens=tokens, above_tokens=0, handle="0123456789ab", is_asked=is_asked, by_tool=True)
    return PROSE.select(text, PROSE.compress(text), limits, context=question)


def test_prose_stays_the_very_same_text() -> None:
    result = PROSE.compress(GUIDE)

    assert result.compressed is GUIDE
    assert result.reason == "prose_stays_without_a_question"


@pytest.mark.parametrize(
    ("question", "is_asked"), [("How often are requests retried?", False), ("", True), ("Look at it and go on.", True)]
)
def test_nothing_is_left_out_without_a_size_and_a_question(question: str, is_asked: bool) -> None:
    assert select(GUIDE, question, is_asked=is_asked).compressed is GUIDE


def test_what_answers_stays_below_its_heading_and_the_rest_is_counted() -> None:
    result = select(GUIDE, "How can I turn the retries off?")

    check_passages(result.compressed, GUIDE)
    assert "# Guide" in result.compressed
    assert "## Retries\n\n" in result.compressed
    assert "Set `retries=0` to turn it off." in result.compressed
    assert "Part 7" not in result.compressed
    assert result.compressed_tokens <= 150
    assert result.items_kept < result.items_total


def test_code_and_tables_stay_whole_or_go() -> None:
    result = select(GUIDE, "How can I turn the retries off?")

    assert "```py\nclient(retries=0)\n```" in result.compressed


def test_every_passage_with_the_id_that_is_asked_for_stays_even_past_the_size() -> None:
    places = [f"Ticket AB-1734 was seen by team {n} on a quiet afternoon in the north of the town." for n in range(3)]
    text = "\n\n".join([*[FILLER] * 40, places[0], *[FILLER] * 30, places[1], *[FILLER] * 30, places[2]])

    made = select(text, "Who has seen AB-1734?", tokens=100).compressed

    assert all(place in made for place in places)


def test_a_text_without_a_word_of_the_question_stays_whole() -> None:
    assert select(GUIDE, "Kangaroo?").compressed is GUIDE


LINES = st.sampled_from(
    ("# Head\n", "## Lower part\n", "Cats sleep. Dogs bark at night! Why?\n", "Cats\nwrap\r\n", "- Dogs run\n", "\n",
     "| cat |\n",      "```\ncats()\n```\n", "猫は寝る。犬は走る。\n", "बिल्ली सोती है। कुत्ता दौड़ता है।\n", "\u2028\x85\n",
     "[line 3 not shown]\n", FILLER + "\n", "\ud800.\n")
)  # fmt: skip


@given(
    lines=st.lists(LINES, min_size=8, max_size=60),
    question=st.sampled_from(("Where do cats sleep?", "猫は？", "कुत्ता", "Dogs of AB-12")),
    tokens=st.integers(60, 400),
)
@settings(max_examples=150)
def test_what_is_shown_is_passages_of_the_original_in_order(lines: list[str], question: str, tokens: int) -> None:
    text = "".join(lines)

    result = select(text, question, tokens)

    assert result == select(text, question, tokens)
    assert result.compressed_tokens == COUNTER.count_text(result.compressed)
    if result.change is None:
        assert result.compressed is text
    else:
        assert result.compressed_tokens < result.exact_tokens
        if "[line 3 not shown]" not in text:
            check_passages(result.compressed, text)


DOCUMENTS = [
    ("Ada Lovelace", "Ada Lovelace was a mathematician. She wrote notes on the engine of Charles Babbage."),
    ("Charles Babbage", "He was born in London. He died in 1871 in Marylebone. He liked music."),
    ("Paris", "Paris is a city. It has a tower. It has a river."),
]


def test_sentences_of_the_documents_that_answer_stay_in_order_with_joins_marked() -> None:
    kept = choose_sentences(
        DOCUMENTS, "Where did the builder of the engine that Ada Lovelace wrote about die?", 44, COUNTER
    )

    assert kept[0].text.startswith("Ada Lovelace was a mathematician.")
    assert "died in 1871" in kept[1].text
    assert kept[2].text == ""
    assert kept[2].left_out == 3


def test_a_document_that_the_best_one_names_is_worth_more() -> None:
    documents = [Document(title, tuple(text.split(" " * 9))) for title, text in DOCUMENTS]

    scores = score_sentences(documents, "What did Ada Lovelace write?")

    assert scores[1][0] > scores[2][0] + 0.9


def test_joins_are_marked_within_a_document() -> None:
    text = f"Cats sleep at noon. {FILLER} {FILLER} {FILLER} Cats hunt at night."

    (kept,) = choose_sentences([("", text)], "What do cats do?", 20, COUNTER)

    assert kept.text == "Cats sleep at noon. [...] Cats hunt at night."
    assert (kept.shown, kept.total) == (2, 5)


def test_a_title_in_the_first_line_stays_with_any_sentence() -> None:
    text = f"The life of cats\n{FILLER} {FILLER} {FILLER} Cats hunt at night."

    (kept,) = choose_sentences([("", text)], "When do cats hunt?", 20, COUNTER)

    assert kept.text == "The life of cats\nCats hunt at night."


@pytest.mark.parametrize(("question", "budget"), [("", 5), (" \n", 5), ("Where are cats?", 10_000)])
def test_without_a_question_or_need_documents_stay_whole(question: str, budget: int) -> None:
    assert [kept.text for kept in choose_sentences(DOCUMENTS, question, budget, COUNTER)] == [
        text for _, text in DOCUMENTS
    ]


SENTENCES = st.sampled_from(
    ("Cats sleep. ", "Dogs bark at night! ", "猫は寝る。", "बिल्ली सोती है। ", "هل تنام القطط؟ ",
     "Mr. X has 3.5 cats.\n\n", "## Cats\n\n", FILLER + " ", "\ud800 ")
)  # fmt: skip
TITLES = st.sampled_from(("", "Cats", "Big dogs", "猫"))


@given(
    documents=st.lists(st.tuples(TITLES, st.lists(SENTENCES, max_size=12).map("".join)), max_size=6),
    question=st.sampled_from(("Where do cats sleep?", "猫は？", "القطط", "the", "?")),
    budget=st.integers(0, 120),
)
def test_kept_texts_are_whole_sentences_in_order_within_the_budget(
    documents: list[tuple[str, str]], question: str, budget: int
) -> None:
    kept = choose_sentences(documents, question, budget, COUNTER)

    assert kept == choose_sentences(documents, question, budget, COUNTER)
    assert len(kept) == len(documents)
    assert sum(COUNTER.count_text(text.text) for text in kept) <= budget
    for (title, source), text in zip(documents, kept, strict=True):
        pieces = pieces_of(title, source)
        sentences = [pieces.piece(place) for place in range(len(pieces.units))]
        assert text.total == len(sentences)
        assert is_made_of(text.text.removeprefix(pieces.heading), sentences, text.shown)


def is_made_of(text: str, sentences: list[str], count: int) -> bool:
    """Whether `text` is `count` of the sentences, in order, whole."""
    for sentence in sentences:
        for piece in (sentence, "[...] " + sentence):
            if text and (text.startswith(piece) or text == piece.rstrip(" \t\r\n")):
                text, count = text[len(piece) :], count - 1
                break
    return not text and count <= 0


@pytest.mark.shared_data
def test_real_documents_are_cut_to_passages_of_theirs() -> None:
    shortened = 0
    for sample in shared_samples("markdown", most_chars=40_000, one_in=4):
        result = select(sample.text, "How do I configure the default model?", 400)
        if result.change:
            check_passages(result.compressed, sample.text)
            assert result.compressed_tokens <= 900
            shortened += 1

    assert shortened >= 3

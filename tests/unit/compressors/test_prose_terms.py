"""What sentences are found by: words in other forms, without accents, in two parts; and every half of a question."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from headroom.compressors.sentences import choose_sentences
from headroom.compressors.sentences.accents import PLAIN, without_accents
from headroom.compressors.sentences.score import Document, score_sentences
from headroom.compressors.sentences.terms import prose_terms, with_beginnings, with_compounds
from headroom.tokenizers import built_in_counter

COUNTER = built_in_counter()
OTHER = ("Boats come and go all day long.", "Ropes are kept dry.", "Paint is sold at the corner.")


def best(question: str, *sentences: str) -> str:
    """The sentence with the highest score."""
    (scores,) = score_sentences([Document("", (*OTHER, *sentences))], question)
    return (*OTHER, *sentences)[scores.index(max(scores))]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("how many kinds of pokemon", "In Pokémon there are eleven."),
        ("Pokémon kinds", "There are eleven pokemon."),
        ("who discovered taxonomic schemes", "Linnaeus is the father of taxonomy."),
        ("where is the superbowl", "The Super Bowl was in Minneapolis."),
        ("die Gründer des Museums", "Die Grundung war 1807."),
        ("где построили маяк", "Постройка шла в Архольме."),
    ],
)
def test_a_word_is_found_in_its_other_forms(question: str, sentence: str) -> None:
    assert best(question, sentence) == sentence


def test_the_word_itself_counts_more_than_its_beginning() -> None:
    both = ("The internet was down.", "The international was down.")

    assert best("was the international open", *both) == both[1]
    assert best("was the internet open", *both[::-1]) == both[0]


def test_terms_of_ids_paths_and_other_scripts_have_no_beginnings() -> None:
    terms = ["ab-1734-x", "src/main.py", "a1b2c3d4", "猫", "short"]

    assert with_beginnings(terms) == terms


def test_only_wanted_compounds_are_made() -> None:
    assert with_compounds(["super", "bowl", "game"], {"superbowl"}) == ["super", "bowl", "game", "superbowl"]
    assert with_compounds(["super", "bowl"], set()) == ["super", "bowl"]


def test_no_half_of_a_question_is_crowded_out_by_the_other() -> None:
    much = (
        "Vic Darchinyan was born in 1976. Vic Darchinyan is a boxer. The titles of Vic Darchinyan are many. "
        "Vic Darchinyan lives in Sydney. Nobody has met Vic Darchinyan. Who is Vic Darchinyan? "
    )
    documents = [("Vic Darchinyan", much), ("", " ".join(OTHER)), ("", "The actor Haig was born in 1939.")]

    kept = choose_sentences(documents, "Who is the oldest, Haig or Vic Darchinyan?", 30, COUNTER)

    assert "Haig was born in 1939" in kept[2].text
    assert "born in 1976" in kept[0].text


def test_a_repeated_sentence_stays_once_where_chunks_overlap() -> None:
    texts = [("", f"{OTHER[0]} Ada was born in London."), ("", f"Ada was born in London. {OTHER[1]}")]

    kept = choose_sentences(texts, "Where was Ada born?", 12, COUNTER, prior=[0.0, 0.0])

    assert [text.text.count("born in London") for text in kept] in ([1, 0], [0, 1])


@pytest.mark.parametrize("gap", [" ", "\n\n", "\n\n\t \n  \t\n"])
def test_what_is_chosen_never_exceeds_the_budget(gap: str) -> None:
    sentences = [f"{word} of Arholm no. {n} is 17.{n}% (x{n})!" for n, word in enumerate(["Mill", "Inn", "Pier"] * 12)]
    texts = [("", gap.join(sentences[start : start + 12])) for start in (0, 12, 24)]

    for budget in range(1, 400, 7):
        kept = choose_sentences(texts, "Which mill and pier are in Arholm?", budget, COUNTER)
        assert sum(COUNTER.count_text(text.text) for text in kept) <= budget
        assert budget < 60 or any(text.text for text in kept)


@pytest.mark.parametrize(
    ("filler", "said", "question"),
    [
        ("and then we went on to the next one you know ", "the engine was built by ada ", "who built the engine"),
        ("それから次に行きました、", "機関車は横浜で作られました、", "機関車はどこで作られたか"),
    ],
)
def test_of_a_transcript_without_marks_the_words_around_what_answers_stay(
    filler: str, said: str, question: str
) -> None:
    text = filler * 60 + said + filler * 60

    (kept,) = choose_sentences([("", text)], question, 150, COUNTER)

    assert said.strip() in kept.text
    assert COUNTER.count_text(kept.text) <= 150
    assert all(part.strip() in text for part in kept.text.split("[...]"))


def test_what_has_no_blank_is_not_cut() -> None:
    blob = "x" * 5000

    (kept,) = choose_sentences([("", f"Ada wrote {blob} there.")], "What did Ada write?", 100, COUNTER)

    assert "x" not in kept.text
    assert kept.text.startswith("Ada wrote")


def test_the_committed_table_of_accents_is_unicodes() -> None:
    for code, letter in PLAIN.items():
        parts = unicodedata.normalize("NFD", chr(code))
        if letter is None:
            assert unicodedata.combining(chr(code)) or code == 0x34F
        elif len(parts) > 1:
            assert parts[0] == letter


def test_texts_without_latin_marks_stay() -> None:
    for text in ("plain", "маяк", "猫は寝る", "ελιά"):
        assert without_accents(text) == text
    assert without_accents("mu\u0308nchen") == without_accents("m\u00fcnchen") == "munchen"
    assert prose_terms("Straße") == prose_terms("strasse")


def test_scores_are_the_same_in_every_run() -> None:
    import subprocess

    code = (
        "from headroom.compressors.sentences import Document, score_sentences;"
        "d = [Document('Ada Lovelace', ('She met Babbage.', 'It rained.')), Document('Babbage', ('An engine.',))];"
        "print(score_sentences(d, 'Where in London did Ada Lovelace meet the engine of Babbage?'))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("0", "1", "2")
    }

    assert len(found) == 1

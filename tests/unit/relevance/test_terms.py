import pytest

from headroom.relevance.letters import FOLD, LETTERS, SINGLE, fold
from headroom.relevance.tokens import IS_WORD, MAX_TERMS, PART, query_terms, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("getUserName", ["getusername", "get", "user", "name"]),
        ("HTTPServer", ["httpserver", "http", "server"]),
        ("user_id=42", ["user_id", "user", "id", "42"]),
        ("/var/log/app.log:17", ["var/log/app.log:17", "var", "log", "app", "log", "17"]),
        ('{"ref":"ORD-0017"}', ["ref", "ord-0017", "ord", "0017"]),
        ("550e8400-e29b", ["550e8400-e29b", "550e8400", "e29b"]),
        ("a@b.io", ["a@b.io", "a", "b", "io"]),
        ("v1.2.3.", ["v1.2.3", "v1", "2", "3"]),
        ("01ARZ3NDEK", ["01arz3ndek"]),
        ("天気 ok", ["天", "気", "ok"]),
        ("Größe naïve", ["größe", "naïve"]),
        ("ПРИВЕТ мир", ["привет", "мир"]),
        ("", []),
        ("--- ...", []),
    ],
)
def test_a_text_is_split_into_whole_tokens_parts_and_pieces(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_folding_keeps_every_character_at_its_place_and_agrees_with_python() -> None:
    capitals = "".join(map(chr, FOLD))

    assert fold("É" + capitals) == "é" + capitals.lower()
    assert len(fold(capitals)) == len(capitals)


def test_folding_is_done_by_our_table_beyond_ascii() -> None:
    assert fold("İẞ\u1c89") != "İẞ\u1c89".lower()


def test_every_letter_that_is_folded_belongs_to_words() -> None:
    assert all(IS_WORD.match(chr(code)) and IS_WORD.match(chr(small)) for code, small in FOLD.items())


def test_a_character_is_either_part_of_a_word_or_a_word_of_its_own() -> None:
    both = [chr(code) for code in range(0x110000) if IS_WORD.match(chr(code)) and len(PART.findall(chr(code) * 2)) == 2]

    assert both == []
    assert LETTERS
    assert SINGLE


def test_words_of_everyday_questions_are_left_out_but_negations_stay() -> None:
    assert query_terms("What is the status of the orders not shipped?") == ["status", "orders", "not", "shipped"]


def test_a_question_of_nothing_but_everyday_words_keeps_them() -> None:
    assert query_terms("what is it") == ["what", "is", "it"]


def test_a_very_long_question_is_cut_to_its_longest_terms_in_order() -> None:
    found = query_terms(" ".join(f"w{n}" for n in range(500)) + " transactionReference")

    assert len(found) == MAX_TERMS
    assert found[-3:] == ["transactionreference", "transaction", "reference"]

import gzip
import json
import math
from pathlib import Path

import pytest

from headroom.tokenizers import built_in_counter, estimate_tokens
from headroom.tokenizers.estimate import EstimatingCounter

DATA = Path(__file__).parents[4] / "shared" / "data" / "tool_outputs"


def test_only_the_empty_text_has_no_tokens() -> None:
    count = EstimatingCounter().count_text

    assert count("") == 0
    assert all(count(text) >= 1 for text in ("a", "é", "\x80", " ", "\ud800", "0"))


def test_it_says_that_it_is_an_estimate() -> None:
    assert not EstimatingCounter().is_exact


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox jumps over the lazy dog. " * 20,
        json.dumps([{"id": n, "name": f"user{n}", "active": n % 2 == 0, "score": n / 7} for n in range(100)]),
        '2024-01-12T22:54:36.307Z level=WARN msg="Incorrect password" ip=192.168.0.254\n' * 30,
        "def add(a, b):\n    return a + b\n\n\n" * 40,
    ],
    ids=["prose", "json", "log", "code"],
)
def test_it_is_within_a_quarter_of_the_count_on_everyday_text(text: str) -> None:
    assert estimate_tokens(text) == pytest.approx(built_in_counter().count_text(text), rel=0.25)


def test_random_letters_without_blanks_are_not_taken_for_words() -> None:
    letters = "".join(chr(97 + (n * n * 7 + n // 3) % 26) for n in range(3000))

    assert estimate_tokens(letters) > 0.5 * built_in_counter().count_text(letters)


@pytest.mark.shared_data
@pytest.mark.skipif(not DATA.exists(), reason="no shared data")
@pytest.mark.parametrize("kind", ["json_array", "log", "csv", "search", "html"])
def test_nine_of_ten_real_tool_outputs_are_hardly_estimated_too_low(kind: str) -> None:
    lines = gzip.decompress((DATA / f"{kind}.jsonl.gz").read_bytes()).decode().split("\n")[:60]
    texts = [json.loads(line)["text"][:10_000] for line in lines if line]
    ratios = sorted(estimate_tokens(text) / built_in_counter().count_text(text) for text in texts if text)

    assert ratios[math.floor(0.1 * len(ratios))] > 0.93
    assert ratios[math.floor(0.9 * len(ratios))] < 1.25

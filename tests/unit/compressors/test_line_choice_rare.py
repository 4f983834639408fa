"""A line of its own kind in a log of a few kinds is never said to be like another."""

from random import Random

import pytest

from headroom import compress
from tests.engines import text_of
from tests.samples import ask

KINDS = (
    "request served for user {} in {} ms",
    "cache refresh finished with {} keys after {} s",
    "heartbeat sent node {} seq {}",
    "metrics flushed batch {} rows {}",
    "lease renewed holder {} until {}",
)
ODD = ("leader election lost, replica demoted, writes suspended", "deadlock detected", "Segmentation fault")


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("kinds", [1, 5])
def test_a_line_of_its_own_kind_stays(odd: str, kinds: int) -> None:
    random = Random(len(odd) + kinds)
    lines = [
        f"2024-01-01 0{n // 3600}:{n // 60 % 60:02}:{n % 60:02} INFO "
        + random.choice(KINDS[:kinds]).format(random.randrange(999), random.randrange(999))
        for n in range(1500)
    ]
    lines.insert(random.randrange(300, 1200), f"2024-01-01 00:20:00 INFO {odd}")

    sent = text_of(compress(ask("\n".join(lines), "please look"), retrieval="tool").messages)

    assert odd in sent

"""What was given back to the model, as the ledger wants it (requirement R7)."""

from __future__ import annotations

from collections.abc import Iterable

from headroom.retrieval.answers import Answer


def by_retrieved(answers: Iterable[Answer]) -> dict[str, list[int]]:
    """Name of the tool whose results were asked for to `[times asked, tokens given back]`; "" where it is not known.

    Each call counts, whatever it was answered with: it cost a round and these tokens.
    """
    found: dict[str, list[int]] = {}
    for answer in answers:
        row = found.setdefault(answer.tool or "", [0, 0])
        row[0] += 1
        row[1] += answer.tokens
    return found

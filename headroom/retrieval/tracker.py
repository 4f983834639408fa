"""What the retrieve rounds of one call cost, as the ledger wants it (requirement R7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from headroom.retrieval.answers import Answer

UNKNOWN_TOOL = ""


@dataclass(slots=True)
class RetrievalTracker:
    """Adds up answers and rounds.

    Attributes:
        rounds: Requests beyond the first that answered retrieve calls.
        round_tokens: All tokens of those requests, input and output.
        by_tool: Name of the tool whose result was asked for to `[times asked, tokens given back]`.
    """

    rounds: int = 0
    round_tokens: int = 0
    by_tool: dict[str, list[int]] = field(default_factory=dict)

    def add(self, answer: Answer) -> None:
        """Count one answer, whatever it says."""
        row = self.by_tool.setdefault(answer.tool or UNKNOWN_TOOL, [0, 0])
        row[0] += 1
        row[1] += answer.tokens

    def add_round(self, answers: Iterable[Answer], *, tokens: int = 0) -> None:
        """Count one further request.

        Args:
            answers: What it carried back to the model.
            tokens: What the provider counted for it, input and output.
        """
        self.rounds += 1
        self.round_tokens += tokens
        for answer in answers:
            self.add(answer)

    @property
    def tokens(self) -> int:
        """Tokens given back to the model."""
        return sum(tokens for _, tokens in self.by_tool.values())

    def facts(self) -> dict[str, Any]:
        """The fields of `RequestMetrics` about retrieval."""
        return {
            "retrieve_rounds": self.rounds,
            "retrieved_tokens": self.tokens,
            "round_tokens": self.round_tokens,
            "by_retrieved": {name: list(row) for name, row in self.by_tool.items()},
        }

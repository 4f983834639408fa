"""The forms of JSON texts alone: what is no JSON goes out as it came."""

from __future__ import annotations

from dataclasses import replace

from headroom.compressors.by_type import JSON_KINDS
from headroom.compressors.item_choice.settings import Scores
from headroom.compressors.limits import Limits
from headroom.config import HeadroomConfig
from headroom.protocols import Request, TokenCounter
from headroom.transforms.contain import FAULT
from headroom.transforms.forms import NEVER_SELECTED, Forms
from headroom.transforms.memo import Memo
from headroom.transforms.outcome import PartOutcome, untouched
from headroom.transforms.treatment import Treatment


class RowForms(Forms):
    """Forms of texts that are JSON from end to end.

    Args:
        row_scores: How well rows fit a question.
    """

    def __init__(
        self, config: HeadroomConfig, *, counter: TokenCounter, memo: Memo[PartOutcome], row_scores: Scores
    ) -> None:
        super().__init__(config, counter=counter, memo=memo)
        self.row_scores = row_scores
        # New tables: those there are also serve the texts within JSON.
        self.compressors = {kind: one for kind, one in self.compressors.items() if kind in JSON_KINDS}
        self.dense = {kind: one for kind, one in self.dense.items() if kind in JSON_KINDS}

    def outcome(self, text: str, treatment: Treatment, question: object, request: Request) -> PartOutcome:
        """What becomes of one text."""
        exact = self.exact(text, treatment, request)
        if exact.kind in JSON_KINDS:
            return super().outcome(text, treatment, question, request)
        if exact.reason in NEVER_SELECTED or treatment.edits or FAULT in exact.reason:
            return exact
        return untouched(exact.tokens_before, "no_json", exact.kind)

    def limits(self, treatment: Treatment, handle: str) -> Limits:
        """How small a selection becomes."""
        return replace(super().limits(treatment, handle), scores=self.row_scores)

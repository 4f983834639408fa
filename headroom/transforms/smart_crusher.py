"""`SmartCrusher`: leaves out rows of JSON, of data given to `crush`, and of the tool results of a conversation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from headroom.compressors.json_choice import Cut, cuts_of, share
from headroom.compressors.limits import Limits
from headroom.compressors.table.values import dump_json, parse_json
from headroom.config import CacheOptimizerConfig, HeadroomConfig, RelevanceScorerConfig, SmartCrusherConfig
from headroom.errors import ValidationError
from headroom.markers import handle_of
from headroom.protocols import Scorer, TokenCounter
from headroom.results import Saving
from headroom.tokenizers import built_in_counter
from headroom.transforms.choice_settings import RowScorer, RowSettings
from headroom.transforms.content_router import ContentRouter
from headroom.transforms.public_routed import Routed
from headroom.transforms.public_row_forms import RowForms

ENOUGH_TOKENS = 1_000_000_000  # the number of rows is the limit here, not their size


class CrushFacts(Saving):
    """What crushing did; the data classes below carry it beside the data they are.

    Attributes:
        original: The data that came in, the same object.
        compressed: JSON text of the data that goes out.
        was_modified: Whether anything was left out.
        strategy: `rows` when rows were left out, else "".
        reason: Why nothing was left out, or "".
        tokens_before: Tokens of the JSON text that came in, by the built-in measure; 0 where it is no JSON.
        tokens_after: Tokens of `compressed`, same measure.
        ccr_hash: Handle of the original text, or None when nothing was left out.
        items_total: Rows of the lists that were shortened.
        items_kept: Those that stay.
    """

    original: Any = None
    compressed: str = ""
    was_modified: bool = False
    strategy: str = ""
    reason: str = ""
    tokens_before: int = 0
    tokens_after: int = 0
    ccr_hash: str | None = None
    items_total: int = 0
    items_kept: int = 0


class CrushedDict(CrushFacts, dict[str, Any]):
    """A dict of which some rows were left out."""


class CrushedList(CrushFacts, list[Any]):
    """A list of which some rows were left out."""


class CrushedText(CrushFacts, str):
    """JSON text of which some rows were left out."""


class SmartCrusher(Routed):
    """Leaves out the rows of JSON data that matter least; keeps errors, anomalies and what is asked for (law 4).

    `crush(data)` gives back data of the same kind. As a transform (`apply`, or in a `TransformPipeline`) it writes the
    JSON of tool results as table text, with a line that names the handle of the whole; using it is asking for its
    limits, so that it leaves out wherever it is used, unless the call says `selection="never"`. Text that is no JSON
    goes out as it came.

    Source of the choice: excess surprisal, BM25 and column extremes, interleaved (`compressors/item_choice`).

    Args:
        config: How many rows stay, and which; None takes the defaults: lists above 200 tokens, 50 rows.
        relevance_config: How rows are scored against the question; None takes `config.relevance`.
        scorer: What scores them; None makes one from the settings.
        counter: The measure of size; None takes the built-in one.
    """

    name = "smart_crusher"
    label = "smart_crush"

    def __init__(
        self,
        config: SmartCrusherConfig | None = None,
        relevance_config: RelevanceScorerConfig | None = None,
        scorer: Scorer | None = None,
        *,
        counter: TokenCounter | None = None,
    ) -> None:
        self.config = (config or SmartCrusherConfig()).model_copy(deep=True)
        self.scores = scorer.score_items if scorer else RowScorer(self.config, relevance_config)
        self.counter = counter or built_in_counter()
        self.settings = RowSettings.of(self.config)

    def new_router(self) -> ContentRouter:
        """A router that knows JSON alone, with the limits of this crusher."""
        crusher = self.config.model_copy(deep=True)
        crusher.max_items_after_crush = crusher.max_items_after_crush  # set by the caller who uses this class
        config = HeadroomConfig(
            smart_crusher=crusher,
            min_tokens=crusher.min_tokens_to_crush,
            content_router_enabled=crusher.enabled,
            cache_optimizer=CacheOptimizerConfig(min_cacheable_tokens=0),
        )
        router = ContentRouter(config, counter=self.counter)
        router.forms = RowForms(config, counter=self.counter, memo=router.memo, row_scores=self.scores)
        return router

    def crush(self, data: Any, query: str | None = "") -> Any:
        """`data` without the rows that matter least.

        Args:
            data: A dict, a list or JSON text; it is not changed. What stays are the same objects.
            query: What the rows are for; "" goes by what is unusual.

        Returns:
            A dict, list or str like `data`, which also has the attributes of `CrushFacts`.

        Raises:
            ValidationError: `data` is neither dict, list nor str.
        """
        if not isinstance(data, (Mapping, list, str)):
            raise ValidationError(
                f"data must be a dict, a list or JSON text, got {type(data).__name__}",
                field="data",
                type=type(data).__name__,
            )
        try:
            text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
            parsed = parse_json(text)
            value = parsed if isinstance(data, str) else data
        except (TypeError, ValueError, RecursionError):
            return wrapped(data, original=data, reason="not_json", compressed=data if isinstance(data, str) else "")
        tokens = self.counter.count_text(text)
        if not self.config.enabled or tokens <= self.config.min_tokens_to_crush:
            reason = "below_min_tokens_to_crush" if self.config.enabled else "not_enabled"
            return wrapped(
                data, original=data, reason=reason, compressed=text, tokens_before=tokens, tokens_after=tokens
            )
        return self.shortened(data, value, text, tokens, self.cuts(parsed, tokens, query or ""))

    def cuts(self, parsed: Any, tokens: int, query: str) -> list[Cut]:
        """The lists of a document with the rows that stay in each."""
        limits = Limits(
            tokens=ENOUGH_TOKENS,
            above_tokens=0,
            handle="",
            is_asked=True,
            most_items=self.config.max_items_after_crush,
            settings=self.settings,
            scores=self.scores,
        )
        found = cuts_of(parsed, tokens, limits, query)
        share(found, ENOUGH_TOKENS, limits)
        return found

    def shortened(self, data: Any, value: Any, text: str, tokens: int, cuts: Sequence[Cut]) -> Any:
        """`value` with its lists cut, in the form of `data`."""
        for cut in cuts:
            value = cut_at(value, cut.place.path, cut.selection.kept)
        made = (
            dump_json(value) if isinstance(data, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        )
        size = self.counter.count_text(made)
        total = sum(len(cut.sizes) for cut in cuts)
        kept = sum(len(cut.selection.kept) for cut in cuts)
        if kept == total or size >= tokens:
            return wrapped(
                data,
                original=data,
                reason="nothing_to_leave_out",
                compressed=text,
                tokens_before=tokens,
                tokens_after=tokens,
            )
        return wrapped(
            made if isinstance(data, str) else value,
            original=data,
            compressed=made,
            was_modified=True,
            strategy="rows",
            tokens_before=tokens,
            tokens_after=size,
            ccr_hash=handle_of(text),
            items_total=total,
            items_kept=kept,
        )


def cut_at(value: Any, path: Sequence[str | int], kept: Sequence[int]) -> Any:
    """A copy of `value` in which the list or map at `path` has the items `kept` only; all else is shared."""
    if not path:
        if isinstance(value, Mapping):
            items = list(value.items())
            return {items[place][0]: items[place][1] for place in kept}
        return [value[place] for place in kept]
    step = path[0]
    if isinstance(value, Mapping):
        return {key: cut_at(inner, path[1:], kept) if json_key(key) == step else inner for key, inner in value.items()}
    return [cut_at(inner, path[1:], kept) if place == step else inner for place, inner in enumerate(value)]


def json_key(key: Any) -> str:
    """A key as JSON writes it."""
    return key if isinstance(key, str) else {None: "null", True: "true", False: "false"}.get(key, str(key))


def wrapped(data: Any, **facts: Any) -> Any:
    """`data` as an object of its own kind that carries what was done."""
    found: Any
    if isinstance(data, str):
        found = CrushedText(data)
    elif isinstance(data, Mapping):
        found = CrushedDict(data)
    else:
        found = CrushedList(data)
    for name, fact in facts.items():
        setattr(found, name, fact)
    return found

"""`HeadroomNodePostprocessor`: the nodes that fit a question, and of them what answers it, within a budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle
from pydantic import ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, field_serializer

from headroom import CompressResult, ConfigurationError, HeadroomConfig
from headroom.config.refusals import refusal
from headroom.engine import Engine
from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations._documents import scorer_of
from headroom_integrations._settings import PER_CALL, sorted_out
from headroom_integrations._shared import EngineHolder, say_once
from headroom_integrations._views import error_of
from headroom_integrations.llama_index import events
from headroom_integrations.llama_index.nodes_choice import Chosen, Limits, choose

INTEGRATION = "llama_index.postprocessor"
FACTS = tuple(name for name in PER_CALL if name in ("format", "namespace", "strict", "tool_profiles"))
NO_BUDGET = "no budget: pass token_budget=... or ratio=..., and the sentences that answer the question stay"


class HeadroomNodePostprocessor(BaseNodePostprocessor):
    """Makes retrieved nodes smaller: exact forms for tables and JSON, and within a budget what answers the question.

        engine = index.as_query_engine(node_postprocessors=[HeadroomNodePostprocessor(token_budget=1500)])

    Without a limit nothing is left out and every node stays in its place (R41). With one, sentences are chosen by the
    question, `[...]` where some between them do not stay; tables and JSON by rows; code stays or goes whole; a node of
    which nothing stays goes. Without a question the nodes with the best scores stay. What changes is a copy, with its
    id, score, metadata, relationships and offsets; images stay. `node.metadata["headroom"]` says what was done, hidden
    from the LLM; `restore_nodes(response.source_nodes)` gives the originals. A fault costs nothing but the savings.

    Put it last, behind rerankers.

    Attributes:
        token_budget: Tokens of the texts of all nodes together, metadata aside; never exceeded.
        ratio: The budget as a share of their tokens, above 0 to 1.
        max_nodes: Nodes that stay at most: those with the highest relevance.
        min_relevance: Relevance, 0 to 1, below which a node goes; nothing goes by it without a question.
        prefer_diverse: Choose nodes that repeat little of each other, rather than the most relevant alone.
        scorer: What says how well a text fits the question: `bm25` (words), `embedding`, `hybrid` (these load a model
            at the first question), or an object with `score_items`.
        mode: `optimize`, or `audit` to measure and change nothing.
        keep_originals: Whether copies take their originals along, for `restore_nodes`.
        strict: Raise where a fault would leave the nodes as they came.
        format: Format id of the bytes to write.
        namespace: Scope of figures.
        tool_profiles: As in `HeadroomConfig`.
        config: Settings; single ones by name win over it.
        store_url: Where metrics go; None takes the configured place. Not written by `to_dict`.
        secret: Key of handles. Not written by `to_dict`.
        settings: Further settings of `HeadroomConfig` by name; they may be given as keywords, too.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, hide_input_in_errors=True)

    token_budget: int | None = Field(None, ge=1)
    ratio: float | None = Field(None, gt=0, le=1)
    max_nodes: int | None = Field(None, ge=1)
    min_relevance: float = Field(0.0, ge=0, le=1)
    prefer_diverse: bool = False
    scorer: Any = "bm25"
    mode: Literal["optimize", "audit"] = "optimize"
    keep_originals: bool = True
    strict: bool | None = None
    format: str | None = None
    namespace: str | None = None
    tool_profiles: dict[str, Any] | None = None
    config: HeadroomConfig | None = None
    store_url: str | None = Field(None, repr=False, exclude=True)
    secret: SecretStr | None = Field(None, repr=False, exclude=True)
    settings: dict[str, Any] = Field(default_factory=dict, repr=False)

    _held: EngineHolder = PrivateAttr()
    _scorer: Any = PrivateAttr(default=None)

    def __init__(self, token_budget: int | None = None, ratio: float | None = None, **fields: Any) -> None:
        given = {"token_budget": token_budget, "ratio": ratio, **fields}
        try:
            super().__init__(**sorted_out(given, type(self).model_fields))
        except ValidationError as error:
            refused = refusal(type(self), error)
        else:
            if self.token_budget is not None and self.ratio is not None:
                raise ConfigurationError("give token_budget or ratio, not both", field="ratio", value=self.ratio)
            self._scorer = scorer_of(self.scorer)
            self._held = EngineHolder(self.config, self.engine_settings())
            self.engine.request(**self.facts())  # refuses bad values now, not in the first query
            return
        raise refused  # out here, so that pydantic's error, which holds the input, is not attached

    @classmethod
    def class_name(cls) -> str:
        """Its name, as LlamaIndex writes it down."""
        return "HeadroomNodePostprocessor"

    @field_serializer("config")
    def config_without_secrets(self, config: HeadroomConfig | None) -> dict[str, Any] | None:
        """What `to_dict` writes of the config: what was set, passwords and keys aside."""
        hidden = {"secret", "store_url"}
        return None if config is None else config.model_dump(mode="json", exclude_unset=True, exclude=hidden)

    @field_serializer("settings")
    def settings_without_secrets(self, settings: dict[str, Any]) -> dict[str, Any]:
        """What `to_dict` writes of further settings, passwords and keys aside."""
        return {name: value for name, value in settings.items() if not isinstance(value, SecretStr)}

    @property
    def engine(self) -> Engine:
        """The engine, shared by all postprocessors of this process with the same settings."""
        settings = self.engine_settings()
        if not self._held.fits(self.config, settings):
            self._held = EngineHolder(self.config, settings)
        return self._held.engine

    def engine_settings(self) -> dict[str, Any]:
        """What decides which engine it is."""
        own = {"store_url": self.store_url, "secret": self.secret}
        return self.settings | {name: value for name, value in own.items() if value is not None}

    def facts(self) -> dict[str, Any]:
        """The facts of one call that are settings."""
        given = {name: getattr(self, name) for name in FACTS}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def limits(self) -> Limits:
        """What may be left out."""
        return Limits(
            token_budget=self.token_budget,
            ratio=self.ratio,
            max_nodes=self.max_nodes,
            min_relevance=self.min_relevance,
            prefer_diverse=self.prefer_diverse,
            scorer=self._scorer,
            keeps_originals=self.keep_originals,
        )

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        """The nodes that stay, in their order; those that came, where something fails."""
        question = None if query_bundle is None else query_bundle.query_str
        with contain(INTEGRATION, strict=bool(self.strict)) as fault:
            chosen = self.chosen(nodes, question, is_recorded=True)
            self.record(chosen.result)
            if self.mode == "optimize" and self.limits.is_open and chosen.is_prose_alone:
                say_once("nothing saved in nodes", NO_BUDGET)
            return chosen.nodes
        self.record(CompressResult(messages=[], tokens_before=0, tokens_after=0, warnings=[fault.reason]))
        return nodes

    async def _apostprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        """`_postprocess_nodes` with its work in a thread, so that the event loop goes on."""
        return await in_thread(self._postprocess_nodes, nodes, query_bundle)

    def chosen(self, nodes: Sequence[NodeWithScore], question: str | None, *, is_recorded: bool) -> Chosen:
        """What stays of `nodes`."""
        facts = self.facts() | ({"query": question} if question and question.strip(" \t\r\n") else {})
        if self.mode == "audit":
            facts |= {"roles": (), "keep_turns": 1_000_000}
        request = self.engine.request(
            **facts, needs_call=False, is_conversation=False, dry_run=not is_recorded or self.mode == "audit"
        )
        return choose(self.engine, nodes, request, self.limits if self.mode == "optimize" else Limits())

    def record(self, result: CompressResult) -> None:
        """Tell the ledger and LlamaIndex's instrumentation of one call."""
        events.record(self.engine, result, integration=INTEGRATION, mode=self.mode, error=error_of(result))

    def simulate(self, nodes: Sequence[NodeWithScore], query_str: str | None = None) -> CompressResult:
        """What `postprocess_nodes` would do, with a note per node; nothing is recorded.

        `messages` of the result are the texts as dicts, for people to look at.
        """
        return self.chosen(nodes, query_str, is_recorded=False).result

    def get_metrics(self) -> dict[str, int | float]:
        """Totals of this process over all postprocessors with the same settings, as `HeadroomClient` names them."""
        return self.engine.recorder.totals.snapshot()

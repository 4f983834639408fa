"""What a model is shown of a conversation, wherever that is decided: in a call, at birth, in the state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from headroom.engine import Engine
from headroom.messages import read_messages, texts_of
from headroom.results import CompressResult, Note
from headroom.transforms.contain import contain
from headroom_integrations._shared import EngineHolder
from headroom_integrations.langchain.state_format import begun_with, engine_of, is_begun, text_of
from headroom_integrations.langchain.state_views import KeptViews

INTEGRATION = "langchain.middleware"
CALL_FACTS = ("keep_turns", "min_cacheable_tokens", "query", "retrieval", "roles")
"""What of a conversation's beginning is no setting, and decides bytes."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """A conversation as the model is shown it.

    Attributes:
        messages: Its messages; those that did not change are the same objects.
        result: What was done to them.
    """

    messages: list[Any] = field(repr=False)
    result: CompressResult


@dataclass(frozen=True, slots=True)
class Begun:
    """One conversation: what it began with, and the engine that goes on with it.

    Attributes:
        engine: Writes its bytes.
        kept: What its state is to hold.
        is_new: Whether its state does not hold it yet.
    """

    engine: Engine
    kept: Mapping[str, Any] = field(repr=False)
    is_new: bool = False

    @property
    def retrieval(self) -> str:
        """Whether its model can call the retrieve tool: `tool` or `off`."""
        return "tool" if self.kept["call"].get("retrieval") == "tool" else "off"

    def with_tool(self) -> Begun:
        """It, once its model was offered tools: from then on ours is among them."""
        if self.retrieval == "tool":
            return self
        kept = {**self.kept, "call": {**self.kept["call"], "retrieval": "tool"}}
        return Begun(self.engine, kept, True)


class Compression:
    """One set of settings, the engines that conversations began with, and the views they share. Thread-safe.

    Args:
        held: The engine of the settings of now.
        facts: Facts of every call that are no settings, as plain values: `roles`, `keep_turns`, `query`.
        apply_now: Whether conversations that began with other settings take those of now.
    """

    def __init__(self, held: EngineHolder, facts: Mapping[str, Any], *, apply_now: bool = False) -> None:
        self.held = held
        self.facts = dict(facts)
        self.apply_now = apply_now
        self.views = KeptViews()
        self.engines: dict[str, Engine] = {}
        self.held.engine.request(**self.facts)  # refuses bad values now, not in the first call

    def __repr__(self) -> str:
        return f"Compression({self.held.engine!r})"

    @property
    def engine(self) -> Engine:
        """The engine of the settings of now."""
        return self.held.engine

    def begun(self, kept: Any, *, retrieval: str = "off", model: str = "") -> Begun:
        """A conversation that goes on, or one that begins now.

        Args:
            kept: What its state holds; anything else begins anew.
            retrieval: `tool` or `off`, for one that begins.
            model: Name of its first model: how long a prefix must be to be cached is asked once, so that a change of
                models changes no bytes.
        """
        if is_begun(kept):
            known = text_of(kept)
            engine = self.engines.get(known) or engine_of(self.engine, kept)
            if engine is not None and (engine is self.engine or not self.apply_now):
                self.engines[known] = engine
                return Begun(engine, kept)
            retrieval = str(kept["call"].get("retrieval", retrieval))
        facts = {**self.facts, "retrieval": retrieval}
        least = self.engine.least_prefix(model)
        if least is not None:
            facts["min_cacheable_tokens"] = least
        return Begun(self.engine, begun_with(self.engine, facts), True)

    def view(self, messages: Sequence[Any], begun: Begun, *, model: str = "", **facts: Any) -> Viewed:
        """The conversation as it is shown.

        Args:
            model: For figures; decides no bytes.
            facts: Over those of the conversation.
        """
        views = self.views.views(messages)
        kept = {name: value for name, value in begun.kept["call"].items() if name in CALL_FACTS}
        result = begun.engine.prepare(views, **{"extra": {"integration": INTEGRATION}, **kept, **facts})
        shown = self.views.messages(result.messages, messages)
        return Viewed(shown, replace(result, model=model))

    def measured(self, messages: Sequence[Any], *, model: str = "") -> CompressResult:
        """The conversation as it is."""
        return replace(self.engine.measured(self.views.views(messages)), model=model)

    def as_they_came(self, messages: Sequence[Any], *, model: str = "") -> CompressResult:
        """The conversation where nothing could be done to it, with its true size where that can still be told."""
        tokens = 0
        with contain("sizes"):
            views = read_messages(self.views.views(messages))
            tokens = sum(self.engine.counter.count_text(text) for view in views for text in texts_of(view))
        return CompressResult(messages=[], tokens_before=tokens, tokens_after=tokens, model=model)

    def sizes(self, viewed: Viewed) -> list[int]:
        """Tokens of each message as it is shown."""
        read, count = self.engine.pipeline.reader.read, self.engine.counter.count_text
        return [sum(map(count, texts_of(read(view)))) for view in viewed.result.messages]


def saved_by_id(messages: Sequence[Any], notes: Sequence[Note]) -> dict[str, int]:
    """Message id to the tokens saved of it, where any were."""
    found: dict[str, int] = {}
    for note in notes:
        if note.tokens_saved and (name := messages[note.message_index].id):
            found[name] = found.get(name, 0) + note.tokens_saved
    return found

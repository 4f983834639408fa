"""Tool messages compressed by a function, and by a node between a graph's tools and its model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import BaseMessage, ToolMessage
from langchain_core.runnables import RunnableLambda

from headroom.config import HeadroomConfig
from headroom.errors import ConfigurationError
from headroom.results import Note
from headroom_integrations._settings import sorted_out
from headroom_integrations.langchain.call import run
from headroom_integrations.langchain.runnable import HeadroomCompressor

ARGUMENTS = ("min_tokens_to_compress", "preserve_errors")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolMessageMetrics:
    """What became of one tool message. Holds no content.

    Attributes:
        tool_name: The tool that answered, or "".
        tool_call_id: The call it answers, or "".
        tokens_before: Size as it came, in tokens of the built-in measure.
        tokens_after: Size as it is now, same measure.
        was_compressed: Whether its text changed.
        skip_reason: Why it did not, or "".
    """

    tool_name: str
    tool_call_id: str
    tokens_before: int
    tokens_after: int
    was_compressed: bool
    skip_reason: str = ""


@dataclass(frozen=True, slots=True)
class CompressToolMessagesResult:
    """Messages and what was done to them.

    Attributes:
        messages: All messages, in order; those that did not change are the same objects.
        metrics: One entry per tool message.
    """

    messages: list[Any] = field(repr=False)
    metrics: list[ToolMessageMetrics]

    @property
    def total_tokens_saved(self) -> int:
        """Tokens saved over all of them."""
        return sum(one.tokens_before - one.tokens_after for one in self.metrics)

    @property
    def messages_compressed(self) -> int:
        """Tool messages whose text changed."""
        return sum(one.was_compressed for one in self.metrics)


def step_of(
    min_tokens_to_compress: int, preserve_errors: bool, config: HeadroomConfig | None, settings: dict[str, Any]
) -> HeadroomCompressor:
    """The step that both are made of."""
    if not isinstance(preserve_errors, bool):
        kind = type(preserve_errors).__name__
        said = f"preserve_errors must be true or false, got {kind}"
        raise ConfigurationError(said, field="preserve_errors", value=kind)
    own: dict[str, Any] = {"min_tokens": checked_least(min_tokens_to_compress)}
    if not preserve_errors:
        own["smart_crusher.preserve_errors"] = False
    sorted_out(settings, HeadroomCompressor.model_fields, beside=ARGUMENTS)  # refuses names that nobody knows
    return HeadroomCompressor(config, **{**settings, "settings": {**own, **(settings.get("settings") or {})}})


def checked_least(tokens: Any) -> int:
    """The smallest size.

    Raises:
        ConfigurationError: It is none.
    """
    if isinstance(tokens, int) and not isinstance(tokens, bool) and tokens >= 0:
        return tokens
    shown = tokens if isinstance(tokens, (int, float)) else type(tokens).__name__
    said = f"min_tokens_to_compress must be a whole number of at least 0, got {shown}"
    raise ConfigurationError(said, field="min_tokens_to_compress", value=shown)


def compress_tool_messages(
    messages: Sequence[BaseMessage],
    *,
    min_tokens_to_compress: int = 100,
    preserve_errors: bool = True,
    config: HeadroomConfig | None = None,
    **settings: Any,
) -> CompressToolMessagesResult:
    """`messages` with what tools answered made smaller; ids, names and artifacts stay.

    By default only exact forms are used, since nothing says that the model can ask for what is left out; a limit such
    as `target_tokens` asks for leaving out.

    Args:
        messages: A conversation.
        min_tokens_to_compress: Smaller results are left alone.
        preserve_errors: Keep every row that reports an error where rows are left out. Results that a tool marks as
            failed stay as they came either way.
        config: Settings.
        settings: Fields of `HeadroomCompressor`, and settings by name.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value.
    """
    step = step_of(min_tokens_to_compress, preserve_errors, config, settings)
    given = list(messages)
    made, done = run(step.call(given, None, {}))
    metrics = [metrics_of(given, made, place, done.notes) for place in range(len(given))]
    return CompressToolMessagesResult(list(made), [one for one in metrics if one is not None])


def metrics_of(
    given: Sequence[Any], made: Sequence[Any], place: int, notes: Sequence[Note]
) -> ToolMessageMetrics | None:
    """What became of one message; None for those that are no tool's."""
    message = given[place]
    if not isinstance(message, ToolMessage):
        return None
    own = [note for note in notes if note.message_index == place]
    changed = made[place] is not message
    return ToolMessageMetrics(
        tool_name=message.name or next((note.tool for note in own if note.tool), None) or "",
        tool_call_id=message.tool_call_id,
        tokens_before=sum(note.tokens_before for note in own),
        tokens_after=sum(note.tokens_after for note in own),
        was_compressed=changed,
        skip_reason="" if changed else next((note.reason for note in own), ""),
    )


def create_compress_tool_messages_node(
    *,
    min_tokens_to_compress: int = 100,
    preserve_errors: bool = True,
    config: HeadroomConfig | None = None,
    messages_key: str = "messages",
    **settings: Any,
) -> RunnableLambda[Any, Any]:
    """A LangGraph node that rewrites tool messages in the state: programs that parse them afterwards read the
    compressed text, which need not be JSON any more: `output="minified"` keeps JSON as JSON. Keep such tools out of it
    with `tool_profiles={"name": {"skip_compression": True}}`, or leave the state alone with `pre_model_hook`.

        graph.add_node("compress", create_compress_tool_messages_node())
        graph.add_edge("tools", "compress")
        graph.add_edge("compress", "agent")

    Returns only messages that changed, under their ids, so that `add_messages` replaces them in place. Rows are left
    out only where a store was named for the originals, or a limit asks for it; see `HeadroomCompressor.as_node`.

    Args:
        min_tokens_to_compress: Smaller results are left alone.
        preserve_errors: Keep every row that reports an error where rows are left out.
        config: Settings.
        messages_key: Key of the messages in the state.
        settings: Fields of `HeadroomCompressor`, and settings by name.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value.
    """
    return step_of(min_tokens_to_compress, preserve_errors, config, settings).as_node(messages_key)

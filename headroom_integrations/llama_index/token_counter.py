"""What LlamaIndex messages come to: with their tool calls, and once they are compressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from llama_index.core.base.llms.types import ChatMessage

from headroom import CompressResult, HeadroomConfig, Tokenizer
from headroom.engine import Engine
from headroom.transforms.contain import contain
from headroom_integrations._settings import PER_CALL, sorted_out
from headroom_integrations._shared import EngineHolder
from headroom_integrations.llama_index.messages import from_views, to_views

MODEL = "gpt-4o"

# Tokens of blocks that are no text, as LlamaIndex's own memories estimate them.
MEDIA_TOKENS: Mapping[str, int] = {"image": 256, "audio": 256, "video": 256, "document": 2048}


class Measure:
    """Compresses messages with one set of settings, and counts them by one model's counter.

    Args:
        model: Name of the model.
        config: Settings; single ones by name win over it.
        settings: Facts of each call and settings of `HeadroomConfig`, by name.

    Raises:
        ConfigurationError: A setting is refused.
    """

    def __init__(self, model: str = MODEL, config: HeadroomConfig | None = None, **settings: Any) -> None:
        own = sorted_out({name: value for name, value in settings.items() if value is not None}, PER_CALL)
        self.held = EngineHolder(config, own.pop("settings", {}))
        self.facts: dict[str, Any] = {**own, "model": model}
        self.engine.request(**self.facts)  # refuses bad values now, not in the first call
        self.counter = Tokenizer(model)
        self.counter.count_text("warm")

    @property
    def engine(self) -> Engine:
        """What compresses."""
        return self.held.engine

    def run(
        self, messages: Iterable[Any], *, budget_tokens: int | None = None, **facts: Any
    ) -> tuple[list[Any], CompressResult]:
        """The messages as they would be sent, within a budget if there is one; and what was done.

        Raises:
            HeadroomError: In strict mode, for a fault.
        """
        given = list(messages)
        limits = {} if budget_tokens is None else {"token_budget": budget_tokens, "counter": self.counter}
        views = to_views(given, strict=bool(self.facts.get("strict")))
        result = self.engine.prepare(views, **{**self.facts, **limits, **facts})
        return from_views(result.messages, given), result

    def view(self, messages: Iterable[Any]) -> list[Any]:
        """The messages as they would be sent; as they are, where that fails. Nothing is recorded."""
        given = list(messages)
        with contain("token_counter"):
            return self.run(given, dry_run=True)[0]
        return given

    def count(self, message: Any, media_tokens: Mapping[str, int] = MEDIA_TOKENS) -> int:
        """Tokens of one message as it is: its texts, tool calls, thinking, and what a provider adds around it.

        Args:
            message: The message.
            media_tokens: Tokens of a block that is no text, by its `block_type`.
        """
        if not isinstance(message, ChatMessage):
            return self.counter.count_text(str(message))
        (view,) = to_views([message])
        if isinstance(view.get("content"), list):
            view = {**view, "content": [block for block in view["content"] if "text" in block]}
        blocks = sum(self.count_block(block, media_tokens) for block in message.blocks)
        return self.counter.count_message(view) + blocks

    def count_block(self, block: Any, media_tokens: Mapping[str, int]) -> int:
        """Tokens of a block that is no plain text and no tool call."""
        kind = getattr(block, "block_type", "")
        if kind in media_tokens:
            return media_tokens[kind]
        if kind == "thinking":
            return self.counter.count_text(block.content or "")
        if kind in ("citable", "citation"):
            within = block.content if kind == "citable" else [block.cited_content]
            return sum(self.count_content(one, media_tokens) for one in within)
        return 0

    def count_content(self, block: Any, media_tokens: Mapping[str, int]) -> int:
        """Tokens of a block on its own."""
        text = getattr(block, "text", None)
        return self.counter.count_text(text) if isinstance(text, str) else self.count_block(block, media_tokens)


def headroom_token_counter(
    *, model: str = MODEL, view: bool = True, config: HeadroomConfig | None = None, **settings: Any
) -> Callable[[Iterable[Any]], int]:
    """A function that counts messages as the model is sent them: tool calls counted, tool results compressed.

        count = headroom_token_counter(model="gpt-4o")
        count(memory.get_all())

    Nothing is recorded. `HeadroomMemory` counts so by itself; what takes a `tokenizer_fn` sees one text at a time, and
    takes `headroom_tokenizer(model)`.

    Args:
        model: Name of the model whose counter measures.
        view: Whether messages count as compressed; False counts them as they are.
        config: Settings; single ones by name win over it.
        settings: Facts of each call (`retrieval`, `tool_profiles` ...) and settings of `HeadroomConfig`, by name.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value.
    """
    measure = Measure(model, config, **settings)

    def headroom_tokens(messages: Iterable[Any]) -> int:
        given = [messages] if isinstance(messages, (ChatMessage, str)) else list(messages)
        return sum(map(measure.count, measure.view(given) if view else given))

    return headroom_tokens


def headroom_tokenizer(model: str = MODEL) -> Callable[[str], list[int]]:
    """A `tokenizer_fn` that counts by headroom's counter of `model`: no vocabulary is fetched from the network.

        Memory.from_defaults(tokenizer_fn=headroom_tokenizer("claude-sonnet-4-5"))

    For what measures texts by the length of the list; its numbers are positions, not ids of a vocabulary.

    Args:
        model: Name of the model.
    """
    counter = Tokenizer(model)
    counter.count_text("warm")

    def tokens(text: str) -> list[int]:
        return list(range(counter.count_text(text)))

    return tokens

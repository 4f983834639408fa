"""What every provider answers alike, from the catalog: windows, prices, terms of the prompt cache."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from headroom.catalog import (
    Overrides,
    default_models_file,
    estimate_cost,
    load_overrides,
    lookup_caching,
    lookup_limit,
    usage_cost,
)
from headroom.catalog.names import candidates
from headroom.environment import read_text
from headroom.errors import ConfigurationError, ValidationError
from headroom.providers.counting import MessageCounter, ToolTokens
from headroom.providers.hints import Hinted

MOST_COUNTERS = 32  # models
DEFAULT_BUFFER_TOKENS = 4000
# OpenAI, "Reasoning models": what they think counts as output; "at least 25,000 tokens" are to be left for it.
THINKING_BUFFER_TOKENS = 25_000
THINKING = re.compile(r"o[1-9](?:-|$)|gpt-[5-9](?!\S*chat)|codex-|gemini-(?:2\.5|[3-9])", re.ASCII)


class BaseProvider:
    """One vendor's models: counts, windows, prices, hints to the prompt cache.

    Cheap to make: no SDK is imported, nothing is counted and nothing is asked. What is said of a model is looked for in
    `context_limits`, then HEADROOM_MODEL_LIMITS, `~/.headroom/models.json`, the built-in catalog, and last its name.

    Args:
        client: Client of the vendor's SDK, where one is at hand; each provider says what it is used for.
        context_limits: Model name or glob (`gpt-4o*`) to the tokens that fit into its window.

    Raises:
        ConfigurationError: A limit is no positive whole number, or the environment or the file is malformed.
    """

    name = ""
    models = re.compile("(?!)")
    tool_tokens: ToolTokens

    def __init__(self, *, client: Any = None, context_limits: Mapping[str, int] | None = None) -> None:
        self.client = checked_client(client)
        self.counters: dict[str, MessageCounter] = {}
        self.overrides: Overrides = load_overrides(
            checked_limits(context_limits),
            environment=read_text("HEADROOM_MODEL_LIMITS"),
            file=default_models_file(),
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def get_token_counter(self, model: str) -> MessageCounter:
        """Counter for `model`, with `count_text`, `count_message`, `count_messages` and `count_tools`."""
        return self.get_local_counter(model)

    def get_local_counter(self, model: str) -> MessageCounter:
        """Counter for `model` that never asks the provider: for budgets and the ledger.

        The same one for the same model: what was counted with it need not be counted again.
        """
        found = self.counters.get(model)
        if found is None:
            while len(self.counters) >= MOST_COUNTERS:
                self.counters.pop(next(iter(self.counters), model), None)
            made = MessageCounter(model, type(self).tool_tokens, self.overrides.aliases.get(model))
            found = self.counters.setdefault(model, made)
        return found

    def warm(self, model: str = "") -> None:
        """Load catalog and vocabulary now, so that no later call does: for constructors, not for an event loop."""
        self.get_context_limit(model)
        self.min_cacheable_tokens(model)
        self.get_local_counter(model).count_text("warm")

    def get_context_limit(self, model: str) -> int:
        """Tokens that fit into the window of `model`; 128,000 where nobody knows it."""
        return lookup_limit(model, self.name, self.overrides).tokens

    def supports_model(self, model: str) -> bool:
        """Whether `model` is one of this vendor's, or one that the user gave a limit or price."""
        said = self.overrides
        real = said.aliases.get(model, model)
        stated = any(name in table for table in (said.limits, said.prices) for name in (model, real))
        return stated or any(self.models.match(name) for name in candidates(real))

    def estimate_cost(
        self, input_tokens: int, output_tokens: int, model: str, cached_tokens: int = 0, written_tokens: int = 0
    ) -> float | None:
        """Dollars for one request; None where no price is known.

        Args:
            input_tokens: All tokens sent, however they are billed.
            output_tokens: Tokens the model wrote.
            model: Model that was called.
            cached_tokens: Of `input_tokens`, those read from the provider's cache.
            written_tokens: Of `input_tokens`, those written to it.

        Raises:
            ValidationError: A number of tokens is negative or not whole.
        """
        check_counts(
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cached_tokens=cached_tokens,
            written_tokens=written_tokens,
        )
        return estimate_cost(
            input_tokens,
            output_tokens,
            model,
            cached_tokens=cached_tokens,
            written_tokens=written_tokens,
            provider=self.name,
            overrides=self.overrides,
        )

    def usage_cost(
        self,
        model: str,
        *,
        input_tokens: int,
        cached: int = 0,
        written: int = 0,
        written_long: int = 0,
        output: int = 0,
    ) -> tuple[float | None, float | None]:
        """Dollars of the input and of the output, apart; None where no price is known. See `catalog.usage_cost`."""
        return usage_cost(
            model,
            input_tokens=input_tokens,
            cached=cached,
            written=written,
            written_long=written_long,
            output=output,
            provider=self.name,
            overrides=self.overrides,
        )

    def get_output_buffer(self, model: str, default: int = DEFAULT_BUFFER_TOKENS) -> int:
        """Tokens to leave free for the answer: `default`, more for models that think, half the window at most."""
        thinks = any(THINKING.match(name) for name in candidates(self.overrides.aliases.get(model, model)))
        wanted = max(default, THINKING_BUFFER_TOKENS) if thinks else default
        return max(0, min(wanted, self.get_context_limit(model) // 2))

    def min_cacheable_tokens(self, model: str) -> int | None:
        """Tokens of the shortest prefix that the provider caches; None where the model is not known to cache."""
        return lookup_caching(model, self.overrides).min_tokens

    def count_tools(self, tools: Any, model: str) -> int:
        """Estimated tokens of a list of tools; 0 for none."""
        return self.get_local_counter(model).count_tools(tools)

    def cache_hints(self, arguments: Mapping[str, Any], *, model: str, base_url: str = "", key: str = "") -> Hinted:
        """`arguments` with hints to the provider's prompt cache; see `BaseCacheOptimizer.cache_hints`."""
        return Hinted(arguments)


def checked_client(client: Any) -> Any:
    """`client`, if it can be one.

    Raises:
        ConfigurationError: It is a text, a number or a table.
    """
    if isinstance(client, (str, bytes, int, float, list, tuple, dict)):
        raise ConfigurationError("client must be an SDK client", field="client", value=type(client).__name__)
    return client


def checked_limits(limits: Any) -> Mapping[str, int] | None:
    """`limits`, if they are a table of names and positive numbers.

    Raises:
        ConfigurationError: They are not.
    """
    if limits is None:
        return None
    if not isinstance(limits, Mapping) or not all(isinstance(name, str) and name for name in limits):
        raise ConfigurationError(
            "context_limits must map model names to tokens", field="context_limits", value=type(limits).__name__
        )
    for name, tokens in limits.items():
        if isinstance(tokens, bool) or not isinstance(tokens, int) or tokens < 1:
            raise ConfigurationError(
                "a context limit is a whole number of tokens, at least 1",
                field=f"context_limits.{name}",
                value=repr(tokens)[:60],
            )
    return limits


def checked_flag(name: str, value: Any) -> bool:
    """`value`, if it is True or False.

    Raises:
        ConfigurationError: It is neither.
    """
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name} must be True or False", field=name, value=repr(value)[:60])
    return value


def check_counts(**counts: Any) -> None:
    """Refuse what is no number of tokens.

    Raises:
        ValidationError: One is negative or not whole.
    """
    for name, count in counts.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise ValidationError(f"{name} must be a whole number, at least 0", field=name, type=type(count).__name__)

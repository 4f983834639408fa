"""Dollars of a call, whoever's model it was."""

from __future__ import annotations

from typing import Any

from headroom import choose_provider
from headroom_integrations._observed import Usage

# Beginnings of frameworks' names of providers to those that headroom knows prices of.
PROVIDERS = (("openai", "openai"), ("azure", "openai"), ("anthropic", "anthropic"), ("google", "google"))
BY_MODEL = (("claude", "anthropic"), ("gemini", "google"))


class Prices:
    """Prices by provider and model; loaded when it is made, so that no event waits for them."""

    def __init__(self) -> None:
        self.providers: dict[str, Any] = {name: choose_provider(name) for _, name in (*PROVIDERS[1:], *BY_MODEL)}
        self.cost("gpt-4o", "openai", Usage(input=1))

    def cost(self, model: str, provider: str, usage: Usage) -> float | None:
        """Dollars of input and output together; None where no price is known."""
        if not model:
            return None
        sent, wrote = self.providers[provider_of(model, provider)].usage_cost(
            model, input_tokens=usage.input, cached=usage.cached, written=usage.written, output=usage.output
        )
        return None if sent is None else sent + (wrote or 0.0)


def provider_of(model: str, provider: str) -> str:
    """The provider whose prices hold, by its name, else by the model's; unknown ones are looked for among all."""
    for begin, name in PROVIDERS:
        if provider.startswith(begin):
            return name
    return next((name for begin, name in BY_MODEL if begin in model), "openai")

"""The documented way to use one transform by hand: `apply(dicts, tokenizer=None, **context)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from headroom.environment import suggestion
from headroom.errors import ConfigurationError, ValidationError
from headroom.messages import Message, read_messages
from headroom.protocols import Request, TokenCounter
from headroom.results import TransformResult
from headroom.tokenizers.tokenizer import to_counter


class Applicable:
    """What every transform offers beside `transform`: messages as they are, and no facts that are not known."""

    name: str

    if TYPE_CHECKING:

        def transform(self, messages: Sequence[Message], request: Request) -> TransformResult:
            """As `protocols.Transform` says."""
            ...

    def apply(
        self, messages: Sequence[Any], tokenizer: TokenCounter | str | None = None, **context: Any
    ) -> TransformResult:
        """`messages` after this transform; the list given is not changed.

        Args:
            messages: OpenAI or Anthropic messages.
            tokenizer: A counter or a model name, under which budgets hold; None takes the built-in measure.
            context: Facts of the call by name, as `protocols.Request` has them, such as `query`; `model_limit`,
                `output_buffer` and `max_tokens` set the budget of windows.

        Raises:
            ValidationError: `messages` is no list.
            ConfigurationError: A fact is unknown or refused.
        """
        if not isinstance(messages, (list, tuple)):
            raise ValidationError(f"messages must be a list, got {type(messages).__name__}", field="messages")
        done = self.transform(read_messages(messages), self.request_for(tokenizer, context))
        return replace(done, messages=[message.output for message in done.messages])

    def should_apply(
        self, messages: Sequence[Any], tokenizer: TokenCounter | str | None = None, **context: Any
    ) -> bool:
        """Whether `apply` would change anything."""
        return bool(self.apply(messages, tokenizer, **context).transforms_applied)

    def request_for(self, tokenizer: TokenCounter | str | None, context: dict[str, Any]) -> Request:
        """The facts of a call that was made by hand."""
        return request_by_hand(tokenizer, context)


FACTS = frozenset(Request.__dataclass_fields__) - {"counter", "budget_tokens"}
BUDGETS = ("model_limit", "output_buffer", "max_tokens")


def request_by_hand(tokenizer: TokenCounter | str | None, context: Mapping[str, Any]) -> Request:
    """`Request` from what was given; `max_tokens` is the budget, else `model_limit` less `output_buffer`.

    Raises:
        ConfigurationError: A fact is unknown or refused.
    """
    for name in context:
        if name not in FACTS and name not in BUDGETS:
            raise ConfigurationError(f"unknown argument {name!r}{suggestion(name, [*FACTS, *BUDGETS])}", field=name)
    model = context.get("model") or ""
    facts = {name: value for name, value in context.items() if name in FACTS and value is not None}
    facts.setdefault("is_selection_given", "selection" in facts)
    counter = None if tokenizer is None and not model else to_counter(model if tokenizer is None else tokenizer)
    return Request(**facts, counter=counter, budget_tokens=budget_by_hand(context))


def budget_by_hand(context: Mapping[str, Any]) -> int | None:
    """The budget among the facts of a call; None where it names none.

    Raises:
        ConfigurationError: A number is none, or leaves nothing.
    """
    for name in BUDGETS:
        value = context.get(name)
        if value is not None and (type(value) is not int or value < (name != "output_buffer")):
            raise ConfigurationError(f"{name} must be a positive number of tokens", field=name, value=value)
    if context.get("max_tokens") is not None:
        return int(context["max_tokens"])
    limit, buffer = context.get("model_limit"), context.get("output_buffer") or 0
    if limit is None:
        return None
    if limit <= buffer:
        raise ConfigurationError(f"output_buffer {buffer} leaves nothing of model_limit {limit}", field="output_buffer")
    return int(limit - buffer)

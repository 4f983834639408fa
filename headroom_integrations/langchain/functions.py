"""`compress_messages`: the step as a function."""

from __future__ import annotations

from typing import Any

from headroom_integrations.langchain.runnable import HeadroomCompressor


def compress_messages(messages: Any = None, **settings: Any) -> Any:
    """`messages` compressed, in the type they came in; without messages, the step that does it.

    Args:
        messages: Whatever `HeadroomCompressor` takes.
        settings: Fields of `HeadroomCompressor`.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value.
    """
    step = HeadroomCompressor(**settings)
    return step if messages is None else step.invoke(messages)

"""What `init_chat_model(configurable_fields=...)` gives: a model that is made in each call, and then changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain.chat_models.base import _ConfigurableModel

QUEUED = ("bind_tools", "with_structured_output")
"""What is noted, and done once the model is made: it gives a model of the same class."""

Step = Callable[[Any], Any]


class ChangedModel(_ConfigurableModel):
    """One whose models go through `headroom_step` before anything is asked of them."""

    headroom_step: Step

    def _model(self, config: Any = None) -> Any:
        return self.headroom_step(super()._model(config))

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        if name not in QUEUED:
            return found
        return lambda *args, **kwargs: compressing(found(*args, **kwargs), self.headroom_step)

    def with_config(self, config: Any = None, **kwargs: Any) -> Any:
        """One with these settings."""
        return compressing(super().with_config(config, **kwargs), self.headroom_step)


def compressing(thing: Any, step: Step) -> Any:
    """`thing` with every model it makes changed by `step`; `thing` itself where it makes none."""
    if not isinstance(thing, _ConfigurableModel):
        return thing
    made = object.__new__(ChangedModel)
    made.__dict__.update({"headroom_step": step, **thing.__dict__})  # one that was wrapped before stays so
    return made

"""A compressing copy of a chat model that stays an instance of the model's own class."""

from __future__ import annotations

from copy import copy
from types import new_class
from typing import Any, ClassVar

from langchain_core.language_models.chat_models import BaseChatModel

from headroom_integrations.langchain.chat_model import HeadroomChatModel
from headroom_integrations.langchain.chat_model_call import Held
from headroom_integrations.langchain.chat_model_hooks import CompressingHooks

CACHED = ("_serialized",)  # what LangChain keeps in an object about its class


class KeptType(CompressingHooks):
    """Hooks that compress, and go on with those of the class they stand before."""

    headroom_own: ClassVar[HeadroomChatModel]

    def headroom_hook(self, name: str) -> Any:
        """The hook of the model's own class."""
        return getattr(super(CompressingHooks, self), name)

    def headroom_held(self) -> Held:
        """What the settings' own model keeps."""
        return self.headroom_own.headroom_held()

    def headroom_traces(self) -> str:
        """What traces show."""
        return self.headroom_own.headroom_traces()

    def headroom_given(self) -> dict[str, Any]:
        """Its settings as arguments of a call."""
        return self.headroom_own.headroom_given()

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Whether LangChain may write it down: no, what it made of that would not compress."""
        return False

    def _get_llm_string(self, stop: list[str] | None = None, **kwargs: Any) -> str:
        text = super()._get_llm_string(stop=stop, **kwargs)
        return f"{text}---{self.headroom_own.headroom_key()}"


def is_compressing(model: Any) -> bool:
    """Whether a chat model compresses what it sends."""
    return isinstance(model, CompressingHooks)


def compressing_copy(model: BaseChatModel, **settings: Any) -> Any:
    """A copy of `model` that compresses; its class is one made for it, derived from `model`'s.

    Raises:
        ConfigurationError: A setting is refused.
    """
    own = HeadroomChatModel(model, **settings)  # checks the settings, and keeps them
    kind = type(model)
    hooks = type("KeptType", (KeptType,), {"headroom_own": own})  # apart: pydantic takes what it finds for fields
    about = {"__module__": __name__, "__doc__": kind.__doc__}
    made_kind: Any = new_class(f"Headroom{kind.__name__}", (hooks, kind), exec_body=lambda body: body.update(about))
    made = made_kind.__new__(made_kind)
    same = copy(model)
    # Not through the constructor: it would read the environment again, and make new clients.
    object.__setattr__(made, "__dict__", {key: value for key, value in vars(same).items() if key not in CACHED})
    for slot in ("__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
        object.__setattr__(made, slot, getattr(same, slot))
    return made

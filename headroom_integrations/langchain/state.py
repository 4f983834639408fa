"""What headroom keeps in a graph's state: small, plain values that are set, never added to (requirement R40)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from langchain.agents.middleware.types import AgentState, OmitFromInput, PrivateStateAttr
from typing_extensions import NotRequired

CHANNEL = "headroom"
SAVED = "headroom_saved"


def newer(old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    """What was written last; two at once are the same, so that parallel branches may both write."""
    return new or old or {}


def merged(old: Mapping[str, int] | None, new: Mapping[str, int] | None) -> dict[str, int]:
    """Both, by message: writing one a second time changes nothing."""
    return {**(old or {}), **(new or {})}


# The reducer stands last, where LangGraph looks for it.
HeadroomChannel = Annotated[dict[str, Any], PrivateStateAttr, newer]
SavedChannel = Annotated[dict[str, int], OmitFromInput, merged]


class HeadroomState(AgentState[Any]):
    """The state of an agent with headroom in it.

    Attributes:
        headroom: What the conversation began with: format id, fingerprint, settings that differ from their defaults.
        headroom_saved: Message id to the tokens that the model does not have to read of it.
    """

    headroom: NotRequired[HeadroomChannel]
    headroom_saved: NotRequired[SavedChannel]


def tokens_saved(state: Mapping[str, Any]) -> int:
    """Tokens that one more request on this state does not carry.

    >>> tokens_saved({"headroom_saved": {"a": 700, "b": 300}})
    1000
    """
    return sum((state.get(SAVED) or {}).values())

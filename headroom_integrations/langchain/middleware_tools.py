"""The retrieve tool stays among an agent's tools, whoever chooses among them, before or after us (requirement R3)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from langchain.agents.middleware.types import ModelRequest

from headroom_integrations.langchain.middleware_call import tools_with

OURS = "headroom_tool"


class KeepingRequest(ModelRequest[Any]):
    """A request whose tools keep ours when middleware further in, such as a tool selector, takes some of them.

    One without any tools stays without. To others it is a request like any: our tool is none of its fields.
    """

    __slots__ = (OURS,)
    headroom_tool: Any

    def override(self, **overrides: Any) -> ModelRequest[Any]:
        """A copy with other values."""
        ours = getattr(self, OURS, None)  # none in what somebody else has made of one
        if ours is not None and overrides.get("tools"):
            overrides["tools"] = tools_with(overrides["tools"], ours, offered=True)
            ours = overrides["tools"][-1]  # as it is marked now for the provider's cache
        made = super().override(**overrides)
        object.__setattr__(made, OURS, ours)  # a plain assignment is what its class warns of
        return made


def keeping(request: ModelRequest[Any]) -> ModelRequest[Any]:
    """A request with tools, ours the last, as one that keeps it; one of somebody else's class as it is."""
    if type(request) is not ModelRequest:
        return request
    made = KeepingRequest(**{field.name: getattr(request, field.name) for field in fields(request)})
    object.__setattr__(made, OURS, request.tools[-1])
    return made

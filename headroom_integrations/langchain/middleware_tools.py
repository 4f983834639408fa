"""The retrieve tool stays among an agent's tools, whoever chooses among them, before or after us (requirement R3)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from langchain.agents.middleware.types import ModelRequest

from headroom_integrations.langchain.middleware_call import tools_with

OURS = "headroom_tool"


class KeepingRequest(ModelRequest[Any]):
    """A request whose tools keep ours when middleware further in, such as a tool selector, takes some of them.

    One without any tools stays without.
    """

    def override(self, **overrides: Any) -> ModelRequest[Any]:
        """A copy with other values."""
        ours = vars(self)[OURS]
        if overrides.get("tools"):
            overrides["tools"] = tools_with(overrides["tools"], ours, offered=True)
            ours = overrides["tools"][-1]  # as it is marked now for the provider's cache
        return with_ours(super().override(**overrides), ours)


def keeping(request: ModelRequest[Any]) -> ModelRequest[Any]:
    """A request with tools, ours the last, as one that keeps it; one of somebody else's class as it is."""
    if type(request) is not ModelRequest:
        return request
    made = KeepingRequest(**{field.name: getattr(request, field.name) for field in fields(request)})
    return with_ours(made, request.tools[-1])


def with_ours(request: ModelRequest[Any], ours: Any) -> ModelRequest[Any]:
    """The request, which is new, with our tool noted on it."""
    vars(request)[OURS] = ours  # a plain assignment is what its class warns of
    return request

"""What a call would be, without making it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from headroom.calls.controls import split
from headroom.calls.host import Host
from headroom.calls.preparing import prepare
from headroom.calls.shapes import Shape
from headroom.errors import ValidationError
from headroom.plans import planned
from headroom.results import SimulationResult


def simulate(host: Host, shape: Shape, arguments: dict[str, Any]) -> SimulationResult:
    """The plan for a call in `optimize` mode: nothing is sent, stored or recorded.

    Raises:
        ConfigurationError: A `headroom_*` argument is refused.
        ValidationError: There are no messages.
    """
    controls, given = split(arguments)
    controls = replace(controls, facts={**controls.facts, "dry_run": True})
    prepared = prepare(host, shape, given, controls)
    if prepared is None:
        raise ValidationError("there are no messages in this call", field="messages")
    done = shape.conversation(prepared.arguments) or []
    return planned(host.engine, prepared.result, prepared.conversation, done)

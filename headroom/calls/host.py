"""What one client gives to all of its calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from headroom.calls.withheld import WithheldCalls
from headroom.engine import Engine
from headroom.transforms.memo import Memo


@dataclass(slots=True, kw_only=True)
class Host:
    """The engine of a client, and what stands around it.

    Attributes:
        engine: Compresses and records.
        provider: What is known of the models.
        default_mode: Mode of a call that names none.
        fits_window: Whether conversations are fitted into the model's window; off for hosts whose callers do not ask
            for it.
        base_url: Where the wrapped client sends to; "" where that is not known.
        optimizer: What gives hints to the provider's cache; None gives none.
        semantic_cache: Answers given again; None where that is off.
        hooks: The caller's own steps before and after; None where there are none.
        withheld: Retrieve calls that were taken out of mixed turns.
        visible: Answers to retrieve calls that stayed in the caller's messages.
        renamed: Id of a response as a stream told it to the id by which the provider knows it.
        page_tokens: Tokens of one page that is given back.
        most_rounds: Requests at most that answer retrieve calls within one call.
    """

    engine: Engine
    provider: Any
    default_mode: str = "audit"
    fits_window: bool = True
    base_url: str = ""
    optimizer: Any = None
    semantic_cache: Any = None
    hooks: Any = None
    withheld: WithheldCalls = field(default_factory=WithheldCalls)
    visible: Memo[str] = field(default_factory=lambda: Memo(max_chars=10_000_000))
    renamed: Memo[str] = field(default_factory=lambda: Memo(max_chars=1_000_000))
    page_tokens: int = 4000
    most_rounds: int = 3

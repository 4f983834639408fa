"""What to say where messages stay larger than a budget and no window is there to cut them further."""

from __future__ import annotations

from dataclasses import replace

from headroom.config import HeadroomConfig
from headroom.protocols import Request, TokenCounter
from headroom.results import TransformResult
from headroom.tokenizers import messages_tokens

WINDOW_OFF = "both windows are off, so no turn is dropped: switch rolling_window or intelligent_context on"
NO_TURNS = "these messages are no conversation of which turns could be dropped"
OTHERWISE = "cut large texts (target_tokens, tool_profiles max_tokens), or give a larger budget"


def has_window(config: HeadroomConfig) -> bool:
    """Whether a window is switched on."""
    return config.rolling_window.enabled or config.intelligent_context.enabled


def with_excess(done: TransformResult, request: Request, counter: TokenCounter, *, has_window: bool) -> TransformResult:
    """`done` with a warning where its messages are larger than `request.budget_tokens`, and what would change that.

    Args:
        done: What was done.
        request: The call's facts.
        counter: What counts where the call brings none.
        has_window: Whether a window is switched on.
    """
    if request.budget_tokens is None:
        return done
    total = messages_tokens(done.messages, request.counter or counter)
    return warned(done, total, request.budget_tokens, f"{NO_TURNS if has_window else WINDOW_OFF}; or {OTHERWISE}")


def warned(done: TransformResult, total: int, budget: int, why: str) -> TransformResult:
    """`done` with a warning where `total` tokens are more than `budget`."""
    if total <= budget:
        return done
    return replace(done, warnings=[*done.warnings, f"{total} tokens do not fit into {budget}: {why}"])

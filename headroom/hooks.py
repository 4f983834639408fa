"""`CompressionHooks`: the caller's own steps before and after a conversation is compressed.

What a hook decides may break the law of causality: the caller asked for it. A hook that fails costs only itself.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.environment import suggestion
from headroom.errors import ConfigurationError
from headroom.results import CompressResult, Note, Saving
from headroom.transforms.contain import contain

STEPS = ("pre_compress", "compute_biases", "post_compress")
LEAST_BIAS, MOST_BIAS = 0.1, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HookContext:
    """The facts of one call, as hooks see them.

    Attributes:
        model: Model the caller named.
        query: Explicit question of the call, or None.
        provider: Whose model it is, or "".
        tool_names: Tools that the call offers the model.
        retrieval: `tool` when the model can ask for originals, else `off`.
        namespace: Scope of handles: tenant and user.
        dry_run: Whether nothing will be sent.
    """

    model: str = ""
    query: str | None = field(default=None, repr=False)
    provider: str = ""
    tool_names: tuple[str, ...] = ()
    retrieval: str = "off"
    namespace: str = field(default="", repr=False)
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressEvent(Saving):
    """What was done in one call; holds names and sizes, no content.

    Attributes:
        model: Model the caller named.
        tokens_before: Tokens of all message texts as they came, by the built-in measure.
        tokens_after: Tokens of all message texts as they go out, same measure.
        transforms_applied: Labels of the transforms that changed something.
        ccr_hashes: Handles of originals of which something was left out.
        notes: What happened to each part, or why nothing did.
        warnings: One line each, for people.
        dry_run: Whether nothing is sent.
    """

    model: str = ""
    tokens_before: int = 0
    tokens_after: int = 0
    transforms_applied: tuple[str, ...] = ()
    ccr_hashes: tuple[str, ...] = ()
    notes: tuple[Note, ...] = field(default=(), repr=False)
    warnings: tuple[str, ...] = ()
    dry_run: bool = False

    @classmethod
    def of(cls, result: CompressResult, *, dry_run: bool = False) -> CompressEvent:
        """The event for a result."""
        return cls(
            model=result.model,
            tokens_before=result.tokens_before,
            tokens_after=result.tokens_after,
            transforms_applied=tuple(result.transforms_applied),
            ccr_hashes=tuple(result.ccr_hashes),
            notes=tuple(result.notes),
            warnings=tuple(result.warnings),
            dry_run=dry_run,
        )


class CompressionHooks:
    """Steps of one's own around compression; a subclass overrides those it wants. They run in the caller's thread.

    >>> class KeepTheFirstResult(CompressionHooks):
    ...     def compute_biases(self, messages, ctx):
    ...         return {2: 4.0}
    """

    def pre_compress(self, messages: list[Any], ctx: HookContext) -> Sequence[Any] | None:
        """The messages to compress; None leaves them as they are.

        `messages` is a list of its own, but its members are the caller's: give back others instead of editing them.
        """
        return None

    def compute_biases(self, messages: list[Any], ctx: HookContext) -> Mapping[int, float] | None:
        """How much more, or less, to keep of the results in single messages, by their position from 0.

        1.0 is as usual, above 1 keeps more, below 1 less, within 0.1 to 10: it multiplies the sizes from which and to
        which something is left out. It never lets anything be left out where nothing may be.
        """
        return None

    def post_compress(self, event: CompressEvent) -> None:
        """Told what was done."""


def check_hooks(hooks: Any) -> Any:
    """`hooks`, if it has at least one of the three methods, and all that it has can be called here.

    Raises:
        ConfigurationError: It has none, or one is a coroutine function; `details` holds `field`.
    """
    found = {name: getattr(hooks, name, None) for name in STEPS}
    if isinstance(hooks, type) or not any(map(callable, found.values())):
        near = next((hint for name in dir(hooks) if (hint := suggestion(name, STEPS))), "")
        what = f"the class {hooks.__name__}" if isinstance(hooks, type) else type(hooks).__name__
        raise ConfigurationError(f"hooks must be an object with {', '.join(STEPS)}{near}", field="hooks", value=what)
    for name, method in found.items():
        if inspect.iscoroutinefunction(method):
            raise ConfigurationError(f"hooks.{name} must not be async", field=f"hooks.{name}", value="async")
    return hooks


def run_pre_compress(
    hooks: Any, messages: Sequence[Any], ctx: HookContext, *, strict: bool = False
) -> tuple[Sequence[Any], list[str]]:
    """The messages to compress, and warnings; those given where there is no hook or it fails."""
    found, warning = run(hooks, "pre_compress", strict, list(messages), ctx)
    if found is None or isinstance(found, (list, tuple)):
        return messages if found is None else found, warning
    return messages, [f"hooks.pre_compress: gave a {type(found).__name__} in place of a list"]


def run_compute_biases(
    hooks: Any, messages: Sequence[Any], ctx: HookContext, *, strict: bool = False
) -> tuple[dict[int, float], list[str]]:
    """Position to bias, and warnings; what is no position of a message or no bias is left out."""
    found, warning = run(hooks, "compute_biases", strict, list(messages), ctx)
    if found is None:
        return {}, warning
    if not isinstance(found, dict):
        return {}, [f"hooks.compute_biases: gave a {type(found).__name__} in place of a dict"]
    good = {at: bias for at, bias in found.items() if is_position(at, len(messages)) and is_bias(bias)}
    if len(good) < len(found):
        warning = [f"hooks.compute_biases: {len(found) - len(good)} of {len(found)} are no position and bias"]
    kept = {at: float(min(MOST_BIAS, max(LEAST_BIAS, bias))) for at, bias in good.items()}
    return {at: bias for at, bias in sorted(kept.items()) if bias != 1.0}, warning


def run_post_compress(hooks: Any, event: CompressEvent) -> list[str]:
    """Warnings, where the hook fails."""
    return run(hooks, "post_compress", False, event)[1]


def run(hooks: Any, name: str, strict: bool, *arguments: Any) -> tuple[Any, list[str]]:
    """What a hook gives back, and a warning where it failed; None where there is none."""
    found: Any = None
    with contain(f"hooks.{name}", strict=strict) as fault:
        method = getattr(hooks, name, None)
        found = method(*arguments) if callable(method) else None
        if inspect.iscoroutine(found):
            found.close()  # nobody will await it
        if isinstance(found, Mapping):
            found = dict(found)  # read here, where a strange one may fail
    return (None, [f"hooks.{name}: {fault.reason}"]) if fault.reason else (found, [])


def is_position(at: object, count: int) -> bool:
    """Whether `at` is the position of one of `count` messages."""
    return type(at) is int and 0 <= at < count


def is_bias(bias: object) -> bool:
    """Whether `bias` is a number above 0."""
    return isinstance(bias, (int, float)) and not isinstance(bias, bool) and 0 < bias < math.inf

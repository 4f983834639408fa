"""`optimize_messages`: a conversation compressed once, with figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from headroom import ConfigurationError, HeadroomConfig, HeadroomMode
from headroom.environment import suggestion
from headroom_integrations.langchain.call import run
from headroom_integrations.langchain.runnable import HeadroomCompressor


class OptimizeStep(HeadroomCompressor):
    """The step behind the function; the ledger names it so."""

    surface: ClassVar[str] = "langchain.optimize_messages"


def optimize_messages(
    messages: Sequence[Any],
    config: HeadroomConfig | None = None,
    mode: HeadroomMode | str = HeadroomMode.OPTIMIZE,
    model: str = "gpt-4o",
    **settings: Any,
) -> tuple[list[Any], dict[str, Any]]:
    """The messages as they should be sent, and figures; ids, names, artifacts and metadata stay, and what is not
    changed is the same object.

    Args:
        messages: LangChain messages, in any spelling.
        config: Settings; single ones by name win over it.
        mode: `optimize`; `audit` measures and changes nothing; `simulate` says what `optimize` would save, changes
            nothing and writes no row.
        model: Name of the model; decides figures, never bytes.
        settings: As `HeadroomCompressor` takes them.

    Returns:
        The messages, and `tokens_before`, `tokens_after`, `tokens_saved`, `savings_percent`, `transforms_applied`.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value, or `messages` is no list.
        CompressionError: With `strict`, where a fault would leave a text untouched.
    """
    asked = checked_mode(mode)
    step = OptimizeStep(**settings, config=config, model=model, mode="audit" if asked == "audit" else "optimize")
    if not isinstance(messages, Sequence) or isinstance(messages, (str, bytes)):
        kind = type(messages).__name__
        raise ConfigurationError(f"messages must be a list of messages, got {kind}", field="messages", value=kind)
    given = list(messages)
    output, result = run(step.call(given, None, {}), is_recorded=asked != "simulate")
    return given if asked != "optimize" else list(output), {
        "tokens_before": result.tokens_before,
        "tokens_after": result.tokens_after,
        "tokens_saved": result.tokens_saved,
        "savings_percent": result.savings_percent,
        "transforms_applied": list(result.transforms_applied),
    }


def checked_mode(mode: Any) -> str:
    """The name of a mode.

    Raises:
        ConfigurationError: There is none of that name.
    """
    names = [known.value for known in HeadroomMode]
    if str(mode) not in names:
        shown = str(mode)[:60] if isinstance(mode, str) else type(mode).__name__
        said = f"mode must be one of {', '.join(names)}, got {shown!r}{suggestion(shown, names)}"
        raise ConfigurationError(said, field="mode", value=shown)
    return str(mode)

"""Every HEADROOM_ variable: name, type, meaning. The only file that reads the process environment.

Every setting is a variable too: `HEADROOM_` and its dotted name in capitals, a dot written as two underscores, so
`smart_crusher.min_tokens_to_crush` is `HEADROOM_SMART_CRUSHER__MIN_TOKENS_TO_CRUSH`. Lists and tables are JSON.
A variable that is set to nothing counts as not set. Functions take a mapping in place of the environment.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from headroom.errors import ConfigurationError, HeadroomWarning

PREFIX = "HEADROOM_"

Kind = Literal["text", "number", "yes or no", "JSON", "JSON or path", "path", "secret"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable.

    Attributes:
        name: With its prefix.
        kind: What its text is read as.
        meaning: What it decides, in one sentence.
        setting: Name of the `HeadroomConfig` field it sets; "" when it is none.
    """

    name: str
    kind: Kind
    meaning: str
    setting: str = ""


VARIABLES = (
    Variable("HEADROOM_CONFIG", "path", "Settings file to read in place of one in the working directory."),
    Variable("HEADROOM_ENV", "text", "Which [environments.NAME] of the settings file is laid over it."),
    Variable("HEADROOM_LOG_LEVEL", "text", "DEBUG, INFO, WARNING, ERROR or CRITICAL; INFO when not set."),
    Variable("HEADROOM_LOG_CONTENT", "yes or no", "Full tracebacks at DEBUG; they may hold what people wrote."),
    Variable("HEADROOM_MODEL_LIMITS", "JSON or path", "Context limits and prices of models, by provider."),
    Variable("HEADROOM_BASE_URL", "text", "Address of a compression service."),
    Variable("HEADROOM_API_KEY", "secret", "Key for the compression service."),
    Variable("HEADROOM_STORE_URL", "text", "Where metrics are kept.", "store_url"),
    Variable("HEADROOM_DEFAULT_MODE", "text", "audit, optimize or simulate.", "default_mode"),
    Variable("HEADROOM_MODEL_CONTEXT_LIMITS", "JSON", "Tokens that fit, by model.", "model_context_limits"),
    Variable("HEADROOM_SELECTION", "text", "Where leaving out is allowed: reachable, always or never.", "selection"),
    Variable("HEADROOM_RETRIEVAL", "text", "Whether the retrieve tool is offered: auto, tool or off.", "retrieval"),
    Variable("HEADROOM_SELECT_ABOVE_TOKENS", "number", "Size from which leaving out starts.", "select_above_tokens"),
    Variable("HEADROOM_TARGET_TOKENS", "number", "Size that a selection fills.", "target_tokens"),
    Variable("HEADROOM_MIN_TOKENS", "number", "Texts with fewer tokens are left alone.", "min_tokens"),
    Variable("HEADROOM_MAX_TEXT_BYTES", "number", "Size of the pieces a long text is cut into.", "max_text_bytes"),
    Variable("HEADROOM_MAX_TOTAL_BYTES", "number", "Longer texts are left alone.", "max_total_bytes"),
    Variable("HEADROOM_FORMAT", "text", "Format id of the bytes to write.", "format"),
    Variable("HEADROOM_ORIGINALS", "text", "Where originals are: conversation, memory or a URL.", "originals"),
    Variable("HEADROOM_SECRET", "secret", "Key of handles; the same on every worker.", "secret"),
    Variable("HEADROOM_NAMESPACE", "text", "Scope of handles and stored originals.", "namespace"),
    Variable("HEADROOM_TOOL_PROFILES", "JSON", "Settings by tool name or glob.", "tool_profiles"),
    Variable("HEADROOM_STRICT", "yes or no", "Raise where a fault would leave a text untouched.", "strict"),
    Variable("HEADROOM_EXACT_ONLY", "yes or no", "Only forms that decode to the same bytes.", "exact_only"),
    Variable("HEADROOM_DENSE_LOGS", "yes or no", "Say dates and common prefixes in logs once.", "dense_logs"),
    Variable("HEADROOM_REFERENCES", "yes or no", "Name what an earlier message showed.", "references"),
    Variable("HEADROOM_OUTPUT", "text", "What becomes of JSON: text, json or minified.", "output"),
    Variable("HEADROOM_CLEAR_OLD_RESULTS", "yes or no", "Clear old tool results where it pays.", "clear_old_results"),
    Variable("HEADROOM_CONTENT_ROUTER_ENABLED", "yes or no", "Compress by content type.", "content_router_enabled"),
    Variable("HEADROOM_GENERATE_DIFF_ARTIFACT", "yes or no", "Kept; without effect.", "generate_diff_artifact"),
)

# Variables of other programs that are honoured here.
OTHERS = (Variable("TIKTOKEN_CACHE_DIR", "path", "Where tiktoken keeps the vocabularies it has fetched."),)

BY_NAME = {variable.name: variable for variable in (*VARIABLES, *OTHERS)}

# Read by programs that stand beside this library, or asking for what always holds here: no warning about them.
ELSEWHERE = {
    "HEADROOM_TELEMETRY": "there is no telemetry",
    "HEADROOM_OFFLINE": "nothing is downloaded",
    "HEADROOM_CONFIG_DIR": "path of the TypeScript client",
    "HEADROOM_WORKSPACE_DIR": "path of the TypeScript client",
    "HEADROOM_SAVINGS_PATH": "path of the TypeScript client",
    "HEADROOM_TOIN_PATH": "path of the TypeScript client",
    "HEADROOM_SUBSCRIPTION_STATE_PATH": "path of the TypeScript client",
}

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})


def read_text(name: str, environment: Mapping[str, str] | None = None) -> str | None:
    """Text of a variable of the tables; None when it is not set or empty."""
    return source(environment).get(BY_NAME[name].name) or None


def read_flag(name: str, environment: Mapping[str, str] | None = None) -> bool:
    """Whether a variable says yes; False when it is not set.

    Raises:
        ConfigurationError: It says neither yes nor no.
    """
    text = (read_text(name, environment) or "no").strip().lower()
    if text not in YES | NO:
        raise refused(name, text, "must be yes or no")
    return text in YES


def log_level(environment: Mapping[str, str] | None = None) -> str:
    """Name of the log level, `INFO` when not set.

    Raises:
        ConfigurationError: The variable names no level.
    """
    text = (read_text("HEADROOM_LOG_LEVEL", environment) or "INFO").strip().upper()
    if text not in LOG_LEVELS:
        raise refused("HEADROOM_LOG_LEVEL", text, f"must be one of {', '.join(LOG_LEVELS)}")
    return text


def variable_of(setting: str) -> str:
    """Name of the variable for a setting.

    >>> variable_of("smart_crusher.min_tokens_to_crush")
    'HEADROOM_SMART_CRUSHER__MIN_TOKENS_TO_CRUSH'
    """
    return PREFIX + setting.replace(".", "__").upper()


def read_settings(
    settings: Collection[str], environment: Mapping[str, str] | None = None
) -> dict[str, tuple[str, str]]:
    """Those of the dotted names `settings` that are set: name to `(variable, text)`, in the order given.

    Warns once per process about each HEADROOM_ variable that is neither of them nor in the table.
    """
    values = source(environment)
    by_variable = {variable_of(setting): setting for setting in settings}
    warn_unknown(set(by_variable) | set(BY_NAME), values)
    return {setting: (name, values[name]) for name, setting in by_variable.items() if values.get(name)}


def warn_unknown(known: Collection[str], environment: Mapping[str, str]) -> None:
    """One warning per variable that nothing reads; no error, since other programs may set some."""
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known and name not in ELSEWHERE:
            warn_once(name, f"the variable {name} is not known and has no effect{suggestion(name, known)}")


def source(environment: Mapping[str, str] | None) -> Mapping[str, str]:
    """`environment`, or the process's own."""
    return os.environ if environment is None else environment


def refused(name: str, text: str, why: str) -> ConfigurationError:
    """The error for a variable whose text cannot be read."""
    return ConfigurationError(f"{name} {why}", field=name, value=text[:60], variable=name)


def suggestion(name: str, known: Collection[str]) -> str:
    """`; did you mean 'x'?` for the nearest known name, or "" when none is near.

    >>> suggestion("min_token", {"min_tokens", "format"})
    "; did you mean 'min_tokens'?"
    """
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


SAID: set[str] = set()


def warn_once(key: str, message: str) -> None:
    """A `HeadroomWarning`, unless one with the same key was given in this process."""
    if key not in SAID:
        SAID.add(key)
        warnings.warn(message, HeadroomWarning, stacklevel=3)


def headroom_variables() -> tuple[tuple[str, str], ...]:
    """All variables of ours that are set, by name; cheap enough for every call."""
    return tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith("HEADROOM_")))

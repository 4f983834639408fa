"""`HeadroomConfig`: everything at once."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr

from headroom.config.caching import CacheAlignerConfig, CacheOptimizerConfig, CCRConfig, PrefixFreezeConfig
from headroom.config.crushing import Output, SmartCrusherConfig, ToolCrusherConfig, ToolProfile
from headroom.config.profiles import entry_for_name, entry_for_prefix
from headroom.config.settings import Settings
from headroom.config.windows import ClearingConfig, IntelligentContextConfig, RollingWindowConfig
from headroom.config_file import read_config_file
from headroom.errors import ConfigurationError


class HeadroomMode(str, Enum):
    """What a call does: measure only, compress, or say what compressing would do without sending anything."""

    AUDIT = "audit"
    OPTIMIZE = "optimize"
    SIMULATE = "simulate"

    def __str__(self) -> str:  # one text on every Python
        return self.value


def check_url(url: str) -> str:
    """`url`, if it has a scheme; which schemes there are is the store's to know."""
    if "://" not in url and url != "memory":
        raise ValueError("must be a URL such as sqlite:///headroom.db, or memory")
    return url


def check_originals(place: str) -> str:
    """`place`, if it is one of the two words or a URL."""
    return place if place in ("conversation", "memory") else check_url(place)


def check_namespace(namespace: str) -> str:
    """`namespace`, if it has no NUL: that is what divides it from the text in a handle."""
    if "\0" in namespace:
        raise ValueError("must not hold a NUL character")
    return namespace


class HeadroomConfig(Settings):
    """All settings of one engine. An engine takes a copy: later edits reach new engines only.

    Attributes:
        store_url: Where metrics are kept; None takes the user's data directory.
        default_mode: Mode of a call that names none.
        model_context_limits: Tokens that fit, by model; the exact name first, then the longest beginning.
        tool_crusher: Limits by position and length; off unless asked for.
        smart_crusher: Which rows of a list stay.
        cache_aligner: What is moved to the end of the system text.
        rolling_window: What is dropped when the window overflows.
        cache_optimizer: Hints to the provider's prefix cache.
        ccr: Originals that can be asked for again.
        prefix_freeze: Accepted, without effect.
        intelligent_context: Drops the least important in place of the oldest.
        content_router_enabled: Compress by content type.
        generate_diff_artifact: Accepted, without effect.
        selection: Where leaving out is allowed: `reachable` (only where the model can call the retrieve tool),
            `always` or `never`.
        retrieval: Whether the retrieve tool is offered: `auto` (where the call has tools), `tool` (the caller has
            bound it) or `off`.
        select_above_tokens: Leaving out starts where the exact form of a text is larger than this.
        target_tokens: Size that a selection fills; None takes `select_above_tokens`.
        min_tokens: Texts with fewer tokens are left alone; from half of it on, repeats in them are named.
        max_text_bytes: Size of the pieces of longer texts. Without effect yet: texts up to `max_total_bytes` are
            compressed whole.
        max_total_bytes: Longer texts are left alone.
        format: Format id of the bytes to write.
        originals: Where originals are looked for: `conversation`, `memory` or the URL of a database.
        secret: Key of handles, the same on every worker; empty gives the same handles everywhere.
        namespace: Scope of handles and stored originals.
        tool_profiles: Tool name or glob to its own treatment; the exact name first, then the longest glob.
        strict: Raise where a fault would leave a text untouched.
        exact_only: Only forms that decode to the same bytes, from the text alone.
        dense_logs: Write logs shorter by saying dates and common prefixes once; then a time or id no longer stands
            whole in its line.
        references: Name what an earlier message of the conversation showed instead of saying it again.
        output: What becomes of results that are JSON: `text` (the shortest form for a model), `json` (JSON for programs
            that parse them: lists of like objects as columns and rows, which `headroom.loads` reads back) or
            `minified` (JSON of the same value, without its blanks). Nothing is left out of them or named then.
        clear_old_results: Take old tool results out of the conversation, in one batch where that pays; a line stays,
            with a handle.
        clearing: When, and which.
    """

    store_url: Annotated[str, AfterValidator(check_url)] | None = None
    default_mode: HeadroomMode = HeadroomMode.AUDIT
    model_context_limits: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    tool_crusher: ToolCrusherConfig = Field(default_factory=ToolCrusherConfig)
    smart_crusher: SmartCrusherConfig = Field(default_factory=SmartCrusherConfig)
    cache_aligner: CacheAlignerConfig = Field(default_factory=CacheAlignerConfig)
    rolling_window: RollingWindowConfig = Field(default_factory=RollingWindowConfig)
    cache_optimizer: CacheOptimizerConfig = Field(default_factory=CacheOptimizerConfig)
    ccr: CCRConfig = Field(default_factory=CCRConfig)
    prefix_freeze: PrefixFreezeConfig = Field(default_factory=PrefixFreezeConfig)
    intelligent_context: IntelligentContextConfig = Field(default_factory=IntelligentContextConfig)
    content_router_enabled: bool = True
    generate_diff_artifact: bool = False
    selection: Literal["reachable", "always", "never"] = "reachable"
    retrieval: Literal["auto", "tool", "off"] = "auto"
    select_above_tokens: int = Field(2000, ge=0)
    target_tokens: int | None = Field(None, ge=1)
    min_tokens: int = Field(200, ge=0)
    max_text_bytes: int = Field(1_000_000, ge=1)
    max_total_bytes: int = Field(10_000_000, ge=1)
    format: str = "1"
    originals: Annotated[str, AfterValidator(check_originals)] = "conversation"
    secret: SecretStr = SecretStr("")
    namespace: Annotated[str, AfterValidator(check_namespace)] = ""
    tool_profiles: dict[str, ToolProfile] = Field(default_factory=dict)
    strict: bool = False
    exact_only: bool = False
    dense_logs: bool = False
    references: bool = True
    output: Output = "text"
    clear_old_results: bool = False
    clearing: ClearingConfig = Field(default_factory=ClearingConfig)

    @property
    def selection_tokens(self) -> int:
        """Size that a selection fills: `target_tokens`, else `select_above_tokens`."""
        return self.select_above_tokens if self.target_tokens is None else self.target_tokens

    def get_context_limit(self, model: str) -> int | None:
        """Tokens that fit, where `model_context_limits` says so; else None."""
        return entry_for_prefix(model, self.model_context_limits)

    def get_tool_profile(self, tool: str) -> ToolProfile | None:
        """Treatment of one tool, where `tool_profiles` names it; else None."""
        return entry_for_name(tool, self.tool_profiles)

    @classmethod
    def from_file(cls, path: str | Path, *, environment: Mapping[str, str] | None = None) -> HeadroomConfig:
        """Settings of a TOML, YAML or JSON file, with the overlay that HEADROOM_ENV names.

        Args:
            path: The file; of `pyproject.toml` the table `[tool.headroom]` is read.
            environment: Variables in place of the process's own.

        Raises:
            ConfigurationError: It cannot be read, or a setting in it is refused; `details` holds `file`.
        """
        values = read_config_file(path, environment=environment)
        try:
            return cls(**values)
        except ConfigurationError as error:
            raise in_file(error, path) from None

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """JSON Schema of a settings file, for editors."""
        from headroom.config.schema import file_schema

        return file_schema(cls)


def in_file(error: ConfigurationError, path: str | Path) -> ConfigurationError:
    """The same error with the file it was found in."""
    return ConfigurationError(f"{Path(path).name}: {error.message}", error.details, file=str(path))

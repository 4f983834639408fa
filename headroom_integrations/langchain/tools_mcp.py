"""Results of MCP tools, compressed one by one by whoever calls the tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom import ConfigurationError, HeadroomConfig, ToolProfile
from headroom_integrations._tool_metrics import ToolCompressionMetrics, collector, metrics_of
from headroom_integrations.langchain.tools_results import ToolResults, chars_of


class MCPToolProfile(ToolProfile):
    """How the results of some tools are treated: a `ToolProfile` with the names that it is for.

    Attributes:
        tool_name_pattern: Name or glob, such as `github__*`.
    """

    tool_name_pattern: str

    def profile(self) -> ToolProfile:
        """The treatment without the names."""
        return ToolProfile(**self.model_dump(exclude={"tool_name_pattern"}, exclude_unset=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class MCPCompressionResult:
    """One result of a tool.

    Attributes:
        compressed_content: What goes on; the same object where nothing changed.
        metrics: What was saved, and why not more.
    """

    compressed_content: Any = field(repr=False)
    metrics: ToolCompressionMetrics

    @property
    def was_compressed(self) -> bool:
        """Whether anything was changed."""
        return self.metrics.was_compressed

    @property
    def tokens_saved(self) -> int:
        """Tokens that do not go on."""
        return self.metrics.tokens_saved


class HeadroomMCPCompressor:
    """Compresses results of tools by name.

        compressor = HeadroomMCPCompressor([MCPToolProfile(tool_name_pattern="fs__*", skip_compression=True)])
        text = compressor.compress(result_text, "github__list_issues").compressed_content

    As `HeadroomToolWrapper`: exact forms only, unless a store keeps the originals.

    Args:
        profiles: Treatments by name; the exact name first, then the longest glob.
        min_chars_to_compress: Results with fewer characters are not looked at.
        config: Settings; single ones by name win over it.
        settings: Facts of each call and settings of `HeadroomConfig`, by name.

    Raises:
        ConfigurationError: A setting is refused, or leaves something out that nothing keeps.
    """

    def __init__(
        self,
        profiles: Sequence[MCPToolProfile] = (),
        min_chars_to_compress: int = 0,
        *,
        config: HeadroomConfig | None = None,
        **settings: Any,
    ) -> None:
        named = {profile.tool_name_pattern: profile.profile() for profile in checked_profiles(profiles)}
        if named:
            settings["tool_profiles"] = {**(settings.get("tool_profiles") or {}), **named}
        self.results = ToolResults(config, least_chars=min_chars_to_compress, **settings)
        for name in ("", *named):
            self.results.check(name)

    def __repr__(self) -> str:
        return f"HeadroomMCPCompressor({self.results!r})"

    def compress(
        self, content: Any, tool_name: str, tool_args: Mapping[str, Any] | None = None, user_query: str = ""
    ) -> MCPCompressionResult:
        """One result, in its own shape: a text, or content blocks; anything else goes on as it is.

        Args:
            content: What the tool answered.
            tool_name: Its name, with the server's before it where there are several.
            tool_args: What it was called with.
            user_query: What the user wants to know; matters where something is left out.
        """
        self.results.check(tool_name)
        done = self.results.answer(content, tool_name, arguments=tool_args, question=user_query or None)
        chars = (chars_of(content), chars_of(done.content))
        metrics = metrics_of(tool_name, done.result, chars=chars)
        collector.add(metrics)
        return MCPCompressionResult(compressed_content=done.content, metrics=metrics)


def compress_tool_result(
    content: Any, tool_name: str, tool_args: Mapping[str, Any] | None = None, user_query: str = "", **settings: Any
) -> Any:
    """What a tool answered, compressed: a text for a text, blocks for blocks.

    Args:
        content: What the tool answered.
        tool_name: Its name.
        tool_args: What it was called with.
        user_query: What the user wants to know.
        settings: As `HeadroomMCPCompressor` takes them.

    Raises:
        ConfigurationError: A setting is refused.
    """
    return compress_tool_result_with_metrics(content, tool_name, tool_args, user_query, **settings).compressed_content


def compress_tool_result_with_metrics(
    content: Any, tool_name: str, tool_args: Mapping[str, Any] | None = None, user_query: str = "", **settings: Any
) -> MCPCompressionResult:
    """`compress_tool_result` with what was saved.

    Raises:
        ConfigurationError: A setting is refused.
    """
    return HeadroomMCPCompressor(**settings).compress(content, tool_name, tool_args, user_query)


def checked_profiles(profiles: Any) -> Sequence[MCPToolProfile]:
    """`profiles`, if they are some.

    Raises:
        ConfigurationError: They are not.
    """
    given = list(profiles) if isinstance(profiles, (list, tuple)) else [profiles]
    wrong = next((one for one in given if not isinstance(one, MCPToolProfile)), None)
    if wrong is not None:
        raise ConfigurationError("profiles must be MCPToolProfile", field="profiles", value=type(wrong).__name__)
    return given

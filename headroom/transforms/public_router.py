"""`ContentRouter` as users make it: with settings of its own, or none, over messages or over one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from headroom.compressors.by_type import JSON_KINDS
from headroom.compressors.outline import require_outlines
from headroom.config import HeadroomConfig, ToolProfile
from headroom.config.compressors import ContentRouterConfig
from headroom.errors import ConfigurationError, ValidationError
from headroom.messages import Message, read_messages
from headroom.protocols import Compressor, OriginalStore, Request, TokenCounter
from headroom.results import TransformResult
from headroom.tokenizers import built_in_counter
from headroom.transforms.content_router import ContentRouter as Router
from headroom.transforms.face import Applicable
from headroom.transforms.memo import Memo
from headroom.transforms.outcome import PartOutcome
from headroom.transforms.public_result import CompressedText

SWITCHES: Mapping[str, Sequence[str]] = {
    "enable_smart_crusher": JSON_KINDS,
    "enable_search_compressor": ("search_results", "file_list"),
    "enable_log_compressor": ("log", "build_output", "stack_trace"),
    "enable_html_extractor": ("html",),
}


class ContentRouter(Applicable, Router):
    """Compresses the tool results of a conversation, each by its content type.

    Leaves something out only where that is allowed, as `headroom.compress` does: where the model can call the retrieve
    tool (`retrieval="tool"`), the caller says `selection="always"`, or a limit was set.

    Args:
        config: `HeadroomConfig`, or `ContentRouterConfig` where its few switches are enough; None takes the defaults.
        counter: The built-in measure, which decides; None takes it.
        memo: Outcomes of earlier calls; None makes a new one.
        originals: Where originals are put before a handle goes out; None relies on the conversation alone.

    Raises:
        ConfigurationError: `config` is something else, or asks for what is not installed.
    """

    def __init__(
        self,
        config: HeadroomConfig | ContentRouterConfig | None = None,
        *,
        counter: TokenCounter | None = None,
        memo: Memo[PartOutcome] | None = None,
        originals: OriginalStore | None = None,
    ) -> None:
        if not isinstance(config, (HeadroomConfig, ContentRouterConfig, type(None))):
            kind = type(config).__name__
            raise ConfigurationError(
                f"config must be a ContentRouterConfig or a HeadroomConfig, got {kind}", field="config"
            )
        self.switches = config.model_copy(deep=True) if isinstance(config, ContentRouterConfig) else None
        settings = config if isinstance(config, HeadroomConfig) else settings_of(self.switches or ContentRouterConfig())
        super().__init__(settings, counter=counter or built_in_counter(), memo=memo, originals=originals)
        if self.switches is not None:
            self.forms.compressors = enabled(self.switches, self.forms.compressors)
            self.forms.dense = enabled(self.switches, self.forms.dense)

    def transform(self, messages: Sequence[Message], request: Request) -> TransformResult:
        """The conversation with its tool results compressed, and a note per result."""
        if self.switches is not None and not self.switches.skip_user_messages:
            request = replace(request, roles=request.roles | {"user"})
        return Router.transform(self, messages, request)

    def compress(self, text: str, context: str | None = "", *, request: Request | None = None) -> CompressedText:
        """One text by itself, as a tool's answer.

        Args:
            context: What the reader is looking for, or "".
            request: Further facts, such as `Request(selection="always")`; None takes the defaults.

        Raises:
            ValidationError: `text` is no str.
        """
        if not isinstance(text, str):
            raise ValidationError(f"text must be a str, got {type(text).__name__}", field="text")
        views = read_messages([{"role": "tool", "tool_call_id": "text", "content": text}])
        facts = replace(
            request or Request(), query=context or "", needs_call=False, is_conversation=False, references=False
        )
        done = self.transform(views, facts)
        note = done.notes[0]
        return CompressedText(
            compressed=done.messages[0].parts[0].text if note.change else text,
            original=text,
            handle=note.handle,
            original_tokens=note.tokens_before,
            compressed_tokens=note.tokens_after,
            exact_tokens=note.tokens_exact,
            kind=note.kind,
            change=note.change,
            strategy=note.reason if note.change else "",
            reason="" if note.change else note.reason,
        )


def settings_of(switches: ContentRouterConfig) -> HeadroomConfig:
    """The settings of a router with these switches.

    Raises:
        ConfigurationError: tree-sitter is asked for and not installed.
    """
    profiles = {tool: ToolProfile(skip_compression=True) for tool in sorted(switches.exclude_tools)}
    if switches.enable_code_aware:
        require_outlines(field="enable_code_aware")
        profiles.setdefault("*", ToolProfile(outline=True))
    return HeadroomConfig(tool_profiles=profiles)


def enabled(switches: ContentRouterConfig, table: Mapping[str, Compressor]) -> dict[str, Compressor]:
    """A table of compressors without those that are switched off."""
    off = {kind for name, kinds in SWITCHES.items() if not getattr(switches, name) for kind in kinds}
    return {kind: compressor for kind, compressor in table.items() if kind not in off}

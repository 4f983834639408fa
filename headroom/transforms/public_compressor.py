"""What the compressors of single content types share when they are used by hand: guards, display, handle, result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, TypeVar

from headroom.compressors.display import displayed
from headroom.compressors.limits import Limits, unchanged
from headroom.config import HeadroomConfig
from headroom.config.settings import Settings
from headroom.errors import ConfigurationError, ValidationError
from headroom.markers import handle_of, has_marker
from headroom.protocols import Retrieval, TokenCounter
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter, estimate_tokens
from headroom.transforms.contain import contain
from headroom.transforms.public_result import CompressedText

MOST_BYTES = HeadroomConfig.model_fields["max_total_bytes"].default  # longer texts would take seconds to count
BYTES_PER_CHAR = 4
ENOUGH_TOKENS = 1_000_000_000  # lines and records are the limit here, not their size

C = TypeVar("C", bound=Settings)
R = TypeVar("R", bound=CompressedText)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One text that is to be compressed.

    Attributes:
        text: What of it a terminal shows.
        tokens: Size of the text as it came.
        handle: Handle of the text as it came.
        question: What the reader is looking for, or "".
        language: Of code, what it is read as; None goes by the text.
    """

    text: str = field(repr=False)
    tokens: int
    handle: str
    question: str = field(default="", repr=False)
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a text, and what is told of it.

    Attributes:
        result: The outcome.
        facts: Further fields of the public result.
    """

    result: CompressionResult
    facts: Mapping[str, Any] = field(default_factory=dict)


class ByHand(Generic[C, R]):
    """A compressor of one content type, with limits of its own.

    Using one is asking for its limits: it leaves out what is beyond them, wherever it is used, and says so in a line
    with the handle of the whole. What law 4 protects stays beyond every limit. Never longer, in tokens; its own output
    comes back unchanged. Texts are taken for the type that the class is for.

    Args:
        config: The limits; None takes the defaults.
        counter: The measure of size; None takes the built-in one.
        retrieval: `tool` where the reader can call `headroom_retrieve`; then the line names it.
        namespace: Scope of handles.
        secret: Key of handles.

    Raises:
        ConfigurationError: `config` is of another class.
    """

    name: ClassVar[str] = ""
    config_type: ClassVar[type[Settings]] = Settings
    result_type: ClassVar[type[CompressedText]] = CompressedText

    def __init__(
        self,
        config: C | None = None,
        *,
        counter: TokenCounter | None = None,
        retrieval: Retrieval = "off",
        namespace: str = "",
        secret: str = "",
    ) -> None:
        if config is not None and not isinstance(config, self.config_type):
            wanted = self.config_type.__name__
            raise ConfigurationError(f"config must be a {wanted}, got {type(config).__name__}", field="config")
        if retrieval not in ("tool", "off"):
            raise ConfigurationError("retrieval must be 'tool' or 'off'", field="retrieval", value=retrieval)
        self.config: C = (config or self.config_type()).model_copy(deep=True)  # type: ignore[assignment]
        self.counter = counter or built_in_counter()
        self.retrieval = retrieval
        self.namespace = namespace
        self.secret = secret

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.config!r})"

    def compress(self, text: str, context: str | None = "") -> R:
        """`text` within the limits.

        Args:
            context: What the reader is looking for, or "".

        Raises:
            ValidationError: `text` is no str.
        """
        return self.outcome(text, context or "")

    def outcome(self, text: str, context: str, language: str | None = None) -> R:
        """The result for one text; a fault leaves it as it came, with the reason."""
        if not isinstance(text, str):
            raise ValidationError(f"text must be a str, got {type(text).__name__}", field="text")
        if len(text) * BYTES_PER_CHAR > MOST_BYTES and len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            return self.public(text, Made(unchanged(text, estimate_tokens(text), "above_max_total_bytes")))
        tokens = self.counter.count_text(text)
        with contain(self.name) as fault:
            if has_marker(text, secret=self.secret):
                return self.public(text, Made(unchanged(text, tokens, "already_compressed")))
            shown = displayed(text)
            handle = self.handle(text)
            made = self.made(Task(text=shown, tokens=tokens, handle=handle, question=context, language=language))
            return self.public(text, replace(made, result=as_displayed(text, shown, made.result, tokens, self.counter)))
        return self.public(text, Made(unchanged(text, tokens, fault.reason)))

    def made(self, task: Task) -> Made:
        """What becomes of a text that holds no marker of ours."""
        raise NotImplementedError

    def handle(self, text: str) -> str:
        """Handle of a text."""
        return handle_of(text, namespace=self.namespace, secret=self.secret)

    def limits(self, task: Task) -> Limits:
        """Limits for the compressors of the library: any size, and how the reader sees the rest."""
        return Limits(
            tokens=ENOUGH_TOKENS,
            above_tokens=0,
            handle=task.handle,
            is_asked=True,
            by_tool=self.retrieval == "tool",
            secret=self.secret,
        )

    def public(self, text: str, made: Made) -> R:
        """The result with documented names."""
        result = made.result
        handle = self.handle(text) if result.change == "left_out" else None
        fields = {name: getattr(result, name) for name in CompressionResult.__dataclass_fields__}
        return self.result_type(**fields, original=text, handle=handle, **made.facts)  # type: ignore[return-value]


def as_displayed(
    text: str, shown: str, result: CompressionResult, tokens: int, counter: TokenCounter
) -> CompressionResult:
    """`result` of `shown`, as one of `text`; the text itself where nothing is gained, or it would be changed again."""
    if shown is text:
        return result
    if result.change is None:
        result = replace(result, compressed=shown, change="display", strategy="display", reason="")
    elif result.change != "left_out":
        result = replace(result, change="display", strategy=f"{result.strategy}+display")
    size = counter.count_text(result.compressed)
    if size >= tokens or displayed(result.compressed) != result.compressed:
        return unchanged(text, tokens, "no_gain", result.kind)
    return replace(result, original_tokens=tokens, compressed_tokens=size)

"""What a tool answered, compressed where it is born.

There the original leaves the conversation: nothing that a model is sent, and no state, holds it any more. So only exact
forms are used, unless a store was named that keeps it (law 5): then limits hold, and with `retrieval="tool"` large
results are chosen from, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from headroom import HeadroomConfig
from headroom.engine import Engine
from headroom.errors import ConfigurationError
from headroom.results import CompressResult, Note
from headroom.transforms.contain import contain
from headroom_integrations._settings import PER_CALL, sorted_out
from headroom_integrations._shared import EngineHolder

CALL_ID = "call"
TEXTS = ("text",)  # types of content blocks that hold a text
LIMITS = ("max_items_after_crush", "target_tokens", "max_tokens")  # of a profile; and `outline`
WAYS_OUT = (
    "name a store for the originals, originals='sqlite:///originals.db', or compress what the model is sent "
    "({views}), which leaves the originals in the conversation"
)


@dataclass(frozen=True, slots=True)
class Answered:
    """One result of a tool.

    Attributes:
        content: What goes out; the same object where nothing changed.
        result: What was done to it.
    """

    content: Any = field(repr=False)
    result: CompressResult


class ToolResults:
    """Compresses results of tools, one at a time. Immutable; safe to share between threads.

    Args:
        config: Settings; single ones by name win over it.
        least_chars: Results with fewer characters are not looked at.
        given: Facts of each call (`retrieval`, `target_tokens`, `tool_profiles` ...) and settings, by name.

    Raises:
        ConfigurationError: A setting is refused.
    """

    integration = "tools"
    views = "a wrapped model"

    def __init__(self, config: HeadroomConfig | None = None, *, least_chars: int = 0, **given: Any) -> None:
        facts = {name: value for name, value in given.items() if value is not None}
        own = sorted_out(facts, (*PER_CALL, "model"), beside=("min_chars_to_compress", "metrics_collector"))
        settings = own.pop("settings", {})
        self.facts = own
        self.least_chars = checked_chars(least_chars)
        self.held = EngineHolder(config, settings)
        self.engine.request(**self.facts)  # refuses bad values now, not in the first call

    def __repr__(self) -> str:
        return f"ToolResults({self.held!r})"

    @property
    def engine(self) -> Engine:
        """The engine, shared with all adapters of the same settings."""
        return self.held.engine

    @property
    def keeps_originals(self) -> bool:
        """Whether a store was named for what is left out."""
        return self.engine.config.originals != "conversation"

    @property
    def is_strict(self) -> bool:
        """Whether faults are raised."""
        return bool(self.facts.get("strict", self.engine.config.strict))

    def check(self, tool: str) -> None:
        """Refuse settings that leave something of this tool's results out where nothing keeps the original.

        Raises:
            ConfigurationError: They do.
        """
        if self.keeps_originals:
            return
        for name, value in self.asked(tool).items():
            raise ConfigurationError(
                f"{name} leaves out parts of what {tool[:60]!r} answers, and nothing keeps the originals: "
                f"{WAYS_OUT.format(views=self.views)}",
                field=name,
                value=value,
            )

    def asked(self, tool: str) -> dict[str, Any]:
        """The settings that ask for leaving out, for one tool."""
        config, facts = self.engine.config, self.facts
        found: dict[str, Any] = {}
        for name, bad in (("retrieval", "tool"), ("selection", "always")):
            if facts.get(name, getattr(config, name)) == bad:
                found[name] = bad
        target = facts.get("target_tokens", config.target_tokens)
        found |= {} if target is None else {"target_tokens": target}
        if "max_items_after_crush" in config.smart_crusher.model_fields_set:
            found["smart_crusher.max_items_after_crush"] = config.smart_crusher.max_items_after_crush
        profile = self.engine.checked({"tool_profiles": facts.get("tool_profiles") or {}}).get_tool_profile(tool)
        for name in (*LIMITS, "outline") if profile is not None and not profile.skip_compression else ():
            if getattr(profile, name):
                found[f"tool_profiles.{tool[:60]}.{name}"] = getattr(profile, name)
        return found

    def answer(
        self,
        content: Any,
        tool: str,
        *,
        arguments: Any = None,
        question: str | None = None,
        is_error: bool = False,
        run_id: str | None = None,
        thread_id: str | None = None,
    ) -> Answered:
        """`content` compressed, in its own shape: a text, or content blocks. Writes one row of the ledger.

        Args:
            content: What the tool answered; what is no text and no list of content blocks goes out as it is.
            tool: Name of the tool; decides its profile.
            arguments: What it was called with; what it looked for matters where something is left out.
            question: What the reader wants to know; None takes the arguments alone.
            is_error: Whether it reports a failure: such results stay.
            run_id: Run of the tool, for the ledger.
            thread_id: Conversation, for the ledger.

        Raises:
            CompressionError: In strict mode, for a fault.
        """
        done = self.answered(content, tool, arguments=arguments, question=question, is_error=is_error)
        self.record(done.result, run_id, thread_id)
        return done

    def answered(self, content: Any, tool: str, *, arguments: Any, question: str | None, is_error: bool) -> Answered:
        """`answer` without its row."""
        if chars_of(content) < self.least_chars:
            hint = "min_chars_to_compress=... lowers it"
            return Answered(content, self.measured(content, tool, "below_min_chars", hint))
        return self.compressed(content, tool, views_of(content, tool, arguments, is_error=is_error), question)

    def record(self, result: CompressResult, run_id: str | None, thread_id: str | None) -> None:
        """Write one row of the ledger."""
        error = next((reason.removeprefix("failed_") for reason in result.warnings), None)
        self.engine.record(result, integration=self.integration, run_id=run_id, thread_id=thread_id, error=error)

    def failed(self, reason: str) -> CompressResult:
        """What was done where nothing could even be read."""
        return CompressResult(messages=[], tokens_before=0, tokens_after=0, warnings=[reason])

    def compressed(self, content: Any, tool: str, views: Sequence[Any], question: str | None) -> Answered:
        """A result through the pipeline; as it came, where a fault hits."""
        facts = self.facts | ({} if question is None else {"query": question})
        surface = {"integration": self.integration}
        request = self.engine.request(**facts, is_conversation=False, references=False, extra=surface)
        with contain(self.integration, strict=request.strict) as fault:
            done = self.engine.compress_result(self.engine.pipeline.run(views, request), request)
            result = replace(
                done,
                tokens_before=sum(note.tokens_before for note in done.notes),
                tokens_after=sum(note.tokens_after for note in done.notes),
            )
            made = self.written(done.messages[-1]["content"], content) if result.compressed else content
            return Answered(made, result)
        return Answered(content, replace(self.measured(content, tool, fault.reason), warnings=[fault.reason]))

    def written(self, new: Any, content: Any) -> Any:
        """The content as it goes out; `content` is what it was."""
        return new

    def measured(self, content: Any, tool: str, reason: str = "", hint: str = "") -> CompressResult:
        """The size of a result that stays."""
        tokens = 0
        with contain(self.integration):
            tokens = sum(self.engine.counter.count_text(text) for text in texts_of_content(content))
        return CompressResult(
            messages=[],
            tokens_before=tokens,
            tokens_after=tokens,
            notes=[
                Note(
                    message_index=0,
                    reason=reason,
                    tokens_before=tokens,
                    tokens_after=tokens,
                    tokens_exact=tokens,
                    tool=tool,
                    hint=hint,
                )
            ],
            model=str(self.facts.get("model", "")),
            fingerprint=self.engine.resolved.fingerprint,
        )


def views_of(content: Any, tool: str, arguments: Any, *, is_error: bool) -> list[dict[str, Any]]:
    """The call and its result, as headroom reads them."""
    call = {"id": CALL_ID, "type": "function", "function": {"name": tool, "arguments": arguments_text(arguments)}}
    result = {"role": "tool", "tool_call_id": CALL_ID, "content": content}
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {**result, "status": "error"} if is_error else result,
    ]


def arguments_text(arguments: Any) -> str:
    """What a tool was called with, as JSON; what is injected and no JSON is left aside."""
    if isinstance(arguments, str):
        return arguments
    if not isinstance(arguments, Mapping):
        return ""
    plain = {str(name): value for name, value in arguments.items() if is_plain(value)}
    return json.dumps(plain, ensure_ascii=False) if plain else ""


def is_plain(value: Any, depth: int = 8) -> bool:
    """Whether a value is JSON's, so that a model may have written it."""
    if isinstance(value, Mapping):
        return depth > 0 and all(isinstance(k, str) and is_plain(v, depth - 1) for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return depth > 0 and all(is_plain(item, depth - 1) for item in value)
    return value is None or isinstance(value, (str, int, float, bool))


def is_content(value: Any) -> bool:
    """Whether a value is what a message can hold: a text, or content blocks with a text among them."""
    if isinstance(value, str):
        return True
    is_blocks = isinstance(value, list) and all(isinstance(b, (str, dict)) for b in value)
    return is_blocks and any(isinstance(b, dict) and b.get("type") in TEXTS for b in value)


def texts_of_content(content: Any) -> list[str]:
    """The texts of a text or of content blocks."""
    if isinstance(content, str):
        return [content]
    blocks = content if isinstance(content, list) else []
    found = [b.get("text") if isinstance(b, dict) and b.get("type") in TEXTS else b for b in blocks]
    return [text for text in found if isinstance(text, str)]


def chars_of(content: Any) -> int:
    """Characters of all texts."""
    return sum(map(len, texts_of_content(content)))


def checked_chars(value: Any) -> int:
    """A number of characters.

    Raises:
        ConfigurationError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        shown = value if isinstance(value, (int, float)) else type(value).__name__
        raise ConfigurationError(
            f"min_chars_to_compress must be a whole number of at least 0, got {shown}",
            field="min_chars_to_compress",
            value=shown,
        )
    return value

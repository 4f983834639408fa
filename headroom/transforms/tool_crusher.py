"""`ToolCrusher`: limits by position and length for JSON, of data given to `crush`, and of tool results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from headroom.compressors.json_documents import already_table
from headroom.compressors.table.values import Pairs, dump_json, parse_json
from headroom.config import CacheOptimizerConfig, HeadroomConfig, ToolCrusherConfig, ToolCrusherProfile
from headroom.config.profiles import entry_for_name
from headroom.errors import ConfigurationError, ValidationError
from headroom.markers import RETRIEVE_TOOL, handle_of, has_marker, left_out_line
from headroom.messages import Part
from headroom.protocols import OriginalStore, Request, TokenCounter
from headroom.tokenizers import built_in_counter
from headroom.transforms.contain import FAULT, contain
from headroom.transforms.content_router import ContentRouter, reason_to_skip
from headroom.transforms.outcome import PartOutcome, untouched
from headroom.transforms.public_routed import Routed
from headroom.transforms.questions import Question
from headroom.transforms.smart_crusher import wrapped
from headroom.transforms.tool_crusher_cuts import CutLimits, Cutter, leaves
from headroom.transforms.treatment import Treatment

NOTE_KEY = "headroom"
KIND = "json_array", "json_object"


@dataclass(frozen=True, slots=True)
class ToolLimits:
    """The limits of one tool; hashable, part of memo keys.

    Attributes:
        skip: Why its results are left as they are, or "".
        min_tokens: Results are shortened when they have strictly more tokens than this.
        items: Items of a list kept at most.
        chars: Characters of a string kept at most.
        depth: Levels kept at most.
        keys: Keys whose values are never shortened.
    """

    skip: str
    min_tokens: int
    items: int
    chars: int
    depth: int
    keys: frozenset[str]

    @classmethod
    def of(cls, config: ToolCrusherConfig, tool: str | None) -> ToolLimits:
        """From the configured ones, those of a tool over those of all."""
        own = entry_for_name(tool or "", config.tool_profiles) or ToolCrusherProfile()
        is_off = "enabled" in config.model_fields_set and not config.enabled
        return cls(
            skip="tool_profile" if own.skip_compression else "not_enabled" if is_off else "",
            min_tokens=first(own.min_tokens_to_crush, config.min_tokens_to_crush),
            items=first(own.max_array_items, config.max_array_items),
            chars=first(own.max_string_length, config.max_string_length),
            depth=first(own.max_depth, config.max_depth),
            keys=frozenset(config.preserve_keys if own.preserve_keys is None else own.preserve_keys),
        )


def first(own: int | None, common: int) -> int:
    """The limit of a tool where it has one."""
    return common if own is None else own


class ToolCrusher(Routed):
    """Keeps the first rows of each list, the beginning of each string, and so many levels of each document.

    Each cut is said where it was made; the whole is valid JSON and ends with a line that names the handle of the
    original. Rows and values that report an error stay beyond every limit, as do outliers, rare values and rows that
    the question names: of like ones one, with a count (law 4). `SmartCrusher` and the router choose better and write
    shorter; this is for who needs limits that can be foretold. Using it is asking for them: it leaves out wherever it
    is used, unless the call says `selection="never"`.

    Args:
        config: The limits; None takes the defaults.
        counter: The measure of size; None takes the built-in one.
        originals: Where originals are put before a handle goes out; None relies on the conversation alone.
        secret: Key of handles.

    Raises:
        ConfigurationError: `config` is something else.
    """

    name = "tool_crusher"
    label = "tool_crush"

    def __init__(
        self,
        config: ToolCrusherConfig | None = None,
        *,
        counter: TokenCounter | None = None,
        originals: OriginalStore | None = None,
        secret: str = "",
    ) -> None:
        if config is not None and not isinstance(config, ToolCrusherConfig):
            kind = type(config).__name__
            raise ConfigurationError(f"config must be a ToolCrusherConfig, got {kind}", field="config")
        self.config = (config or ToolCrusherConfig()).model_copy(deep=True)
        self.counter = counter or built_in_counter()
        self.originals = originals
        self.secret = secret

    def new_router(self) -> ContentRouter:
        """A router that cuts in place of compressing."""
        return CrushRouter(self)

    def crush(self, data: Any, query: str | None = "", *, tool: str | None = None) -> Any:
        """`data` within the limits.

        Args:
            data: A dict, a list or JSON text; it is not changed.
            query: What it is for; "" goes by what is unusual.
            tool: Name of the tool that gave it, for `tool_profiles`.

        Returns:
            A dict, list or str like `data`, which also has the attributes of `CrushFacts`.

        Raises:
            ValidationError: `data` is neither dict, list nor str.
        """
        if not isinstance(data, (Mapping, list, str)):
            kind = type(data).__name__
            raise ValidationError(f"data must be a dict, a list or JSON text, got {kind}", field="data", type=kind)
        try:
            text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError):
            return wrapped(data, original=data, reason="not_json")
        outcome = self.outcome(text, ToolLimits.of(self.config, tool), query or "", Request())
        made = outcome.text
        facts = {
            "original": data,
            "compressed": text if made is None else made,
            "was_modified": made is not None,
            "strategy": outcome.reason if made is not None else "",
            "reason": "" if made is not None else outcome.reason,
            "tokens_before": outcome.tokens_before,
            "tokens_after": outcome.tokens_after,
            "ccr_hash": outcome.handle,
        }
        if made is None:
            return wrapped(data, **facts)
        return wrapped(made if isinstance(data, str) else json.loads(made), **facts)

    def outcome(self, text: str, limits: ToolLimits, question: str, request: Request) -> PartOutcome:
        """What becomes of one text; a fault leaves it as it came, with the reason."""
        tokens = self.counter.count_text(text)
        if limits.skip or request.selection == "never" or tokens <= limits.min_tokens:
            return untouched(tokens, limits.skip or ("below_min_tokens" if tokens <= limits.min_tokens else "never"))
        if has_marker(text, secret=self.secret) or already_table(text):
            return untouched(tokens, "already_compressed")
        with contain(self.name, strict=request.strict) as fault:
            return self.cut(text, tokens, limits, question, request)
        return untouched(tokens, fault.reason)

    def cut(self, text: str, tokens: int, limits: ToolLimits, question: str, request: Request) -> PartOutcome:
        """The text with its cuts; as it came where it is no JSON, or nothing is gained."""
        try:
            value = parse_json(text)
        except ValueError:
            return untouched(tokens, "no_json")
        if not isinstance(value, (list, dict)):
            return untouched(tokens, "no_json")
        kind = KIND[isinstance(value, (dict, Pairs))]
        cutter = Cutter(
            CutLimits(items=limits.items, chars=limits.chars, depth=limits.depth, keys=limits.keys, question=question)
        )
        made = cutter.cut(value)
        handle = handle_of(text, namespace=request.namespace, secret=self.secret)
        by_tool = request.retrieval == "tool"
        line = self.line(cutter.hidden, leaves(value), handle, by_tool=by_tool)
        written = dump_json(with_note(made, line)) if cutter.hidden else text
        size = self.counter.count_text(written)
        if not cutter.hidden or size >= tokens:
            return untouched(tokens, "within_limits" if not cutter.hidden else "no_gain", kind)
        return PartOutcome(
            text=written,
            kind=kind,
            change="left_out",
            reason="limits",
            tokens_before=tokens,
            tokens_after=size,
            tokens_exact=tokens,
            handle=handle,
            reachable_by="model" if by_tool else "caller",
        )

    def line(self, hidden: int, total: int, handle: str, *, by_tool: bool) -> str:
        """The line that counts what is missing; without quotes, which JSON would write differently."""
        return left_out_line(
            shown=total - hidden,
            total=total,
            unit="values",
            handle=handle,
            by_tool=False,
            facts=f"{RETRIEVE_TOOL} takes the handle" if by_tool else "",
            secret=self.secret,
        )


def with_note(value: Any, line: str) -> Any:
    """A list with `line` as its last item; an object with it as its last member."""
    if isinstance(value, list) and not isinstance(value, Pairs):
        return [*value, line]
    members = list(value.items() if isinstance(value, dict) else value)
    names = {name for name, _ in members}
    key = NOTE_KEY
    while key in names:
        key += "_"
    return Pairs([*members, (key, line)])


class CrushRouter(ContentRouter):
    """The way through a conversation, for `ToolCrusher`."""

    def __init__(self, crusher: ToolCrusher) -> None:
        config = HeadroomConfig(secret=crusher.secret, cache_optimizer=CacheOptimizerConfig(min_cacheable_tokens=0))
        super().__init__(config, counter=crusher.counter, originals=crusher.originals)
        self.crusher = crusher
        self.limits: dict[str | None, ToolLimits] = {}

    def part(
        self, part: Part, tool: str | None, treatment: Treatment, question: Question, request: Request
    ) -> PartOutcome:
        """One text, from memory where it was seen before."""
        reason = reason_to_skip(part, tool, treatment) or ("editor_tool" if treatment.edits else "")
        if reason:
            return untouched(self.counter.count_text(part.text), reason)
        limits = self.limits.get(tool) or self.limits.setdefault(tool, ToolLimits.of(self.crusher.config, tool))
        asked = "" if treatment.question_blind else str(question)
        key = (part.text, limits, asked, request.namespace, request.retrieval, request.selection)
        found = self.memo.get(key)
        if found is None:
            found = self.crusher.outcome(part.text, limits, asked, request)
            if FAULT not in found.reason:
                self.memo.put(key, found, 2 * len(part.text) + 200)
        if self.originals is not None and found.handle is not None and not request.dry_run:
            exact = untouched(found.tokens_before, "limits", found.kind)
            return self.with_original_stored(part.text, tool, exact, found, request)
        return found

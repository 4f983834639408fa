"""How one tool's results are treated in one call: settings, profile and request, merged."""

from __future__ import annotations

from dataclasses import dataclass, replace

from headroom.compressors.by_type import WHOLE_JSON
from headroom.compressors.outline import require_outlines
from headroom.config import HeadroomConfig, ToolProfile
from headroom.config.crushing import Output
from headroom.config.editors import is_editor_tool
from headroom.config.profiles import entry_for_name
from headroom.feedback import Advice, Learnt
from headroom.protocols import Request
from headroom.results import ReachableBy


@dataclass(frozen=True, slots=True)
class Treatment:
    """What decides the bytes of one result besides its text and its question; hashable, part of memo keys.

    Attributes:
        skip: Why it is left as it is, or "".
        exact_only: Only forms that decode to the same bytes.
        edits: Whether an agent edits from it, so that its bytes stay, apart from repeats.
        references: Whether it may name what an earlier message showed.
        may_leave_out: Whether choosing what stays is allowed (law 5).
        asked: Whether the caller set a limit, so that it holds below `select_above_tokens`, too.
        target_tokens: Size that a selection fills.
        most_items: Rows kept at most; None for no such limit.
        most_tokens: Hard ceiling; None for none.
        outline: Whether source code is shown as an outline.
        dense_logs: Whether dates and common prefixes in logs are said once.
        question_blind: Whether the choice is made without the question.
        by_tool: Whether the model can call the retrieve tool.
        output: What becomes of JSON: `text`, `json` or `minified`.
    """

    skip: str
    exact_only: bool
    edits: bool
    references: bool
    may_leave_out: bool
    asked: bool
    target_tokens: int
    most_items: int | None
    most_tokens: int | None
    outline: bool
    dense_logs: bool
    question_blind: bool
    by_tool: bool
    output: Output = "text"

    @property
    def reachable_by(self) -> ReachableBy:
        """Who can get back what is left out: a handle resolves from the caller's own messages at least."""
        return "model" if self.by_tool else "caller"

    @property
    def form(self) -> str:
        """What kind of exact form is wanted, as memo keys name it."""
        if self.edits:
            return "as_it_came"
        form = "bytes" if self.exact_only else "any"
        form = f"dense_{form}" if self.dense_logs else form
        return form if self.output == "text" else f"{self.output}_{form}"

    def keeps_json(self, kind: str) -> bool:
        """Whether a text of this type stays JSON: then nothing is left out of it, and nothing in it is named."""
        return self.output != "text" and kind in WHOLE_JSON


def biased(treatment: Treatment, bias: float) -> Treatment:
    """`treatment` that keeps `bias` times as much."""
    most = treatment.most_items
    return replace(
        treatment,
        target_tokens=max(1, round(treatment.target_tokens * bias)),
        most_items=None if most is None else max(1, round(most * bias)),
    )


def advised(treatment: Treatment, advice: Advice) -> Treatment:
    """`treatment` by what was asked for again; where that is mostly the whole, nothing is left out."""
    made = biased(treatment, advice.keep_factor) if advice.keep_factor != 1.0 else treatment
    return replace(made, may_leave_out=False) if advice.leave_whole and not treatment.asked else made


def treatment_of(config: HeadroomConfig, own: ToolProfile, request: Request, *, edits: bool) -> Treatment:
    """Settings first, then the tool's profile, then the request."""
    crusher = config.smart_crusher
    most_items = own.max_items_after_crush
    if most_items is None and "max_items_after_crush" in crusher.model_fields_set:
        most_items = crusher.max_items_after_crush
    target = next((t for t in (request.target_tokens, own.target_tokens, config.target_tokens) if t is not None), None)
    asked = target is not None or most_items is not None
    exact_only = config.exact_only if own.exact_only is None else own.exact_only
    references = request.references and (own.references is not False)
    return Treatment(
        skip="tool_profile" if own.skip_compression else "" if config.content_router_enabled else "not_enabled",
        exact_only=exact_only,
        edits=edits and not own.outline if own.edits is None else own.edits,
        references=references and not exact_only,
        may_leave_out=crusher.enabled
        and not exact_only
        and request.selection != "never"
        and (request.may_leave_out or (asked and not request.is_selection_given)),
        asked=asked,
        target_tokens=config.select_above_tokens if target is None else target,
        most_items=most_items,
        most_tokens=own.max_tokens,
        outline=own.outline,
        dense_logs=config.dense_logs if own.dense_logs is None else own.dense_logs,
        question_blind=own.question_blind,
        by_tool=request.retrieval == "tool",
        output=own.output or config.output,
    )


class Treatments:
    """Treatments by tool name, worked out once per call."""

    def __init__(self, config: HeadroomConfig, request: Request, hints: Learnt | None = None) -> None:
        self.config = config
        self.hints = hints
        self.request = request
        self.profiles = {**config.tool_profiles, **request.tool_profiles}
        self.known: dict[str | None, Treatment] = {}

    def of(self, tool: str | None) -> Treatment:
        """The treatment of one tool's results."""
        found = self.known.get(tool)
        if found is None:
            profile = entry_for_name(tool or "", self.profiles) if self.profiles else None
            if profile is not None and not isinstance(profile, ToolProfile):
                profile = ToolProfile(**profile)
            if profile is not None and profile.outline:
                require_outlines(field=f"tool_profiles.{tool}.outline")
            edits = tool is not None and is_editor_tool(tool)
            found = treatment_of(self.config, profile or ToolProfile(), self.request, edits=edits)
            if self.hints is not None and tool is not None:
                found = advised(found, self.hints.advice(tool))
            self.known[tool] = found
        return found

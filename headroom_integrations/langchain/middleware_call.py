"""One model call of an agent: what it is sent, and the ledger's row for it. A fault costs the savings only (law 7)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage

from headroom.results import CompressResult
from headroom.retrieval import is_offered, schema_tokens
from headroom.transforms.contain import contain
from headroom_integrations.langchain.callbacks_usage import request_id_of
from headroom_integrations.langchain.placement import INTEGRATION, Begun
from headroom_integrations.langchain.retrieve_tool import given_back

RUN_PREFIXES = ("lc_run--", "run--", "run-")


@dataclass(slots=True)
class ModelCall:
    """One call on its way.

    Attributes:
        request: As it goes on; the one that came where something failed.
        messages: What it came with.
        result: What was done to them; None where that failed.
        begun: The conversation; None where that failed.
        update: For the state, beside the answer.
        thread_id: Of the graph, or None.
        offers: Whether our tool is among its tools.
        columns: The ledger's columns of savings, where the notes do not tell them.
        fault: Why nothing was done, or "".
        seconds: Time spent in headroom.
    """

    request: Any = field(repr=False)
    messages: Sequence[Any] = field(repr=False)
    result: CompressResult | None = None
    begun: Begun | None = field(default=None, repr=False)
    update: dict[str, Any] = field(default_factory=dict, repr=False)
    thread_id: str | None = None
    offers: bool = False
    columns: Sequence[int] | None = None
    fault: str = ""
    seconds: float = 0.0

    def row(self, response: Any, error: str | None) -> dict[str, Any]:
        """Fields of `RequestMetrics` beside the sizes; what a failed call was to be told is told by the next."""
        answer = answer_of(response)
        told = [] if error else given_back(self.messages)
        facts: dict[str, Any] = {
            "integration": INTEGRATION,
            "thread_id": self.thread_id,
            "run_id": run_id_of(answer),
            "error": error or self.fault.removeprefix("failed_") or None,
            "tool_schema_tokens": schema_tokens("openai_chat") if self.offers and not error else 0,
            "retrieve_rounds": int(bool(told)),
            "retrieved_tokens": sum(one["tokens"] for one in told),
            "by_retrieved": by_tool(told),
            "duration_ms": 1000 * self.seconds,
            **usage_facts(answer),
        }
        if facts["run_id"] is not None:
            facts["request_id"] = request_id_of(facts["run_id"])
        if self.columns is not None and not error:
            facts |= dict(zip(("saved_exact", "saved_reachable", "saved_unreachable"), self.columns, strict=True))
        if error:
            facts |= {"cost_before": None, "cost_after": None}
        return facts


def by_tool(told: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Tool name to times asked and tokens given back."""
    found: dict[str, list[int]] = {}
    for one in told:
        row = found.setdefault(str(one.get("tool") or ""), [0, 0])
        row[0] += 1
        row[1] += one["tokens"]
    return found


def answer_of(response: Any) -> AIMessage | None:
    """The model's message in what a handler returned."""
    inner = getattr(response, "model_response", response)
    found = getattr(inner, "result", None) or [inner]
    return next((message for message in found if isinstance(message, AIMessage)), None)


def run_id_of(answer: AIMessage | None) -> str | None:
    """The run of the model that made the answer, by the id LangChain gives it."""
    name = answer.id if answer is not None else None
    prefix = next((prefix for prefix in RUN_PREFIXES if name and name.startswith(prefix)), None)
    return name[len(prefix) :] if name and prefix else None


def usage_facts(answer: AIMessage | None) -> dict[str, Any]:
    """What the provider counted; a reply from LangChain's cache cost nothing and counts nothing."""
    usage = answer.usage_metadata if answer is not None else None
    if not usage:
        return {}
    if usage.get("total_cost") == 0:
        return {"semantic_cache_hit": True, "tokens_output": 0, "tokens_input_billed": 0, "cost_after": 0.0}
    details = usage.get("input_token_details") or {}
    return {
        "tokens_input_billed": usage.get("input_tokens"),
        "tokens_output": usage.get("output_tokens"),
        "cached_tokens": details.get("cache_read") or 0,
        "written_tokens": details.get("cache_creation") or 0,
    }


def own_tools(tools: Sequence[Any]) -> list[Any]:
    """The caller's tools, without ours."""
    return [tool for tool in tools if not is_offered([tool])]


def tools_with(tools: Sequence[Any], ours: Any, *, offered: bool) -> list[Any]:
    """The tools of one call: the caller's, then ours; a call without tools stays without (R3).

    Where ours is among them, it is kept as it stands there: others mark the last tool for the provider's cache.
    """
    own = own_tools(tools)
    if not (offered and tools):
        return own
    present = [tool for tool in tools if is_offered([tool])]
    return [*own, present[-1] if present else ours]


def model_name(model: Any) -> str:
    """Name of a model, as its provider has it; "" where it tells none."""
    for name in ("model_name", "model", "model_id"):
        found = getattr(model, name, None)
        if isinstance(found, str):
            return found
    return ""


def thread_of(runtime: Any) -> str | None:
    """The graph's thread, or None."""
    info = getattr(runtime, "execution_info", None)
    if info is not None:
        found = getattr(info, "thread_id", None)
        return None if found is None else str(found)
    with contain("thread"):
        from langgraph.config import get_config

        found = get_config().get("configurable", {}).get("thread_id")
        return None if found is None else str(found)
    return None


def now_s() -> float:
    """Seconds of a clock for durations, which decide nothing."""
    return time.perf_counter()

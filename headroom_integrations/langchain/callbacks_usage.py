"""What a provider says that one call used, as LangChain hands it to callbacks; and what the run says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.outputs import LLMResult

from headroom_integrations._observed import Place, Reply, Usage

FIGURES = "headroom"
"""Key of `response_metadata` under which a model that headroom wraps says what it did: then the call has a row of its
own in the ledger, with its usage."""


PREFIX = "langchain"
"""What ids of rows begin with that hold the usage of a run."""


def request_id_of(run_id: str) -> str:
    """Id of the ledger's row that holds the usage of a run: whoever writes it last writes the one row."""
    return f"{PREFIX}:{run_id}"


def read_reply(response: LLMResult) -> Reply:
    """The answer of one run. All choices of it repeat the usage of the whole, so the first counts."""
    message = next((getattr(one, "message", None) for choices in response.generations for one in choices), None)
    metadata = getattr(message, "response_metadata", None) or {}
    told = getattr(message, "usage_metadata", None)
    usage = usage_of(told) if told else legacy_usage(response.llm_output)
    output = response.llm_output if isinstance(response.llm_output, Mapping) else {}
    name = metadata.get("model_name") or metadata.get("model") or output.get("model_name")
    return Reply(
        usage=usage,
        model=name if isinstance(name, str) else "",
        is_cached=isinstance(told, Mapping) and told.get("total_cost") == 0,
        has_row=FIGURES in metadata,
    )


def usage_of(told: Mapping[str, Any]) -> Usage:
    """LangChain's `usage_metadata`."""
    sent, wrote = told.get("input_token_details") or {}, told.get("output_token_details") or {}
    written = [count(sent, name) for name in sent if name == "cache_creation" or name.startswith("ephemeral_")]
    return Usage(
        input=count(told, "input_tokens"),
        output=count(told, "output_tokens"),
        cached=count(sent, "cache_read"),
        written=sum(written),
        reasoning=count(wrote, "reasoning"),
    )


def legacy_usage(output: Any) -> Usage | None:
    """What models that complete a text say, in OpenAI's or Anthropic's words; None where they do not."""
    fields = output if isinstance(output, Mapping) else {}
    told = next((fields[name] for name in ("token_usage", "usage") if isinstance(fields.get(name), Mapping)), None)
    if not told:
        return None
    sent = count(told, "prompt_tokens") or count(told, "input_tokens")
    wrote = count(told, "completion_tokens") or count(told, "output_tokens")
    return Usage(input=sent, output=wrote) if sent or wrote else None


def count(fields: Mapping[str, Any], name: str) -> int:
    """A number of tokens; 0 for what is none."""
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def place_of(metadata: Mapping[str, Any] | None) -> Place:
    """What the metadata of a run say."""
    fields = metadata or {}

    def text(name: str) -> str | None:
        value = fields.get(name)
        return None if value is None else str(value)

    return Place(
        thread_id=text("thread_id") or text("session_id"),
        node=text("langgraph_node"),
        agent=text("lc_agent_name"),
        model=text("ls_model_name") or "",
        provider=text("ls_provider") or "",
    )

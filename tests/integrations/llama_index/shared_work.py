"""One process of a program whose LlamaIndex parts all write to one metrics store; prints what it counted itself.

python -m tests.integrations.llama_index.shared_work STUB_URL THREAD
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai import OpenAI
from llama_index_instrumentation.dispatcher import instrument_tags

from headroom.storage.recorder import every_recorder
from headroom_integrations.llama_index import (
    HeadroomLLM,
    HeadroomMemory,
    HeadroomNodePostprocessor,
    compress_tool,
    observing,
)

MODEL = "gpt-4o"
API_KEY = "sk-stub"  # as `tests.stub.server` has it, which loads the providers' SDKs
COUNTED = ("requests_total", "tokens_input_before", "tokens_input_after", "saved_exact", "tokens_output_total")
ROWS = json.dumps([{"id": n, "state": "open", "title": f"issue number {n}", "labels": ["bug"]} for n in range(80)])


def list_issues(state: str) -> str:
    """Issues in a state."""
    return ROWS


def history() -> list[ChatMessage]:
    """A question, a call, its result."""
    call = {"id": "c1", "type": "function", "function": {"name": "list_issues", "arguments": '{"state": "open"}'}}
    return [
        ChatMessage(role="user", content="Which issues are open?"),
        ChatMessage(role="assistant", content="", additional_kwargs={"tool_calls": [call]}),
        ChatMessage(role="tool", content=ROWS, additional_kwargs={"tool_call_id": "c1", "name": "list_issues"}),
    ]


async def work(url: str, thread: str) -> None:
    """Each way once."""
    usage: Any = {"stream_options": {"include_usage": True}}
    model = OpenAI(model=MODEL, api_base=f"{url}/v1", api_key=API_KEY, max_retries=0, additional_kwargs=usage)
    plain = OpenAI(model=MODEL, api_base=f"{url}/v1", api_key=API_KEY, max_retries=0)
    with observing(log_level=None), instrument_tags({"thread_id": thread}):
        nodes = [NodeWithScore(node=TextNode(text=ROWS), score=1.0)]
        await HeadroomNodePostprocessor().apostprocess_nodes(nodes, query_str="open issues")
        await HeadroomLLM(plain).achat(history())
        memory = HeadroomMemory.from_defaults(token_limit=20_000)
        await memory.aput_messages(history())
        await plain.achat(await memory.aget())
        tool = compress_tool(FunctionTool.from_defaults(list_issues))
        await FunctionAgent(name="boss", description="d", tools=[tool], llm=model).run("Which issues are open?")


def counted() -> dict[str, int | float]:
    """What all parts of this process counted."""
    totals = [recorder.totals.snapshot() for recorder in every_recorder]
    return {name: sum(total[name] for total in totals) for name in COUNTED}


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
    print(json.dumps(counted()))

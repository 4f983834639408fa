"""One process of a program whose parts all write to one metrics store; prints what it counted itself.

python -m tests.integrations.langchain.shared_work STUB_URL THREAD
"""

from __future__ import annotations

import json
import sys
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openai import OpenAI

from headroom import HeadroomClient
from headroom.storage.recorder import every_recorder
from headroom_integrations.langchain.callbacks_process import observing
from headroom_integrations.langchain.chat_model import HeadroomChatModel
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.runnable import HeadroomCompressor
from headroom_integrations.langchain.tools import HeadroomToolWrapper
from tests.integrations.langchain.conversations import TEXT, conversation
from tests.samples import ask
from tests.stub.server import API_KEY

MODEL = "gpt-4o"
COUNTED = ("requests_total", "tokens_input_before", "tokens_input_after", "saved_exact", "tokens_output_total")


@tool
def list_issues(state: str) -> str:
    """Issues in a state."""
    return TEXT


def work(url: str, thread: str) -> None:
    """Each way once."""
    model = ChatOpenAI(model=MODEL, base_url=f"{url}/v1", api_key=API_KEY, stream_usage=True, max_retries=0)
    config: Any = {"configurable": {"thread_id": thread}, "metadata": {"thread_id": thread}}
    with observing():
        (HeadroomCompressor(model=MODEL) | model).invoke(conversation()[:4], config)
        HeadroomToolWrapper(list_issues).invoke({"state": "open"}, config)
        HeadroomChatModel(model).invoke(conversation()[:4], config)
    agent = create_agent(model, [list_issues], middleware=[HeadroomMiddleware()])
    state = agent.invoke({"messages": [HumanMessage("Which issues are open?")]}, config)
    assert isinstance(state["messages"][-1], AIMessage)
    with OpenAI(base_url=f"{url}/v1", api_key=API_KEY, max_retries=0) as inner:
        client = HeadroomClient(inner, default_mode="optimize")
        client.chat.completions.create(model=MODEL, messages=ask(TEXT, tool="list_issues"), headroom_thread_id=thread)


def counted() -> dict[str, int | float]:
    """What all parts of this process counted."""
    totals = [recorder.totals.snapshot() for recorder in every_recorder]
    return {name: sum(total[name] for total in totals) for name in COUNTED}


if __name__ == "__main__":
    work(*sys.argv[1:])
    print(json.dumps(counted()))

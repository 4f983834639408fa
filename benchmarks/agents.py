"""The input bill of one long agent run under prefix caching, by what is put before the model.

The agent is LangChain's `create_agent`; the provider is the tests' local server, which finds the longest prefix that it
has seen, as providers do, and bills it at the model's prices. The tool results are real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.page import Section, Table, percent

TURNS = 12
Middlewares = Callable[[], Sequence[Any]]


def run(*, turns: int = TURNS) -> Section:
    """The section."""
    how = (
        f"One run of {turns} turns of tool calls (one in seven with two calls), {facts(turns)}. Dollars are the input "
        "side of the invoice, prefix caching included. The agent is LangChain's `create_agent`; with Claude, "
        "Anthropic's caching middleware stands behind what is named. The model's answers are scripted and "
        "the same everywhere."
    )
    bills = {name: {api: bill(api, make(), turns) for api in APIS} for name, make in ways().items()}
    base = next(iter(bills.values()))
    tables = [
        Table(caption=model, head=HEAD, rows=[cells_of(name, of[api], base[api]) for name, of in bills.items()])
        for api, model in APIS.items()
    ]
    figures = {name: {APIS[api]: one.input_dollars for api, one in of.items()} for name, of in bills.items()}
    return Section(title="An agent's bill", how=how, tables=tables, figures=figures)


def cells_of(name: str, invoice: Any, base: Any) -> list[str]:
    """The row of one invoice; the first one is what it is compared with."""
    tokens = invoice.usage.prompt
    read = percent(invoice.usage.read, tokens)
    less = percent(base.input_dollars - invoice.input_dollars, base.input_dollars)
    return [name, f"{tokens:,}", read, f"${invoice.input_dollars:.3f}", less]


HEAD = ("before the model", "prompt tokens", "read from cache", "input bill", "less than nothing")
APIS = {"chat": "gpt-4o", "messages": "claude-sonnet-5"}


def ways() -> dict[str, Middlewares]:
    """What people put before a model today, and this library."""
    from langchain.agents.middleware import ClearToolUsesEdit, ContextEditingMiddleware

    from headroom_integrations import HeadroomMiddleware

    def editing() -> Any:
        return ContextEditingMiddleware(edits=[ClearToolUsesEdit(trigger=30_000, keep=3)])

    return {
        "nothing": lambda: (),
        "tool results cut to 4,000 characters": lambda: (cut_middleware(),),
        "ContextEditing (30,000 tokens, keep 3)": lambda: (editing(),),
        "headroom, exact forms only": lambda: (HeadroomMiddleware(retrieval="off", store_url="memory"),),
        "headroom": lambda: (HeadroomMiddleware(store_url="memory"),),
        "headroom, then ContextEditing": lambda: (HeadroomMiddleware(store_url="memory"), editing()),
    }


def cut_middleware() -> Any:
    """Every result cut in its middle, the same way in each call."""
    from langchain.agents.middleware import AgentMiddleware
    from langchain_core.messages import ToolMessage

    def cut(message: Any) -> Any:
        if not isinstance(message, ToolMessage) or len(str(message.content)) <= 4000:
            return message
        text = str(message.content)
        return message.model_copy(update={"content": f"{text[:2000]}\n...\n{text[-2000:]}"})

    class Cut(AgentMiddleware[Any, Any, Any]):
        def wrap_model_call(self, request: Any, handler: Any) -> Any:
            return handler(request.override(messages=[cut(message) for message in request.messages]))

    return Cut()


def bill(api: str, middleware: Sequence[Any], turns: int) -> Any:
    """The invoice of one run."""
    from langchain_anthropic.middleware import AnthropicPromptCachingMiddleware

    from tests.integrations.langchain import middleware_agents as agents

    of = agents.task(turns)
    with agents.scripted(of, api) as stub:
        model = agents.claude(stub) if api == "messages" else agents.chat(stub)
        caching = [AnthropicPromptCachingMiddleware()] if api == "messages" else []
        agents.ask(agents.agent(stub, [*middleware, *caching], of, model=model), of)
        return stub.invoice


def facts(turns: int) -> str:
    """Results and tokens of the run, as text."""
    from tests.integrations.langchain.middleware_agents import task
    from tests.stub.task import facts_of

    found = facts_of(task(turns))
    sizes = f"{found['smallest']:,} to {found['largest']:,} tokens"
    return f"{found['results']} results of {sizes}, {found['tokens']:,} in all"

"""The compressed view for graphs that were not made by `create_agent`: what goes before their model."""

from __future__ import annotations

from functools import partial
from typing import Any

from langchain_core.runnables import RunnableConfig, RunnableLambda

from headroom.errors import ConfigurationError
from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations._settings import given_or_made
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.placement import saved_by_id
from headroom_integrations.langchain.placement_state import messages_of
from headroom_integrations.langchain.state import CHANNEL, SAVED

INTEGRATION = "langchain.pre_model_hook"
TOOL_WANTED = (
    'retrieval="tool" needs the tool in the graph: middleware = HeadroomMiddleware(retrieval="tool"), then '
    "pre_model_hook(middleware), and middleware.tools for the model and the tool node"
)


def pre_model_hook(
    middleware: HeadroomMiddleware | None = None,
    *,
    messages_key: str = "messages",
    output_key: str = "llm_input_messages",
    keep_in_state: bool = False,
    **settings: Any,
) -> RunnableLambda[Any, Any]:
    """What gives the model the compressed view and leaves the messages of the state alone.

        agent = create_react_agent(model, tools, pre_model_hook=pre_model_hook())

    In a graph of one's own it stands in the model's node:

        hook = pre_model_hook()
        def call_model(state, config):
            return {"messages": [model.invoke(hook.invoke(state, config)["llm_input_messages"])]}

    Only exact forms are used, unless the model can ask for what is left out: then make a
    `HeadroomMiddleware(retrieval="tool")`, give it to this function, and its `tools` to the model and the tool node.

    Args:
        middleware: Whose settings and tool are used; None makes one with `settings`.
        messages_key: Key of the messages in the state.
        output_key: Key under which the view is returned.
        keep_in_state: Also return what the conversation began with, and what was saved, for a state that has the
            channels of `HeadroomState`; then a later deploy writes the conversation on in the same bytes.
        settings: As `HeadroomMiddleware` takes them; none beside a middleware.

    Raises:
        ConfigurationError: A setting has an unknown name or a bad value, or would have no effect.
    """
    if settings.get("retrieval") == "tool":
        raise ConfigurationError(TOOL_WANTED, field="retrieval", value="tool")
    wanted = {"retrieval": "off", **settings} if middleware is None else settings
    made = given_or_made(HeadroomMiddleware, "middleware", middleware, wanted)
    work = partial(shown, made, messages_key, output_key, keep_in_state)

    def hook(state: Any, config: RunnableConfig) -> dict[str, Any]:
        return work(state, config)

    async def ahook(state: Any, config: RunnableConfig) -> dict[str, Any]:
        return await in_thread(work, state, config)

    return RunnableLambda(hook, ahook, name="headroom")


def shown(
    middleware: HeadroomMiddleware,
    messages_key: str,
    output_key: str,
    keep_in_state: bool,
    state: Any,
    config: RunnableConfig,
) -> dict[str, Any]:
    """The update of one call; the messages as they are where something fails."""
    messages = messages_of(state, messages_key)
    with contain(INTEGRATION, strict=middleware.compression.engine.config.strict):
        begun = middleware.begun_in(state)
        viewed = middleware.compression.view(messages, begun, extra={"integration": INTEGRATION})
        thread_id = (config.get("configurable") or {}).get("thread_id")
        thread = None if thread_id is None else str(thread_id)
        begun.engine.record(viewed.result, integration=INTEGRATION, thread_id=thread)
        update = {CHANNEL: dict(begun.kept), SAVED: saved_by_id(messages, viewed.result.notes)}
        return {output_key: viewed.messages, **(update if keep_in_state else {})}
    return {output_key: messages}

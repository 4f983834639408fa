"""`with_headroom`: what `create_deep_agent` needs so that the agent and its subagents read their results compressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages.utils import count_tokens_approximately

from headroom.errors import ConfigurationError
from headroom_integrations.langchain.deepagents_offload import HeadroomBeforeOffload
from headroom_integrations.langchain.middleware import HeadroomMiddleware
from headroom_integrations.langchain.state_counter import headroom_token_counter

EXACT_TOOLS = ("read_file", "write_file", "edit_file", "delete", "ls", "glob", "grep")
"""Tools of the agent's own files: it edits from what they say, and pages of offloaded results are read by them."""
SUMMARIZATION = "SummarizationMiddleware"
GENERAL_PURPOSE = "general-purpose"
INSTALL = 'with_headroom needs deepagents: pip install "headroom-integrations[deepagents]"'


def with_headroom(
    *,
    headroom: Mapping[str, Any] | None = None,
    general_purpose: bool = True,
    offload_tokens: int = 20_000,
    **kwargs: Any,
) -> dict[str, Any]:
    """The keywords for `create_deep_agent`, with headroom for the agent and for every declarative subagent.

        agent = create_deep_agent(**with_headroom(model=model, tools=tools))

    Each model call reads tool results compressed, while the state keeps what the tools answered. Summarization counts
    what the model reads. A result that would be offloaded to a file is compressed first: where its exact form is small
    enough the model reads that, and the whole result is in the file all the same. What the agent's file tools say stays
    as it is. Compiled and remote subagents are left alone: give those a `HeadroomMiddleware` of their own.

    Args:
        headroom: Settings of `HeadroomMiddleware`, such as `{"retrieval": "off"}`.
        general_purpose: Whether the general-purpose subagent is named, so that it has headroom, too. It is deepagents'
            own, but for descriptions and prompts of a harness profile; off where a profile disables it.
        offload_tokens: From where deepagents offloads a result, as its `FilesystemMiddleware` was told.
        kwargs: What `create_deep_agent` takes; `model` must be among it. Middleware of the same name as one of ours is
            kept instead of it.

    Raises:
        ConfigurationError: A setting is refused, or there is no model.
        ImportError: deepagents is not installed.
    """
    if kwargs.get("model") is None:
        raise ConfigurationError("with_headroom needs the model that create_deep_agent gets", field="model")
    settings = settings_of(headroom or {})
    backend = kwargs.get("backend") or state_backend()
    host = Host(backend=backend, settings=settings, offload_tokens=offload_tokens)
    main = host.beside(kwargs.get("middleware") or (), kwargs["model"])
    subagents = [host.subagent(spec, kwargs["model"]) for spec in kwargs.get("subagents") or ()]
    if general_purpose and not any(spec.get("name") == GENERAL_PURPOSE for spec in subagents):
        subagents.append(host.subagent(general_purpose_spec(kwargs.get("skills")), kwargs["model"]))
    return {**kwargs, "backend": backend, "middleware": main, "subagents": subagents}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What one deep agent and its subagents share."""

    backend: Any
    settings: Mapping[str, Any]
    offload_tokens: int

    def beside(self, given: Iterable[Any], model: Any) -> list[Any]:
        """Our middleware, then the caller's; a caller's of the same name takes the place of ours."""
        theirs = list(given)
        names = {one.name for one in theirs}
        view = next((one for one in theirs if isinstance(one, HeadroomMiddleware)), None)
        shown = view or HeadroomMiddleware(**self.settings)
        ours = [
            summarization(model, self.backend, shown) if SUMMARIZATION not in names else None,
            None if view is not None else shown,
            HeadroomBeforeOffload(self.backend, offload_tokens=self.offload_tokens, exact_tools=EXACT_TOOLS),
        ]
        return [*(one for one in ours if one is not None and one.name not in names), *theirs]

    def subagent(self, spec: Any, model: Any) -> Any:
        """A declarative subagent with our middleware; others as they are."""
        if not isinstance(spec, Mapping) or "graph_id" in spec or "runnable" in spec:
            return spec
        return {**spec, "middleware": self.beside(spec.get("middleware") or (), spec.get("model", model))}


def settings_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of the middleware: the agent's own file tools are left alone, unless the caller says otherwise."""
    own = {name: {"skip_compression": True} for name in EXACT_TOOLS}
    return {**given, "tool_profiles": {**own, **(given.get("tool_profiles") or {})}}


def summarization(model: Any, backend: Any, shown: HeadroomMiddleware) -> Any:
    """deepagents' own summarization, counting what the model reads."""
    from deepagents.middleware.summarization import create_summarization_middleware

    return create_summarization_middleware(resolved(model), backend, token_counter=counter_with_tools(shown))


def counter_with_tools(shown: HeadroomMiddleware) -> Callable[..., int]:
    """Tokens of messages as they are shown, and of the tools that are declared beside them."""
    count = headroom_token_counter(shown)

    def headroom_tokens(messages: Iterable[Any], *, tools: Sequence[Any] | None = None) -> int:
        declared = count_tokens_approximately([], tools=list(tools)) if tools else 0
        return count(messages) + declared

    return headroom_tokens


def resolved(model: Any) -> Any:
    """The model itself; of a name, the model that deepagents makes of it."""
    if not isinstance(model, str):
        return model
    try:
        from deepagents._models import resolve_model
    except ImportError:  # it is not public there
        from langchain.chat_models import init_chat_model

        return init_chat_model(model)
    return resolve_model(model)


def state_backend() -> Any:
    """Where deepagents keeps files unless told otherwise: in the graph's state.

    Raises:
        ImportError: deepagents is not installed.
    """
    try:
        from deepagents.backends import StateBackend
    except ImportError as error:
        raise ImportError(INSTALL, name="deepagents") from error
    return StateBackend()


def general_purpose_spec(skills: Any) -> dict[str, Any]:
    """The subagent that deepagents adds by itself, which has the agent's skills."""
    from deepagents.middleware.subagents import GENERAL_PURPOSE_SUBAGENT

    return {**GENERAL_PURPOSE_SUBAGENT, **({} if skills is None else {"skills": skills})}

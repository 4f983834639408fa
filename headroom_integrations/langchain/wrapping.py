"""`wrap`: the chat models within a runnable replaced by ones that compress; and the same replacement for bindings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakValueDictionary

from langchain_core.language_models import FakeListChatModel
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.runnables import (
    ConfigurableField,
    Runnable,
    RunnableBranch,
    RunnableParallel,
    RunnableSequence,
    RunnableWithFallbacks,
)
from langchain_core.runnables.base import RunnableBindingBase, RunnableEachBase
from langchain_core.runnables.configurable import RunnableConfigurableAlternatives, RunnableConfigurableFields
from langchain_core.runnables.passthrough import RunnableAssign

from headroom.errors import ConfigurationError

Change = Callable[[BaseChatModel], Any]


def wrap(runnable: Any, *, keep_type: bool = False, **settings: Any) -> Any:
    """`runnable` with every chat model in it compressing: bound tools, retries, fallbacks and all else stay.

        model = wrap(ChatOpenAI(model="gpt-5").bind_tools(tools).with_retry())

    Args:
        runnable: A chat model, or what was made of one: bindings, retries, fallbacks, configurable fields and
            alternatives, what `init_chat_model(configurable_fields=...)` gives (a new model in each call: its savings
            are in the ledger and in callbacks, not in `get_metrics()`), sequences, parallels. A model that compresses
            already stays as it is.
        keep_type: Models stay instances of their own class, for code that asks for it, such as
            `AnthropicPromptCachingMiddleware`; such a model cannot be pickled.
        settings: Fields of `HeadroomChatModel`.

    Raises:
        ConfigurationError: There is no chat model in it, or a setting is refused.
    """
    from headroom_integrations.langchain.chat_model import HeadroomChatModel
    from headroom_integrations.langchain.kept_type import compressing_copy, is_compressing

    known: WeakValueDictionary[int, Any] = WeakValueDictionary()  # a model in two places is wrapped once

    def change(model: BaseChatModel) -> Any:
        made = known.get(id(model))
        if made is None:
            if is_compressing(model):
                made = model
            else:
                made = compressing_copy(model, **settings) if keep_type else HeadroomChatModel(model, **settings)
            known[id(model)] = made
        return made

    HeadroomChatModel(FakeListChatModel(responses=[]), **settings)  # refuses bad values now: some models are made later
    made = changed(runnable, change)
    if made is runnable and not known:
        raise ConfigurationError(
            f"there is no chat model in this {type(runnable).__name__}", field="runnable", value=type(runnable).__name__
        )
    return made


def replaced(runnable: Any, old: BaseChatModel, new: BaseChatModel) -> Any:
    """`runnable` with `new` in every place of `old`."""
    return changed(runnable, lambda model: new if model is old else model)


def changed(thing: Any, change: Change) -> Any:
    """A runnable with `change` made to its chat models; the same object where there is none."""
    if isinstance(thing, BaseChatModel):
        return change(thing)
    for kind, step in STEPS:
        if isinstance(thing, kind):
            return step(thing, change)
    return in_configurable(thing, change)


def in_configurable(thing: Any, change: Change) -> Any:
    """What `init_chat_model` gives for a model that is chosen per call; anything else as it is.

    LangChain has its class in a package that need not be installed: if it is not loaded, this is none.
    """
    if not hasattr(sys.modules.get("langchain.chat_models.base"), "_ConfigurableModel"):
        return thing
    from headroom_integrations.langchain.wrapping_configurable import compressing

    return compressing(thing, lambda model: changed(model, change))


def with_fields(thing: Any, **fields: Any) -> Any:
    """A copy with these fields; the same object where nothing changed."""
    new = {name: value for name, value in fields.items() if value is not getattr(thing, name)}
    return thing.model_copy(update=new) if new else thing


def all_of(values: Any, change: Change) -> Any:
    """A list or dict of runnables, changed; the same object where nothing changed."""
    if isinstance(values, Mapping):
        found: Any = {name: changed(value, change) for name, value in values.items()}
        return values if all(found[name] is value for name, value in values.items()) else found
    found = [changed(value, change) for value in values]
    return values if all(new is old for new, old in zip(found, values, strict=True)) else type(values)(found)


def in_binding(thing: Any, change: Change) -> Any:
    """What is bound, retried or mapped."""
    return with_fields(thing, bound=changed(thing.bound, change))


def in_sequence(thing: Any, change: Change) -> Any:
    """Each step."""
    first, last = changed(thing.first, change), changed(thing.last, change)
    return with_fields(thing, first=first, middle=all_of(thing.middle, change), last=last)


def in_parallel(thing: Any, change: Change) -> Any:
    """Each branch."""
    return with_fields(thing, steps__=all_of(thing.steps__, change))


def in_fallbacks(thing: Any, change: Change) -> Any:
    """The runnable, and what stands in for it."""
    return with_fields(thing, runnable=changed(thing.runnable, change), fallbacks=all_of(thing.fallbacks, change))


def in_assign(thing: Any, change: Change) -> Any:
    """What is assigned."""
    return with_fields(thing, mapper=changed(thing.mapper, change))


def in_branch(thing: Any, change: Change) -> Any:
    """What follows each condition."""
    branches = [(condition, changed(value, change)) for condition, value in thing.branches]
    if all(new is old for (_, new), (_, old) in zip(branches, thing.branches, strict=True)):
        branches = thing.branches
    return with_fields(thing, branches=branches, default=changed(thing.default, change))


def in_fields(thing: Any, change: Change) -> Any:
    """A model some of whose fields are set per call: the new one takes them for the old."""
    default = changed(thing.default, change)
    if default is thing.default:
        return thing
    known = type(thing.default).model_fields
    fields = {name: described(spec, known[name]) for name, spec in thing.fields.items()}
    return thing.model_copy(update={"default": default, "fields": fields})


def described(spec: Any, field: Any) -> Any:
    """What can be set, with what LangChain would look up in a class that has the field."""
    if not isinstance(spec, ConfigurableField):
        return spec
    return spec._replace(
        annotation=spec.annotation or field.annotation, description=spec.description or field.description or spec.id
    )


def in_alternatives(thing: Any, change: Change) -> Any:
    """The default, and each alternative, made or still to be made."""
    alternatives = {name: alternative(value, change) for name, value in thing.alternatives.items()}
    return with_fields(thing, default=changed(thing.default, change), alternatives=alternatives)


def alternative(value: Any, change: Change) -> Any:
    """A runnable, or what makes one when it is chosen."""
    if isinstance(value, Runnable):
        return changed(value, change)
    made: list[Any] = []

    def make() -> Any:
        if not made:
            made.append(changed(value(), change))
        return made[0]

    return make


STEPS: tuple[tuple[Any, Callable[[Any, Change], Any]], ...] = (
    (RunnableConfigurableFields, in_fields),
    (RunnableConfigurableAlternatives, in_alternatives),
    (RunnableWithFallbacks, in_fallbacks),
    ((RunnableBindingBase, RunnableEachBase), in_binding),
    (RunnableSequence, in_sequence),
    (RunnableParallel, in_parallel),
    (RunnableAssign, in_assign),
    (RunnableBranch, in_branch),
)

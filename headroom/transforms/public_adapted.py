"""Transforms that users wrote, in the documented shape: `apply(messages, tokenizer, **context)`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headroom.errors import ConfigurationError, ValidationError
from headroom.messages import Message, read_messages, texts_of
from headroom.protocols import Request, Transform
from headroom.results import TransformResult
from headroom.tokenizers import Tokenizer, built_in_counter


def as_transform(step: Any) -> Transform:
    """`step` itself where it is a transform, else one that calls its `apply`.

    Raises:
        ConfigurationError: It has neither `transform` nor `apply`.
    """
    if not isinstance(step, type):
        if isinstance(step, Transform):
            return step
        if callable(getattr(step, "apply", None)):
            return Adapted(step)
    raise ConfigurationError(
        f"a transform must have transform() or apply(), {type(step).__name__} has neither", field="transforms"
    )


class Adapted:
    """Calls `apply` of an object that someone else wrote, on a copy of the messages.

    What it hands back may be a `TransformResult` (or anything with `messages`) or a list of messages. Messages that
    say the same as before go out as the objects that came in. An exception costs only this step, as with all others.

    Args:
        step: The object; its `name` and `should_apply` are used where it has them.
    """

    def __init__(self, step: Any) -> None:
        self.step = step
        self.name = str(getattr(step, "name", None) or type(step).__name__)

    def __repr__(self) -> str:
        return f"Adapted({self.name!r})"

    def transform(self, messages: Sequence[Message], request: Request) -> TransformResult:
        """The conversation after `apply`; tokens are those of the messages that it changed."""
        given = [message.output for message in messages]
        tokenizer = Tokenizer(request.counter or built_in_counter(), request.model)
        wanted = getattr(self.step, "should_apply", None)
        if callable(wanted) and not wanted(copied(given), tokenizer, **facts_for(wanted, request)):
            return TransformResult(messages=list(messages))
        made = self.step.apply(copied(given), tokenizer, **facts_for(self.step.apply, request))
        return self.result(messages, given, made)

    def result(self, messages: Sequence[Message], given: Sequence[Any], made: Any) -> TransformResult:
        """What came back, as a result of ours."""
        found = made if isinstance(made, (list, tuple)) else getattr(made, "messages", None)
        if not isinstance(found, (list, tuple)):
            raise ValidationError(
                f"apply() of {self.name} gave no messages", field="messages", type=type(made).__name__
            )
        views, gone, new = paired(messages, given, found)
        labels = getattr(made, "transforms_applied", None) or [self.name]
        return TransformResult(
            messages=views,
            tokens_before=tokens_of(gone),
            tokens_after=tokens_of(new),
            transforms_applied=[str(label) for label in labels] if gone or new else [],
            markers_inserted=list(getattr(made, "markers_inserted", ())),
            warnings=list(getattr(made, "warnings", ())),
        )


def paired(
    messages: Sequence[Message], given: Sequence[Any], found: Sequence[Any]
) -> tuple[list[Message], list[Message], list[Message]]:
    """The views that go out, those of them that are new, and those that no longer do; order tells which is which."""
    views: list[Message] = []
    gone: list[Message] = []
    new: list[Message] = []
    place = 0
    for one in found:
        same = next((at for at in range(place, len(given)) if is_same(given[at], one)), None)
        if same is None:
            new += read_messages([one])
            views.append(new[-1])
        else:
            gone += messages[place:same]
            views.append(messages[same])
            place = same + 1
    return views, [*gone, *messages[place:]], new


def is_same(one: Any, other: Any) -> bool:
    """Whether two messages say the same, to the type of each value."""
    return one is other or (type(one) is type(other) and bool(one == other) and repr(one) == repr(other))


def tokens_of(messages: Sequence[Message]) -> int:
    """Tokens of the texts of some messages, by the built-in measure."""
    counter = built_in_counter()
    return sum(counter.count_text(text) for message in messages for text in texts_of(message))


def copied(value: Any) -> Any:
    """A copy of the lists and dicts, so that whoever edits them edits nobody else's; all else is shared."""
    if type(value) is list:
        return [copied(inner) for inner in value]
    if type(value) is dict:
        return {key: copied(inner) for key, inner in value.items()}
    return value


def facts_for(function: Callable[..., Any], request: Request) -> dict[str, Any]:
    """The facts of a call that a function takes, under their documented names."""
    facts: Mapping[str, Any] = {
        "model": request.model,
        "model_limit": request.budget_tokens,
        "output_buffer": 0,
        "query": request.query,
    }
    parameters = inspect.signature(function).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return dict(facts)
    return {name: fact for name, fact in facts.items() if name in parameters}

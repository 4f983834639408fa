"""`TransformPipeline`: lists of transforms or settings, transforms of users, limits of providers."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from headroom.config import HeadroomConfig, RollingWindowConfig
from headroom.errors import CompressionError, ConfigurationError, ValidationError
from headroom.messages import Message
from headroom.protocols import Request
from headroom.results import SimulationResult, TransformResult
from headroom.tokenizers import built_in_counter
from headroom.transforms import SmartCrusher, TransformPipeline
from tests.samples import Messages, ask

ROWS = [{"id": i, "status": "ok", "message": "done"} for i in range(200)]
ROWS[120] = {"id": 120, "status": "error", "message": "Connection timeout"}


class Shouting:
    """Writes the last message in a loud voice, as a user's transform would: `apply` alone, a list comes back."""

    def apply(self, messages: Messages, tokenizer: Any, **context: Any) -> Messages:
        messages[-1]["content"] += "!" * tokenizer.count_text("a b")
        return messages


class Dropping:
    """Takes the first message out, with few facts in its signature and a result of its own."""

    name = "dropping"

    def should_apply(self, messages: Messages, tokenizer: Any) -> bool:
        return len(messages) > 1

    def apply(self, messages: Messages, tokenizer: Any, model_limit: int | None = None) -> TransformResult:
        return TransformResult(messages=messages[1:], transforms_applied=[f"dropping:{model_limit}"], warnings=["one"])


class Failing:
    """Cannot do its work."""

    name = "failing"

    def apply(self, messages: Messages, tokenizer: Any) -> Messages:
        raise RuntimeError("what people wrote")


class Watching:
    """Remembers the facts of its call and changes nothing."""

    name = "watching"

    def __init__(self) -> None:
        self.seen = Request()

    def transform(self, messages: list[Message], request: Request) -> TransformResult:
        self.seen = request
        return TransformResult(messages=list(messages))


class Shop:
    """A provider of one model."""

    name = "shop"

    def __init__(self, limit: int | None = 50_000) -> None:
        self.limit = limit

    def get_token_counter(self, model: str) -> Any:
        return built_in_counter()

    def get_context_limit(self, model: str) -> int:
        if self.limit is None:
            raise KeyError(model)
        return self.limit


def test_a_list_of_transforms_runs_without_model_tokenizer_or_limit() -> None:
    messages = ask(json.dumps(ROWS))

    done = TransformPipeline([SmartCrusher()]).transform(messages)

    assert done.tokens_after < 0.5 * done.tokens_before
    assert done.transforms_applied == ["smart_crush:1"]
    assert "Connection timeout" in done.messages[2]["content"]
    assert [message["role"] for message in done.messages] == [message["role"] for message in messages]


def test_settings_build_the_pipeline_and_none_are_the_defaults() -> None:
    messages = ask(json.dumps(ROWS))
    off = HeadroomConfig(content_router_enabled=False)

    assert TransformPipeline().transform(messages).transforms_applied == ["router:1"]
    assert TransformPipeline(HeadroomConfig(target_tokens=300)).transform(messages).transforms_applied == [
        "smart_crush:1"
    ]
    assert "content_router" not in repr(TransformPipeline(config=off))


def test_transforms_of_users_run_on_a_copy_and_what_they_left_alone_is_the_same_object() -> None:
    messages = ask("short")
    before = copy.deepcopy(messages)

    done = TransformPipeline(transforms=[Shouting()]).transform(messages)

    assert messages == before
    assert done.messages[-1]["content"].startswith("short!")
    assert all(one is other for one, other in zip(done.messages[:2], messages[:2], strict=True))
    assert done.transforms_applied == ["Shouting"]
    assert done.tokens_after > done.tokens_before


def test_a_transform_of_a_user_that_drops_a_message_is_counted_and_named_as_it_says() -> None:
    messages = [{"role": "user", "content": "one two three"}, {"role": "user", "content": "four"}]

    done = TransformPipeline([Dropping()]).apply(messages, "gpt-4o", model_limit=9000, output_buffer=1000)

    assert done.messages == messages[1:]
    assert done.messages[0] is messages[1]
    assert done.transforms_applied == ["dropping:8000"]
    assert done.warnings == ["one"]
    assert (done.tokens_before, done.tokens_after) == (4, 1)
    assert TransformPipeline([Dropping()]).apply(messages[1:]).messages == messages[1:]


def test_one_that_fails_costs_only_itself_and_no_content_is_in_the_warning(caplog: pytest.LogCaptureFixture) -> None:
    messages = ask(json.dumps(ROWS))

    done = TransformPipeline([Failing(), SmartCrusher()]).transform(messages)

    assert done.transforms_applied == ["smart_crush:1"]
    assert done.warnings == ["failing: failed_RuntimeError"]
    assert "what people wrote" not in caplog.text
    with pytest.raises(CompressionError):
        TransformPipeline([Failing()]).transform(messages, strict=True)


def test_the_budget_is_the_limit_of_the_model_less_what_is_kept_for_the_answer() -> None:
    def budget(pipeline: TransformPipeline, **facts: Any) -> int | None:
        pipeline.transform(ask("x"), **facts)
        assert isinstance(pipeline.transforms[0], Watching)
        return pipeline.transforms[0].seen.budget_tokens

    by_provider = TransformPipeline([Watching()], provider=Shop())
    by_setting = TransformPipeline([Watching()], config=HeadroomConfig(model_context_limits={"gpt": 20_000}))
    own_buffer = HeadroomConfig(rolling_window=RollingWindowConfig(output_buffer_tokens=1000))

    assert budget(TransformPipeline([Watching()]), model="gpt-4o") is None
    assert budget(TransformPipeline([Watching()]), model_limit=1000) == 750
    assert budget(by_provider, model="m") == 46_000
    assert budget(by_provider, model="m", max_tokens=700) == 700
    assert budget(by_setting, model="gpt-4o") == 16_000
    assert budget(TransformPipeline([Watching()], config=own_buffer), model_limit=9000) == 8000


def test_a_provider_that_fails_is_a_warning() -> None:
    done = TransformPipeline([Watching()], provider=Shop(limit=None)).transform(ask("x"), "m")

    assert done.warnings == ["limit of the model: failed_KeyError"]


def test_simulate_says_what_apply_would_do_and_stores_nothing() -> None:
    messages = ask(json.dumps(ROWS))
    pipeline = TransformPipeline([SmartCrusher(), Watching()])

    plan = pipeline.simulate(messages)

    assert isinstance(plan, SimulationResult)
    assert isinstance(pipeline.transforms[1], Watching)
    assert pipeline.transforms[1].seen.dry_run
    assert plan.messages_optimized == pipeline.apply(messages).messages
    assert plan.tokens_saved > 0


@pytest.mark.parametrize(
    "arguments",
    [
        {"transforms_or_config": "smart"},
        {"transforms_or_config": [SmartCrusher]},
        {"transforms": [object()]},
        {"transforms_or_config": [], "transforms": []},
        {"transforms_or_config": HeadroomConfig(), "config": HeadroomConfig()},
        {"config": {"min_tokens": 1}},
    ],
    ids=lambda arguments: "-".join(f"{name}={type(value).__name__}" for name, value in arguments.items()),
)
def test_arguments_that_are_not_understood_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        TransformPipeline(**arguments)


def test_facts_that_are_not_understood_are_refused() -> None:
    pipeline = TransformPipeline([Watching()])

    with pytest.raises(ConfigurationError, match="modle"):
        pipeline.transform([], modle="gpt-4o")
    with pytest.raises(ConfigurationError, match="model_limit"):
        pipeline.transform([], model_limit=-1)
    with pytest.raises(ValidationError):
        pipeline.transform("hello")  # type: ignore[arg-type]

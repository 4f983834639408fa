"""What every provider keeps to."""

from __future__ import annotations

import copy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import given
from hypothesis import strategies as st

from headroom.errors import ConfigurationError, ValidationError
from headroom.protocols import TokenCounter
from headroom.providers import AnthropicProvider, BaseProvider, GoogleProvider, Hinted, OpenAIProvider

PROVIDERS: dict[type[BaseProvider], tuple[str, str, str]] = {  # a model, its flag, a model of somebody else
    OpenAIProvider: ("gpt-4o", "enable_prefix_caching", "claude-sonnet-4-5"),
    AnthropicProvider: ("claude-sonnet-4-5", "enable_cache_control", "gpt-4o"),
    GoogleProvider: ("gemini-2.5-pro", "enable_context_caching", "gpt-4o"),
}
every_provider = pytest.mark.parametrize(
    ("kind", "model", "flag", "foreign"),
    [pytest.param(kind, *rest, id=kind.name) for kind, rest in PROVIDERS.items()],
)
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "search",
            "description": "Finds orders.",
            "parameters": {
                "type": "object",
                "properties": {"state": {"type": "string", "enum": ["open", "paid"], "description": "Which ones."}},
            },
        },
    }
]
CALL = {"id": "c1", "type": "function", "function": {"name": "search", "arguments": '{"state": "open"}'}}
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "You help."},
    {"role": "user", "content": "Which orders are open?"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "Order 17 and order 19 are open."},
]


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("HEADROOM_MODEL_LIMITS", raising=False)


@every_provider
def test_its_counter_is_a_token_counter_with_messages_and_tools(kind: Any, model: str, flag: str, foreign: str) -> None:
    counter = kind().get_token_counter(model)

    assert isinstance(counter, TokenCounter)
    assert counter.is_exact == (kind is OpenAIProvider)
    assert counter.count_text("") == 0
    assert 1 <= counter.count_text("Hello, world!") <= 8
    one = [counter.count_message(message) for message in MESSAGES]
    assert counter.count_messages(MESSAGES) == sum(one) + 3
    assert counter.count_messages(MESSAGES, tools=TOOLS) == sum(one) + 3 + counter.count_tools(TOOLS)
    assert counter.count_messages(MESSAGES[1:], system="You help.") == sum(one) + 3
    assert model in repr(counter)


@every_provider
@given(text=st.text(max_size=200))
def test_no_text_raises(kind: Any, model: str, flag: str, foreign: str, text: str) -> None:
    assert kind().get_local_counter(model).count_text(text) >= bool(text)


@every_provider
def test_tools_count_more_the_more_they_say(kind: Any, model: str, flag: str, foreign: str) -> None:
    provider = kind()
    longer = copy.deepcopy(TOOLS)
    longer[0]["function"]["parameters"]["properties"]["state"]["description"] = "Which ones are wanted. " * 5  # type: ignore[index]

    assert provider.count_tools([], model) == provider.count_tools(None, model) == 0
    one, two = provider.count_tools(TOOLS, model), provider.count_tools(TOOLS * 2, model)
    assert 10 < one < two < provider.count_tools(longer * 2, model)


@every_provider
def test_limits_of_the_argument_go_before_the_environment_the_file_and_the_catalog(
    kind: Any, model: str, flag: str, foreign: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built_in = kind().get_context_limit(model)
    folder = tmp_path / ".headroom"
    folder.mkdir()
    (folder / "models.json").write_text(f'{{"context_limits": {{"{model}": 3, "mine": 30}}}}')
    from_file = kind().get_context_limit(model)
    monkeypatch.setenv("HEADROOM_MODEL_LIMITS", f'{{"context_limits": {{"{model}": 2}}}}')
    from_environment = kind().get_context_limit(model)
    explicit = kind(context_limits={model: 1}).get_context_limit(model)

    assert (explicit, from_environment, from_file) == (1, 2, 3)
    assert built_in > 100_000
    assert kind().get_context_limit("mine") == 30
    assert kind().supports_model("mine")


@every_provider
def test_an_alias_counts_costs_and_caches_as_the_model_behind_it(
    kind: Any, model: str, flag: str, foreign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_MODEL_LIMITS", f'{{"aliases": {{"prod": "{model}"}}}}')
    provider = kind()

    assert provider.supports_model("prod")
    assert provider.get_context_limit("prod") == provider.get_context_limit(model)
    assert provider.min_cacheable_tokens("prod") == provider.min_cacheable_tokens(model)
    assert provider.estimate_cost(10, 10, "prod") == provider.estimate_cost(10, 10, model)
    assert provider.get_token_counter("prod").count_messages(MESSAGES) == provider.get_token_counter(
        model
    ).count_messages(MESSAGES)


@every_provider
def test_it_knows_its_own_models(kind: Any, model: str, flag: str, foreign: str) -> None:
    provider = kind()

    assert provider.supports_model(model)
    assert provider.supports_model(f"vendor/{model}")
    assert not provider.supports_model(foreign)
    assert not provider.supports_model("")


@every_provider
def test_cached_tokens_cost_less_and_buckets_add_up(kind: Any, model: str, flag: str, foreign: str) -> None:
    provider = kind()
    plain = provider.estimate_cost(1000, 500, model)
    cached = provider.estimate_cost(1000, 500, model, cached_tokens=800)

    assert 0 < cached < plain
    assert sum(provider.usage_cost(model, input_tokens=1000, cached=800, output=500)) == pytest.approx(cached)
    assert provider.estimate_cost(1000, 500, "nobody-knows-this") is None
    assert provider.usage_cost("nobody-knows-this", input_tokens=1) == (None, None)


@every_provider
@pytest.mark.parametrize("wrong", [-1, 1.5, "7", None, True])
def test_what_is_no_number_of_tokens_has_no_price(kind: Any, model: str, flag: str, foreign: str, wrong: Any) -> None:
    with pytest.raises(ValidationError, match="input_tokens"):
        kind().estimate_cost(wrong, 0, model)


@every_provider
def test_wrong_settings_are_refused_at_once(kind: Any, model: str, flag: str, foreign: str) -> None:
    for wrong in ({flag: "yes"}, {flag: None}, {"client": "key"}, {"context_limits": [1]}, {"context_limits": {"": 1}}):
        with pytest.raises(ConfigurationError) as refused:
            kind(**wrong)
        assert {"field", "value"} <= set(refused.value.details)
    for tokens in (0, -5, True, "many", 1.5, None):
        with pytest.raises(ConfigurationError) as refused:
            kind(context_limits={"gpt-4o": tokens})
        assert refused.value.details["field"] == "context_limits.gpt-4o"


@every_provider
def test_a_buffer_never_takes_more_than_half_the_window(kind: Any, model: str, flag: str, foreign: str) -> None:
    provider = kind(context_limits={"tiny": 1000})

    assert provider.get_output_buffer("tiny") == 500
    assert provider.get_output_buffer("tiny", 100) == 100
    assert provider.get_output_buffer(model) >= 4000


@every_provider
def test_hints_change_no_argument_in_place(kind: Any, model: str, flag: str, foreign: str) -> None:
    arguments = {"model": model, "messages": MESSAGES * 50, "tools": TOOLS, "config": None, "contents": []}
    before = copy.deepcopy(arguments)

    hinted = kind(**{flag: True}).cache_hints(
        arguments, model=model, base_url="https://api.openai.com/v1", key="of this conversation"
    )

    assert isinstance(hinted, Hinted)
    assert arguments == before
    assert (hinted.arguments is arguments) == (hinted.strategy is None)
    assert "Which orders" not in repr(hinted)
    off = kind(**{flag: False}).cache_hints(arguments, model=model, base_url="https://api.openai.com/v1", key="k")
    assert off == Hinted(arguments)


@every_provider
async def test_once_warm_nothing_is_loaded_on_an_event_loop(kind: Any, model: str, flag: str, foreign: str) -> None:
    provider = kind()
    provider.warm(model)

    with blockbuster_ctx():
        provider.cache_hints({"messages": MESSAGES}, model=model, base_url="https://api.openai.com/v1", key="k")
        provider.get_context_limit(model)
        provider.usage_cost(model, input_tokens=1)


def test_making_providers_imports_no_sdk_and_opens_no_connection() -> None:
    code = (
        "import sys\n"
        "def no_network(event, arguments):\n"
        "    if event.startswith('socket.') and event != 'socket.gethostname': raise RuntimeError(event)\n"
        "sys.addaudithook(no_network)\n"
        "from headroom.providers import AnthropicProvider, GoogleProvider, OpenAIProvider\n"
        "for kind in (AnthropicProvider, GoogleProvider, OpenAIProvider): kind().get_token_counter('gpt-4o')\n"
        "print(sorted({'openai', 'anthropic', 'google.genai', 'genai_prices', 'httpx', 'asyncio'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert (done.stdout.strip(), done.stderr) == ("[]", "")

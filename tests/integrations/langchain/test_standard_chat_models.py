"""langchain-tests' suites over `HeadroomChatModel`, and over the same models without it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from headroom_integrations.langchain.chat_model import HeadroomChatModel
from tests.integrations.langchain.chat_models import close_clients
from tests.integrations.langchain.standard_answers import standard_answer
from tests.stub.server import API_KEY, StubServer

COMMON = {"api_key": API_KEY, "max_retries": 0}
OPENAI = {"model": "gpt-4o", "stream_usage": True, **COMMON}
RESPONSES = {**OPENAI, "use_responses_api": True}
CLAUDE = {"model": "claude-sonnet-4-6", **COMMON}

server = StubServer(standard_answer)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.loopback,
    pytest.mark.asyncio(loop_scope="module"),  # the SDKs' async clients are kept, and belong to one loop
    pytest.mark.filterwarnings("ignore:.*is marked with '@pytest.mark.asyncio' but it is not an async function"),
    pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),  # of LangChain's own, on ways to structured output
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stopping() -> AsyncIterator[None]:
    """The provider's end, after all tests of this file."""
    yield
    await close_clients(server)
    server.__exit__(None)


@pytest.fixture(autouse=True)
def stub(network: None, stopping: None) -> StubServer:
    """One provider for all tests of this file; begun where loopback is open, which it is within tests only."""
    return server if server.http is not None else server.__enter__()


class Around(HeadroomChatModel):
    """A wrapped model whose class the suites can make from the wrapped model's own keywords."""

    def __init__(self, inner: Any = None, /, **fields: Any) -> None:
        if inner is None and "inner" not in fields:
            inner, fields = self.make(fields), {}
        super().__init__(inner, **fields)

    @staticmethod
    def make(fields: dict[str, Any]) -> BaseChatModel:
        raise NotImplementedError


class AroundOpenAI(Around):
    @staticmethod
    def make(fields: dict[str, Any]) -> BaseChatModel:
        return ChatOpenAI(**fields)


class AroundClaude(Around):
    @staticmethod
    def make(fields: dict[str, Any]) -> BaseChatModel:
        return ChatAnthropic(**fields)


class OpenAISuite(ChatModelIntegrationTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatOpenAI

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {**OPENAI, "base_url": f"{server.url}/v1"}

    @property
    def supports_json_mode(self) -> bool:
        return True

    @property
    def model_override_value(self) -> str:
        return "gpt-4o-mini"

    @property
    def supports_anthropic_inputs(self) -> bool:
        return False


class TestPlainOpenAI(OpenAISuite):
    """The baseline."""


class TestOpenAI(OpenAISuite):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return AroundOpenAI


# The Responses API has no stop sequences; LangChain 1.1 hands them to a client that refuses them.
REFUSES_STOP = "stop" in ChatOpenAI(**RESPONSES)._get_request_payload([], stop=["a"])


class TestPlainResponses(OpenAISuite):
    """The baseline."""

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {**RESPONSES, "base_url": f"{server.url}/v1"}

    @pytest.mark.xfail(REFUSES_STOP, reason="stop is sent to the Responses API", raises=TypeError, strict=True)
    def test_stop_sequence(self, model: BaseChatModel) -> None:
        super().test_stop_sequence(model)


class TestResponses(TestPlainResponses):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return AroundOpenAI


class TestPlainClaude(ChatModelIntegrationTests):
    """The baseline."""

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatAnthropic

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {**CLAUDE, "base_url": server.url}

    @property
    def model_override_value(self) -> str:
        return "claude-haiku-4-5"


class TestClaude(TestPlainClaude):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return AroundClaude


class TestOpenAIUnit(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return AroundOpenAI

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {**OPENAI, "base_url": "http://127.0.0.1:9"}

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        environment = {"OPENAI_API_KEY": "k", "OPENAI_ORG_ID": "o", "OPENAI_API_BASE": "http://127.0.0.1:9"}
        expected = {"openai_api_key": "k", "openai_organization": "o", "openai_api_base": "http://127.0.0.1:9"}
        return environment, {"model": "gpt-4o"}, expected


class TestClaudeUnit(ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return AroundClaude

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {**CLAUDE, "base_url": "http://127.0.0.1:9"}

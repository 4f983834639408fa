"""What a chat model was really sent, call by call."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import BaseCallbackHandler

from headroom_integrations.notebook.bill import input_bill, prompt_tokens
from headroom_integrations.notebook.scripted import tools_size, wire


class PromptLog(BaseCallbackHandler):
    """Keeps each prompt that reaches a model: `config={"callbacks": [log]}`.

    Attributes:
        prompts: Messages of each call, as OpenAI's API takes them.
        tools_tokens: Tokens of the tool schemas of the last call, about.
    """

    def __init__(self) -> None:
        self.prompts: list[list[dict[str, Any]]] = []
        self.tools_tokens = 0

    def __repr__(self) -> str:
        return f"PromptLog({len(self.prompts)} prompts)"

    def on_chat_model_start(self, serialized: Any, messages: list[list[Any]], **kwargs: Any) -> None:
        """Note a call."""
        self.prompts += [wire(several) for several in messages]
        self.tools_tokens = tools_size((kwargs.get("invocation_params") or {}).get("tools") or [])

    @property
    def tokens(self) -> list[int]:
        """Tokens of each prompt, tool schemas included."""
        return [self.tools_tokens + prompt_tokens(prompt) for prompt in self.prompts]

    def bill(self, **terms: Any) -> float:
        """What the input of all calls costs with a prefix cache; arguments are those of `input_bill`."""
        return input_bill(self.prompts, fixed_tokens=self.tools_tokens, **terms)

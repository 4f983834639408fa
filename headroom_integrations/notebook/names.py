"""Public names of this package to where they are; each loads when it is used, and says what to install."""

from __future__ import annotations

from typing import Any

from headroom_integrations._shared import load

PACKAGE = "headroom_integrations.notebook"
# Module to its public names and to the extra that installs what the module needs.
MODULES: dict[str, tuple[str, tuple[str, ...]]] = {
    "bill": ("", ("facts_kept", "input_bill", "model_calls", "prompt_tokens")),
    "charts": ("notebooks", ("bars", "bars_beside", "lines", "parts")),
    "scripted": ("langchain", ("ScriptedChatModel", "chat_model")),
    "chart": ("notebooks", ("Chart",)),
    "scripted_llm": ("llama-index", ("ScriptedLLM", "llm")),
    "page": ("", ("Page",)),
    "prompts": ("langchain", ("PromptLog",)),
    "recording": ("langchain", ("Recording",)),
    "data": ("", ("Sample", "called", "conversation", "samples", "shared_data")),
    "scatter": ("notebooks", ("points",)),
    "table": ("", ("Table", "notes_table")),
    "ways": ("", ("bm25_lines", "last_lines", "literals", "middle_cut", "minified", "share_kept", "stands_in")),
    "words": ("llama-index", ("WordEmbedding",)),
}
NAMES = {
    name: (f"{PACKAGE}.{module}", extra or "langchain") for module, (extra, names) in MODULES.items() for name in names
}


def named(name: str) -> Any:
    """The package's `__getattr__`.

    Raises:
        AttributeError: There is no such name.
        ImportError: What it needs is not installed; the message is the line that installs it.
    """
    if name not in NAMES:
        raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
    return load(name, *NAMES[name])

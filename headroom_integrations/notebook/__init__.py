"""What the notebooks share: real samples, charts, tables, and models that need no key."""

from typing import TYPE_CHECKING

from headroom_integrations.notebook.names import named as __getattr__  # noqa: F401

if TYPE_CHECKING:
    from headroom_integrations.notebook.bill import facts_kept, input_bill, model_calls, prompt_tokens
    from headroom_integrations.notebook.chart import Chart
    from headroom_integrations.notebook.charts import bars, bars_beside, lines, parts
    from headroom_integrations.notebook.data import Sample, called, conversation, samples, shared_data
    from headroom_integrations.notebook.page import Page
    from headroom_integrations.notebook.prompts import PromptLog
    from headroom_integrations.notebook.recording import Recording
    from headroom_integrations.notebook.scatter import points
    from headroom_integrations.notebook.scripted import ScriptedChatModel, chat_model
    from headroom_integrations.notebook.scripted_llm import ScriptedLLM, llm
    from headroom_integrations.notebook.table import Table, notes_table
    from headroom_integrations.notebook.ways import (
        bm25_lines,
        last_lines,
        literals,
        middle_cut,
        minified,
        share_kept,
        stands_in,
    )
    from headroom_integrations.notebook.words import WordEmbedding

__all__ = [
    "Chart",
    "Page",
    "PromptLog",
    "Recording",
    "Sample",
    "ScriptedChatModel",
    "ScriptedLLM",
    "Table",
    "WordEmbedding",
    "bars",
    "bars_beside",
    "bm25_lines",
    "called",
    "chat_model",
    "conversation",
    "facts_kept",
    "input_bill",
    "last_lines",
    "lines",
    "literals",
    "llm",
    "middle_cut",
    "minified",
    "model_calls",
    "notes_table",
    "parts",
    "points",
    "prompt_tokens",
    "samples",
    "share_kept",
    "shared_data",
    "stands_in",
]

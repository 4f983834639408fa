"""What a LlamaIndex tool answered, compressed where it is born."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from llama_index.core.tools import ToolOutput

from headroom.results import CompressResult, Note
from headroom_integrations import _tool_results
from headroom_integrations._tool_results import chars_of
from headroom_integrations.llama_index import events
from headroom_integrations.llama_index.messages import block_view, blocks_of
from headroom_integrations.llama_index.tools_mcp import is_error, said_by_server

INTEGRATION = "llama_index.tools"


class ToolResults(_tool_results.ToolResults):
    """Compresses outputs of LlamaIndex's tools."""

    integration = INTEGRATION
    views = "HeadroomLLM"

    def output(
        self, output: ToolOutput, tool: str, *, arguments: Any, is_for_user: bool = False
    ) -> tuple[ToolOutput, CompressResult]:
        """A tool's output with its texts compressed, the same object where nothing changed; and what was done.

        Args:
            output: What the tool gave.
            tool: Its name.
            arguments: What it was called with.
            is_for_user: Whether no model reads it: then it stays.

        Raises:
            CompressionError: In strict mode, for a fault.
        """
        whole = content_of(output.blocks)
        if is_for_user:
            result = self.measured(whole, tool, "return_direct")
            self.record(result, None, None)
            return output, result
        failed = is_error(output)
        served = None if failed or chars_of(whole) < self.least_chars else said_by_server(output)
        content = whole if served is None else served.content
        done = self.answered(content, tool, arguments=arguments, question=None, is_error=failed)
        new = blocks_of(done.content, output.blocks if served is None else served.blocks)
        result = done.result if served is None else self.with_wrapping(done.result, whole)
        self.record(result, None, None)
        return with_blocks(output, new), result

    def with_wrapping(self, result: CompressResult, whole: Any) -> CompressResult:
        """`result`, which counts what a server said, as one of the print that the tool made of it."""
        tokens = self.measured(whole, "").tokens_before - result.tokens_before
        note = Note(message_index=0, kind="mcp_result", change="value_exact", tokens_before=tokens)
        return replace(result, tokens_before=result.tokens_before + tokens, notes=[*result.notes, note])

    def record(self, result: CompressResult, run_id: str | None, thread_id: str | None) -> None:
        """Write one row of the ledger, and tell the instrumentation."""
        error = next((reason.removeprefix("failed_") for reason in result.warnings), None)
        facts: dict[str, Any] = {"run_id": run_id, "thread_id": thread_id, "error": error}
        events.record(self.engine, result, integration=self.integration, **facts)


def content_of(blocks: Sequence[Any]) -> list[dict[str, Any]]:
    """A view of each block; neighbouring texts are one document."""
    return [block_view(block, number) for number, block in enumerate(blocks)]


def with_blocks(output: ToolOutput, blocks: list[Any]) -> ToolOutput:
    """The output with these blocks; what it was in `raw_output`, where the tool left that empty."""
    is_same = len(blocks) == len(output.blocks)
    if is_same and all(new is old for new, old in zip(blocks, output.blocks, strict=True)):
        return output
    kept = {"raw_output": output.content} if output.raw_output is None else {}
    return output.model_copy(update={"blocks": blocks, **kept})

"""Large results of a deep agent: compressed before it is decided that they go to a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Any, ClassVar

from langchain.agents.middleware.types import AgentMiddleware
from langchain_core.messages import ToolMessage

from headroom.threads import in_thread
from headroom.transforms.contain import contain
from headroom_integrations.langchain.call import run
from headroom_integrations.langchain.placement_originals import pointed
from headroom_integrations.langchain.runnable import HeadroomCompressor

CHARS_PER_TOKEN = 4  # as deepagents estimates
FOLDER = "large_tool_results"


class OffloadStep(HeadroomCompressor):
    """The step that compresses one result; the ledger names it so."""

    surface: ClassVar[str] = "langchain.deepagents"


class HeadroomBeforeOffload(AgentMiddleware[Any, Any, Any]):
    """Compresses a result that deepagents would replace by a preview and a file.

    Only exact forms are used, and only where they are small enough that the result stays; the whole result as it came
    is in the file where deepagents would have put it, and the message's artifact names it. All else is left alone: the
    view compresses it in each call.

    Args:
        backend: The agent's own; originals are written there.
        offload_tokens: From where deepagents offloads.
        exact_tools: Tools whose results it does not offload.
    """

    def __init__(self, backend: Any, *, offload_tokens: int, exact_tools: Collection[str] = ()) -> None:
        super().__init__()
        self.backend = backend
        self.most_chars = CHARS_PER_TOKEN * offload_tokens
        self.exact_tools = frozenset(exact_tools)
        self.step = OffloadStep(selection="never", references=False)
        self.tools = []

    def __repr__(self) -> str:
        return f"HeadroomBeforeOffload({self.most_chars} characters)"

    def wrap_tool_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """What the tool answers, compressed where it is large."""
        result = handler(request)
        with contain("offload"):
            small = self.smaller(result, request)
            if small is not None and self.is_kept(self.backend.write(*self.file_of(result)), result):
                return self.named(small, result)
        return result

    async def awrap_tool_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """`wrap_tool_call` with its work in a thread."""
        result = await handler(request)
        with contain("offload"):
            small = await in_thread(self.smaller, result, request)
            if small is not None:
                written = await self.backend.awrite(*self.file_of(result))
                if self.is_kept(written, result):
                    return self.named(small, result)
        return result

    def smaller(self, result: Any, request: Any) -> ToolMessage | None:
        """A large result in an exact form that is not; None for all others."""
        if not isinstance(result, ToolMessage) or request.tool_call.get("name") in self.exact_tools:
            return None
        if len(text_of(result)) <= self.most_chars:
            return None
        made, _ = run(self.step.call(result, None, {}))
        return made if len(text_of(made)) <= self.most_chars else None

    def file_of(self, result: ToolMessage) -> tuple[str, str]:
        """Path and content of the file, as deepagents would write them."""
        from deepagents.backends.utils import sanitize_tool_call_id

        root = str(getattr(self.backend, "artifacts_root", "/")).rstrip("/")
        return f"{root}/{FOLDER}/{sanitize_tool_call_id(result.tool_call_id)}", text_of(result)

    def is_kept(self, written: Any, result: ToolMessage) -> bool:
        """Whether the original is in the file: it was written, or stood there before, as in a step that runs again."""
        if written is not None and not written.error:
            return True
        path, content = self.file_of(result)
        (found,) = self.backend.download_files([path])
        return found.error is None and bytes(found.content) == content.encode("utf-8", "surrogatepass")

    def named(self, small: ToolMessage, result: ToolMessage) -> ToolMessage:
        """The result with the name of its file beside it."""
        pointer = {"handle": "", "path": self.file_of(result)[0]}
        return pointed(result, small.content, pointer)


def text_of(message: ToolMessage) -> str:
    """The text of a result, as deepagents measures it."""
    return "\n".join(str(block["text"]) for block in message.content_blocks if block["type"] == "text")

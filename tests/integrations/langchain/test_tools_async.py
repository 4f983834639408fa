from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from blockbuster import blockbuster_ctx
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool

from headroom_integrations.langchain.callbacks import HeadroomCallbackHandler
from headroom_integrations.langchain.callbacks_process import observing
from headroom_integrations.langchain.documents import HeadroomDocumentCompressor
from headroom_integrations.langchain.history import HeadroomChatMessageHistory
from headroom_integrations.langchain.streaming_metrics import track_async_streaming_response
from headroom_integrations.langchain.tools import HeadroomToolWrapper
from tests.integrations.langchain.conversations import TEXT
from tests.integrations.langchain.retrieved import DOCUMENTS, QUESTION
from tests.integrations.langchain.test_history import Stored, talk


@tool
async def list_issues(state: str) -> str:
    """Issues in a state."""
    return TEXT


def model() -> Any:
    usage: Any = {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}
    return GenericFakeChatModel(messages=iter([AIMessage("Well, it depends.", usage_metadata=usage)]))


async def test_nothing_blocks_the_event_loop(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'metrics.db'}"
    made = HeadroomToolWrapper(list_issues, store_url=url)
    documents = HeadroomDocumentCompressor(max_documents=4, token_budget=200, store_url=url)
    history = HeadroomChatMessageHistory(Stored(talk(40)), store_url=url)
    handler = HeadroomCallbackHandler(store_url=url)

    with blockbuster_ctx(scanned_modules=["headroom", "headroom_integrations"]), observing(handler):
        text, kept, read, _, (said, _) = await asyncio.gather(
            made.ainvoke({"state": "open"}),
            documents.acompress_documents(DOCUMENTS, QUESTION),
            history.aget_messages(),
            model().ainvoke("Hi"),
            track_async_streaming_response(model().astream("Hi")),
        )

    assert len(text) < len(TEXT) / 2
    assert 0 < len(kept) <= 4
    assert len(read) < 81
    assert said == "Well, it depends."
    assert handler.total_requests == 2

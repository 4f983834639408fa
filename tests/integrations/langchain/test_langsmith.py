from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langsmith import Client

from headroom import ConfigurationError
from headroom_integrations.langchain.langsmith import (
    HeadroomLangSmithCallbackHandler,
    is_langsmith_available,
    is_langsmith_tracing_enabled,
)

FIGURES = {"tokens_before": 100, "tokens_after": 40, "tokens_saved": 60}


class Client2:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.updates: list[tuple[str, Any]] = []
        self.flushed = 0

    def flush(self) -> None:
        self.flushed += 1

    def update_run(self, run_id: Any, **facts: Any) -> None:
        self.updates.append((str(run_id), facts))


class Absent(Client2):
    """Cannot be reached."""

    def update_run(self, run_id: Any, **facts: Any) -> None:
        raise OSError("PATIENT-CANARY")


def model(**marks: Any) -> Any:
    return GenericFakeChatModel(messages=iter([AIMessage("Well.", response_metadata=marks)] * 3))


def ask(handler: Any, **marks: Any) -> str:
    run_id = uuid.uuid4()
    config: Any = {"callbacks": [handler], "run_id": run_id, "metadata": {"user": "u1"}}
    model(**marks).invoke([HumanMessage("PATIENT-CANARY")], config)
    assert handler.flush()
    return str(run_id)


def test_a_run_that_was_compressed_says_so_beside_its_own_metadata() -> None:
    client = Client2()
    handler = HeadroomLangSmithCallbackHandler(client)

    run_id = ask(handler, headroom=FIGURES)

    ((updated, facts),) = client.updates
    metadata = facts["extra"]["metadata"]
    assert updated == run_id
    assert metadata["user"] == "u1"
    assert (metadata["headroom.tokens_before"], metadata["headroom.tokens_saved"]) == (100, 60)
    assert metadata["headroom.savings_percent"] == 60.0
    assert client.flushed == 1
    assert "CANARY" not in repr(client.updates)


def test_others_are_left_alone_unless_told() -> None:
    client = Client2()
    handler = HeadroomLangSmithCallbackHandler(client)
    run_id = uuid.uuid4()

    ask(handler)
    handler.set_headroom_metrics(run_id, 10, 5, ["router:1"], rounds=2)
    model().invoke("Hi", {"callbacks": [handler], "run_id": run_id})
    assert handler.flush()

    ((updated, facts),) = client.updates
    assert updated == str(run_id)
    assert facts["extra"]["metadata"]["headroom.transforms_applied"] == ["router:1"]
    assert facts["extra"]["metadata"]["headroom.rounds"] == 2


def test_figures_are_kept_here_and_summed() -> None:
    client = Client2()
    handler = HeadroomLangSmithCallbackHandler(client, auto_update_runs=False)

    run_id = ask(handler, headroom=FIGURES)
    handler.set_headroom_metrics("other", 100, 60)

    assert client.updates == []
    assert handler.get_run_metrics(run_id) == handler.get_all_metrics()[run_id]
    assert handler.get_run_metrics("nobody") is None
    summary = handler.get_summary()
    assert (summary["total_runs"], summary["total_tokens_saved"], summary["savings_percent"]) == (2, 100, 50.0)
    handler.reset()
    assert handler.get_summary()["total_runs"] == 0
    assert handler.begun == {}


def test_a_langsmith_that_cannot_be_reached_costs_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "headroom")

    ask(HeadroomLangSmithCallbackHandler(Absent()), headroom=FIGURES)

    assert [record.getMessage().split(" at ")[0] for record in caplog.records] == ["langsmith skipped: OSError"]


def test_what_is_no_client_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        HeadroomLangSmithCallbackHandler(langsmith_client="https://example.com")


def test_whether_runs_are_traced_is_said_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from langsmith.utils import get_env_var

    assert is_langsmith_available()
    for value, wanted in (("true", True), ("false", False)):
        monkeypatch.setenv("LANGSMITH_TRACING", value)
        get_env_var.cache_clear()
        assert is_langsmith_tracing_enabled() is wanted
    monkeypatch.undo()
    get_env_var.cache_clear()


@contextmanager
def sink() -> Iterator[tuple[str, list[tuple[str, str, Any]]]]:
    """A LangSmith that takes everything and keeps it."""
    seen: list[tuple[str, str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            seen.append((self.command, self.path, json.loads(body) if body[:1] == b"{" else None))
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = do_PATCH = answer  # noqa: N815  BaseHTTPRequestHandler's names

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.loopback
def test_a_real_client_sends_the_figures_for_the_run() -> None:
    with sink() as (url, seen):
        client = Client(api_url=url, api_key="stub", auto_batch_tracing=False)
        run_id = ask(HeadroomLangSmithCallbackHandler(client), headroom=FIGURES)

    patches = [(path, body) for method, path, body in seen if method == "PATCH"]
    ((path, body),) = patches
    assert path.endswith(f"/runs/{run_id}")
    assert body["extra"]["metadata"]["headroom.tokens_saved"] == 60
    assert "CANARY" not in json.dumps(body)

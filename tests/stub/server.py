"""A provider on 127.0.0.1 that speaks OpenAI's, Anthropic's and Google's HTTP, answers by script, and bills.

with StubServer([turn(Call("get_order", {"id": 7})), "It is on its way."]) as stub:
    client = stub.openai()
    ...
    assert stub.invoice.usage.read > 0
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.stub.billing import Clock, Invoice, Meter, Prices
from tests.stub.errors import error_body
from tests.stub.prompt import prompt_blocks
from tests.stub.provider import Answer, Provider, Recorded
from tests.stub.refusals import COUNT_FIELDS, RefusedError, check_messages
from tests.stub.script import Model, Script
from tests.stub.turns import Drop, Fault, Hang, Step

if TYPE_CHECKING:
    import anthropic
    import openai
    from google import genai

PATHS = {"/v1/chat/completions": "chat", "/v1/responses": "responses", "/v1/messages": "messages"}
API_KEY = "sk-stub"
GARBAGE = b"data: {this is no JSON\n\n"


class StubServer:
    """The server; a context manager.

    Args:
        steps: The script: turns, texts, faults, functions of the body; or one function that answers everything.
        prices: Pattern of model names to prices, before the built-in table of `billing`.
        window_tokens: Prompts beyond this are refused.

    Attributes:
        requests: What came in, in order of arrival.
        clock: By which caches forget; stands still unless told.
    """

    def __init__(
        self,
        steps: Iterable[Step] | Model = (),
        *,
        prices: Mapping[str, Prices] | None = None,
        window_tokens: int | None = None,
    ) -> None:
        self.clock = Clock()
        self.provider = Provider(Script(steps), Meter(prices, self.clock), window_tokens)
        self.requests: list[Recorded] = []
        self.connections: set[socket.socket] = set()
        self.clients: list[Any] = []
        self.http: Listener | None = None

    def __enter__(self) -> StubServer:
        handler = type("BoundHandler", (Handler,), {"stub": self})
        self.http = Listener(("127.0.0.1", 0), handler)
        threading.Thread(target=self.http.serve_forever, args=(0.01,), name="stub-server", daemon=True).start()
        return self

    def __exit__(self, kind: object, *error: object) -> None:
        assert self.http is not None
        for client in self.clients:
            client.close()
        self.http.shutdown()
        self.http.server_close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        if self.http.faults and kind is None:
            raise AssertionError("the stub itself failed") from self.http.faults[0]

    @property
    def url(self) -> str:
        """Where it is; Anthropic's and Google's base URL. OpenAI's ends with `/v1`."""
        assert self.http is not None
        return f"http://127.0.0.1:{self.http.server_port}"

    @property
    def invoice(self) -> Invoice:
        """All calls that were answered."""
        return self.provider.meter.invoice

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The body of each request."""
        return [request.body for request in self.requests]

    def play(self, *steps: Step) -> None:
        """Put more steps at the end of the script."""
        self.provider.script.add(*steps)

    def openai(self, **facts: Any) -> openai.OpenAI:
        """A client that does not try again."""
        import openai

        return self.closing(
            openai.OpenAI(**{"base_url": f"{self.url}/v1", "api_key": API_KEY, "max_retries": 0, **facts})
        )

    def async_openai(self, **facts: Any) -> openai.AsyncOpenAI:
        """The same, async; whoever opens it closes it."""
        import openai

        return openai.AsyncOpenAI(**{"base_url": f"{self.url}/v1", "api_key": API_KEY, "max_retries": 0, **facts})

    def anthropic(self, **facts: Any) -> anthropic.Anthropic:
        """A client that does not try again."""
        import anthropic

        return self.closing(
            anthropic.Anthropic(**{"base_url": self.url, "api_key": API_KEY, "max_retries": 0, **facts})
        )

    def async_anthropic(self, **facts: Any) -> anthropic.AsyncAnthropic:
        """The same, async; whoever opens it closes it."""
        import anthropic

        return anthropic.AsyncAnthropic(**{"base_url": self.url, "api_key": API_KEY, "max_retries": 0, **facts})

    def google(self, **facts: Any) -> genai.Client:
        """A client; async calls go through its `aio`."""
        from google import genai

        return self.closing(genai.Client(**{"api_key": API_KEY, "http_options": {"base_url": self.url}, **facts}))

    def closing(self, client: Any) -> Any:
        """The client, which the end of the server closes."""
        self.clients.append(client)
        return client


class Listener(ThreadingHTTPServer):
    """Keeps what went wrong in a handler for the end of the test."""

    daemon_threads = True

    def __init__(self, *facts: Any) -> None:
        super().__init__(*facts)
        self.faults: list[BaseException] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.faults.append(error)


class Handler(BaseHTTPRequestHandler):
    """One connection. `stub` is set by a subclass per server."""

    stub: StubServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.stub.connections.add(self.connection)

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.stub.connections.discard(self.connection)

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the client went away
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self.serve()

    def do_POST(self) -> None:
        self.serve()

    def do_PATCH(self) -> None:
        self.serve()

    def do_DELETE(self) -> None:
        self.serve()

    def serve(self) -> None:
        """Record a request and answer it."""
        request = self.read()
        self.stub.requests.append(request)
        try:
            if request.api == "other":
                self.send(request, 200, self.other(request))
            else:
                self.converse(request)
        except RefusedError as error:
            self.send(request, error.status, error_body(request.api, error.status, error.message, error.param))

    def read(self) -> Recorded:
        """The request as it stands on the wire."""
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = self.path.partition("?")[0].replace("//", "/")
        body = json.loads(raw) if raw else {}
        api = PATHS.get(path, "other")
        model, colon, _ = path.rpartition(":")
        if colon and path.endswith(("generateContent", "streamGenerateContent")):
            api, body = "google", {"model": model.rpartition("/")[2], **body}
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Recorded(api, self.command, self.path, headers, raw, body)

    def other(self, request: Recorded) -> dict[str, Any]:
        """What is no conversation: counting, and Google's cached contents."""
        path = request.path.partition("?")[0].replace("//", "/")
        provider, name = self.stub.provider, path.lstrip("/").partition("/")[2]
        if path == "/v1/messages/count_tokens":
            check_messages(request.body, provider.seals, COUNT_FIELDS)
            return {"input_tokens": sum(len(block.ids) for block in prompt_blocks("messages", request.body))}
        if name.endswith(":countTokens"):
            body = request.body.get("generateContentRequest") or request.body
            return {"totalTokens": sum(len(block.ids) for block in prompt_blocks("google", body))}
        if name == "cachedContents":
            if request.method == "GET":
                return provider.contents.listed()
            model = str(request.body.get("model")).rpartition("/")[2]
            return provider.contents.create(request.body, provider.meter.prices_of(model).minimum)
        if name.startswith("cachedContents/"):
            methods: dict[str, Callable[[], dict[str, Any]]] = {
                "GET": lambda: provider.contents.shown(name),
                "PATCH": lambda: provider.contents.change(name, request.body),
                "DELETE": lambda: provider.contents.delete(name),
            }
            return methods[request.method]()
        raise RefusedError(f"Invalid URL ({request.method} {path})", status=404)

    def converse(self, request: Recorded) -> None:
        """A request to the model."""
        provider = self.stub.provider
        prompt = provider.check(request)
        request.reply = reply = provider.script.reply(request.body)
        if isinstance(reply, Fault):
            body = error_body(request.api, reply.status, reply.message)
            self.send(request, reply.status, body, reply.headers)
        elif isinstance(reply, (Hang, Drop)):
            if isinstance(reply, Hang):
                reply.gate.wait(reply.seconds)
            self.break_off()
        else:
            self.answer(request, provider.answer(request, prompt, reply, self.organisation()))

    def organisation(self) -> str:
        """Whose cache is used."""
        names = ("authorization", "x-api-key", "x-goog-api-key")
        return next((self.headers[name] for name in names if self.headers.get(name)), "")

    def answer(self, request: Recorded, answer: Answer) -> None:
        """A turn, whole or as a stream."""
        if request.body.get("stream") or "streamGenerateContent" in request.path:
            self.stream(request, answer)
        elif answer.turn.cut_after is not None:
            self.send(request, 200, answer.whole, cut=True)
        elif answer.turn.garbage_after is not None:
            self.send(request, 200, b"{this is no JSON")
        else:
            self.send(request, 200, answer.whole)

    def send(
        self,
        request: Recorded,
        status: int,
        body: dict[str, Any] | bytes,
        headers: Mapping[str, str] | None = None,
        *,
        cut: bool = False,
    ) -> None:
        """One JSON answer; `cut` sends half of it."""
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        request.status = status
        self.begin(status, {"content-type": "application/json", "content-length": str(len(data)), **(headers or {})})
        self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.break_off()

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Status line and headers."""
        self.send_response(status)
        for name, value in {"request-id": "req_stub", "x-request-id": "req_stub", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def stream(self, request: Recorded, answer: Answer) -> None:
        """Server-sent events, chunked."""
        request.status = 200
        self.begin(200, {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"})
        for data in self.event_bytes(request, answer):
            for piece in split(data, answer.turn.bytes_per_write):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
        if self.close_connection:
            return
        self.wfile.write(b"0\r\n\r\n")

    def event_bytes(self, request: Recorded, answer: Answer) -> Iterator[bytes]:
        """Events as they stand on the wire, with what goes wrong between them."""
        turn, named = answer.turn, request.api in ("messages", "responses")
        for n, event in enumerate(answer.events):
            if n == turn.hold_after:
                turn.gate.wait(turn.hold_s)
            if n == turn.cut_after:
                self.break_off()
                return
            if n == turn.garbage_after:
                yield (b"event: %s\n" % event["type"].encode() if named else b"") + GARBAGE
            if n == turn.error_after:
                yield error_event(request.api)
                return
            yield sse(event, named=named)
        if request.api == "chat":
            yield b"data: [DONE]\n\n"

    def break_off(self) -> None:
        """Reset the connection, so that the client sees it break."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0))
            self.connection.shutdown(socket.SHUT_RDWR)


def sse(event: Mapping[str, Any], *, named: bool) -> bytes:
    """One event as bytes."""
    name = f"event: {event['type']}\n" if named else ""
    return f"{name}data: {json.dumps(event, ensure_ascii=False)}\n\n".encode("utf-8", "replace")


def error_event(api: str) -> bytes:
    """An error that comes inside a stream."""
    body = error_body(api, 529 if api == "messages" else 500)
    if api == "messages":
        return sse(body, named=True)
    if api == "responses":
        message = body["error"]["message"]  # the SDK hands this event on, and raises nothing
        error = {"type": "error", "sequence_number": 99, "code": "server_error", "message": message, "param": None}
        return sse(error, named=True)
    return sse(body, named=False)


def split(data: bytes, size: int | None) -> Iterator[bytes]:
    """Bytes in pieces of this size."""
    if size is None:
        yield data
        return
    for start in range(0, len(data), size):
        yield data[start : start + size]

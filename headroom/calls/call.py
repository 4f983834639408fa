"""One call of an API, from the caller's arguments to the row in the ledger. Sends nothing itself (sans I/O)."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar

from headroom.calls.controls import Controls, split
from headroom.calls.host import Host
from headroom.calls.preparing import Prepared, answers_for, namespace_of, prepare
from headroom.calls.rows import is_unbilled, row_facts
from headroom.calls.shapes import Shape
from headroom.calls.values import ModelCall, Usage, Withheld, is_cut
from headroom.feedback import Feedback
from headroom.feedback.learning import learn_asked
from headroom.ledger import unbilled
from headroom.markers import RETRIEVE_TOOL
from headroom.results import CompressResult
from headroom.retrieval.answers import Answer, Answers
from headroom.threads import executor, in_thread
from headroom.transforms.contain import contain

T = TypeVar("T")


class Call:
    """Arguments in, arguments to send out; answers in, the caller's answer out.

    `begin` gives what to send, or None where `answer` is known already; each answer goes to `take`, which gives what to
    send next, or None where `answer` is the caller's; then the ledger has its row. What may raise stands in `watched`.

    Args:
        host: The client's.
        shape: The API's.
        arguments: The caller's, `headroom_*` included.
        stream: Whether the answer comes as a stream.

    Raises:
        ConfigurationError: A `headroom_*` argument is refused.
    """

    def __init__(self, host: Host, shape: Shape, arguments: dict[str, Any], *, stream: bool = False) -> None:
        self.host = host
        self.shape = shape
        self.controls: Controls
        self.controls, self.given = split(arguments)
        before = host.renamed.get(str(self.given.get("previous_response_id")))
        self.given |= {} if before is None else {"previous_response_id": before}
        self.mode = self.controls.mode or host.default_mode
        self.stream = stream
        host.engine.request(**{name: v for name, v in self.controls.facts.items() if name != "token_budget"})
        self.prepared: Prepared | None = None
        self.sent: dict[str, Any] = self.given
        self.rounds: list[Usage] = []
        self.answered_rounds = 0
        self.asked_rounds = 0
        self.given_back: list[Answer] = []
        self.answers: Answers | None = None
        self.answer: Any = None
        self.faults: list[str] = []
        self.context = copy_context()  # the scope in which the call was made, whoever reads its stream
        self.once = threading.Lock()  # taken by whoever writes the row
        self.known_result: CompressResult | None = None
        self.is_raw = False  # the caller gets the provider's bytes, from which nothing can be taken out
        self.from_cache = False
        self.seconds = 0.0

    @property
    def offers(self) -> bool:
        """Whether the answer may hold calls of our tool."""
        return self.prepared is not None and self.prepared.offers

    @property
    def is_done(self) -> bool:
        """Whether the row is written."""
        return self.once.locked()

    def inside(self, function: Callable[..., T], *arguments: Any) -> T:
        """`function` where the call was made: a stream may be read under another tenant, or none."""
        return self.context.copy().run(function, *arguments)

    def begin(self) -> dict[str, Any] | None:
        """What to send first; None where the answer came from memory."""
        started = time.perf_counter()
        if self.mode == "optimize":
            with contain("client", strict=bool(self.controls.facts.get("strict"))) as fault:
                self.prepared = prepare(self.host, self.shape, self.given, self.controls)
            self.note(fault.reason)
        if self.prepared is not None:
            self.faults += self.prepared.faults
            self.sent = self.prepared.arguments
        self.seconds = time.perf_counter() - started
        if self.host.semantic_cache is not None and not (self.stream or self.is_raw):
            with contain("semantic cache") as fault:
                self.answer = self.host.semantic_cache.lookup(self.given, **self.cache_place)
            self.note(fault.reason)
            if self.answer is not None:
                self.from_cache = True
                self.finish()
                return None
        return self.sent

    @property
    def cache_place(self) -> dict[str, str]:
        """Whose remembered answers count: this tenant's, of this API at this address, with these settings."""
        facts = sorted((name, repr(value)) for name, value in self.controls.facts.items())
        parts = (self.shape.name, self.host.base_url, self.mode, self.host.engine.resolved.fingerprint, repr(facts))
        return {"namespace": namespace_of(self.host, self.controls), "endpoint": "\0".join(parts)}

    def take(self, answer: Any) -> dict[str, Any] | None:
        """What to send after `answer`; None where the caller's answer is in `answer`."""
        return self.inside(self.taken, answer)

    def taken(self, answer: Any) -> dict[str, Any] | None:
        """`take`, where the call was made."""
        self.answer = answer
        following: dict[str, Any] | None = None
        with contain("client") as fault:
            self.answered_rounds += 1
            usage = self.shape.usage_of(answer)
            self.rounds += [usage] if usage is not None else []
            if self.offers:
                following = self.after_calls(answer)
        self.note(fault.reason)
        if following is None:
            self.close_answer()
            self.finish()
            return None
        self.sent = following
        return following

    def close_answer(self) -> None:
        """Give the answer the usage of all rounds, and remember it where that is on."""
        with contain("client") as fault:
            if len(self.rounds) > 1:
                self.answer = self.shape.with_usage(self.answer, self.rounds)
            if self.host.semantic_cache is not None and not (self.stream or self.is_raw):
                self.host.semantic_cache.store(self.given, self.answer, **self.cache_place)
        self.note(fault.reason)

    def after_calls(self, answer: Any) -> dict[str, Any] | None:
        """The next round's arguments where the answer only asks for originals; else None, and ours are taken out."""
        calls = self.shape.calls_of(answer)
        ours = [call for call in calls if call.name == RETRIEVE_TOOL]
        rest = [call for call in calls if call.name != RETRIEVE_TOOL]
        if not ours:
            return None
        if is_cut(answer):
            if not (rest and self.shape.is_signed(answer)):
                self.answer = self.shape.without_calls(answer, frozenset(call.id for call in ours))
            return None
        if rest:
            if not (self.is_raw or self.shape.is_signed(answer)):
                self.withhold(answer, ours, rest)
            return None
        if self.asked_rounds == self.host.most_rounds:  # it was told not to call, and called
            self.answer = self.shape.without_calls(answer, frozenset(call.id for call in ours))
            return None
        self.asked_rounds += 1
        following = self.shape.next_round(self.sent, answer, self.answered(ours))
        is_last = self.asked_rounds == self.host.most_rounds
        return self.shape.without_more_calls(following) if is_last else following

    def withhold(self, answer: Any, ours: list[ModelCall], rest: list[ModelCall]) -> None:
        """Take our calls out of a mixed turn; they come back with the caller's next request."""
        withheld = Withheld(calls=tuple(ours), answers=self.answered(ours))
        namespace = namespace_of(self.host, self.controls)
        before = self.prepared.conversation if self.prepared else []
        self.host.withheld.keep(self.shape, namespace, before, [call.id for call in rest], withheld)
        self.answer = self.shape.without_calls(answer, frozenset(call.id for call in ours))

    def answered(self, calls: list[ModelCall]) -> dict[str, str]:
        """Call id to the text that answers it."""
        if self.answers is None:
            conversation = self.prepared.conversation if self.prepared else []
            room = self.prepared.room_tokens if self.prepared else None
            self.answers = answers_for(self.host, conversation, self.controls, room_tokens=room)
        self.answers.begin_round()
        found = [self.answers.answer(call.arguments) for call in calls]
        self.given_back += found
        self.learn(found)
        return {call.id: answer.text for call, answer in zip(calls, found, strict=True)}

    def learn(self, answers: list[Answer]) -> None:
        """Count what was asked for again, where feedback is on."""
        feedback = self.host.engine.feedback
        if not isinstance(feedback, Feedback) or not self.host.engine.config.ccr.feedback_enabled:
            return
        with contain("feedback"):
            for answer in answers:
                if not answer.is_final:
                    learn_asked(feedback, answer.handle, answer.asked, answer.tool)

    def watched(self) -> Watched:
        """Around what may raise: an error of the wrapped client is recorded by the name of its class, and goes on."""
        return Watched(self)

    def note(self, reason: str) -> None:
        """Keep what went wrong inside."""
        self.faults += [reason] if reason else []

    def finish(self, error: str | None = None) -> None:
        """Write the row, once."""
        if self.once.acquire(blocking=False):
            self.inside(self.write_row, error)

    def finish_soon(self, error: str | None = None) -> None:
        """`finish` in a thread: for places that must not wait, such as an event loop or the garbage collector."""
        if not self.is_done:
            with contain("metrics"):
                executor().submit(self.finish, error)

    def write_row(self, error: str | None) -> None:
        """`finish`, where the call was made."""
        with contain("metrics"):
            facts = row_facts(self, error)
            self.host.engine.record(self.counted(error), mode=self.mode, **facts)

    def counted(self, error: str | None) -> CompressResult:
        """`result` as the ledger counts it: a call for which nothing was billed has saved nothing."""
        return unbilled(self.result()) if is_unbilled(self, error) else self.result()

    def result(self) -> CompressResult:
        """What was done to the messages; for a call that was only watched, their size."""
        if self.known_result is None:
            self.known_result = self.prepared.result if self.prepared is not None else self.watched_result()
        return self.known_result

    def watched_result(self) -> CompressResult:
        """The size of messages that were only watched."""
        model = str(self.given.get("model") or "")
        found = CompressResult(messages=[], tokens_before=0, tokens_after=0, model=model, warnings=list(self.faults))
        conversation = self.shape.conversation(self.given)
        return self.host.engine.measured(conversation, model=model) if conversation is not None else found


class Watched:
    """Records the error that ends a call; a caller who breaks off a stream has made none."""

    def __init__(self, call: Call) -> None:
        self.call = call

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, place: object) -> None:
        if kind is not None:
            self.call.finish(name_of(kind))

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, place: object) -> None:
        if kind is None or self.call.is_done:
            return
        if issubclass(kind, (Exception, asyncio.CancelledError)):
            await asyncio.shield(in_thread(self.call.finish, name_of(kind)))
        else:  # a generator that is closed must not wait
            self.call.finish_soon(name_of(kind))


def name_of(kind: type[BaseException]) -> str | None:
    """How the ledger names what ended a call."""
    return None if issubclass(kind, GeneratorExit) else kind.__name__

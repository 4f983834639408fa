"""One call of an adapter: read, compress, put back, record. A fault costs the savings, never the input (law 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from headroom.documents import fitted
from headroom.engine import Engine
from headroom.messages import read_messages, texts_of
from headroom.results import CompressResult, Note, TransformResult
from headroom.transforms.contain import contain
from headroom_integrations._shared import say_once
from headroom_integrations._views import error_of
from headroom_integrations.langchain.expect import json_kept
from headroom_integrations.langchain.inputs import Reading, read_input
from headroom_integrations.langchain.messages import from_views, to_views
from headroom_integrations.langchain.rag import is_documents
from headroom_integrations.langchain.reasons import (
    IN_A_PROMPT,
    NOT_FOUND,
    about_prose,
    missing_for_prose,
    why_not_found,
    why_nothing,
    with_hints,
)

if TYPE_CHECKING:
    from headroom.protocols import Request

INTEGRATION = "langchain.runnable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One input and everything that decides what becomes of it.

    Attributes:
        facts: As `Engine.request` takes them.
        mode: `optimize` or `audit`.
        token_budget: Tokens that documents, or messages, may have together.
        integration: Which surface it serves, as metrics name it.
        expect: `json` where programs parse what comes out.
    """

    value: Any = field(repr=False)
    engine: Engine
    facts: Mapping[str, Any] = field(repr=False)
    mode: str = "optimize"
    messages_key: str = "messages"
    documents_key: str | None = None
    query_key: str | None = None
    thread_id: str | None = None
    token_budget: int | None = None
    integration: str = INTEGRATION
    expect: str | None = None


def run(call: Call, *, run_id: str | None = None, is_recorded: bool = True) -> tuple[Any, CompressResult]:
    """The call's value as it goes out, and what was done to it.

    Raises:
        ConfigurationError: A fact is refused.
        CompressionError: In strict mode, for a fault.
    """
    is_dry = not is_recorded or call.mode == "audit"
    surface = {"integration": call.integration}
    request = call.engine.request(**call.facts, needs_call=False, dry_run=is_dry, extra=surface)
    reading, views = Reading((), lambda changed: call.value), []
    with contain(call.integration, strict=request.strict) as fault:
        reading = read_input(call.value, call.messages_key, call.documents_key) or reading
        if reading.noun != "messages":
            request = replace(request, is_conversation=False, references=False)
        views = to_views(reading.messages, strict=request.strict)
        done = call.engine.compress_result(parseable(call, reading, views, request), request)
        result = replace(done, notes=with_hints(noted(call, reading, request, done.notes)))
        output = put_back(call.value, reading, from_views(result.messages, reading.messages))
    if fault.reason:
        result, output = unchanged(call, views, fault.reason), call.value
    if is_recorded:
        finish(call, result, reading, run_id)
    return output, result


def parseable(call: Call, reading: Reading, views: Sequence[Any], request: Request) -> TransformResult:
    """What the pipeline makes of the views, JSON still JSON where programs parse it."""
    done = compressed(call, reading, views, request)
    return json_kept(call.engine, views, done) if call.expect == "json" else done


def compressed(call: Call, reading: Reading, views: Sequence[Any], request: Request) -> TransformResult:
    """What the pipeline makes of the views; within the call's budget where it has one."""
    budget = call.token_budget
    if budget is not None and reading.noun in ("messages", "message"):
        return call.engine.fitted(views, replace(request, budget_tokens=budget))
    done = call.engine.pipeline.run(views, request)
    if budget is None or not is_documents(reading):
        return done
    return fitted(call.engine, views, reading.titles, request, done, budget)


def noted(call: Call, reading: Reading, request: Request, notes: Sequence[Note]) -> Sequence[Note]:
    """The notes of a call, with what the shape of its value says about why nothing was done."""
    if not reading.messages:
        hint = why_not_found(call.value, call.messages_key, call.documents_key)
        return [*notes, Note(message_index=0, reason=NOT_FOUND, hint=hint)] if hint else notes
    has_budget = call.token_budget is not None
    if is_documents(reading):
        missing = missing_for_prose(has_question=bool(request.query), has_budget=has_budget, query_key=call.query_key)
        return about_prose(notes, missing, min_tokens=call.engine.config.min_tokens)
    if reading.noun == "prompt" and has_budget:
        return [note if note.change else replace(note, hint=IN_A_PROMPT) for note in notes]
    return notes


def put_back(value: Any, reading: Reading, changed: Sequence[Any]) -> Any:
    """`changed` in the input's type; the input itself where all its messages are the same objects."""
    same = len(changed) == len(reading.messages)
    if same and all(new is old for new, old in zip(changed, reading.messages, strict=True)):
        return value
    return reading.rebuild(changed)


def unchanged(call: Call, views: Sequence[Any], reason: str) -> CompressResult:
    """The result of a call that failed: everything as it came, and its true size where that can still be told."""
    tokens = 0
    with contain(INTEGRATION):
        texts = (text for message in read_messages(views) for text in texts_of(message))
        tokens = sum(call.engine.counter.count_text(text) for text in texts)
    model = str(call.facts.get("model", ""))
    return CompressResult(
        messages=list(views), tokens_before=tokens, tokens_after=tokens, warnings=[reason], model=model
    )


def finish(call: Call, result: CompressResult, reading: Reading, run_id: str | None) -> None:
    """Write the ledger's row, and say once per process why nothing was saved where nothing was."""
    facts = {"integration": call.integration, "run_id": run_id, "error": error_of(result)}
    thread_id = None if call.thread_id is None else str(call.thread_id)
    call.engine.record(result, mode=call.mode, thread_id=thread_id, **facts)
    if result.warnings and not facts["error"] and not is_documents(reading):
        say_once("too large", result.warnings[-1])
    if call.mode != "optimize" or result.tokens_saved or facts["error"]:
        return
    if reading.messages:
        say_once("nothing saved", why_nothing(result, reading.noun, len(reading.messages)))
    elif hint := next((note.hint for note in result.notes if note.reason == NOT_FOUND), ""):
        say_once("nothing found", hint)

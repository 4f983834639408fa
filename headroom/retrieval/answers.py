"""Answers to the model's retrieve calls: pages of exact original text that never flood the window (requirement R7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from headroom.errors import StorageError, ValidationError
from headroom.protocols import OriginalStore, TokenCounter
from headroom.retrieval.asked import Asked, read_asked
from headroom.retrieval.choice import Chosen, choose
from headroom.retrieval.find import Found, Originals
from headroom.retrieval.pages import Page, page_of
from headroom.retrieval.retrieved import PAGE_TOKENS
from headroom.retrieval.sources import Sources, sources_of
from headroom.retrieval.wording import (
    NO_LIST,
    NO_PAGE,
    NO_ROOM,
    ROUNDS_OVER,
    SAME,
    UNKNOWN,
    UNREADABLE,
    fields_part,
    footer,
    nothing,
)

LEAST_TOKENS = 100  # of a page; where there is less room, none is given
FOOTER_TOKENS = 40
CALL_TOKENS = 20  # of the call that asks, and of what a provider adds around it and its answer
MOST_TIMES = 2  # that one request is answered; the second time with a page twice as large
MOST_TRIES = 8  # to fit a page and what is said below it
CHARS_PER_TOKEN = 3  # longer units may not fit a page, and are shown from what was searched for on


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one retrieve call is answered with.

    Attributes:
        text: What to send as the tool's result.
        tokens: Tokens of `text`, by the counter that pages are measured with.
        page: What of `text` is the original's, exactly; "" where there is nothing to show.
        handle: The handle asked for; "" where none was understood.
        tool: The tool whose result it names; None where that is not known.
        asked: `whole`, `rows`, `where` or `search`; "" where the request was not understood.
        is_final: Whether asking the same again brings nothing: unknown, no room, seen before, rounds over.
    """

    text: str = field(repr=False)
    tokens: int
    page: str = field(default="", repr=False)
    handle: str = ""
    tool: str | None = None
    asked: str = ""
    is_final: bool = False


class Answers:
    """What the retrieve rounds of one call share. For one thread at a time; made anew for each call.

    Args:
        conversation: The messages as the caller gave them, before anything was compressed; any shape.
        counter: Measure of pages, by which none is larger than said.
        store: Where originals were put, if a store was named.
        namespace: Scope of the handles.
        secret: Key of the handles.
        page_tokens: Size of an answer at most, what is said around the original included; at least 100.
        budget_tokens: Room that the caller's window has left for all answers together; None does not limit.
        most_rounds: Rounds that are answered; the answers of the last one say so.
    """

    def __init__(
        self,
        conversation: Sequence[Any],
        *,
        counter: TokenCounter,
        store: OriginalStore | None = None,
        namespace: str = "",
        secret: str = "",
        page_tokens: int = PAGE_TOKENS,
        budget_tokens: int | None = None,
        most_rounds: int = 3,
    ) -> None:
        self.originals = Originals(conversation, store=store, namespace=namespace, secret=secret)
        self.counter = counter
        self.page_tokens = max(LEAST_TOKENS, page_tokens)
        self.room = budget_tokens
        self.most_rounds = most_rounds
        self.round = 0
        self.times: dict[Asked, int] = {}
        self.complete: set[Asked] = set()
        self.sources: dict[tuple[str, str], Sources] = {}

    def __repr__(self) -> str:
        return f"Answers(round={self.round}, requests={sum(self.times.values())})"

    def begin_round(self) -> None:
        """Say that the calls answered from now on came with a further answer of the model."""
        self.round += 1

    def answer(self, arguments: Any) -> Answer:
        """The answer to one call; whatever `arguments` are, JSON text or its value, there is one."""
        answer = self.answered(arguments)
        if self.room is not None:
            self.room -= answer.tokens + CALL_TOKENS
        return answer

    def answered(self, arguments: Any) -> Answer:
        """`answer`, before it is counted against the room."""
        try:
            asked = read_asked(arguments)
        except ValidationError as error:
            return self.said(error.message)
        about: dict[str, Any] = {"handle": asked.handle, "asked": asked.kind}
        if self.round > self.most_rounds:
            return self.said(ROUNDS_OVER, is_final=True, **about)
        try:
            found = self.originals.find(asked.handle)
        except (StorageError, OSError):
            return self.said(UNREADABLE, is_final=True, **about)
        if found is None:
            return self.said(UNKNOWN, is_final=True, **about)
        about["tool"] = found.tool
        if self.room is not None and self.room < LEAST_TOKENS:
            return self.said(NO_ROOM, is_final=True, **about)
        return self.looked_up(asked, found, about)

    def looked_up(self, asked: Asked, found: Found, about: dict[str, Any]) -> Answer:
        """The page that is asked for, or why there is none."""
        request = replace(asked, unknown=())
        times = self.times[request] = self.times.get(request, 0) + 1
        if times > MOST_TIMES or request in self.complete:
            return self.said(SAME, is_final=True, **about)
        try:
            sources = self.sources_of(asked, found.text)
        except KeyError:
            return self.said(NO_LIST, **about)
        most = self.page_tokens * times if self.room is None else min(self.page_tokens * times, self.room)
        try:
            chosen = choose(found.text, sources, asked, most * CHARS_PER_TOKEN)
        except ValidationError as error:
            return self.said(error.message + fields_part(sources.apart), **about)
        if not chosen.wanted:
            return self.said(nothing(chosen, asked), **about)
        chosen = self.at_page(chosen, asked)
        if not chosen.wanted:
            return self.said(NO_PAGE, **about)
        page, text = self.paged(chosen, asked, most)
        if not page.shown:
            return self.said(NO_ROOM, is_final=True, **about)
        if not page.rest:
            self.complete.add(request)
        return Answer(text=text, tokens=self.counter.count_text(text), page=page.text, **about)

    def sources_of(self, asked: Asked, text: str) -> Sources:
        """The ways to read an original, read once.

        Raises:
            KeyError: There is no list at the path asked for.
        """
        key = (asked.handle, asked.at)
        if key not in self.sources:
            self.sources[key] = sources_of(text, asked.at)
        return self.sources[key]

    def at_page(self, chosen: Chosen, asked: Asked) -> Chosen:
        """What is left once the pages before the one asked for are passed by."""
        for _ in range((asked.page or 1) - 1):
            page = self.paged(chosen, asked, self.page_tokens)[0] if chosen.wanted else None
            if page is None or not page.shown:
                break
            chosen = replace(chosen, wanted=page.rest)
        return chosen

    def paged(self, chosen: Chosen, asked: Asked, most_tokens: int) -> tuple[Page, str]:
        """One page, and the whole answer around it, of `most_tokens` together."""
        head = self.head(chosen, most_tokens)
        spent = self.counter.count_text(head) + FOOTER_TOKENS if head else FOOTER_TOKENS
        for _ in range(MOST_TRIES):
            page = page_of(chosen.source, chosen.wanted, max(1, most_tokens - spent), self.counter)
            for short in (False, True):
                below = footer(chosen, asked, page, is_last=self.is_last_round, short=short)
                text = head + page.text + ("" if page.text.endswith("\n") else "\n") + below
                size = self.counter.count_text(text)
                if size <= most_tokens:
                    return page, text
            spent = max(spent, most_tokens - self.counter.count_text(page.text)) + size - most_tokens
        return Page("", (), chosen.wanted), ""

    def head(self, chosen: Chosen, most_tokens: int) -> str:
        """The line that names the columns, where the page does not begin with it and it takes little of the page."""
        source, (place, start, _) = chosen.source, chosen.wanted[0]
        if not source.head or (source.unit_text(0).startswith(source.head) and not (place or start)):
            return ""
        return f"{source.head}\n" if 4 * self.counter.count_text(source.head) <= most_tokens else ""

    @property
    def is_last_round(self) -> bool:
        """Whether further calls of this turn are answered with a refusal."""
        return self.round >= self.most_rounds

    def said(self, text: str, **about: Any) -> Answer:
        """An answer without anything of the original."""
        return Answer(text=text, tokens=self.counter.count_text(text), **about)

"""Responses of a stream, each holding all of the answer so far: passed on at once; from the first sign of a retrieve
call on they wait for their round."""

from __future__ import annotations

from typing import Any

from llama_index.core.base.llms.types import ChatResponse, TextBlock

from headroom.calls.call import Call
from headroom.calls.values import Usage
from headroom.markers import RETRIEVE_TOOL
from headroom_integrations.llama_index.llm_messages import names_called
from headroom_integrations.llama_index.llm_shape import answer_of
from headroom_integrations.llama_index.llm_usage import stop_reason, usage_of

FIGURES = "headroom"
"""Key beside an answer with what was saved in its call."""


class ResponsesReader:
    """Reads the responses of one call, over all its rounds.

    What the caller has read of an earlier round stays before the words of the next, so that the last response says all
    that was streamed.
    """

    def __init__(self) -> None:
        self.said = ""
        self.start()

    def start(self) -> None:
        """Nothing of this round yet."""
        self.last: Any = None
        self.usage: Usage | None = None
        self.reason: str | None = None
        self.waiting: list[Any] = []
        self.is_ours = False
        self.passed_text = ""

    def feed(self, event: Any) -> list[Any]:
        """The response, unless it has to wait."""
        self.last = event
        self.reason = stop_reason(event) or self.reason
        self.usage = usage_of(event) or self.usage
        names = names_called(event.message)
        self.is_ours = self.is_ours or RETRIEVE_TOOL in names
        self.waiting.append(event)
        if self.is_ours or any(name and RETRIEVE_TOOL.startswith(name) for name in names[-1:]):
            return []
        passed, self.waiting = self.waiting, []
        return [self.joined_on(one) for one in passed]

    def joined_on(self, response: Any) -> Any:
        """A response as the caller gets it, behind what earlier rounds said."""
        self.passed_text = text_of(response) if response.delta is None else self.passed_text + response.delta
        if not self.said:
            return response
        return response.model_copy(update={"message": with_text_before(response.message, self.said)})

    def answer(self) -> Any:
        """The round's whole answer; None where nothing came."""
        return None if self.last is None else answer_of(self.last, self.reason, self.usage)

    def released(self, call: Call) -> list[Any]:
        """What waited; where calls were taken out, or there were several rounds, one response that says the end."""
        if self.last is None or call.answer is None:
            return [self.joined_on(one) for one in self.waiting]
        final = call.answer["response"]
        if final is self.last:
            return [self.joined_on(one) for one in self.waiting]
        delta = "".join(one.delta or "" for one in self.waiting)
        return [self.joined_on(final.model_copy(update={"delta": delta}))]

    def unsaid(self) -> list[Any]:
        """Nothing: from a call of ours on the answer is not the caller's."""
        return [] if self.is_ours else [self.joined_on(one) for one in self.waiting]

    def next_round(self) -> None:
        """Forget what waited; what was read stays said."""
        self.said += self.passed_text
        self.start()


def text_of(response: Any) -> str:
    """All text of a response."""
    return "".join(block.text for block in response.message.blocks if isinstance(block, TextBlock))


def with_text_before(message: Any, text: str) -> Any:
    """A copy of a message that says `text` first."""
    blocks = list(message.blocks)
    place = next((n for n, block in enumerate(blocks) if isinstance(block, TextBlock)), None)
    if place is None:
        blocks.insert(0, TextBlock(text=text))
    else:
        blocks[place] = blocks[place].model_copy(update={"text": text + blocks[place].text})
    return message.model_copy(update={"blocks": blocks})


def with_figures(response: Any, call: Any) -> Any:
    """A response with the figures of its call beside it."""
    if not call.figures or not isinstance(response, ChatResponse):
        return response
    return response.model_copy(update={"additional_kwargs": {**response.additional_kwargs, FIGURES: call.figures}})

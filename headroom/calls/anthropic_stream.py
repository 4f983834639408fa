"""Events of Anthropic messages."""

from __future__ import annotations

import json
from typing import Any

from headroom.calls.anthropic_messages import anthropic_usage
from headroom.calls.call import Call
from headroom.calls.sums import added, listing, over
from headroom.calls.values import field_of, plain_dict, with_fields
from headroom.markers import RETRIEVE_TOOL

# Kind of a delta to the field of its block that it adds to.
ADDS = {"text_delta": "text", "thinking_delta": "thinking", "signature_delta": "signature"}


class MessagesReader:
    """From the first block that is a call of ours on everything waits for the end of the round."""

    def __init__(self) -> None:
        self.passed_blocks = 0  # of earlier rounds
        self.rounds = 0
        self.start()

    def start(self) -> None:
        """Nothing of this round yet."""
        self.blocks: dict[int, dict[str, Any]] = {}
        self.inputs: dict[int, list[str]] = {}
        self.usage: dict[str, Any] = {}
        self.stop_reason: Any = None
        self.waiting: list[Any] = []
        self.is_ours = False
        self.has_begun = False
        self.begun_blocks = 0  # passed on to the caller

    def feed(self, event: Any) -> list[Any]:
        """The event, unless it has to wait."""
        self.has_begun = True
        kind = field_of(event, "type")
        getattr(self, f"on_{kind}", self.on_other)(event)
        if kind == "message_start" and self.rounds:
            return []
        if self.is_ours or self.waiting or kind in ("message_delta", "message_stop"):
            self.waiting.append(event)
            return []
        if kind == "content_block_start":
            self.begun_blocks += 1
        return [self.moved(event, self.passed_blocks)]

    def moved(self, event: Any, by: int) -> Any:
        """An event whose block stands `by` places further on."""
        index = field_of(event, "index")
        return with_fields(event, index=index + by) if by and isinstance(index, int) else event

    def on_message_start(self, event: Any) -> None:
        """Usage of the prompt."""
        self.add_usage(field_of(field_of(event, "message"), "usage"))

    def on_message_delta(self, event: Any) -> None:
        """Usage so far, and why it stops."""
        self.add_usage(field_of(event, "usage"))
        self.stop_reason = field_of(field_of(event, "delta"), "stop_reason") or self.stop_reason

    def add_usage(self, usage: Any) -> None:
        """Later figures stand for earlier ones."""
        if usage is not None:
            self.usage |= {name: value for name, value in plain_dict(usage).items() if value is not None}

    def on_content_block_start(self, event: Any) -> None:
        """A block begins."""
        block = plain_dict(field_of(event, "content_block"))
        self.blocks[field_of(event, "index")] = block
        self.is_ours |= block.get("type") == "tool_use" and block.get("name") == RETRIEVE_TOOL

    def on_content_block_delta(self, event: Any) -> None:
        """A block goes on."""
        index, delta = field_of(event, "index"), field_of(event, "delta")
        kind, block = field_of(delta, "type"), self.blocks.get(index)
        if block is None:
            return
        if kind == "input_json_delta":
            self.inputs.setdefault(index, []).append(str(field_of(delta, "partial_json") or ""))
        elif kind in ADDS:
            name = ADDS[kind]
            block[name] = f"{block.get(name) or ''}{field_of(delta, name) or ''}"
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or ()), plain_dict(field_of(delta, "citation") or {})]
        else:
            for name, value in plain_dict(delta, "type").items():
                block[name] = f"{block.get(name) or ''}{value}" if isinstance(value, str) else value

    def on_other(self, event: Any) -> None:
        """Nothing to learn from."""

    def answer(self) -> Any:
        """The round's answer as a message."""
        if not self.has_begun:
            return None
        for index, pieces in self.inputs.items():
            self.blocks[index]["input"] = read_input("".join(pieces))
        content = [self.blocks[index] for index in sorted(self.blocks)]
        return {
            "role": "assistant",
            "content": content,
            "stop_reason": self.stop_reason or "incomplete",
            "usage": self.usage or None,
        }

    def released(self, call: Call) -> list[Any]:
        """What waited, without blocks that were taken out of the answer, and with the usage of all rounds."""
        kept = {id(block) for block in field_of(call.answer, "content") or []}
        gone = [index for index in sorted(self.blocks) if id(self.blocks[index]) not in kept]
        found = []
        for event in self.waiting:
            index = field_of(event, "index")
            if isinstance(index, int):
                if index in gone:
                    continue
                event = self.moved(event, self.passed_blocks - sum(other < index for other in gone))
            found.append(self.with_end(event, call))
        return found

    def unsaid(self) -> list[Any]:
        """The end that waited; but nothing from a call of ours on."""
        return [] if self.is_ours else [self.moved(event, self.passed_blocks) for event in self.waiting]

    def with_end(self, event: Any, call: Call) -> Any:
        """The event that says usage and why it stops, as it is of all rounds."""
        if field_of(event, "type") != "message_delta":
            return event
        delta, stop = field_of(event, "delta"), field_of(call.answer, "stop_reason")
        if stop != field_of(delta, "stop_reason"):
            event = with_fields(event, delta=with_fields(delta, stop_reason=stop))
        usage = field_of(event, "usage")
        if len(call.rounds) < 2 or anthropic_usage(usage) is None:
            return event
        totals = added([one.raw for one in call.rounds])
        return with_fields(event, usage=with_fields(over(usage, totals), headroom_rounds=rounds_of(call)))

    def next_round(self) -> None:
        """Forget this one; what was passed on of it stays where it is."""
        self.passed_blocks += self.begun_blocks
        self.rounds += 1
        self.start()


def rounds_of(call: Call) -> list[dict[str, int]]:
    """The rounds as usage lists them."""
    return [listing(one) for one in call.rounds]


def read_input(text: str) -> Any:
    """The arguments of a call; an empty object where they were cut off."""
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return {}

"""What a call asks, as hashes: all that decides its answer, and the same without the last words of the user."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headroom.analysis.literals import MOST_CANDIDATES, literals_of
from headroom.messages.wire import as_mapping, is_list

# These say how a call is made, not what is asked.
NOT_ASKED = frozenset({"timeout", "stream", "stream_options"})
# Calls with these have a state elsewhere, or look at the world: the same words may have another answer.
STATEFUL = ("conversation", "background", "container", "web_search_options")
NOT_GIVEN_TYPES = frozenset({"NotGiven", "Omit"})  # of the SDKs: stand for an argument that was left out
GROUPS = ("config", "generation_config", "extra_body", "generationConfig")  # parameters within parameters
SEVERAL = ("n", "candidate_count", "candidateCount")
CONVERSATIONS = ("messages", "input", "contents")  # chat and Anthropic; Responses; Google
LONGEST_SIMILAR = 2000
NEGATION = re.compile(
    r"(?<![A-Za-z])(?:not|no|never|none|neither|nor|without|except|unless|cannot|[A-Za-z]+n['\u2019]t)(?![A-Za-z])",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one call asks.

    Attributes:
        namespace: Hash of whose call it is.
        exact: Hash of everything that decides the answer.
        frame: Hash of the same without the last text of the user; "" where the call does not end with one.
        text: That text; "" where there is no frame.
    """

    namespace: str
    exact: str
    frame: str = ""
    text: str = field(default="", repr=False)


class Questions:
    """Makes questions out of the arguments of calls. The hashes are keyed with chance: they mean nothing elsewhere."""

    def __init__(self) -> None:
        self.key = secrets.token_bytes(32)

    def of(self, arguments: Mapping[str, Any], *, namespace: str = "", endpoint: str = "") -> Question | None:
        """The question, or None where its answer must not be given again.

        That is: streams; a temperature other than 0 or several answers (variety was asked for; an unset temperature
        is none, or nothing would ever be remembered); calls with a state on the provider's side; and arguments that
        are not JSON, such as files or classes.

        Args:
            arguments: As the wrapped client takes them.
            namespace: Whose call it is.
            endpoint: Who answers: provider, address and method.
        """
        asked = given(arguments)
        if asked is None:
            return None
        try:
            return self.hashed(asked, namespace, endpoint)
        except (TypeError, ValueError, RecursionError):  # not JSON
            return None

    def hashed(self, asked: dict[str, Any], namespace: str, endpoint: str) -> Question:
        """The question that these arguments ask."""
        name, text, rest = without_last_text(asked)
        frame = self.hash("frame", namespace, endpoint, name, canonical({**asked, name: rest})) if text else ""
        return Question(
            namespace=self.namespace(namespace),
            exact=self.hash("exact", namespace, endpoint, canonical(asked)),
            frame=frame,
            text=text,
        )

    def namespace(self, namespace: str) -> str:
        """How a namespace stands in questions."""
        return self.hash("namespace", namespace)

    def hash(self, *parts: str) -> str:
        """32 hex digits over texts; each text's length enters, so that none can pass for part of another."""
        mac = hmac.new(self.key, digestmod=hashlib.sha256)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            mac.update(len(data).to_bytes(8, "big"))
            mac.update(data)
        return mac.hexdigest()[:32]


def given(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """The arguments that decide the answer, in order of their names; None where it must not be given again."""
    held = {
        name: value
        for name, value in sorted(arguments.items())
        if value is not None and type(value).__name__ not in NOT_GIVEN_TYPES
    }
    if held.get("stream") or any(held.get(name) for name in STATEFUL):
        return None
    for group in (held, *(as_mapping(held.get(name)) for name in GROUPS)):
        if group and wants_variety(group):
            return None
    return {name: value for name, value in held.items() if name not in NOT_ASKED}


def wants_variety(parameters: Mapping[str, Any]) -> bool:
    """Whether a call asks for answers that differ."""
    several = any(parameters.get(name) not in (None, 1) for name in SEVERAL)
    return several or bool(parameters.get("temperature"))


def canonical(value: Any) -> str:
    """A value as JSON text; SDK objects as their fields. The order of keys stays: tools are read in it.

    Raises:
        TypeError, ValueError, RecursionError: It is not JSON.
    """
    return json.dumps(value, separators=(",", ":"), default=fields)


def fields(value: Any) -> Mapping[str, Any]:
    """The fields of an SDK object."""
    found = as_mapping(value)
    if found is None:
        raise TypeError(type(value).__name__)
    return dict(found)


def without_last_text(asked: Mapping[str, Any]) -> tuple[str, str, Any]:
    """Name of the argument that holds the conversation, the last text of the user, and the conversation without it.

    The text is "" where the conversation does not end with one short text of the user's.
    """
    name = next((name for name in CONVERSATIONS if name in asked), "")
    conversation = asked.get(name)
    text, rest = "", None
    if isinstance(conversation, str):
        text = conversation
    elif is_list(conversation) and conversation:
        text, last = user_text(conversation[-1])
        rest = [*conversation[:-1], last]
    return (name, text, rest) if len(text) <= LONGEST_SIMILAR else (name, "", rest)


def user_text(message: Any) -> tuple[str, Any]:
    """Text of a message that is one text of the user's, with the message without it; "" for every other one."""
    wire = as_mapping(message)
    if wire is None or wire.get("role") != "user":
        return "", message
    for name in ("content", "parts"):
        content = wire.get(name)
        if isinstance(content, str):
            return content, {**wire, name: None}
        if is_list(content) and len(content) == 1:
            block = as_mapping(content[0])
            if block is not None and isinstance(block.get("text"), str) and block.get("type", "text") in PLAIN:
                return block["text"], {**wire, name: [{**block, "text": None}]}
    return "", message


PLAIN = ("text", "input_text")


def same_facts(one: str, other: str) -> bool:
    """Whether two questions name the same numbers, ids, names and quoted words, and deny as often.

    Embeddings of "order 16" and "order 17", or of a sentence and its opposite, are nearly the same.

    >>> same_facts("status of order 16?", "status of order 17?"), same_facts("is it open?", "is it not open?")
    (False, False)
    """
    return facts(one) == facts(other) is not None


def facts(text: str) -> tuple[frozenset[str], tuple[str, ...]] | None:
    """What must be the same in both; None where there is too much of it."""
    found = literals_of(text)
    if len(found) >= MOST_CANDIDATES:
        return None
    strong = frozenset(literal for literal, is_strong in found if is_strong)
    return strong, tuple(word.encode("utf-8").lower().decode("utf-8") for word in NEGATION.findall(text))

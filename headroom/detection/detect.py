"""What is this text? One ordered table, the first answer wins."""

from __future__ import annotations

from collections.abc import Callable

from headroom.detection.rules import empty, json_container, json_in_text, json_scalar
from headroom.detection.types import ContentType, Detection, Probe

Rule = Callable[[Probe], Detection | None]
RULES: tuple[tuple[str, Rule], ...] = (
    ("empty", empty),
    ("json_scalar", json_scalar),
    ("json_container", json_container),
    ("json_in_text", json_in_text),
)


def detect(text: str) -> Detection:
    """The kind of a text, with the places of JSON in it; plain text where no rule knows it. Never raises.

    Large arrays and objects are told by their first 4,096 characters and their last, so that whoever parses them may
    still find that they are broken further in. Linear in the size of the text.

    >>> detect('[{"id": 1}]').kind.value, detect("{'id': None}").kind.value
    ('json_array', 'text')
    """
    probe = Probe(text)
    for _, rule in RULES:
        if found := rule(probe):
            return found
    return Detection(kind=ContentType.PLAIN_TEXT, confidence=0.5, reason="nothing else")


def detect_content_type(text: str) -> Detection:
    """`detect`, as the API reference names it: with `content_type`, `confidence` and `metadata`."""
    return detect(text)

"""What is this text? One ordered table, the first answer wins."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from headroom.detection.build import build_output, stack_trace
from headroom.detection.code import source_code
from headroom.detection.columns import columns
from headroom.detection.diffs import git_diff
from headroom.detection.envelopes import cut_json, envelope
from headroom.detection.literals import python_literal, python_table
from headroom.detection.logs import log
from headroom.detection.markup import markup_table, toml, xml, yaml
from headroom.detection.mixtures import mixed
from headroom.detection.own_lines import own_lines
from headroom.detection.pages import html
from headroom.detection.prose import markdown, prose
from headroom.detection.rules import empty, json_container, json_in_text, json_scalar
from headroom.detection.search import file_list, search_results
from headroom.detection.tables import csv, markdown_table, row_table, sql_result
from headroom.detection.types import ContentType, Detection, Probe

Rule = Callable[[Probe], Detection | None]
RULES: tuple[tuple[str, Rule], ...] = (
    ("empty", empty),
    ("envelope", envelope),
    ("cut_json", cut_json),
    ("python_table", python_table),
    ("row_table", row_table),
    ("markup_table", markup_table),
    ("json_scalar", json_scalar),
    ("json_container", json_container),
    ("python_literal", python_literal),
    ("json_in_text", json_in_text),
    ("mixed", mixed),
    ("own_lines", own_lines),
    ("git_diff", git_diff),
    ("html", html),
    ("xml", xml),
    ("stack_trace", stack_trace),
    ("search_results", search_results),
    ("sql_result", sql_result),
    ("csv", csv),
    ("columns", columns),
    ("log", log),
    ("build_output", build_output),
    ("file_list", file_list),
    ("markdown_table", markdown_table),
    ("toml", toml),
    ("source_code", source_code),
    ("yaml", yaml),
    ("markdown", markdown),
    ("prose", prose),
)

# The router and the compressor that it sends a text to both ask: of so many texts up to this size it is remembered.
NEWEST, MOST_CHARS = 8, 200_000


def detect(text: str) -> Detection:
    """The kind of a text, with the places of JSON in it; plain text where no rule knows it. Never raises.

    Large arrays and objects are told by their first 4,096 characters and their last, so that whoever parses them may
    still find that they are broken further in. Linear in the size of the text.

    >>> detect('[{"id": 1}]').kind.value, detect("{'id': None}").kind.value
    ('json_array', 'python_literal')
    """
    return remembered(text) if len(text) <= MOST_CHARS else looked_at(text)


def looked_at(text: str) -> Detection:
    """The same, without remembering."""
    probe = Probe(text)
    for _, rule in RULES:
        if found := rule(probe):
            return found
    return Detection(kind=ContentType.PLAIN_TEXT, confidence=0.5, reason="nothing else")


remembered = lru_cache(maxsize=NEWEST)(looked_at)


def detect_content_type(text: str) -> Detection:
    """`detect`, as the API reference names it: with `content_type`, `confidence` and `metadata`."""
    return detect(text)

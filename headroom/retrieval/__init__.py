"""Originals given back: whole, by range, by filter or by search; to programs, and to models as a tool."""

from headroom.retrieval.answers import Answer, Answers
from headroom.retrieval.find import Found, Originals, find_original
from headroom.retrieval.retrieved import Retrieved, look_into
from headroom.retrieval.tool import is_offered, schema_tokens, tool_schema
from headroom.retrieval.tracker import by_retrieved

__all__ = [
    "Answer",
    "Answers",
    "Found",
    "Originals",
    "Retrieved",
    "by_retrieved",
    "find_original",
    "is_offered",
    "look_into",
    "schema_tokens",
    "tool_schema",
]

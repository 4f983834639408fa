"""Results of MCP servers: each row comes as a text block of its own, with a random id that LangChain gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RANDOM_ID = "lc_"
"""How ids begin that LangChain makes up for content blocks."""


def without_random_ids(content: Any, before: Any) -> Any:
    """`content` without made-up ids of blocks that stand for several; all else as it is.

    Such an id names a block that is gone, is another in each run, and some providers are sent it, which breaks equal
    prefixes (requirement R6).

    Args:
        content: A message's content with blocks merged.
        before: What it was.

    >>> without_random_ids([{"type": "text", "text": "ab", "id": "lc_7"}], [{"type": "text"}, {"type": "text"}])
    [{'type': 'text', 'text': 'ab'}]
    """
    if not (isinstance(content, list) and isinstance(before, list) and len(content) < len(before)):
        return content
    known = {id(block) for block in before}
    return [block if id(block) in known else without_random_id(block) for block in content]


def without_random_id(block: Any) -> Any:
    """A block without its id, where LangChain has made it up."""
    made_up = block.get("id") if isinstance(block, Mapping) else None
    if not (isinstance(made_up, str) and made_up.startswith(RANDOM_ID)):
        return block
    return {name: value for name, value in block.items() if name != "id"}

"""`warm()`: everything a call needs, loaded before the first one, so that an event loop never waits for it (law 13)."""

from __future__ import annotations

import json

from headroom.api import simulate
from headroom.catalog import lookup_price
from headroom.tokenizers import warm as warm_tokenizer


def warm(model: str = "gpt-4o") -> None:
    """Load the vocabulary, the encoders, the price table and the settings; takes about half a second once.

    Call it where a program starts. Adapters do so when they are constructed.
    """
    warm_tokenizer()
    lookup_price(model)
    rows = json.dumps([{"id": number, "name": f"row {number}"} for number in range(60)])
    call = {"id": "1", "type": "function", "function": {"name": "warm", "arguments": "{}"}}
    asked = {"role": "assistant", "content": None, "tool_calls": [call]}
    answer = {"role": "tool", "tool_call_id": "1", "content": rows}
    simulate([asked, answer], model, retrieval="tool", target_tokens=100, store_url="memory")

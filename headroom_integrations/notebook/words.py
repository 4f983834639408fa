"""An embedding of words: needs no model and no network, and finds documents by the words they share."""

from __future__ import annotations

import math
import re
import zlib
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding

WORD = re.compile(r"\w{2,}")


class WordEmbedding(BaseEmbedding):
    """Stands for an embedding model: a text is the words it holds, each at a place by its hash.

    Attributes:
        size: Places.
    """

    size: int = 1024

    @classmethod
    def class_name(cls) -> str:
        """Its name, as LlamaIndex writes it down."""
        return "WordEmbedding"

    def _get_text_embedding(self, text: str) -> list[float]:
        places = [0.0] * self.size
        for word in WORD.findall(text.lower()):
            places[zlib.crc32(word.encode()) % self.size] += 1.0
        weights = [math.log1p(times) for times in places]
        length = math.sqrt(sum(weight * weight for weight in weights)) or 1.0
        return [weight / length for weight in weights]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    def __init__(self, **fields: Any) -> None:
        super().__init__(model_name="words", **fields)

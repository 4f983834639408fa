"""Which documents of a retriever stay: by their words in common with the question, and by how little they repeat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.documents import Document

from headroom.documents import choice
from headroom_integrations.langchain.inputs import title_of


def relevance(documents: Sequence[Document], question: str, scorer: Any) -> list[float]:
    """How well each document fits the question, 0 to 1; its title counts among its words."""
    texts = [document.page_content for document in documents]
    return choice.relevance(texts, [title_of(document) for document in documents], question, scorer)


def diverse(documents: Sequence[Document], scores: Sequence[float], most: int) -> list[int]:
    """Numbers of `most` documents, best first, each chosen by its score less its likeness to those before it."""
    return choice.diverse([document.page_content for document in documents], scores, most)

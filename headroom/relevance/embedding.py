"""Scores by meaning: cosine of sentence embeddings. Needs sentence-transformers (extra `relevance`)."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any

from headroom.errors import ConfigurationError
from headroom.relevance.checks import check_asked, require
from headroom.relevance.score import RelevanceScore

DEFAULT_MODEL = "all-MiniLM-L6-v2"
BLANKS = " \t\r\n"


def embedding_available() -> bool:
    """Whether sentence-transformers is installed; imports nothing."""
    try:
        return importlib.util.find_spec("sentence_transformers") is not None
    except ValueError:  # imported by a loader that gave it no spec
        return True


class EmbeddingScorer:
    """Scores items by the cosine between their embedding and the question's, clamped to 0 to 1.

    The model is loaded at the first score; sentence-transformers may fetch it then. Never used where bytes are
    decided unless the caller asks for this scorer.

    Args:
        model: Name or folder of a sentence-transformers model; by default all-MiniLM-L6-v2.
        model_name: The same under its other documented name.
        device: `cpu`, `cuda`, ...; None lets the library choose.
        cache_model: Share one loaded model in this process.

    Raises:
        ConfigurationError: `model` and `model_name` contradict; at the first score: the extra is not installed, or
            there is no such model.
    """

    name = "embedding"

    def __init__(
        self,
        model: str | None = None,
        *,
        model_name: str | None = None,
        device: str | None = None,
        cache_model: bool = True,
    ) -> None:
        for field, value in (("model", model), ("model_name", model_name), ("device", device)):
            require(value is None or isinstance(value, str), f"{field} must be a text", field, type(value).__name__)
        if model is not None and model_name is not None and model != model_name:
            raise ConfigurationError("model and model_name contradict", field="model_name", value=model_name)
        self.model_name = model or model_name or DEFAULT_MODEL
        self.device = device
        self.cache_model = cache_model
        self.loaded: Any = None
        self.lock = Lock()

    def score_items(self, items: Sequence[str], query: str) -> list[RelevanceScore]:
        """Scores aligned with `items`, each 0 to 1; 0 for all where the question is blank.

        Each is a float that carries `reason`; `matched_terms` is empty, since no words are looked at.

        Raises:
            ValidationError: `items` is no list of texts, or `query` no text.
            ConfigurationError: The model cannot be loaded.
        """
        check_asked(items, query)
        if not items or not query.strip(BLANKS):
            return [RelevanceScore(0.0, "embedding: nothing asked") for _ in items]
        encoded = self.encoder().encode([query, *items], normalize_embeddings=True)
        asked, *others = [[float(number) for number in vector] for vector in encoded]
        return [
            RelevanceScore(sum(a * b for a, b in zip(asked, other, strict=True)), "embedding: cosine")
            for other in others
        ]  # fmt: skip

    def score_batch(self, items: Sequence[str], context: str) -> list[RelevanceScore]:
        """`score_items` under its other documented name."""
        return self.score_items(items, context)

    def score(self, item: str, context: str) -> RelevanceScore:
        """Score of a single item."""
        return self.score_items([item], context)[0]

    def encoder(self) -> Any:
        """The loaded model."""
        with self.lock:
            if self.loaded is None:
                load = shared_model if self.cache_model else load_model
                self.loaded = load(self.model_name, self.device)
            return self.loaded


def load_model(name: str, device: str | None) -> Any:
    """Load a sentence-transformers model.

    Raises:
        ConfigurationError: sentence-transformers is not installed, or the model cannot be loaded.
    """
    try:
        library = importlib.import_module("sentence_transformers")
    except ImportError as error:
        raise ConfigurationError(
            'EmbeddingScorer needs sentence-transformers: pip install "headroom-integrations[relevance]"',
            field="scorer",
            value="embedding",
        ) from error
    try:
        return library.SentenceTransformer(name, device=device)
    except (OSError, ValueError, RuntimeError) as error:  # not found, not to be fetched, no such device
        text = f"the model of EmbeddingScorer cannot be loaded: {type(error).__name__}"
        raise ConfigurationError(text, field="model", value=name, device=device) from error


shared_model = cache(load_model)

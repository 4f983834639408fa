"""Answers given again where the same is asked: in memory, off by default, never across namespaces or parameters."""

from headroom.semantic_cache.cache import SemanticCache
from headroom.semantic_cache.questions import Question, Questions

__all__ = ["Question", "Questions", "SemanticCache"]

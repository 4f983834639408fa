"""Originals given back: whole, by range, by filter or by search."""

from headroom.retrieval.find import find_original
from headroom.retrieval.retrieved import Retrieved, look_into

__all__ = ["Retrieved", "find_original", "look_into"]

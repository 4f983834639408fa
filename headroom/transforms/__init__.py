"""Steps over a whole conversation."""

from headroom.transforms.content_router import ContentRouter
from headroom.transforms.pipeline import Pipeline

__all__ = ["ContentRouter", "Pipeline"]

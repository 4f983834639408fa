"""Steps over a whole conversation."""

from headroom.transforms.content_router import ContentRouter
from headroom.transforms.pipeline import Pipeline
from headroom.transforms.smart_crusher import SmartCrusher
from headroom.transforms.transform_pipeline import TransformPipeline

__all__ = ["ContentRouter", "Pipeline", "SmartCrusher", "TransformPipeline"]

"""Steps over a whole conversation, and the compressors of single content types for use by hand."""

from headroom.config import (
    CacheAlignerConfig,
    IntelligentContextConfig,
    RollingWindowConfig,
    SmartCrusherConfig,
    ToolCrusherConfig,
)
from headroom.config.compressors import (
    CodeCompressorConfig,
    ContentRouterConfig,
    DiffCompressorConfig,
    DocstringMode,
    LogCompressorConfig,
    SearchCompressorConfig,
    TextCompressorConfig,
)
from headroom.detection import ContentType, detect_content_type
from headroom.transforms.cache_aligner import CacheAligner
from headroom.transforms.importance import MessageScore, MessageScorer
from headroom.transforms.intelligent_context import IntelligentContextManager
from headroom.transforms.missing import missing as __getattr__  # noqa: F401
from headroom.transforms.pipeline import Pipeline
from headroom.transforms.public_code import CodeAwareCompressor, is_tree_sitter_available, unload_tree_sitter
from headroom.transforms.public_diff import DiffCompressor
from headroom.transforms.public_log import LogCompressor
from headroom.transforms.public_router import ContentRouter
from headroom.transforms.public_search import SearchCompressor
from headroom.transforms.public_text import TextCompressor
from headroom.transforms.rolling_window import RollingWindow
from headroom.transforms.smart_crusher import SmartCrusher
from headroom.transforms.tool_crusher import ToolCrusher
from headroom.transforms.transform_pipeline import TransformPipeline

__all__ = [
    "CacheAligner",
    "CacheAlignerConfig",
    "CodeAwareCompressor",
    "CodeCompressorConfig",
    "ContentRouter",
    "ContentRouterConfig",
    "ContentType",
    "DiffCompressor",
    "DiffCompressorConfig",
    "DocstringMode",
    "IntelligentContextConfig",
    "IntelligentContextManager",
    "LogCompressor",
    "LogCompressorConfig",
    "MessageScore",
    "MessageScorer",
    "Pipeline",
    "RollingWindow",
    "RollingWindowConfig",
    "SearchCompressor",
    "SearchCompressorConfig",
    "SmartCrusher",
    "SmartCrusherConfig",
    "TextCompressor",
    "TextCompressorConfig",
    "ToolCrusher",
    "ToolCrusherConfig",
    "TransformPipeline",
    "detect_content_type",
    "is_tree_sitter_available",
    "unload_tree_sitter",
]

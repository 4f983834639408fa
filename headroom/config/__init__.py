"""All settings: what can be set, with every default, and nothing that acts on it."""

from headroom.config.accepted import ACCEPTED_ONLY
from headroom.config.caching import CacheAlignerConfig, CacheOptimizerConfig, CCRConfig, PrefixFreezeConfig
from headroom.config.compressors import (
    CodeCompressorConfig,
    ContentRouterConfig,
    DiffCompressorConfig,
    DocstringMode,
    LogCompressorConfig,
    SearchCompressorConfig,
    TextCompressorConfig,
)
from headroom.config.crushing import (
    AnchorConfig,
    CompressionProfile,
    ReadLifecycleConfig,
    RelevanceScorerConfig,
    SmartCrusherConfig,
    ToolCrusherConfig,
    ToolCrusherProfile,
    ToolProfile,
)
from headroom.config.root import HeadroomConfig, HeadroomMode
from headroom.config.settings import Settings
from headroom.config.windows import ClearingConfig, IntelligentContextConfig, RollingWindowConfig, ScoringWeights
from headroom.config_file import find_config_file

__all__ = [
    "ACCEPTED_ONLY",
    "AnchorConfig",
    "CCRConfig",
    "CacheAlignerConfig",
    "CacheOptimizerConfig",
    "ClearingConfig",
    "CodeCompressorConfig",
    "CompressionProfile",
    "ContentRouterConfig",
    "DiffCompressorConfig",
    "DocstringMode",
    "HeadroomConfig",
    "HeadroomMode",
    "IntelligentContextConfig",
    "LogCompressorConfig",
    "PrefixFreezeConfig",
    "ReadLifecycleConfig",
    "RelevanceScorerConfig",
    "RollingWindowConfig",
    "ScoringWeights",
    "SearchCompressorConfig",
    "Settings",
    "SmartCrusherConfig",
    "TextCompressorConfig",
    "ToolCrusherConfig",
    "ToolCrusherProfile",
    "ToolProfile",
    "find_config_file",
]

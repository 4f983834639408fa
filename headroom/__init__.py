"""Makes what an LLM agent reads smaller without making it wrong, and gives back everything it left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headroom._version import __version__

if TYPE_CHECKING:
    from headroom.api import acompress, aretrieve, asimulate, compress, retrieve, simulate
    from headroom.client import HeadroomClient
    from headroom.compressors.json_rows import loads
    from headroom.config import (
        CacheAlignerConfig,
        HeadroomConfig,
        HeadroomMode,
        IntelligentContextConfig,
        RelevanceScorerConfig,
        RollingWindowConfig,
        ScoringWeights,
        SmartCrusherConfig,
        ToolProfile,
    )
    from headroom.engine import Engine
    from headroom.errors import (
        CacheError,
        CompressionError,
        ConfigurationError,
        HeadroomAuthError,
        HeadroomCompressError,
        HeadroomConnectionError,
        HeadroomError,
        HeadroomWarning,
        ProviderError,
        RetrievalError,
        StorageError,
        TokenizationError,
        TransformError,
        ValidationError,
    )
    from headroom.frames import MetricsRows, metrics
    from headroom.hooks import CompressEvent, CompressionHooks, HookContext
    from headroom.markers import strip_markers
    from headroom.messages import Message
    from headroom.providers import (
        AnthropicProvider,
        BaseCacheOptimizer,
        GoogleProvider,
        Hinted,
        OpenAIProvider,
        choose_provider,
    )
    from headroom.relevance import BM25Scorer, EmbeddingScorer, HybridScorer, create_scorer, embedding_available
    from headroom.reports import generate_report
    from headroom.results import (
        CompressionResult,
        CompressResult,
        Note,
        RequestMetrics,
        SimulationResult,
        TransformResult,
        WasteSignals,
    )
    from headroom.retrieval import Retrieved
    from headroom.scope import scope
    from headroom.shared_context import SharedContext
    from headroom.tokenizers import Tokenizer, count_tokens_messages, count_tokens_text
    from headroom.transforms import (
        CacheAligner,
        IntelligentContextManager,
        RollingWindow,
        SmartCrusher,
        TransformPipeline,
    )
    from headroom.warming import warm

DISTRIBUTION = "headroom-integrations"  # headroom-ai installs a package of this name, too

# Module to the public names it holds; loaded at first use, so that `import headroom` costs next to nothing.
MODULES = {
    "headroom.api": (
        "acompress",
        "aretrieve",
        "asimulate",
        "compress",
        "retrieve",
        "simulate",
    ),
    "headroom.client": ("HeadroomClient",),
    "headroom.compressors.json_rows": ("loads",),
    "headroom.config": (
        "CacheAlignerConfig",
        "HeadroomConfig",
        "HeadroomMode",
        "IntelligentContextConfig",
        "RelevanceScorerConfig",
        "RollingWindowConfig",
        "ScoringWeights",
        "SmartCrusherConfig",
        "ToolProfile",
    ),
    "headroom.engine": ("Engine",),
    "headroom.errors": (
        "CacheError",
        "CompressionError",
        "ConfigurationError",
        "HeadroomAuthError",
        "HeadroomCompressError",
        "HeadroomConnectionError",
        "HeadroomError",
        "HeadroomWarning",
        "ProviderError",
        "RetrievalError",
        "StorageError",
        "TokenizationError",
        "TransformError",
        "ValidationError",
    ),
    "headroom.frames": ("MetricsRows", "metrics"),
    "headroom.hooks": ("CompressEvent", "CompressionHooks", "HookContext"),
    "headroom.markers": ("strip_markers",),
    "headroom.messages": ("Message",),
    "headroom.providers": (
        "AnthropicProvider",
        "BaseCacheOptimizer",
        "GoogleProvider",
        "Hinted",
        "OpenAIProvider",
        "choose_provider",
    ),
    "headroom.relevance": (
        "BM25Scorer",
        "EmbeddingScorer",
        "HybridScorer",
        "create_scorer",
        "embedding_available",
    ),
    "headroom.reports": ("generate_report",),
    "headroom.results": (
        "CompressResult",
        "CompressionResult",
        "Note",
        "RequestMetrics",
        "SimulationResult",
        "TransformResult",
        "WasteSignals",
    ),
    "headroom.retrieval": ("Retrieved",),
    "headroom.scope": ("scope",),
    "headroom.shared_context": ("SharedContext",),
    "headroom.tokenizers": (
        "Tokenizer",
        "count_tokens_messages",
        "count_tokens_text",
    ),
    "headroom.transforms": (
        "CacheAligner",
        "IntelligentContextManager",
        "RollingWindow",
        "SmartCrusher",
        "TransformPipeline",
    ),
    "headroom.warming": ("warm",),
}
NAMES = {name: module for module, names in MODULES.items() for name in names}
__all__ = [
    "AnthropicProvider",
    "BM25Scorer",
    "BaseCacheOptimizer",
    "CacheAligner",
    "CacheAlignerConfig",
    "CacheError",
    "CompressEvent",
    "CompressResult",
    "CompressionError",
    "CompressionHooks",
    "CompressionResult",
    "ConfigurationError",
    "EmbeddingScorer",
    "Engine",
    "GoogleProvider",
    "HeadroomAuthError",
    "HeadroomClient",
    "HeadroomCompressError",
    "HeadroomConfig",
    "HeadroomConnectionError",
    "HeadroomError",
    "HeadroomMode",
    "HeadroomWarning",
    "Hinted",
    "HookContext",
    "HybridScorer",
    "IntelligentContextConfig",
    "IntelligentContextManager",
    "Message",
    "MetricsRows",
    "Note",
    "OpenAIProvider",
    "ProviderError",
    "RelevanceScorerConfig",
    "RequestMetrics",
    "RetrievalError",
    "Retrieved",
    "RollingWindow",
    "RollingWindowConfig",
    "ScoringWeights",
    "SharedContext",
    "SimulationResult",
    "SmartCrusher",
    "SmartCrusherConfig",
    "StorageError",
    "TokenizationError",
    "Tokenizer",
    "ToolProfile",
    "TransformError",
    "TransformPipeline",
    "TransformResult",
    "ValidationError",
    "WasteSignals",
    "__version__",
    "acompress",
    "aretrieve",
    "asimulate",
    "choose_provider",
    "compress",
    "count_tokens_messages",
    "count_tokens_text",
    "create_scorer",
    "embedding_available",
    "generate_report",
    "loads",
    "metrics",
    "retrieve",
    "scope",
    "simulate",
    "strip_markers",
    "warm",
]


def __getattr__(name: str) -> Any:
    module = NAMES.get(name)
    if module is None:
        from headroom.absent import refuse

        refuse(name)
        raise AttributeError(f"module 'headroom' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

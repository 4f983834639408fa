"""Names of the API reference that this library leaves out: each with why, and what does its work.

They raise ImportError, not AttributeError: of an AttributeError, `from headroom import with_memory` would show its
own words only, and not the reason.
"""

from __future__ import annotations

MEMORY = (
    "headroom has no long-term memory of users: it would send and keep what they wrote. Use the memory of your "
    "framework (LangGraph stores, LlamaIndex memory blocks), and SharedContext between agents of one process"
)
IMAGES = "headroom does not re-encode images: they go out untouched. Resize them before, or send them with low detail"
LLMLINGUA = (
    "headroom drops no single words by a model's guess (LLMLingua): what is left must stay true. Use compress() with "
    "target_tokens=..., or TextCompressor"
)

ABSENT = {
    "memory": MEMORY,
    "with_memory": MEMORY,
    "image": IMAGES,
    "ImageCompressor": IMAGES,
    "compression": (
        "there is no module headroom.compression: use headroom.compress(), ContentRouter for one text, or the "
        "compressors of headroom.transforms"
    ),
    "UniversalCompressor": "use headroom.compress(), or ContentRouter for one text: both tell the content type",
    "UniversalCompressorConfig": "use HeadroomConfig: compress() and ContentRouter take its settings",
    "LLMLinguaCompressor": LLMLINGUA,
    "LLMLinguaConfig": LLMLINGUA,
}
"""Name to why it is not here."""


def refuse(name: str) -> None:
    """Say why a name is not here; nothing happens for every other name.

    Raises:
        ImportError: It is one of those that are left out.
    """
    if name in ABSENT:
        raise ImportError(f"{name}: {ABSENT[name]}", name=f"headroom.{name}")

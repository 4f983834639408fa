"""Makes what an LLM agent reads smaller without making it wrong, and gives back everything it left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headroom._version import __version__

if TYPE_CHECKING:
    from headroom.api import acompress, asimulate, compress, simulate

# Public name to the module that holds it; loaded at first use, so that `import headroom` costs next to nothing.
NAMES = {
    "acompress": "headroom.api",
    "asimulate": "headroom.api",
    "compress": "headroom.api",
    "simulate": "headroom.api",
}
__all__ = ["__version__", *NAMES]


def __getattr__(name: str) -> Any:
    module = NAMES.get(name)
    if module is None:
        raise AttributeError(f"module 'headroom' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

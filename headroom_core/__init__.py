"""The library under a name that no other distribution has: `import headroom_core as headroom`.

The distribution `headroom-ai` installs an import package called `headroom`, too. Code that imports this alias gets
this library or a clear error, never the other one.
"""

from __future__ import annotations

from typing import Any

import headroom

if getattr(headroom, "DISTRIBUTION", None) != "headroom-integrations":
    raise ImportError(
        "the import package 'headroom' belongs to another distribution; both cannot be installed side by side. Run\n"
        "    pip uninstall -y headroom-ai headroom-integrations\n"
        "    pip install headroom-integrations"
    )

__all__ = headroom.__all__


def __getattr__(name: str) -> Any:
    return getattr(headroom, name)


def __dir__() -> list[str]:
    return dir(headroom)

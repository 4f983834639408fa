"""Names of `headroom.transforms` that are left out: asking for one says why."""

from __future__ import annotations

from typing import Any

from headroom.absent import refuse


def missing(name: str) -> Any:
    """The package's `__getattr__`.

    Raises:
        ImportError: The name is left out on purpose.
        AttributeError: There is no such name.
    """
    refuse(name)
    raise AttributeError(f"module 'headroom.transforms' has no attribute {name!r}")

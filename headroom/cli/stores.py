"""Which metrics store a command means."""

from __future__ import annotations


def metrics_url(named: str | None) -> str:
    """The store that was named, else the configured one, else the default place.

    Raises:
        ConfigurationError: Settings cannot be read.
    """
    if named:
        return named
    from headroom.resolve import resolve
    from headroom.storage.urls import default_store_url

    return resolve().config.store_url or default_store_url()


def safe(url: str) -> str:
    """A store's URL without its password."""
    from headroom.storage.urls import parse_store_url

    return parse_store_url(url).safe

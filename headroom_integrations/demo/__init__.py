"""`headroom demo`: what headroom does to a real agent conversation."""

from headroom_integrations.demo.command import demo

__all__ = ["demo"]

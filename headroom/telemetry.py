"""The documented import path of `get_toin`, nothing else: there is no telemetry, and nothing is sent anywhere."""

from headroom.feedback import get_toin

__all__ = ["get_toin"]

"""The command line."""

from headroom.cli.app import main

__all__ = ["main"]

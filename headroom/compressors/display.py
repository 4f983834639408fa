"""What a terminal would not show: colour and cursor codes, and what a progress bar wrote over."""

from __future__ import annotations


def displayed(text: str) -> str:
    """`text` as a terminal shows it; the same object where nothing goes."""
    return text

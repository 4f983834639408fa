"""What tests of LlamaIndex share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """A ledger of the test's own."""
    return f"sqlite:///{tmp_path / 'metrics.db'}"

"""The report beside a compressed batch file (R45)."""

from __future__ import annotations

from pathlib import Path

from headroom.cli.files import json_bytes, replaced_file
from headroom.cli.summary import Sums


def write_report(path: Path, sums: Sums) -> None:
    """Sums, and sizes and reasons by request with its id; no content.

    Raises:
        ValidationError: It cannot be written.
    """
    report = {
        "report_version": 1,
        "requests": sums.documents,
        "tokens_before": sums.tokens_before,
        "tokens_after": sums.tokens_after,
        "tokens_saved": sums.tokens_saved,
        "saved": sums.saved,
        "problems": dict(sums.problems),
        "by_request": sums.kept,
    }
    with replaced_file(path) as file:
        file.write(json_bytes(report, indent=2) + b"\n")

"""Strategy of a change to what reads it back; a compressor with exact forms is a row here."""

from __future__ import annotations

from collections.abc import Callable

from headroom.compressors.log_table import decode_log
from tests.shown_lines import check_lines

# `exact`: shown text to the original, byte for byte.
BYTES: dict[str, Callable[[str], str]] = {
    "log_table": decode_log,
}

# `value_exact`: (reads the original, reads the shown text); what both give must be equal to the last detail.
VALUES: dict[str, tuple[Callable[[str], object], Callable[[str], object]]] = {}

# `left_out`: a check that what is shown is true of the original, by kind; fails with an AssertionError.
SHOWN: dict[str, Callable[[str, str], object]] = {
    "log": check_lines,
}

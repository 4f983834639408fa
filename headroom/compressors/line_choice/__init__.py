"""Which lines of a text that is too large stay."""

from headroom.compressors.line_choice.choose import choose_lines
from headroom.compressors.line_choice.records import records_of
from headroom.compressors.line_choice.select import select_lines

__all__ = ["choose_lines", "records_of", "select_lines"]

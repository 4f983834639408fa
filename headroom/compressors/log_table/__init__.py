"""Log lines as a table of patterns and what fills them, and back."""

from headroom.compressors.log_table.decode import decode_log, is_log_table
from headroom.compressors.log_table.encode import encode_log

__all__ = ["decode_log", "encode_log", "is_log_table"]

"""Log lines as a table of patterns and what fills them, and back."""

from headroom.compressors.log_table.decode import decode_log, head_and_rows, is_log_table
from headroom.compressors.log_table.dense import encode_dense
from headroom.compressors.log_table.encode import encode_log

__all__ = ["decode_log", "encode_dense", "encode_log", "head_and_rows", "is_log_table"]

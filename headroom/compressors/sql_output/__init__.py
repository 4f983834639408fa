"""What SQL clients print: boxes, columns, records, Python tuples."""

from headroom.compressors.sql_output.read import read_printed
from headroom.compressors.sql_output.tuples import read_tuples, write_tuples

__all__ = ["read_printed", "read_tuples", "write_tuples"]

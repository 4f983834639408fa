"""Which compressor takes which content type."""

from __future__ import annotations

from collections.abc import Mapping

from headroom.compressors.build_text import BuildCompressor
from headroom.compressors.code_text import CodeCompressor
from headroom.compressors.columns_text import ColumnsCompressor
from headroom.compressors.delimited_text import DelimitedCompressor
from headroom.compressors.diff_text import DiffCompressor
from headroom.compressors.html_text import HtmlCompressor
from headroom.compressors.json_kept import KeptJsonCompressor
from headroom.compressors.json_text import JsonCompressor
from headroom.compressors.log_text import DenseLogCompressor, LogCompressor
from headroom.compressors.mixed import MixedCompressor
from headroom.compressors.plain_text import PlainTextCompressor
from headroom.compressors.prose_text import ProseCompressor
from headroom.compressors.python_text import PythonCompressor
from headroom.compressors.search_text import SearchCompressor
from headroom.compressors.sql_text import SqlCompressor
from headroom.compressors.toml_text import TomlCompressor
from headroom.compressors.xml_text import XmlCompressor
from headroom.compressors.yaml_text import YamlCompressor
from headroom.protocols import Compressor, TokenCounter

WHOLE_JSON = ("json_array", "json_object", "json_lines", "json_documents")
JSON_KINDS = (*WHOLE_JSON, "json_truncated")


def compressors_by_kind(counter: TokenCounter, *, dense_logs: bool = False) -> dict[str, Compressor]:
    """Content type to compressor; a type that is not listed goes out as it came.

    Args:
        dense_logs: Whether dates and common prefixes in logs, and dates in CSV, are said once.
    """
    found: dict[str, Compressor] = {}
    found.update(dict.fromkeys(JSON_KINDS, JsonCompressor(counter=counter, compressors=found)))
    found["json_in_text"] = found["mixed"] = MixedCompressor(counter=counter, compressors=found)
    found["log"] = DenseLogCompressor(counter=counter) if dense_logs else LogCompressor(counter=counter)
    found["build_output"] = found["stack_trace"] = BuildCompressor(counter=counter)
    found["search_results"] = found["file_list"] = SearchCompressor(counter=counter)
    found["git_diff"] = DiffCompressor(counter=counter)
    found["source_code"] = CodeCompressor(counter=counter)
    found["html"] = HtmlCompressor(counter=counter)
    found["markdown"] = found["prose"] = ProseCompressor(counter=counter)
    found["csv"] = found["markdown_table"] = DelimitedCompressor(counter=counter, dense=dense_logs)
    found["columns"] = ColumnsCompressor(counter=counter)
    found["sql_result"] = SqlCompressor(counter=counter)
    found["python_literal"] = PythonCompressor(counter=counter)
    found["xml"] = XmlCompressor(counter=counter)
    found["yaml"] = YamlCompressor(counter=counter)
    found["toml"] = TomlCompressor(counter=counter)
    found["text"] = PlainTextCompressor(counter=counter)
    return found


def with_json_kept(
    compressors: Mapping[str, Compressor], counter: TokenCounter, *, rows: bool
) -> dict[str, Compressor]:
    """The same, but what is JSON as a whole stays JSON.

    Args:
        rows: Whether lists of like objects may stand as columns and rows.
    """
    return {**compressors, **dict.fromkeys(WHOLE_JSON, KeptJsonCompressor(counter=counter, rows=rows))}

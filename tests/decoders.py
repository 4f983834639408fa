"""Strategy of a change to what reads it back; a compressor with exact forms is a row here."""

from __future__ import annotations

from collections.abc import Callable

from headroom.compressors.diff_text import decode as decode_diff
from headroom.compressors.line_folds import unfold
from headroom.compressors.log_table import decode_log
from headroom.compressors.rows_compressor import restore
from tests.mixtures import JSON_KINDS, check_parts, read_exact, said_after, said_before
from tests.shown_cut import check_shown_cut, cut_after, cut_before
from tests.shown_diffs import check_shown_diff
from tests.shown_envelopes import check_json, envelope_after, envelope_before
from tests.shown_lines import check_lines
from tests.shown_markup import check_shown_xml, check_shown_yaml, xml_after, xml_before, yaml_after, yaml_before
from tests.shown_prose import check_page, check_passages
from tests.shown_python import check_shown_python, printed_again
from tests.shown_rows import (
    check_shown_columns,
    check_shown_rows,
    check_shown_sql,
    columns_after,
    columns_before,
    rows_after,
    rows_before,
    sql_before,
)
from tests.shown_search import check_search, read_search
from tests.shown_toml import check_shown_toml, toml_after, toml_before

# `exact`: shown text to the original, byte for byte.
BYTES: dict[str, Callable[[str], str]] = {
    "diff_headers": decode_diff,
    "folds": unfold,
    "folds+log_table": lambda text: unfold(decode_log(text)),
    "log_dense": decode_log,
    "log_table": decode_log,
    "long_listing": read_search,
    "search_groups": read_search,
    "columns_rows": restore,
    "delimited_rows": restore,
    "sql_rows": restore,
    "python_table": printed_again,
}

BYTES["mixed"] = lambda text: read_exact(text, BYTES)

# `value_exact`: (reads the original, reads the shown text); what both give must be equal to the last detail.
VALUES: dict[str, tuple[Callable[[str], object], Callable[[str], object]]] = {
    "mixed": (said_before, said_after),
    "cut_off": (cut_before, cut_after),
    "envelope": (envelope_before, envelope_after),
    "delimited_values": (rows_before, rows_after),
    "bars_values": (rows_before, rows_after),
    "sql_values": (sql_before, rows_after),
    "columns_values": (columns_before, columns_after),
    "xml_table": (xml_before, xml_after),
    "yaml_table": (yaml_before, yaml_after),
    "toml_table": (toml_before, toml_after),
}

# `left_out`: a check that what is shown is true of the original, by kind; fails with an AssertionError.
SHOWN: dict[str, Callable[[str, str], object]] = {
    "git_diff": check_shown_diff,
    "build_output": check_lines,
    "log": check_lines,
    "search_results": check_search,
    "file_list": check_search,
    "stack_trace": check_lines,
    "text": check_lines,
    "csv": check_shown_rows,
    "markdown_table": check_shown_rows,
    "sql_result": check_shown_sql,
    "columns": check_shown_columns,
    "html": check_page,
    "markdown": check_passages,
    "prose": check_passages,
    "xml": check_shown_xml,
    "yaml": check_shown_yaml,
    "toml": check_shown_toml,
    "json_truncated": check_shown_cut,
    "python_literal": check_shown_python,
}
for json_kind in JSON_KINDS:
    SHOWN[json_kind] = lambda text, source: check_json(text, source, SHOWN)
WITHIN = {**SHOWN}
SHOWN["mixed"] = lambda text, source: check_parts(text, source, {**WITHIN, **SHOWN}, "mixed")
SHOWN["json_in_text"] = lambda text, source: check_parts(text, source, WITHIN, "json_in_text")

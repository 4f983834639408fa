"""Rows of the ledger as data frames, with the columns of `headroom.storage.columns` (`docs/metrics.md`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from operator import attrgetter
from typing import Any, Literal, SupportsIndex, overload

from headroom.errors import ConfigurationError
from headroom.resolve import resolve
from headroom.results import RequestMetrics
from headroom.storage import default_store_url, flush_recorders, open_metrics_store
from headroom.storage.columns import COLUMNS, PART_COLUMNS, PART_FIGURES, PARTS, SCHEMA_VERSION, Column

VERSION_NAME = "headroom_schema_version"

By = Literal["tool", "kind"]


class MetricsRows(list[RequestMetrics]):
    """A list of ledger rows that can become a data frame.

    The columns, their types and their units are those of `docs/metrics.md`, whatever the rows hold, also for none. With
    `by="tool"` or `by="kind"` there is one row per call and tool, or content type, in place of one per call.
    """

    @overload
    def __getitem__(self, at: SupportsIndex) -> RequestMetrics: ...
    @overload
    def __getitem__(self, at: slice) -> MetricsRows: ...
    def __getitem__(self, at: SupportsIndex | slice) -> RequestMetrics | MetricsRows:
        found = super().__getitem__(at)
        return MetricsRows(found) if isinstance(found, list) else found

    def to_pandas(self, by: By | None = None) -> Any:
        """A `pandas.DataFrame`; its `attrs["headroom_schema_version"]` says which schema.

        Raises:
            ImportError: pandas is not installed.
            ConfigurationError: `by` is something else.
        """
        pandas = optional("pandas", "to_pandas")
        columns, values = table(self, by)
        made = {c.name: pandas.array(values[c.name], dtype=PANDAS[c.kind]) for c in columns}
        frame = pandas.DataFrame(made)
        frame.attrs[VERSION_NAME] = SCHEMA_VERSION
        return frame

    def to_polars(self, by: By | None = None) -> Any:
        """A `polars.DataFrame`.

        Raises:
            ImportError: polars is not installed.
            ConfigurationError: `by` is something else.
        """
        polars = optional("polars", "to_polars")
        columns, values = table(self, by)
        return polars.DataFrame(values, schema={c.name: POLARS[c.kind](polars) for c in columns})

    def to_arrow(self, by: By | None = None) -> Any:
        """A `pyarrow.Table`; its schema's metadata hold `headroom_schema_version`.

        Raises:
            ImportError: pyarrow is not installed.
            ConfigurationError: `by` is something else.
        """
        arrow = optional("pyarrow", "to_arrow")
        columns, values = table(self, by)
        schema = arrow.schema(
            [(c.name, ARROW[c.kind](arrow)) for c in columns], metadata={VERSION_NAME: str(SCHEMA_VERSION)}
        )
        return arrow.table(values, schema=schema)


# Types of the columns by their kind.
PANDAS = {
    "text": "string",
    "json": "string",
    "integer": "Int64",
    "float": "Float64",
    "boolean": "boolean",
    "timestamp": "datetime64[us, UTC]",
}
POLARS: Mapping[str, Callable[[Any], Any]] = {
    "text": lambda polars: polars.String,
    "json": lambda polars: polars.String,
    "integer": lambda polars: polars.Int64,
    "float": lambda polars: polars.Float64,
    "boolean": lambda polars: polars.Boolean,
    "timestamp": lambda polars: polars.Datetime("us", "UTC"),
}
ARROW: Mapping[str, Callable[[Any], Any]] = {
    "text": lambda arrow: arrow.string(),
    "json": lambda arrow: arrow.string(),
    "integer": lambda arrow: arrow.int64(),
    "float": lambda arrow: arrow.float64(),
    "boolean": lambda arrow: arrow.bool_(),
    "timestamp": lambda arrow: arrow.timestamp("us", "UTC"),
}


def metrics(
    store_url: str | None = None,
    *,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    model: str | None = None,
    mode: str | None = None,
    limit: int | None = None,
) -> MetricsRows:
    """Rows of a metrics store, newest first, those that this process still holds included.

        headroom.metrics("postgresql://...").to_pandas()

    Args:
        store_url: The store; None takes the configured one, by default in the user's data directory.
        start_time: First moment, inclusive; a naive one is UTC.
        end_time: Last moment, inclusive.
        model: Rows of this model only.
        mode: `audit`, `optimize` or `simulate`.
        limit: Rows at most; None gives all.

    Raises:
        ConfigurationError: The URL names no store.
        StorageError: The store cannot be read.
    """
    flush_recorders()
    store = open_metrics_store(store_url or resolve().config.store_url or default_store_url())
    found = store.read(start_time=start_time, end_time=end_time, model=model, mode=mode, limit=limit)
    return MetricsRows(found)


def table(rows: Iterable[RequestMetrics], by: str | None) -> tuple[list[Column], dict[str, list[Any]]]:
    """The columns, and their values by name."""
    if by is None:
        every = list(rows)
        return list(COLUMNS), {column.name: values(column, every) for column in COLUMNS}
    return parts_table(rows, by)


def parts_table(rows: Iterable[RequestMetrics], by: str) -> tuple[list[Column], dict[str, list[Any]]]:
    """One row per call and name of a part.

    Raises:
        ConfigurationError: There are no such parts.
    """
    if by not in PARTS:
        raise ConfigurationError(f"by must be of {', '.join(PARTS)}", field="by", value=str(by)[:60])
    figures = [Column(name, "integer", "") for name in PART_FIGURES]
    columns = [*PART_COLUMNS, Column(by, "text", ""), *figures]
    found: list[tuple[Any, ...]] = []
    for row in rows:
        call = [value(column, row) for column in PART_COLUMNS]
        for name, (parts, before, after, *_) in getattr(row, f"by_{by}").items():
            found.append((*call, text(name), parts, before, after, before - after))
    listed = zip(*found, strict=True) if found else [()] * len(columns)
    return columns, {column.name: list(values) for column, values in zip(columns, listed, strict=True)}


def values(column: Column, rows: Sequence[RequestMetrics]) -> list[Any]:
    """A column as frames can hold it."""
    if column.kind in ("integer", "float", "boolean"):
        return list(map(attrgetter(column.field or column.name), rows))
    return [value(column, row) for row in rows]


def value(column: Column, row: RequestMetrics) -> Any:
    """A value as frames can hold it."""
    found = column.value(row)
    return text(found) if isinstance(found, str) else found


def text(found: str) -> str:
    """Without halves of surrogate pairs, which Arrow and polars refuse."""
    return found if found.isascii() else found.encode("utf-8", "replace").decode("utf-8")


def optional(package: str, method: str) -> Any:
    """A package that only frames need.

    Raises:
        ImportError: It is not installed; the message is the line that installs it.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise ImportError(f"{method}() needs {package}: pip install {package}", name=package) from None

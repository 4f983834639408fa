"""`generate_report`: what was saved, as a page, as Markdown or as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headroom.errors import ConfigurationError, StorageError
from headroom.reports import charts, series, wording
from headroom.reports.figures import Figures, figures_of
from headroom.reports.samples import Sample, sides
from headroom.reports.table import as_csv
from headroom.reports.windows import choose_window, long_label
from headroom.storage.metrics import open_metrics_store
from headroom.storage.recorder import flush_recorders

if TYPE_CHECKING:
    from jinja2 import Environment

CSV = "csv"
TEMPLATES = {"html": "report.html.j2", "markdown": "report.md.j2", "md": "report.md.j2"}
FORMATS = (*TEMPLATES, CSV)
FILTERS = ("shown", "whole", "short", "percent", "dollars", "cell", "code", "fence")
MOST_SAMPLES = 20


def generate_report(
    store_url: str | None = None,
    format: str = "html",
    period: str = "day",
    *,
    start_time: datetime | None = None,
    end_time: datetime | None = None,
    output_path: str | Path | None = None,
    samples: Sequence[Sample] | None = None,
) -> str:
    """A report on the calls in a metrics store, as text.

    Args:
        store_url: Where the metrics are; None takes the default place.
        format: `html` (one self-contained page), `markdown` or `md`, or `csv` (a row per call, units in the names).
        period: Time covered, up to `end_time`: `hour`, `day`, `week`, `month` or `all`.
        start_time: Covers from here on instead; naive times are UTC.
        end_time: Covers until here; None is now.
        output_path: File to write the report to as well.
        samples: Outputs before and after to show, largest first. They are content: without them there is none, and
            `csv` never has any.

    Raises:
        ConfigurationError: Unknown format or period, or no such kind of store.
        StorageError: The store cannot be read, or the file not written.
    """
    if format not in FORMATS:
        raise ConfigurationError(f"format must be one of {', '.join(FORMATS)}", field="format", value=format)
    now = datetime.now(timezone.utc)
    window = choose_window(period, start_time, end_time, now)
    flush_recorders()
    store = open_metrics_store(store_url)
    try:
        rows = store.read(start_time=window.start, end_time=window.end, limit=None)
    finally:
        store.close()
    report = as_csv(rows) if format == CSV else render(TEMPLATES[format], figures_of(rows, window), samples or (), now)
    if output_path is not None:
        write_report(Path(output_path), report)
    return report


def render(template: str, figures: Figures, samples: Sequence[Sample], now: datetime) -> str:
    """The text of a report; the same values give the same text."""
    largest = sorted(samples, key=lambda sample: -sample.tokens_before)[:MOST_SAMPLES]
    values: dict[str, Any] = {
        "figures": figures,
        "summary": figures.summary,
        "samples": [(sample, *sides(sample)) for sample in largest],
        "samples_total": len(samples),
        "made": long_label(now),
    }
    return environment().get_template(template).render(values)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja with our templates; everything is escaped in HTML, apart from charts, which escape their own text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("headroom.reports"),
        autoescape=lambda name: bool(name) and ".html." in str(name),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals |= {"bar": charts.bar, "time_chart": series.chart, "text_bar": charts.text_bar}
    for name in FILTERS:
        made.filters[name] = getattr(wording, name)
    return made


def write_report(path: Path, report: str) -> None:
    """Write the file the caller named; line ends stay as they are."""
    try:
        path.write_text(report, encoding="utf-8", newline="")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StorageError(f"the report cannot be written: {reason}", path=str(path)) from None

"""CSV and SQL output: what is saved, and whether labelled anomalies stay where rows may be left out.

    python -m benchmarks.kinds_tables [--data FOLDER]

The series of the Numenta Anomaly Benchmark (NAB) in the data are labelled: `anomaly_windows`, and `anomaly_times` for
pages of them. Of each window the row farthest from the median of its series should stay, or one with the same value;
of a labelled time, some row at most three rows away. A row stays where its time stamp is shown whole.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median
from typing import Any

import headroom
from benchmarks.clock import ms_of
from benchmarks.data import asked, data_at, records
from headroom.compressors.by_type import compressors_by_kind
from headroom.detection import detect
from headroom.tokenizers import built_in_counter
from headroom.tokenizers.tiktoken_counter import TiktokenCounter

KINDS = ("csv", "sql_result")
NEAR_ROWS = 3
Series = list[tuple[str, float]]


def series_of(text: str) -> Series:
    """Time stamps and values of a series."""
    rows = [line.split(",") for line in text.replace("\r", "").split("\n")[1:] if line]
    return [(stamp, float(value)) for stamp, value in rows]


def extreme_rows(series: Series, windows: list[list[str]]) -> Iterator[list[str]]:
    """Time stamps of the rows of each window that are farthest from the median of the series; several where equal."""
    middle = median(value for _, value in series)
    for first, last in windows:
        within = [row for row in series if first[:19] <= row[0] <= last[:19]]
        if within:
            farthest = max(abs(value - middle) for _, value in within)
            yield [stamp for stamp, value in within if abs(value - middle) == farthest]


def rows_near(series: Series, times: list[str]) -> Iterator[list[str]]:
    """Time stamps of the rows around each labelled time."""
    for time in times:
        places = [place for place, (stamp, _) in enumerate(series) if stamp == time]
        for place in places:
            yield [stamp for stamp, _ in series[max(0, place - NEAR_ROWS) : place + NEAR_ROWS + 1]]


def labelled(record: dict[str, Any], shown: str) -> Iterator[tuple[str, bool]]:
    """What a label asks for, and whether it is shown."""
    windows, times = record["meta"].get("anomaly_windows"), record["meta"].get("anomaly_times")
    if windows or times:
        series = series_of(record["text"])
        for stamps in extreme_rows(series, windows or []):
            yield "extreme rows of labelled windows", any(stamp in shown for stamp in stamps)
        for stamps in rows_near(series, times or []):
            yield "labelled times within three rows", any(stamp in shown for stamp in stamps)


def tool_text(text: str) -> str:
    """What is sent where the model can call the retrieve tool."""
    return str(headroom.compress(asked(text), model="gpt-4o", retrieval="tool").messages[3]["content"])


def time_ratio(text: str) -> float:
    """Time of detection and the exact form to the time of counting the tokens of `text` once; the better of three."""
    counting, working = [], []
    for _ in range(3):
        counter = TiktokenCounter()
        counter.count_text("warm")
        counting.append(ms_of(lambda counter=counter: counter.count_text(text)))  # type: ignore[misc]
        fresh = compressors_by_kind(TiktokenCounter())
        fresh["csv"].compress("warm")
        working.append(ms_of(lambda fresh=fresh: fresh[detect(text).kind.value].compress(text)))  # type: ignore[misc]
    return min(working) / min(counting)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    data = data_at(parser.parse_args().data)
    counter = built_in_counter()
    compressors = compressors_by_kind(counter)
    sizes: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    speeds: dict[str, list[float]] = defaultdict(list)
    asked_for: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for path in data.files():
        for record in records(path) if path.name.startswith((*KINDS, "records")) else ():
            if record["kind"] not in KINDS:
                continue
            text = record["text"]
            found = detect(text).kind.value
            exact = compressors[found].compress(text)
            shown = tool_text(text)
            sizes[record["kind"]].append((exact.original_tokens, exact.compressed_tokens, counter.count_text(shown)))
            speeds[record["kind"]].append(time_ratio(text))
            for label, is_shown in labelled(record, shown):
                asked_for[label] += 1
                kept[label] += is_shown
    for kind, rows in sizes.items():
        before, exact_tokens, tool = (sum(column) for column in zip(*rows, strict=True))
        shares = [100 - 100 * row[1] / row[0] for row in rows]
        print(
            f"{kind}: saved {100 - 100 * exact_tokens / before:.1f} % together, {mean(shares):.1f} % mean,"
            f" {median(shares):.1f} % median; with the tool {100 - 100 * tool / before:.1f} %;"
            f" time of the exact form to counting once: median {median(speeds[kind]):.1f}"
        )
    for label, count in asked_for.items():
        print(f"{label}: {kept[label]} of {count} shown with the tool")


if __name__ == "__main__":
    main()

"""`headroom stats`, `report` and `doctor` over a filled store; pipes, colours and interruptions."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from headroom.cli import app as application
from headroom.cli.times import moment
from headroom.errors import ConfigurationError, ValidationError
from headroom.storage.metrics import open_metrics_store
from headroom.storage.summary import summarise
from tests.surfaces.running import COMMAND, Ran, own_store  # noqa: F401
from tests.unit.reports.ledger import NOW, ledger

Capture = pytest.CaptureFixture[str]
ROWS = ledger(200)
TOTAL = summarise(ROWS)
COLOURS = re.compile(r"\x1b\[")


@pytest.fixture(autouse=True)
def filled(own_store: str) -> str:  # noqa: F811
    open_metrics_store(own_store).write(ROWS)
    return own_store


def test_the_sums_are_those_of_the_summary(capsys: Capture) -> None:
    shown = Ran(capsys, "stats").out
    sums = json.loads(Ran(capsys, "stats", "--json").out)

    assert sums == json.loads(json.dumps(TOTAL))
    assert f"{TOTAL['total_requests']} calls, {TOTAL['total_tokens_before']} -> " in shown
    assert f"net {TOTAL['net_tokens_saved']} tokens" in shown
    assert "read from the provider's cache" in shown


def test_a_tool_that_costs_more_than_it_saves_is_named_with_its_profile_line(capsys: Capture) -> None:
    shown = Ran(capsys, "stats").out

    assert "list_tickets costs more than it saves" in shown
    assert '[tool_profiles."list_tickets"]\nexact_only = true' in shown


@pytest.mark.parametrize("name", ["integration", "model", "tool", "tenant", "thread", "kind", "mode", "run"])
def test_it_groups_by_any_name(capsys: Capture, name: str) -> None:
    entries = json.loads(Ran(capsys, "stats", "--by", name, "--json").out)
    shown = Ran(capsys, "stats", "--by", name, "--limit", "2").out

    assert sum(entry["tokens_saved"] for entry in entries) == TOTAL["total_tokens_saved"]
    assert (str(entries[0][name]) or "(none)") in shown
    assert ("more" in shown) == (len(entries) > 2)


def test_it_groups_by_several_names(capsys: Capture) -> None:
    entries = json.loads(Ran(capsys, "stats", "--by", "tenant", "--by", "model", "--json").out)

    assert {tuple(entry)[:2] for entry in entries} == {("tenant", "model")}
    assert sum(entry["requests"] for entry in entries) == len(ROWS)


def test_time_is_given_as_a_span_or_a_moment(capsys: Capture) -> None:
    middle = NOW - timedelta(days=3)

    late = json.loads(Ran(capsys, "stats", "--since", f"{middle:%Y-%m-%dT%H:%M:%SZ}", "--json").out)
    early = json.loads(Ran(capsys, "stats", "--until", f"{middle:%Y-%m-%dT%H:%M:%S}", "--json").out)

    assert late["total_requests"] == sum(row.timestamp >= middle for row in ROWS)
    assert late["total_requests"] + early["total_requests"] == len(ROWS)


def test_spans_are_counted_back_from_now() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)

    assert moment("90m", "since", now) == now - timedelta(minutes=90)
    assert moment("2w", "since", now) == now - timedelta(weeks=2)
    assert moment("2026-11-20T14:00:00+02:00", "since") == now
    for wrong in ("yesterday", "7", "999999w", "٣d", ""):
        with pytest.raises(ValidationError, match="since must be"):
            moment(wrong, "since", now)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stats", "--since", "yesterday"], "since must be a span such as 30m, 24h or 7d"),
        (["stats", "--by", "colour"], "group_by must be of integration, model"),
        (["stats", "--by", "colour"], "value colour"),
        (["stats", "--by", "tool", "--by", "kind"], "tool or kind, not both"),
        (["report", "--until", "x"], "until must be"),
        (["report", "--since", "2030-01-01"], "end_time lies before start_time"),
        (["report", "-o", "absent/r.html"], "the report cannot be written: No such file"),
        (["report", "--period", "aeon"], "value aeon"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_it(capsys: Capture, arguments: list[str], said: str) -> None:
    ran = Ran(capsys, *arguments)

    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_watching_looks_again(capsys: Capture, filled: str) -> None:
    ran = Ran(capsys, "stats", "--watch", "--every", "0.1", "--times", "2", "--json")

    looks = [json.loads(line) for line in ran.out.splitlines()]
    assert [look["total_requests"] for look in looks] == [len(ROWS)] * 2


def test_an_interrupted_watch_ends_without_a_word(filled: str, tmp_path: Path) -> None:
    as_in_a_terminal = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    process = subprocess.Popen(
        [sys.executable, "-c", as_in_a_terminal + COMMAND, "stats", "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    assert process.stdout is not None
    assert b"Metrics store" in process.stdout.readline()
    while b"langchain" not in process.stdout.readline():
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (0, b"")


def test_the_format_of_a_report_is_that_of_its_file(capsys: Capture, tmp_path: Path) -> None:
    for name in ("r.html", "r.md", "r.csv"):
        assert Ran(capsys, "report", "-o", name, "--since", "2026-11-01").out == f"{name} written\n"

    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (tmp_path / "r.md").read_text(encoding="utf-8").startswith("# Headroom report")
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(ROWS)
    piped = Ran(capsys, "report", "--format", "csv", "--since", "2026-11-01").out
    assert len(list(csv.DictReader(io.StringIO(piped, newline="")))) == len(ROWS)


def test_a_pipe_has_no_colours_a_terminal_has_and_no_color_is_obeyed(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Ran(capsys, "stats").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = Ran(capsys, "stats").out
    monkeypatch.setenv("NO_COLOR", "1")
    refused = Ran(capsys, "stats").out

    assert not COLOURS.search(plain)
    assert COLOURS.search(coloured)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", refused)


@pytest.mark.parametrize("width", ["40", "60", "100"])
def test_tables_fit_the_terminal_and_figures_are_whole(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)

    out = Ran(capsys, "stats", "--by", "tool", "--by", "model").out

    table = out.split("\n\n", 1)[1].splitlines()
    assert max(map(len, table)) <= int(width)
    entries = json.loads(Ran(capsys, "stats", "--by", "tool", "--by", "model", "--json").out)
    assert str(entries[0]["tokens_after"]) in out


def test_the_doctor_writes_a_row_into_a_store_that_is_there_and_takes_it_out(capsys: Capture, filled: str) -> None:
    found = {finding["name"]: finding for finding in json.loads(Ran(capsys, "doctor", "--json").out)}

    assert found["metrics store"]["state"] == "good"
    assert summarise(open_metrics_store(filled).read(limit=None)) == TOTAL


def test_the_doctor_names_variables_that_nothing_reads(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_MIN_TOKEN", "5")
    monkeypatch.setenv("HEADROOM_TELEMETRY", "off")  # of other programs

    ran = Ran(capsys, "doctor")

    assert "note   variables: HEADROOM_MIN_TOKEN has no effect, did you mean 'HEADROOM_MIN_TOKENS'?" in ran.out
    assert ran.err == ""
    assert ran.code == 0


def test_the_doctor_names_the_settings_file_that_holds(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "headroom.toml").write_text("min_tokens = 77\n", encoding="utf-8")

    assert "headroom.toml, " in Ran(capsys, "doctor").out


def test_every_command_has_help_with_examples(capsys: Capture) -> None:
    for command in ("compress", "simulate", "retrieve", "stats", "report", "doctor"):
        ran = Ran(capsys, command, "--help")
        assert ran.code == 0
        assert f"headroom {command} " in ran.out.replace("headroom doctor\n", "headroom doctor ")
        assert "Examples:" in ran.out
        assert "Exit codes: 0" in ran.out


def test_a_refused_setting_is_named_with_its_value_once() -> None:
    known = ConfigurationError("min_tokens must be at least 0, got -3", field="min_tokens", value=-3)
    bare = ConfigurationError("must be one of a, b", field="colour", value="red")

    assert application.one_line(known) == known.message
    assert application.one_line(bare) == "must be one of a, b (field colour, value red)"


HELP = """
import sys
from headroom.cli import main
try:
    main(["--help"])
except SystemExit:
    print(sorted(sys.modules))
"""
HEAVY = ("pydantic", "sqlalchemy", "tiktoken", "jinja2", "rich.table", "genai_prices", "headroom.engine", "asyncio")


def test_help_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True, timeout=120)

    loaded = done.stdout.splitlines()[-1]
    assert [name for name in HEAVY if f"'{name}'" in loaded] == []

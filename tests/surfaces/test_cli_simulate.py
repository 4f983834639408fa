"""`headroom simulate`: the plan part by part."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.surfaces.running import CHAT, ROWS, Ran, own_store, write_lines  # noqa: F401

pytestmark = pytest.mark.usefixtures("own_store")
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "chat.json"
    path.write_text(json.dumps(CHAT), encoding="utf-8")
    return path


def test_each_part_has_a_row_with_sizes_class_and_reason(capsys: Capture) -> None:
    ran = Ran(capsys, "simulate", "chat.json")

    row = next(line for line in ran.out.splitlines() if "list_issues" in line)
    place, tool, kind, before, after, saved, _, why = re.split(r"\s+", row.strip(), maxsplit=7)
    assert (place, tool, kind, why) == ("2", "list_issues", "json_array", "same values, table") or "table" in why
    assert int(after) < int(before) / 2
    assert saved == f"{100 - 100 * int(after) / int(before):.1f}"
    assert (ran.code, ran.err) == (0, "")


def test_a_hint_says_what_would_change_it(capsys: Capture, tmp_path: Path) -> None:
    many = json.dumps([{"id": n, "title": f"issue number {n}", "score": n * 7919 % 1009} for n in range(900)])
    (tmp_path / "large.json").write_text(json.dumps([*CHAT[:2], {**CHAT[2], "content": many}]), encoding="utf-8")

    told = Ran(capsys, "simulate", "large.json").out
    followed = Ran(capsys, "simulate", "large.json", "--retrieval", "tool").out

    assert '-> retrieval="tool" with headroom_retrieve bound' in " ".join(told.split())
    assert "left out, table+selection" in " ".join(followed.split())


def test_it_plans_what_compress_does_and_records_nothing(capsys: Capture, tmp_path: Path) -> None:
    limit = ("--target-tokens", "60")

    planned = json.loads(Ran(capsys, "simulate", "chat.json", "--json", *limit).out)
    assert not (tmp_path / "metrics.db").exists()
    done = json.loads(Ran(capsys, "compress", "chat.json", "--json", "-q", *limit).out)

    assert {name: value for name, value in done.items() if name != "output"} == planned


def test_a_diff_shows_both_sides_and_no_control_character(capsys: Capture, tmp_path: Path) -> None:
    lines = [f"2024-05-01 10:00:{n:02} INFO worker took job {n}" for n in range(60)]
    lines[0] += "\x1b]0;owned\x07"
    (tmp_path / "a.log").write_text("\n".join(lines), encoding="utf-8")

    ran = Ran(capsys, "simulate", "a.log", "--diff", "--diff-lines", "2")
    rows = Ran(capsys, "simulate", "chat.json", "--diff", "--diff-lines", "2").out

    assert "- 2024-05-01 10:00:00 INFO" in ran.out
    assert "+ [60 log lines" in ran.out
    assert "more lines" in ran.out
    assert "\x1b" not in ran.out
    assert "\x07" not in ran.out
    assert max(map(len, rows.splitlines())) < 400
    assert "more characters" in rows


def test_only_the_results_of_one_tool_are_shown(capsys: Capture, tmp_path: Path) -> None:
    write_lines(tmp_path / "talk.jsonl", CHAT, [{"role": "user", "content": "hello " * 300}])

    ran = Ran(capsys, "simulate", "talk.jsonl", "--only", "list_issues")

    assert "talk.jsonl:1" in ran.out
    assert "talk.jsonl:2" not in ran.out


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_it_fits_the_terminal(capsys: Capture, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)

    ran = Ran(capsys, "simulate", "chat.json")

    table = ran.out.split("tokens,")[0].splitlines()[1:-1]
    assert max(map(len, table)) <= int(width)
    assert "list_" in ran.out


def test_a_text_is_one_result_and_a_bad_line_is_a_finding(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text(ROWS, encoding="utf-8")
    write_lines(tmp_path / "talk.jsonl", CHAT, b"{")

    assert "json_array" in Ran(capsys, "simulate", "rows.txt").out
    ran = Ran(capsys, "simulate", "talk.jsonl")
    assert (ran.code, "left as it came: not_json" in ran.out) == (1, True)

"""`headroom explain`: before and after on a terminal, as JSON and as a page; runs of the ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import headroom
from headroom.storage import flush_recorders
from tests.surfaces.running import CHAT, ROWS, Ran, own_store, pipe  # noqa: F401

pytestmark = pytest.mark.usefixtures("own_store")
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "chat.json"
    path.write_text(json.dumps(CHAT), encoding="utf-8")
    return path


def test_both_sides_stand_beside_each_other_with_class_reason_and_sizes(capsys: Capture) -> None:
    ran = Ran(capsys, "explain", "chat.json", "--lines", "4")

    lines = ran.out.splitlines()
    head = next(line for line in lines if line.startswith("message 2, list_issues, json_array:"))
    assert head.endswith("tokens, same values (table)")
    assert "nothing is missing" in ran.out
    assert any('[{"id": 0' in line and "│ [90]{id,state=open,title}" in line for line in lines)
    assert (ran.code, ran.err) == (0, "")


def test_on_a_narrow_terminal_one_stands_below_the_other(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    lines = Ran(capsys, "explain", "chat.json").out.splitlines()

    assert any(line.startswith('- [{"id": 0') for line in lines)
    assert "+ [90]{id,state=open,title}" in lines
    assert max(len(line) for line in lines if line[:2] in ("- ", "+ ")) <= 60


def test_one_message_or_one_handle_is_picked(capsys: Capture) -> None:
    asked = ("explain", "chat.json", "--target-tokens", "60", "--json")
    told = json.loads(Ran(capsys, *asked).out)
    [part] = told["parts"]

    assert part["before"] == ROWS
    assert part["class"] == "left out"
    assert f"headroom retrieve {part['handle']}" in part["way_back"]
    assert json.loads(Ran(capsys, *asked, "--handle", part["handle"]).out)["parts"] == [part]
    assert json.loads(Ran(capsys, *asked, "--message", "2").out)["parts"] == [part]
    missing = Ran(capsys, *asked, "--handle", "0" * 12)
    assert (missing.code, missing.out) == (1, "")
    assert "no part has the handle 000000000000" in missing.err


def test_parts_that_stayed_are_shown_on_request_with_their_reason(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "short.json").write_text(json.dumps([*CHAT[:2], {**CHAT[2], "content": "short"}]), encoding="utf-8")

    nothing = Ran(capsys, "explain", "short.json")
    every = Ran(capsys, "explain", "short.json", "--all")

    assert nothing.code == 1
    assert "--all" in nothing.err
    assert "as it came (below_min_tokens)" in every.out


def test_texts_and_pipes_are_explained_too(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(monkeypatch, ROWS.encode())

    assert "│ [90]{id,state=open,title}" in Ran(capsys, "explain", "-", "--text").out


def test_a_page_holds_all_of_it_and_loads_nothing(capsys: Capture, tmp_path: Path) -> None:
    ran = Ran(capsys, "explain", "chat.json", "--html", "page.html")

    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert (ran.code, ran.out) == (0, "")
    assert "&quot;title&quot;: &quot;issue 89&quot;" in page
    assert "<script" not in page
    assert "http" not in page


def test_a_run_is_told_from_the_ledger_without_any_text(capsys: Capture, own_store: str) -> None:  # noqa: F811
    engine = headroom.Engine(store_url=own_store)
    result = engine.prepare(CHAT, model="gpt-4o")
    engine.record(result, mode="optimize", run_id="01a1fa56-5004-7089", thread_id="thread-7")
    flush_recorders()

    ran = Ran(capsys, "explain", "--run", "01a1fa56-5004-7089")
    same = Ran(capsys, "explain", "--run", "01a1fa56", "--store", own_store, "--json")

    assert f"{result.tokens_before} -> {result.tokens_after}" in ran.out
    for word in ("list_issues", "json_array", result.fingerprint, "gpt-4o", "thread-7", "optimize"):
        assert word in ran.out
    row = json.loads(same.out)
    assert (row["run_id"], row["fingerprint"]) == ("01a1fa56-5004-7089", result.fingerprint)
    assert "issue 1" not in ran.out + same.out


def test_an_unknown_run_and_no_file_at_all_are_told(capsys: Capture, own_store: str) -> None:  # noqa: F811
    headroom.compress(CHAT, store_url=own_store)
    flush_recorders()
    unknown, nothing = Ran(capsys, "explain", "--run", "nobody"), Ran(capsys, "explain")

    assert unknown.code == 1
    assert "no row of sqlite" in unknown.err
    assert "nobody" in unknown.err
    assert nothing.code == 2

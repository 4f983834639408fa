from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from headroom.cli import main
from headroom_integrations.demo.bill import Terms, simulated_bill
from headroom_integrations.demo.conversation import load_conversation
from headroom_integrations.demo.figures import call_places, measure


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["demo", *arguments])
    printed = capsys.readouterr()
    return int(end.value.code or 0), printed.out, printed.err


@pytest.fixture
def figures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> dict[str, Any]:
    code, out, _ = run(capsys, "--json", "--report", str(tmp_path / "report.html"))
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def test_it_shows_a_row_per_tool_message_and_fits_80_columns(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    code, out, _ = run(capsys, "--report", str(tmp_path / "report.html"))

    tool_messages = sum(message["role"] == "tool" for message in load_conversation().messages)
    assert code == 0
    assert len(re.findall(r"^ *\d+ +(?:find|get|modify|return)_", out, re.MULTILINE)) == tool_messages == 11
    long = [line for line in out.splitlines() if len(line) > 80]
    assert all("[headroom " in line or "/" in line for line in long)
    assert "\x1b" not in out
    assert "byte for byte the original" in out
    assert str(tmp_path / "report.html") in out


def test_the_totals_are_the_sums_of_the_rows(figures: dict[str, Any]) -> None:
    for variant in (figures["exact"], figures["retrieve_tool_offered"]):
        saved = sum(note["tokens_saved"] for note in variant["tool_messages"])
        assert saved == variant["tokens_before"] - variant["tokens_after"] == sum(variant["saved"].values())


def test_exact_forms_leave_nothing_out_and_the_tool_makes_all_of_it_reachable(figures: dict[str, Any]) -> None:
    assert figures["exact"]["saved"]["exact"] > 1000
    assert figures["exact"]["saved"]["reachable"] == figures["exact"]["saved"]["unreachable"] == 0
    assert figures["retrieve_tool_offered"]["saved"]["reachable"] > 0
    assert figures["retrieve_tool_offered"]["saved"]["unreachable"] == 0


def test_it_does_not_hide_that_a_limit_was_needed_to_leave_something_out(figures: dict[str, Any]) -> None:
    assert figures["largest_exact_tokens"] < figures["select_above_tokens"]
    assert figures["retrieve_tool_offered"]["target_tokens"] is not None


def test_an_original_comes_back_byte_for_byte(figures: dict[str, Any]) -> None:
    assert figures["retrieved"]["identical"] is True
    assert figures["retrieved"]["tokens"] > 500


def test_the_report_shows_the_texts_and_the_ledger_has_a_row_per_call(figures: dict[str, Any], tmp_path: Path) -> None:
    from headroom.storage import open_metrics_store

    rows = open_metrics_store(figures["files"]["Metrics of this demo"]).read(limit=None)

    assert len(rows) == figures["model_calls"] == 18
    assert {row.integration for row in rows} == {"langchain.runnable"}
    assert "Skateboard" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_bill_is_that_of_a_prefix_cache() -> None:
    a, b, c = ({"role": "user", "content": letter * size} for letter, size in (("a", 6), ("b", 16), ("c", 6)))
    terms = Terms(write=2.0, read=0.5, min_tokens=20)

    def bill(*prompts: list[dict[str, str]], fixed_tokens: int = 0) -> float:
        return simulated_bill(prompts, len, terms=terms, fixed_tokens=fixed_tokens)

    assert bill([a]) == 10  # too short to be written
    assert bill([a, b]) == 30 * 2.0
    assert bill([a, b], [a, b, c]) == 30 * 2.0 + 30 * 0.5 + 10 * 2.0
    assert bill([a, b], [c, b]) == 30 * 2.0 + 30 * 2.0  # another beginning: nothing is read
    assert bill([a], [a, b]) == 10 + 30 * 2.0  # the prefix is too short to be cached
    assert bill([a, b], [a, b], fixed_tokens=10) == 40 * 2.0 + 40 * 0.5


def test_every_answer_of_the_model_is_a_call() -> None:
    roles = ["assistant", "user", "assistant", "tool", "assistant"]

    assert call_places([{"role": role} for role in roles]) == [2, 4]


def test_the_compressed_run_is_cheaper_than_the_raw_one() -> None:
    figures = measure(load_conversation().messages, "memory://test-demo")

    assert figures.exact.bill < 0.85 * figures.bill_before


def test_an_own_conversation_is_shown_and_its_texts_are_written_nowhere(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "chat.json"
    rows = json.dumps([{"id": n, "state": "open", "canary": f"c{n}"} for n in range(60)])
    call = {"id": "1", "type": "function", "function": {"name": "list", "arguments": "{}"}}
    chat = [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": rows},
        {"role": "assistant", "content": "."},
    ]
    path.write_text(json.dumps({"messages": chat}), encoding="utf-8")

    code, out, _ = run(capsys, "--conversation", str(path), "--json")

    found = json.loads(out)
    assert code == 0
    assert found["exact"]["saved"]["exact"] > 100
    assert list(found["files"]) == ["Metrics of this demo"]
    stored = Path(found["files"]["Metrics of this demo"].removeprefix("sqlite:///"))
    assert b"canary" not in stored.read_bytes()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("{}", "no list of messages"),
        ("[1]", "no list of messages"),
        ('[{"role": "wizard"}, {"role": "assistant"}]', "LangChain cannot read"),
    ],
)
def test_a_wrong_file_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "chat.json"
    path.write_text(text, encoding="utf-8")

    code, _, err = run(capsys, "--conversation", str(path))

    assert code == 1
    assert said in err
    assert err.count("\n") == 1


def test_an_empty_conversation_is_no_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    path.write_text("[]", encoding="utf-8")

    assert run(capsys, "--conversation", str(path))[0] == 0


def test_source_and_licence_stand_beside_the_conversation() -> None:
    folder = files("headroom_integrations.demo")
    conversation = json.loads(folder.joinpath("conversation.json").read_text(encoding="utf-8"))
    note = folder.joinpath("SOURCE.md").read_text(encoding="utf-8")

    repository, _, rest = conversation["source"].partition("@")
    commit, _, path = rest.partition(":")
    assert all(part in note for part in (repository, commit, *path.split("#"), "MIT"))
    assert conversation["license"] == "MIT"


def test_without_langchain_the_line_that_installs_it_is_said() -> None:
    code = "import sys; sys.modules['langchain_core'] = None\nfrom headroom.cli import main\nmain(['demo'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert 'pip install "headroom-integrations[langchain]"' in done.stderr
    assert "Traceback" not in done.stderr

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from headroom import __version__
from headroom.errors import HeadroomError
from headroom.installation import check_installation, clash, differences, is_foreign_installed, stray_files
from tests.surfaces.running import CHAT, ROWS, Ran, own_store  # noqa: F401

pytestmark = pytest.mark.usefixtures("own_store")


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "chat.json"
    path.write_text(json.dumps(CHAT), encoding="utf-8")
    return path


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert Ran(capsys, "--version").out == f"headroom {__version__}\n"


def test_help_names_every_command_with_examples_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, "--help")

    assert ran.code == 0
    for word in ("compress", "simulate", "retrieve", "report", "stats", "doctor", "config", "demo"):
        assert f"  {word} " in ran.out
    for word in ("Examples:", "Exit codes:"):
        assert word in ran.out


def test_the_same_shape_comes_out_smaller_and_the_summary_goes_to_stderr(
    capsys: pytest.CaptureFixture[str], chat: Path
) -> None:
    ran = Ran(capsys, "compress", str(chat))

    messages = json.loads(ran.out)
    assert ran.code == 0
    assert messages[:2] == CHAT[:2]
    assert len(messages[2]["content"]) < len(ROWS) / 2
    assert "% saved" in ran.err
    assert "exact: " in ran.err


def test_a_request_comes_out_as_a_request(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(json.dumps({"model": "gpt-4o", "messages": CHAT, "temperature": 0}), encoding="utf-8")

    request = json.loads(Ran(capsys, "compress", str(path), "--quiet").out)

    assert list(request) == ["model", "messages", "temperature"]
    assert len(request["messages"][2]["content"]) < len(ROWS) / 2


def test_standard_input_is_read_for_a_dash(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(CHAT[:1]).encode())))

    ran = Ran(capsys, "compress", "-", "-q")

    assert json.loads(ran.out) == CHAT[:1]
    assert ran.err == ""


def test_what_a_limit_left_out_is_retrieved_again(capsys: pytest.CaptureFixture[str], chat: Path) -> None:
    shorter = Ran(capsys, "compress", str(chat), "--target-tokens", "60").out
    handle = shorter.partition("handle ")[2][:12]

    whole = Ran(capsys, "retrieve", handle, "--messages", str(chat))
    rows = Ran(capsys, "retrieve", handle, "--messages", str(chat), "--rows", "3-4")
    found = Ran(capsys, "retrieve", handle, "--messages", str(chat), "--search", "issue 57")
    matching = Ran(capsys, "retrieve", handle, "--messages", str(chat), "--where", "id>87")

    assert whole.out == ROWS
    assert [json.loads(line)["id"] for line in rows.out.splitlines()] == [2, 3]
    assert "rows 3-4" in rows.err
    assert json.loads(found.out)["id"] == 57
    assert [json.loads(line)["id"] for line in matching.out.splitlines()] == [88, 89]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compress", "absent.json"], "absent.json cannot be read: No such file"),
        (["compress", "broken.json"], "broken.json is not JSON (line 1)"),
        (["compress", "binary.json"], "binary.json is not UTF-8 text"),
        (["compress", "object.json"], "object.json holds no list of messages"),
        (["compress", "chat.json", "--selection", "sometimes"], "selection must be"),
        (["compress", "chat.json", "--config", "absent.toml"], "absent.toml"),
        (["retrieve", "xyz", "--messages", "chat.json"], "a handle has 12 hex digits"),
        (["retrieve", "0123456789ab", "--messages", "chat.json"], "no original in these messages"),
        (["stats", "--period", "aeon"], "period must be one of"),
        (["stats", "--store", "nope://x"], "unknown store scheme"),
        (["report", "--format", "pdf"], "format must be one of"),
        (["config", "show", "--file", "bad.toml"], "did you mean 'min_tokens'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_a_user_did_wrong_is_one_line_and_exit_code_1(
    capsys: pytest.CaptureFixture[str], chat: Path, arguments: list[str], said: str
) -> None:
    (chat.parent / "broken.json").write_text("{", encoding="utf-8")
    (chat.parent / "binary.json").write_bytes(b"\xff\xfe\x00")
    (chat.parent / "object.json").write_text("{}", encoding="utf-8")
    (chat.parent / "bad.toml").write_text("min_token = 5\n", encoding="utf-8")

    ran = Ran(capsys, *arguments)

    assert ran.code == 1
    assert ran.err.startswith("headroom: ")
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert ran.out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compres", "x"], "No such command 'compres'. Did you mean 'compress'?"),
        (["stats", "--jsn"], "No such option: --jsn"),
        (["compress"], "Missing argument"),
        (["compress", "x", "--target-tokens", "0"], "--target-tokens"),
        (["demo", "--conversatin", "x"], "No such option: --conversatin"),
    ],
)
def test_wrong_usage_says_what_was_meant_and_exits_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    ran = Ran(capsys, *arguments)

    assert ran.code == 2
    assert said in ran.err


def test_stats_and_report_show_what_was_saved(capsys: pytest.CaptureFixture[str], chat: Path, tmp_path: Path) -> None:
    from headroom.storage import flush_recorders

    Ran(capsys, "compress", str(chat), "--target-tokens", "60")
    flush_recorders()

    sums = json.loads(Ran(capsys, "stats", "--json").out)
    shown = Ran(capsys, "stats").out
    page = tmp_path / "report.html"
    written = Ran(capsys, "report", "--output", str(page))
    markdown = Ran(capsys, "report", "--format", "markdown").out

    assert sums["total_requests"] == 1
    assert sums["saved_unreachable"] > 0
    assert sums["saved_exact"] + sums["saved_unreachable"] == sums["total_tokens_saved"]
    assert "list_issues" in shown
    assert f"{sums['total_tokens_before']} -> {sums['total_tokens_after']} tokens" in shown
    assert written.out == f"{page} written\n"
    assert "<html" in page.read_text(encoding="utf-8")
    assert markdown.startswith("#")


def test_stats_of_an_empty_store_are_no_error_and_make_no_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ran = Ran(capsys, "stats")

    assert (ran.code, "No calls recorded" in ran.out) == (0, True)
    assert not (tmp_path / "metrics.db").exists()


def test_settings_are_shown_with_their_origin_and_secrets_are_masked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.toml"
    file.write_text("min_tokens = 77\n[smart_crusher]\nkeep_first = 4\n", encoding="utf-8")
    monkeypatch.setenv("HEADROOM_SECRET", "s3cret")

    shown = json.loads(Ran(capsys, "config", "show", "--file", str(file), "--json").out)
    table = Ran(capsys, "config", "show", "--file", str(file), "--changed").out

    rows = {row["name"]: row for row in shown["settings"]}
    assert rows["min_tokens"] == {"name": "min_tokens", "value": 77, "origin": f"file:{file}"}
    assert rows["secret"] == {"name": "secret", "value": "***", "origin": "HEADROOM_SECRET"}
    assert rows["target_tokens"]["origin"] == "default"
    assert len(shown["fingerprint"]) == 12
    assert "smart_crusher" in table
    assert "select_above_tokens" not in table
    assert "s3cret" not in table + json.dumps(shown)


def test_a_settings_file_is_checked_for_ci(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text("min_tokens = 77\n", encoding="utf-8")
    bad.write_text("min_token = 77\n[environments.prod]\ntarget_tokens = 0\n", encoding="utf-8")

    assert Ran(capsys, "config", "check", str(good)).code == 0
    ran = Ran(capsys, "config", "check", str(bad))
    assert ran.code == 1
    assert "did you mean 'min_tokens'" in ran.err


def test_the_schema_is_one_for_editors(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(Ran(capsys, "config", "schema").out)

    assert "min_tokens" in schema["properties"]


def test_the_doctor_finds_everything_in_place_and_writes_no_store(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ran = Ran(capsys, "doctor", "--json")

    states = {finding["name"]: finding["state"] for finding in json.loads(ran.out)}
    assert states == {
        "version": "good",
        "installation": "good",
        "settings": "good",
        "variables": "good",
        "vocabulary": "good",
        "metrics store": "good",
        "round trip": "good",
        "first call": states["first call"],  # the time of a busy machine
        "frameworks": "good",
        "extras": states["extras"],
    }
    assert ran.code == 0
    assert not (tmp_path / "metrics.db").exists()


def test_the_doctor_names_what_is_wrong_and_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_STORE_URL", "sqlite:////proc/nowhere/metrics.db")
    monkeypatch.setenv("HEADROOM_MIN_TOKENS", "many")

    ran = Ran(capsys, "doctor")

    assert ran.code == 1
    assert "wrong  settings: HEADROOM_MIN_TOKENS: min_tokens must be a whole number" in ran.out
    assert "good   vocabulary" in ran.out


def test_the_doctor_says_where_metrics_cannot_be_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, chat: Path
) -> None:
    monkeypatch.setenv("HEADROOM_STORE_URL", f"sqlite:///{chat}/metrics.db")  # below a file, not a directory

    ran = Ran(capsys, "doctor")

    assert ran.code == 1
    assert "cannot be written; HEADROOM_STORE_URL names another place" in ran.out


def install(folder: Path, name: str, files: dict[str, str]) -> None:
    """A distribution as pip leaves it: files, metadata and a record of both."""
    information = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    listed = [*files, f"{information.name}/METADATA", f"{information.name}/RECORD"]
    (information / "RECORD").write_text("".join(f"{path},,\n" for path in listed), encoding="utf-8")


@pytest.mark.parametrize("order", [("headroom-ai", "headroom-integrations"), ("headroom-integrations", "headroom-ai")])
def test_the_other_distribution_is_found_in_both_orders_of_installation(tmp_path: Path, order: tuple[str, str]) -> None:
    own = {
        "headroom-integrations": {"headroom/__init__.py": "ours", "headroom/engine.py": ""},
        "headroom-ai": {"headroom/__init__.py": "theirs", "headroom/proxy_of_theirs.py": ""},
    }
    for name in order:
        install(tmp_path, name, own[name])

    assert is_foreign_installed([str(tmp_path)])
    assert stray_files([str(tmp_path)]) == ["headroom/proxy_of_theirs.py"]


def test_files_that_the_other_one_took_along_when_it_left_are_missed(tmp_path: Path) -> None:
    install(tmp_path, "headroom-integrations", {"headroom/__init__.py": "", "headroom/engine.py": ""})
    assert stray_files([str(tmp_path)]) == []
    assert not is_foreign_installed([str(tmp_path)])

    (tmp_path / "headroom" / "engine.py").unlink()

    assert stray_files([str(tmp_path)]) == ["headroom/engine.py"]


def test_without_a_record_of_files_nothing_is_claimed(tmp_path: Path) -> None:
    install(tmp_path, "headroom-integrations", {})

    assert stray_files([str(tmp_path)]) == []
    assert differences([], tmp_path) == []


def test_the_error_holds_both_pip_lines() -> None:
    text = str(clash("headroom-ai is installed, too"))

    assert "pip uninstall -y headroom-ai headroom-integrations" in text
    assert "pip install --force-reinstall headroom-integrations" in text


def test_beside_the_other_distribution_work_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_installation.cache_clear()
    check_installation()
    install(tmp_path, "headroom-ai", {"headroom/__init__.py": ""})
    monkeypatch.syspath_prepend(str(tmp_path))
    check_installation.cache_clear()
    try:
        with pytest.raises(HeadroomError, match="headroom-ai is installed, too"):
            check_installation()
    finally:
        check_installation.cache_clear()


def test_the_command_line_imports_no_framework_and_no_engine() -> None:
    code = (
        "import sys, headroom.cli\n"
        "heavy = ('langchain_core', 'langgraph', 'llama_index', 'headroom_integrations', 'sqlalchemy', 'tiktoken')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout == "[]\n"


def test_a_reader_that_leaves_early_is_no_error(chat: Path) -> None:
    script = f"{sys.executable} -c 'from headroom.cli import main; main()' config schema | head -c 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout == "{"
    assert done.stderr == ""


def test_a_file_that_is_no_conversation_is_compressed_as_one_result(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = [f"2024-05-01 10:00:{n:02} INFO worker-3 took job {n * 7919 % 997} of queue main" for n in range(60)]
    path = tmp_path / "server.log"
    path.write_text("\n".join(lines), encoding="utf-8")

    ran = Ran(capsys, "compress", str(path), "--text")

    assert ran.out.startswith("[60 log lines")
    assert "tokens" in ran.err

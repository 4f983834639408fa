"""What `headroom compress` reads and writes: bodies, lines, batches, texts, many files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headroom.api import retrieve
from tests.surfaces.running import ANTHROPIC, CHAT, ROWS, Ran, own_store, pipe, process, write_lines  # noqa: F401

pytestmark = pytest.mark.usefixtures("own_store")
Capture = pytest.CaptureFixture[str]

OPENAI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "?"}, *CHAT[1:]]}
RESPONSES = {
    "model": "gpt-5",
    "input": [
        {"role": "user", "content": "?"},
        {"type": "function_call", "call_id": "1", "name": "list_issues", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": ROWS},
    ],
}


def body(name: str) -> dict[str, Any]:
    return {"openai": OPENAI, "anthropic": ANTHROPIC, "responses": RESPONSES}[name]


def result_of(request: dict[str, Any]) -> str:
    """The text of the tool result, which is in the last message of every body here."""
    last = (request.get("messages") or request["input"])[-1]
    content = last.get("content", last.get("output"))
    return content if isinstance(content, str) else content[0]["content"]


@pytest.mark.parametrize("name", ["openai", "anthropic", "responses"])
def test_a_request_body_keeps_everything_but_the_tool_result(capsys: Capture, tmp_path: Path, name: str) -> None:
    path = tmp_path / "body.json"
    path.write_text(json.dumps(body(name)), encoding="utf-8")

    after = json.loads(Ran(capsys, "compress", "body.json", "-q").out)

    assert list(after) == list(body(name))
    assert {key: value for key, value in after.items() if not isinstance(value, list)} == {
        key: value for key, value in body(name).items() if not isinstance(value, list)
    }
    assert (after.get("messages") or after["input"])[:-1] == (body(name).get("messages") or body(name)["input"])[:-1]
    assert len(result_of(after)) < len(ROWS) / 2


def test_each_line_is_compressed_for_itself_and_what_cannot_be_read_goes_out_as_it_came(
    capsys: Capture, tmp_path: Path
) -> None:
    odd = (b"{broken", b'"text"', b"\xff\xfe", b'{"a": 1.0}', b'{"messages": [], "a": 1, "a": 2}')
    write_lines(tmp_path / "talk.jsonl", CHAT, OPENAI, *odd, ANTHROPIC)

    ran = Ran(capsys, "compress", "talk.jsonl", "-o", "out.jsonl")

    lines = (tmp_path / "out.jsonl").read_bytes().split(b"\n")
    assert tuple(lines[2:7]) == odd
    assert lines[8:] == [b""]
    assert result_of(json.loads(lines[1])) == result_of(json.loads(lines[7])) == json.loads(lines[0])[-1]["content"]
    assert ran.code == 1
    assert "left as they came: talk.jsonl:3: not_json, talk.jsonl:4: no_messages" in ran.err
    assert "and 2 more" in ran.err


def test_a_message_per_line_is_one_conversation_and_other_lines_keep_their_bytes(
    capsys: Capture, tmp_path: Path
) -> None:
    first = b'{"role" : "user", "content":"caf\\u00e9"}'
    write_lines(tmp_path / "log.jsonl", first, *CHAT[1:])

    Ran(capsys, "compress", "log.jsonl", "-o", "out.jsonl")

    lines = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert lines[0] == first
    assert lines[1] == json.dumps(CHAT[1]).encode()
    assert len(lines) == 3
    assert len(json.loads(lines[2])["content"]) < len(ROWS) / 2


def test_what_does_not_change_comes_out_byte_for_byte(capsys: Capture, tmp_path: Path) -> None:
    text = b'[ {"role":"user",\n\t"content":"1.10 \\u00e9"} ]'
    (tmp_path / "chat.json").write_bytes(text)

    Ran(capsys, "compress", "chat.json", "-o", "out.json")

    assert (tmp_path / "out.json").read_bytes() == text


def batch_lines() -> list[dict[str, Any]]:
    bedrock = {name: value for name, value in ANTHROPIC.items() if name != "model"}
    return [
        {"custom_id": "openai-1", "method": "POST", "url": "/v1/chat/completions", "body": OPENAI},
        {"custom_id": "responses-1", "method": "POST", "url": "/v1/responses", "body": RESPONSES},
        {"custom_id": "anthropic-1", "params": ANTHROPIC},
        {"recordId": "bedrock-1", "modelInput": bedrock},
        {"custom_id": "embed-1", "method": "POST", "url": "/v1/embeddings", "body": {"model": "e", "input": ["a"]}},
    ]


def test_a_batch_keeps_its_ids_and_has_a_report_beside_it(capsys: Capture, tmp_path: Path) -> None:
    given = batch_lines()
    write_lines(tmp_path / "requests.jsonl", *given)

    ran = Ran(capsys, "compress", "--batch", "requests.jsonl", "-o", "out.jsonl")

    after = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    report = json.loads((tmp_path / "out.report.json").read_text(encoding="utf-8"))
    assert ran.code == 0
    for old, new in zip(given, after, strict=True):
        key = next(name for name in ("body", "params", "modelInput") if name in old)
        assert {**new, key: None} == {**old, key: None}
        assert list(new) == list(old)
    shorter = [result_of(after[0]["body"]), result_of(after[1]["body"]), result_of(after[2]["params"])]
    assert len(set(shorter)) == 1
    assert after[4] == given[4]
    assert [entry["id"] for entry in report["by_request"]] == [line.get("custom_id", "bedrock-1") for line in given]
    assert sum(entry["tokens_saved"] for entry in report["by_request"]) == report["tokens_saved"] > 1000
    assert "issue" not in json.dumps(report)


def test_requests_that_begin_alike_still_do_after_compressing(capsys: Capture, tmp_path: Path) -> None:
    more = {"role": "user", "content": "And which are closed?"}
    longer = {**OPENAI, "messages": [*OPENAI["messages"], more]}  # type: ignore[misc]
    write_lines(
        tmp_path / "requests.jsonl", *({"custom_id": str(n), "body": one} for n, one in enumerate((OPENAI, longer)))
    )

    Ran(capsys, "compress", "--batch", "requests.jsonl", "-o", "out.jsonl", "--retrieval", "tool")

    one, other = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert other["body"]["messages"] == [*one["body"]["messages"], more]


def test_the_body_of_an_anthropic_batch_is_one_file_with_several_conversations(capsys: Capture, tmp_path: Path) -> None:
    given = {"requests": [{"custom_id": name, "params": ANTHROPIC} for name in "ab"]}
    (tmp_path / "batch.json").write_text(json.dumps(given), encoding="utf-8")

    after = json.loads(Ran(capsys, "compress", "batch.json", "-q").out)

    assert [request["custom_id"] for request in after["requests"]] == ["a", "b"]
    assert all(len(result_of(request["params"])) < len(ROWS) / 2 for request in after["requests"])


def test_many_files_go_into_a_directory_under_their_names(capsys: Capture, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(CHAT), encoding="utf-8")
    (tmp_path / "out").mkdir()

    ran = Ran(capsys, "compress", "*.json", "-o", "out")

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.json", "b.json"]
    assert "2 documents: " in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["a.json", "b.json"], 2, "must name a directory"),
        (["a.json", "-o", "a.json"], 1, "would be written over"),
        (["a.json", "-o", "./sub/../a.json"], 1, "would be written over"),
        (["a.json", "-o", "."], 1, "would be written over"),
        (["nothing*.json"], 1, "matches no file"),
        (["sub"], 1, "is a directory"),
        (["a.json", "-o", "absent/a.json"], 1, "cannot be written: No such file"),
        (["a.json", "--set", "min_tokens"], 2, "must be NAME=VALUE"),
        (["a.json", "--set", "min_token=3"], 1, "did you mean 'min_tokens'"),
        (["a.json", "--set", "min_tokens=-3"], 1, "min_tokens"),
        (["a.json", "--set", "tool_profiles={"], 1, "tool_profiles"),
        (["a.json", "--text", "--jsonl"], 2, "not both"),
        (["a.json", "--batch"], 2, "--output"),
        (["empty.json"], 1, "empty.json is empty"),
        (["deep.json"], 1, "nested too deeply"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_is_told_and_changes_no_file(
    capsys: Capture, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(CHAT), encoding="utf-8")
    (tmp_path / "empty.json").write_text("", encoding="utf-8")
    (tmp_path / "deep.json").write_text("[" * 200_000, encoding="utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.json")}

    ran = Ran(capsys, "compress", *arguments)

    assert (ran.code, said in ran.err, ran.out) == (code, True, ""), ran.err
    assert "Traceback" not in ran.err
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.json")} == before


def test_settings_of_any_name_are_taken(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "chat.json").write_text(json.dumps(CHAT), encoding="utf-8")
    by_set = ("--set", "target_tokens=60", "--set", "smart_crusher.keep_first=1", "--set", "strict=false")

    one = Ran(capsys, "compress", "chat.json", "-q", *by_set).out
    other = Ran(
        capsys, "compress", "chat.json", "-q", "--target-tokens", "60", "--set", "smart_crusher.keep_first=1"
    ).out
    profiled = Ran(capsys, "compress", "chat.json", "--set", 'tool_profiles={"list_*": {"skip_compression": true}}')

    assert one == other
    assert "of 90]" in one
    assert json.loads(profiled.out) == CHAT


def test_the_figures_of_every_document_come_as_lines_of_json(capsys: Capture, tmp_path: Path) -> None:
    write_lines(tmp_path / "talk.jsonl", CHAT, OPENAI)

    lines = [json.loads(line) for line in Ran(capsys, "compress", "talk.jsonl", "--json", "-q").out.splitlines()]

    assert [line["name"] for line in lines] == ["talk.jsonl:1", "talk.jsonl:2"]
    for line in lines:
        assert line["tokens_saved"] == line["tokens_before"] - line["tokens_after"] == sum(line["saved"].values())
        assert [note["tokens_saved"] for note in line["notes"] if note["tool"]] == [line["tokens_saved"]]
    assert lines[0]["output"][:2] == CHAT[:2]


def test_a_tool_is_named_so_that_its_profile_holds_for_a_text(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text(ROWS, encoding="utf-8")

    as_data = Ran(capsys, "compress", "rows.txt", "--tool", "list_issues").out
    as_file = Ran(capsys, "compress", "rows.txt", "--tool", "read_file")

    assert len(as_data) < len(ROWS) / 2
    assert as_file.out == ROWS
    assert "editor_tool" in as_file.err


def test_an_original_comes_back_from_lines_and_from_a_text(capsys: Capture, tmp_path: Path) -> None:
    write_lines(tmp_path / "talk.jsonl", OPENAI, ANTHROPIC)
    (tmp_path / "rows.txt").write_text(ROWS, encoding="utf-8")
    shorter = Ran(capsys, "compress", "talk.jsonl", "--target-tokens", "60", "-q").out
    handle = shorter.partition("handle ")[2][:12]

    for source in ("talk.jsonl", "rows.txt"):
        assert Ran(capsys, "retrieve", handle, "--messages", source).out == ROWS
    Ran(capsys, "retrieve", handle, "--messages", "rows.txt", "-o", "back.txt")
    assert (tmp_path / "back.txt").read_text(encoding="utf-8") == ROWS
    page = Ran(capsys, "retrieve", handle, "--messages", "rows.txt", "--page", "2", "--page-tokens", "200")
    assert page.err.startswith("[rows ")
    assert retrieve(handle, messages=CHAT).text == ROWS


@pytest.mark.parametrize(
    ("data", "arguments"),
    [
        (b"", ["--text"]),
        (b"", []),
        (b"\xff\xfe caf\xe9 \x00\x80" * 100, ["--text"]),
        (b"".join(b"\xff\xfe caf\xe9 %d\n" % n for n in range(6)), []),
        (b"line\r\nline\r\n", []),
        (b"\xef\xbb\xbfplain", ["--text"]),
    ],
)
def test_a_text_that_is_odd_comes_through_a_pipe_to_the_byte(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data: bytes, arguments: list[str]
) -> None:
    pipe(monkeypatch, data)

    ran = Ran(capsys, "compress", "-", "-q", "-o", "out", *arguments)

    assert (tmp_path / "out").read_bytes() == data
    assert (ran.code, ran.err) == (0, "")


def test_rows_of_an_api_through_a_pipe_are_a_text_and_messages_are_messages(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = []
    for data in (ROWS, json.dumps(CHAT), (json.dumps(OPENAI) + "\n") * 2):
        pipe(monkeypatch, data.encode())
        out.append(Ran(capsys, "compress", "-", "-q").out)

    rows, chat, lines = out
    assert len(rows) < len(ROWS) / 2
    assert json.loads(chat)[:2] == CHAT[:2]
    assert [list(json.loads(line)) for line in lines.splitlines()] == [["model", "messages"]] * 2


def test_as_a_process_it_reads_a_pipe_and_writes_bytes(tmp_path: Path) -> None:
    done = process("compress", "-", "--text", stdin=b"caf\xe9 \x00\r\n", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (0, b"caf\xe9 \x00\r\n")
    assert b"tokens" in done.stderr


def test_a_failed_write_leaves_the_old_output(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(CHAT), encoding="utf-8")
    (tmp_path / "out.json").write_text("old", encoding="utf-8")

    ran = Ran(capsys, "compress", "good.json", "-o", "out.json", "--set", "min_token=1")

    assert ran.code == 1
    assert (tmp_path / "out.json").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".json") == ["good.json", "out.json"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".out")]

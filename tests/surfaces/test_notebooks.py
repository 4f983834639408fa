"""The notebooks as a user runs them: from top to bottom, offline, without anything beside the package."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.postgresql import postgresql_server
from tests.stub.server import StubServer
from tests.stub.turns import turn

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "notebooks.py"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
ROWS_OF_SAMPLES = 72

# What each must show: pictures at least, and texts.
SHOWN = {
    "01_first_steps": (3, ["the original, byte for byte: True"]),
    "02_agent": (3, ["tool messages in the state are what the tools said: True", "raw      True", "headroom True"]),
    "03_llama_index_rag": (3, ["--offline-scan", "raw_output is what the tool said: True  error: False"]),
    "04_savings_and_fidelity": (3, [f"byte for byte: {ROWS_OF_SAMPLES} of {ROWS_OF_SAMPLES}"]),
    "05_cost_and_metrics": (3, ["team 0", f"{ROWS_OF_SAMPLES} rows"]),
}


def cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a file."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def source(cell: dict[str, Any]) -> str:
    """The text of a cell."""
    return "".join(cell["source"])


def outputs(path: Path, folder: Path, **variables: str) -> list[dict[str, Any]]:
    """Outputs of a notebook, run where nothing else of this project is, with no key and no network."""
    place = folder / path.name
    shutil.copy(path, place)
    known = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    environment = {**known, "HEADROOM_STORE_URL": f"sqlite:///{folder / 'metrics.db'}", **variables}
    command = [sys.executable, str(TOOL), "run", "--offline", "-o", str(folder / "out"), str(place)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return [output for cell in cells(folder / "out" / path.name) for output in cell.get("outputs", ())]


def text_of(output: dict[str, Any]) -> str:
    """What an output says in a terminal."""
    return "".join(output.get("text", ())) + "".join(output.get("data", {}).get("text/plain", ()))


def test_there_are_five() -> None:
    assert sorted(SHOWN) == NAMES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_they_stand_in_git_without_outputs(path: Path) -> None:
    for cell in cells(path):
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_the_first_cell_says_how_to_install_what_it_needs(path: Path) -> None:
    first = next(source(cell) for cell in cells(path) if cell["cell_type"] == "code")
    extras = re.search(r'# %pip install "headroom-integrations\[([a-z,-]+)\]"', first)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert extras is not None
    assert all(re.search(rf"(?m)^{extra} = \[", project) for extra in extras[1].split(","))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_lines_of_code_fit_the_page(path: Path) -> None:
    code = [line for cell in cells(path) if cell["cell_type"] == "code" for line in source(cell).split("\n")]

    assert [line for line in code if len(line) > 115] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_they_run_offline_from_top_to_bottom_and_show_what_they_say(path: Path, tmp_path: Path) -> None:
    found = outputs(path, tmp_path)
    pictures, texts = SHOWN[path.stem]
    said = "\n".join(map(text_of, found))

    assert [output for output in found if output.get("name") == "stderr" or output["output_type"] == "error"] == []
    assert sum("image/svg+xml" in output.get("data", {}) for output in found) >= pictures
    assert [text for text in texts if text not in said] == []
    assert "nan" not in said.lower().split()


@pytest.mark.slow
@pytest.mark.loopback
@pytest.mark.parametrize("path", NOTEBOOKS[:3], ids=NAMES[:3])
def test_they_run_with_a_real_client_where_a_key_is_set(path: Path, tmp_path: Path) -> None:
    with StubServer(lambda body: turn("Nobody knows.")) as stub:
        url = f"{stub.url}/v1"
        found = outputs(path, tmp_path, OPENAI_API_KEY="sk-stub", OPENAI_BASE_URL=url, OPENAI_API_BASE=url)

    assert stub.requests
    assert {request.body["model"] for request in stub.requests} == {"gpt-4.1-mini"}
    assert "Nobody knows." in "\n".join(map(text_of, found))


@pytest.mark.slow
@pytest.mark.loopback
def test_several_processes_write_to_postgresql_where_its_url_is_set(tmp_path: Path) -> None:
    path = next(path for path in NOTEBOOKS if path.stem.startswith("05"))
    with postgresql_server() as url:
        found = outputs(path, tmp_path, HEADROOM_POSTGRES_URL=url)

    assert f"PostgreSQL                     {ROWS_OF_SAMPLES}" in "\n".join(map(text_of, found))


def test_the_tool_refuses_a_notebook_with_outputs_and_clears_it(tmp_path: Path) -> None:
    path = tmp_path / "one.ipynb"
    whole = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))
    code = next(cell for cell in whole["cells"] if cell["cell_type"] == "code")
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["left over"]}]
    path.write_text(json.dumps(whole), encoding="utf-8")

    def tool(what: str) -> int:
        return subprocess.run([sys.executable, str(TOOL), what, str(path)], check=False, capture_output=True).returncode

    assert tool("check") == 1
    assert tool("clear") == 0
    assert tool("check") == 0
    assert "left over" not in path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_notebook_that_uses_the_network_fails(tmp_path: Path) -> None:
    path = tmp_path / "one.ipynb"
    whole = json.loads(NOTEBOOKS[0].read_text(encoding="utf-8"))
    code = next(cell for cell in whole["cells"] if cell["cell_type"] == "code")
    code["source"] = ["import socket\n", "socket.create_connection(('192.0.2.1', 80), timeout=1)"]
    whole["cells"] = [code]
    path.write_text(json.dumps(whole), encoding="utf-8")

    command = [sys.executable, str(TOOL), "run", "--offline", "-o", str(tmp_path / "out"), str(path)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)

    assert ran.returncode != 0
    assert "a notebook must run offline" in ran.stderr

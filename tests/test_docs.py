"""What the README shows is run."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from tests.stub.server import API_KEY, StubServer
from tests.stub.turns import turn

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(python|text)\n(.*?)```", re.DOTALL)


@pytest.mark.loopback
def test_every_example_of_the_readme_runs_and_prints_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_STORE_URL", "memory://readme")
    with StubServer(lambda body: turn("HAT088, for 61 dollars.")) as stub:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{stub.url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", API_KEY)
        run_readme()


def run_readme() -> None:
    names: dict[str, object] = {}
    printed = ""
    blocks = BLOCK.findall(README)
    for kind, text in blocks:
        if kind == "text":
            assert printed == text
            continue
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(text, "README.md", "exec"), names)
        printed = out.getvalue()
    names["client"].close()  # type: ignore[attr-defined]

    assert len(blocks) >= 4

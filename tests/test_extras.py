"""Where a framework is not installed, its names say which line installs it; all others work."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import headroom_integrations

ROOT = Path(__file__).resolve().parents[1]
LANGCHAIN = ("langchain", "langchain_core", "langgraph", "deepagents")
LLAMA_INDEX = ("llama_index", "llama_index_instrumentation", "workflows")

# Asks for every name of every table where some packages cannot be found, as if they were not installed.
PROGRAM = """
import importlib, json, sys

class Without:
    def __init__(self, finder):
        self.finder = finder
    def __getattr__(self, name):
        return getattr(self.finder, name)
    def find_spec(self, name, path=None, target=None):
        absent = name.partition(".")[0] in ABSENT
        return None if absent else self.finder.find_spec(name, path, target)

ABSENT = set(sys.argv[1:])
sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]

import headroom, headroom_integrations, headroom_integrations.langchain, headroom_integrations.llama_index
loaded = sorted(ABSENT & set(sys.modules))
assert not loaded, loaded

answers = {}
for package in (headroom_integrations, headroom_integrations.langchain, headroom_integrations.llama_index):
    inner = package if package is headroom_integrations else importlib.import_module(package.__name__ + ".names")
    for name, (_, extra) in inner.NAMES.items():
        try:
            getattr(package, name)
            said = None
        except ImportError as error:
            said = str(error)
        answers[package.__name__ + "." + name] = (extra, said)
print(json.dumps(answers))
"""


def answers(*absent: str) -> dict[str, tuple[str, str | None]]:
    """Full name to its extra and to what its import says without these packages, None where it works."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *absent], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return {name: (extra, said) for name, (extra, said) in found.items()}


def is_right(name: str, extra: str, said: str | None) -> bool:
    """Whether a refusal names what was asked for, what is missing, and the line that installs it."""
    own = name.rpartition(".")[2]
    line = re.escape(f'pip install "headroom-integrations[{extra}]"')
    return said is not None and re.fullmatch(rf"{own} needs [\w.]+: {line}", said) is not None


def test_without_any_framework_every_adapter_says_what_to_install() -> None:
    found = answers(*LANGCHAIN, *LLAMA_INDEX)

    wrong = {name: said for name, (extra, said) in found.items() if said and not is_right(name, extra, said)}
    works = {name for name, (_, said) in found.items() if said is None}
    assert not wrong
    assert not works & {f"headroom_integrations.{name}" for name in headroom_integrations.NAMES}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("absent", "there"),
    [
        (("langchain", "langgraph", "deepagents", *LLAMA_INDEX), {"langchain"}),
        (("deepagents", *LLAMA_INDEX), {"langchain", "agents"}),
        (LANGCHAIN, {"llama-index"}),
    ],
    ids=["langchain-core alone", "langchain and langgraph", "llama-index-core alone"],
)
def test_with_one_framework_its_names_work_and_the_others_say_what_to_install(
    absent: tuple[str, ...], there: set[str]
) -> None:
    found = answers(*absent)

    broken = {name: said for name, (extra, said) in found.items() if extra in there and said is not None}
    wrong = {
        name: said
        for name, (extra, said) in found.items()
        if extra not in there and said and not is_right(name, extra, said)
    }
    assert not broken
    assert not wrong
    refused = {extra for extra, said in found.values() if said is not None}
    late = {"deepagents"} if "agents" in there else set()  # with_headroom loads, and says it when it is called
    assert refused == {extra for extra, _ in found.values()} - there - late


def test_every_extra_that_a_name_asks_for_is_in_pyproject() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z-]+) = \[", text.split("[project.optional-dependencies]")[1], re.M))
    sources = [*(ROOT / "headroom").rglob("*.py"), *(ROOT / "headroom_integrations").rglob("*.py")]
    asked = {
        extra
        for source in sources
        for extras in re.findall(r"headroom-integrations\[([a-z,-]+)\]", source.read_text(encoding="utf-8"))
        for extra in extras.split(",")
    }

    assert asked
    assert asked | {extra for _, extra in headroom_integrations.NAMES.values()} <= known

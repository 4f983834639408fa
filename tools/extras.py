"""What each extra of pyproject.toml brings, and whether its names work where it is installed alone.

    python tools/extras.py [EXTRA ...]

Builds a wheel, makes a clean virtual environment per extra (under the temporary directory, removed again), installs the
wheel with that extra there, and asks in it for every public name of the adapters: those that the extra promises must
load, all others must refuse with the line that installs them. Prints packages and MB (of files in site-packages,
without pip), and what the extras for LangChain add to an environment that has LangChain. Without EXTRA: all but
`relevance`, which brings torch. Not part of `make test`: the environments are installed from the package index.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from sysconfig import get_path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DISTRIBUTION = "headroom-integrations"
NOT_ALONE = ("all", "dev")
LARGE = ("relevance",)
TOOLS = ("pip", "setuptools", "wheel", "pkg_resources", "_distutils_hack")
# Extra to a program that uses what it promises beside the adapters' names.
CLIENT = "import {0}; from headroom import HeadroomClient; HeadroomClient({0}.{1}(api_key='k'))"
USES = {
    "anthropic": CLIENT.format("anthropic", "Anthropic"),
    "code": "from headroom.compressors.outline import grammars as g; assert all(map(g.grammar_of, g.GRAMMARS))",
    "encryption": "import cryptography.fernet",
    "eval": "import rich",
    "google": "from google import genai; import headroom; headroom.HeadroomClient(genai.Client(api_key='k'))",
    "mcp": "import mcp.server, mcp.client.session",
    "notebooks": "import ipykernel, IPython, matplotlib",
    "openai": CLIENT.format("openai", "OpenAI"),
    "otel": "import opentelemetry.trace, opentelemetry.metrics",
    "postgres": "import sqlalchemy; sqlalchemy.create_engine('postgresql+psycopg://127.0.0.1/none')",
    "proxy": "import aiohttp, starlette.applications, uvicorn",
    "relevance": "from headroom import BM25Scorer; BM25Scorer(variant='okapi'); import sentence_transformers",
}
# What stands in the environment already, and the extra that comes to it.
BESIDE = (
    (("langchain-core",), "langchain"),
    (("langchain-core", "langchain", "langgraph"), "langchain"),
    (("langchain-core", "langchain", "langgraph"), "agents"),
    (("llama-index-core",), "llama-index"),
)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# In the environment: only what is installed there is imported.


def included(extra: str) -> set[str]:
    """An extra and those that it brings, by the metadata of the installed wheel."""
    found = {extra}
    for line in metadata.requires(DISTRIBUTION) or ():
        inner = re.match(rf"{DISTRIBUTION}\[([\w,-]+)\]", line)
        if inner and re.search(rf"extra == ['\"]{extra}['\"]", line):
            found |= {more for name in inner[1].split(",") for more in included(name)}
    return found


def promised() -> dict[tuple[str, str], str]:
    """(package, name) to the extra that its table names."""
    found = {}
    for package in ("headroom_integrations", "headroom_integrations.langchain", "headroom_integrations.llama_index"):
        tables = package if package == "headroom_integrations" else f"{package}.names"
        if find_spec(tables) is not None:
            found.update({(package, name): extra for name, (_, extra) in import_module(tables).NAMES.items()})
    return found


def answer(package: str, name: str) -> str:
    """`works`, or what the import says."""
    try:
        getattr(import_module(package), name)
    except ImportError as error:
        return str(error)
    return "works"


def inside(extra: str) -> dict[str, Any]:
    """How many names work and are refused with the right line; which do otherwise; size of the environment."""
    here = included(extra)
    works, wrong = 0, []
    names = promised()
    for (package, name), needs in names.items():
        said = answer(package, name)
        works += said == "works"
        right = said == "works" if needs in here else said.endswith(f'pip install "{DISTRIBUTION}[{needs}]"')
        # A name whose table says langchain may work without it: it looks whether LangChain is there.
        if not right and not (needs not in here and said == "works"):
            wrong.append(f"{package}.{name}: {said}")
    return {"works": works, "refused": len(names) - works - len(wrong), "wrong": wrong, **size()}


def size() -> dict[str, float]:
    """Packages, and MB of their files."""
    site = Path(get_path("purelib"))
    names = {found.metadata["Name"].lower() for found in metadata.distributions()}
    skipped = tuple(str(site / tool) for tool in TOOLS)
    files = [path for path in site.rglob("*") if path.is_file() and not str(path).startswith(skipped)]
    return {"packages": len(names - set(TOOLS)), "mb": sum(path.stat().st_size for path in files) / 1e6}


# Outside.


def extras() -> list[str]:
    """Those given, or all that pyproject.toml has, without those that only gather others."""
    table = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[project.optional-dependencies]")[1]
    known = re.findall(r"^([a-z-]+) = \[", table.split("\n[")[0], re.M)
    if unknown := set(sys.argv[1:]) - set(known):
        sys.exit(f"pyproject.toml has no extra {', '.join(sorted(unknown))}")
    return sys.argv[1:] or [name for name in known if name not in (*NOT_ALONE, *LARGE)]


def pip(python: str | Path, *arguments: str) -> None:
    """Run pip, silently; its words come out where it fails."""
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")


def environment(*requirements: str) -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """A clean environment with these; it is there as long as the folder is held."""
    folder = tempfile.TemporaryDirectory(prefix="headroom-extras-")
    subprocess.run([sys.executable, "-m", "venv", folder.name], check=True)
    python = Path(folder.name) / "bin" / "python"
    if requirements:
        pip(python, "install", *requirements)
    return folder, python


def ask(python: Path, what: str) -> dict[str, Any]:
    """What this file says when it runs in that environment; -I, so that the checkout is not on the path."""
    done = subprocess.run(
        [str(python), "-I", str(Path(__file__)), "--inside", what], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def alone(wheel: Path, extra: str) -> int:
    """One row of the first table; how much is wrong."""
    folder, python = environment(f"{wheel}[{extra}]" if extra != "none" else str(wheel))
    with folder:
        found = ask(python, extra)
        used = subprocess.run([str(python), "-I", "-c", USES.get(extra, "")], capture_output=True, text=True)
    wrong = [*found["wrong"], *([used.stderr.strip().split("\n")[-1]] if used.returncode else [])]
    row = f"{extra:<14}{found['packages']:>9}{found['mb']:>8.1f}{found['works']:>8}{found['refused']:>9}{len(wrong):>7}"
    say("\n    ".join([row, *wrong]))
    return len(wrong)


def beside(wheel: Path, there: tuple[str, ...], extra: str) -> None:
    """One row of the second table."""
    folder, python = environment(*there)
    with folder:
        before = ask(python, "size")
        pip(python, "install", f"{wheel}[{extra}]")
        after = ask(python, "size")
    packages, mb = (after[unit] - before[unit] for unit in ("packages", "mb"))
    row = f"{' '.join(there):<40}{before['packages']:>4}{before['mb']:>8.1f}"
    say(f"{row}  {extra:<12}{packages:>+5.0f}{mb:>+8.1f}")


def main() -> int:
    """Print the tables; 1 where a name is wrong."""
    if sys.argv[1:2] == ["--inside"]:
        sys.stdout.write(json.dumps(size() if sys.argv[2] == "size" else inside(sys.argv[2])))
        return 0
    wanted = extras()
    with tempfile.TemporaryDirectory(prefix="headroom-wheel-") as folder:
        pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", folder, str(ROOT))
        [wheel] = Path(folder).glob("*.whl")
        say(f"{'extra':<14}{'packages':>9}{'MB':>8}{'works':>8}{'refused':>9}{'wrong':>7}")
        wrong = sum(alone(wheel, extra) for extra in ["none", *wanted])
        say(f"\n{'there already':<40}{'pkgs':>4}{'MB':>8}  {'extra':<12}{'pkgs':>5}{'MB':>8}")
        for there, extra in BESIDE:
            if extra in wanted:
                beside(wheel, there, extra)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

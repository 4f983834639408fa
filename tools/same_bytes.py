"""Whether every Python on this machine writes the same bytes (R2): the format corpus under several hash seeds.

    python tools/same_bytes.py [PYTHON ...]

Makes a virtual environment with the core dependencies alone for each Python (under the temporary directory, kept for
the next time), compresses the corpus of `tests/corpus` there under three hash seeds, and prints a table. Not part of
`make test`: the environments are installed from the package index.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
HASH_SEEDS = ("0", "1", "31337")


def pythons() -> list[str]:
    """The interpreters given, or all that are found: on the path, and installed by pyenv."""
    if sys.argv[1:]:
        return sys.argv[1:]
    found = []
    for version in VERSIONS:
        installed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        on_path = shutil.which(f"python{version}")
        found += [str(installed[-1])] if installed else [on_path] if on_path else []
    return found


def environment_of(python: str) -> tuple[str, Path]:
    """Version, and the interpreter of its virtual environment."""
    ask = "import platform; print(platform.python_version())"
    version = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()
    folder = Path(tempfile.gettempdir()) / f"headroom-same-bytes-{version}"
    inside = folder / "bin" / "python"
    if not (folder / "installed").exists():
        subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
        quiet = [str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*quiet, str(ROOT)], check=True)
        subprocess.run([str(inside), "-m", "pip", "uninstall", "--quiet", "--yes", "headroom-integrations"], check=True)
        (folder / "installed").touch()
    return version, inside


def compressed(python: Path, hash_seed: str) -> dict[str, list[str]]:
    """The corpus as one process writes it; the checkout itself is what runs, not an installed copy."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("HEADROOM_")}
    command = [str(python), "-m", "tests.corpus.make", "--print"]
    done = subprocess.run(
        command, cwd=ROOT, env={**variables, "PYTHONHASHSEED": hash_seed}, check=True, capture_output=True, text=True
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Print the table; 1 where anything differs."""
    recorded = json.loads((ROOT / "tests" / "corpus" / "format_1.json").read_text(encoding="ascii"))
    wrong = 0
    say(f"{'python':<10}{'hash seed':<12}{'inputs':>7}{'differ':>8}  first that differ")
    for python in pythons():
        version, inside = environment_of(python)
        for hash_seed in HASH_SEEDS:
            found = compressed(inside, hash_seed)
            differ = sorted(name for name in {*found, *recorded} if found.get(name) != recorded.get(name))
            say(f"{version:<10}{hash_seed:<12}{len(found):>7}{len(differ):>8}  {', '.join(differ[:4])}")
            wrong += len(differ)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

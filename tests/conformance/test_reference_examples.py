"""The examples of the API reference, word for word, with the outcome that it states for each.

`reference_examples.py` is the reference's own script, unchanged. It runs in a process of its own, once for all checks
that were selected; there each check has its own home, temporary and working directory.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from headroom.tokenizers.vocabulary import BUILT_IN, VOCABULARIES, built_in_ranks

SCRIPT = Path(__file__).with_name("reference_examples.py")
SOURCE = SCRIPT.read_text(encoding="utf-8")
CHECKS = dict(re.findall(r'^def ([ETDL]\d+)\(\):\n    """(.*?)"""', SOURCE, re.MULTILINE))
EVERY_CHECK = [pytest.param(name, id=f"{name} {title}") for name, title in sorted(CHECKS.items())]

# They promise 70 % and 50 % from a call that offers no tool. By default nothing is left out there (law 5).
NEEDS_SELECTION = frozenset({"D16", "D17"})


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Check to the line that the script wrote about it, for the checks of this run."""
    selected = {item.callspec.params["name"] for item in request.session.items if is_check(item)}
    folder = tmp_path_factory.mktemp("conformance")
    vocabularies = write_vocabulary(folder / "vocabularies")
    found = {}
    for names, variables in (
        (selected - NEEDS_SELECTION, {}),
        (selected & NEEDS_SELECTION, {"HEADROOM_SELECTION": "always"}),
    ):
        if names:
            environment = {**clean_environment(), "TIKTOKEN_CACHE_DIR": str(vocabularies), **variables}
            found.update(run(sorted(names), environment, folder))
    return found


def is_check(item: pytest.Item) -> bool:
    """Whether a test is about a check of the script."""
    return item.path == Path(__file__) and "name" in getattr(getattr(item, "callspec", None), "params", {})


def clean_environment() -> dict[str, str]:
    """The environment without settings: a check sees what a user's first program sees."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HEADROOM_")}


def write_vocabulary(folder: Path) -> Path:
    """The vocabulary of the wheel as a cache of tiktoken's, which the script counts with; no network is needed."""
    known = VOCABULARIES[BUILT_IN]
    ranks = sorted(built_in_ranks().items(), key=lambda pair: pair[1])
    published = b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ranks)
    assert hashlib.sha256(published).hexdigest() == known.sha256
    folder.mkdir()
    (folder / hashlib.sha1(known.url.encode(), usedforsecurity=False).hexdigest()).write_bytes(published)
    return folder


def run(names: Sequence[str], environment: dict[str, str], folder: Path) -> dict[str, str]:
    """What the script says of these checks."""
    environment = {**environment, "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *names], env=environment, cwd=folder, capture_output=True, text=True, timeout=600
    )
    return {
        line.split(" ", 1)[0]: line for line in done.stdout.splitlines() if re.match(r"[ETDL]\d+ (?:PASS|FAIL)", line)
    }


@pytest.mark.parametrize("name", EVERY_CHECK)
def test_the_reference_holds(name: str, outcomes: dict[str, str]) -> None:
    line = outcomes.get(name, f"{name} did not run")

    assert line.startswith(f"{name} PASS"), line


def test_all_checks_of_the_script_are_known() -> None:
    kinds = [name[0] for name in CHECKS]

    assert {kind: kinds.count(kind) for kind in "ETDL"} == {"E": 26, "T": 2, "D": 21, "L": 3}
    assert set(CHECKS) >= NEEDS_SELECTION

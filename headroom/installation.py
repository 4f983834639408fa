"""Whether these files are ours: another distribution, `headroom-ai`, uses the same import name (R43)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath

from headroom.errors import HeadroomError

OURS = "headroom-integrations"
FOREIGN = "headroom-ai"
PACKAGE = "headroom"
REPAIR = f"pip uninstall -y {FOREIGN} {OURS}\npip install --force-reinstall {OURS}"


@lru_cache(maxsize=1)
def check_installation() -> None:
    """Refuse to run beside the other distribution; looks once per process, a few milliseconds.

    Raises:
        HeadroomError: It is installed; the message holds both pip lines.
    """
    if is_foreign_installed():
        raise clash(f"{FOREIGN} is installed, too")


def clash(found: str) -> HeadroomError:
    """The one error for every way in which the two meet."""
    text = (
        f"{found}, and both use the import name {PACKAGE!r}: only one of them can be there. To keep this one:\n{REPAIR}"
    )
    return HeadroomError(text)


def is_foreign_installed(path: Sequence[str] | None = None) -> bool:
    """Whether the other distribution's metadata is on `path`; None takes `sys.path`."""
    return next(iter(found(FOREIGN, path)), None) is not None


def found(name: str, path: Sequence[str] | None = None) -> Iterable[Distribution]:
    """Installed distributions of that name."""
    return distributions(name=name) if path is None else distributions(name=name, path=list(path))


def stray_files(path: Sequence[str] | None = None) -> list[str]:
    """Python files in our package's directory that our own record does not list, and listed ones that are gone.

    Empty where there is no such record, as in an editable installation.
    """
    for distribution in found(OURS, path):
        listed = {PurePosixPath(file) for file in recorded(distribution)}
        if PurePosixPath(PACKAGE, "__init__.py") in listed:
            return differences(listed, Path(str(distribution.locate_file(""))))
    return []


def differences(listed: Iterable[PurePosixPath], root: Path) -> list[str]:
    """Modules below `root / PACKAGE` against those that should be there."""
    ours = {file for file in listed if file.parts[0] == PACKAGE and file.suffix == ".py"}
    there = {PurePosixPath(file.relative_to(root).as_posix()) for file in (root / PACKAGE).rglob("*.py")}
    return sorted(str(file) for file in ours ^ there)


def recorded(distribution: Distribution) -> list[str]:
    """Files that the distribution was installed with, those that are gone included."""
    # Not `distribution.files`: from Python 3.12 on it passes over files that are missing.
    return [row[0] for row in csv.reader((distribution.read_text("RECORD") or "").splitlines()) if row]

"""Size of an installation: fresh virtual environments, packages from the configured index."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.data import ROOT
from benchmarks.page import Section, Table

TARGET_MB = 80.0
TARGET_ADDED_MB = 15.0
WHAT = {
    "headroom-integrations": [str(ROOT)],
    "headroom-integrations[langchain]": [f"{ROOT}[langchain]"],
    "langchain-core alone": ["langchain-core>=1.1,<2"],
}


def run() -> Section:
    """Install each in an environment of its own."""
    found = {name: measured(packages) for name, packages in WHAT.items()}
    alone, extra = found["langchain-core alone"], found["headroom-integrations[langchain]"]
    core = found["headroom-integrations"]
    added = extra["mb"] - alone["mb"]
    rows = [[f"`{name}`", str(one["packages"]), f"{one['mb']:.0f} MB"] for name, one in found.items()]
    rows.append(["added to langchain-core", str(extra["packages"] - alone["packages"]), f"{added:.0f} MB"])
    findings = [f"**Missed:** core {core['mb']:.0f} MB, target {TARGET_MB:.0f} MB."] if core["mb"] > TARGET_MB else []
    if added > TARGET_ADDED_MB:
        findings.append(f"**Missed:** {added:.0f} MB added to langchain-core, target {TARGET_ADDED_MB:.0f} MB.")
    largest = ", ".join(f"{name} {mb:.1f}" for name, mb in core["largest"])
    return Section(
        title="Installation",
        how=(
            "`pip install` into fresh virtual environments; packages without pip, sizes of all files in site-packages "
            f"before any byte code is written. Target of the core: under {TARGET_MB:.0f} MB. Largest of it, in MB: "
            f"{largest}."
        ),
        tables=[Table(head=["installed", "packages", "size"], rows=rows)],
        findings=findings,
        figures=found,
    )


def measured(packages: list[str]) -> dict[str, Any]:
    """Number of packages and megabytes that installing `packages` adds."""
    with tempfile.TemporaryDirectory(prefix="headroom-install-") as folder:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        site = next(Path(folder).glob("[Ll]ib/**/site-packages"))
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        environment = {**os.environ, "PIP_NO_COMPILE": "1"}
        subprocess.run(
            [*pip, "install", "--quiet", "--no-compile", "--target", str(site), *packages], check=True, env=environment
        )
        listed = subprocess.run(
            [*pip, "list", "--path", str(site), "--format", "json"], check=True, capture_output=True, text=True
        )
        sizes = {path.name: megabytes(path) for path in site.iterdir()}
    largest = sorted(sizes.items(), key=lambda pair: -pair[1])[:6]
    return {"packages": len(json.loads(listed.stdout)), "mb": sum(sizes.values()), "largest": largest}


def megabytes(path: Path) -> float:
    """Size of a file, or of all files below a folder, in 10**6 bytes."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink()) / 1e6

"""`headroom doctor`: is everything in place?"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

import typer

from headroom.cli.files import console, write_json
from headroom.errors import HeadroomError

State = Literal["good", "note", "wrong"]
SAMPLE = json.dumps([{"id": number, "state": "open", "title": f"row {number}"} for number in range(20)])
FRAMEWORKS = ("langchain-core", "langgraph", "llama-index-core", "openai", "anthropic")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    name: str
    state: State
    detail: str


def doctor_command(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Check that everything is in place.

    Installation, settings, vocabulary, store and a round trip; exit code 1 when something is wrong.
    """
    findings = [run(name, check) for name, check in CHECKS]
    if as_json:
        write_json([asdict(finding) for finding in findings])
    else:
        out = console()
        for finding in findings:
            style = {"good": "green", "note": "yellow", "wrong": "bold red"}[finding.state]
            out.print(f"{finding.state:5}", style=style, end="  ")
            out.print(f"{finding.name}: {finding.detail}", soft_wrap=True)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


def run(name: str, check: Callable[[], tuple[State, str]]) -> Finding:
    """One check; what it raises is what is wrong."""
    try:
        return Finding(name, *check())
    except HeadroomError as error:
        return Finding(name, "wrong", error.message)
    except ImportError as error:
        return Finding(name, "wrong", f"cannot import {error.name}")
    except OSError as error:
        return Finding(name, "wrong", error.strerror or type(error).__name__)


def versions() -> tuple[State, str]:
    """Ours and Python's."""
    from headroom._version import __version__

    return "good", f"headroom {__version__} on Python {sys.version.split()[0]}"


def installation() -> tuple[State, str]:
    """Whether another distribution shares our import name or our directory."""
    from headroom.installation import check_installation, clash, stray_files

    check_installation()
    if strays := stray_files():
        raise clash(f"{len(strays)} files in the package directory are foreign or missing, such as {strays[0]}")
    return "good", "no other distribution uses the import name headroom"


def settings() -> tuple[State, str]:
    """Whether file and environment can be read."""
    from headroom.resolve import DEFAULT, resolve

    resolved = resolve()
    changed = sum(origin != DEFAULT for origin in resolved.origins.values())
    return "good", f"{changed} differ from their default, fingerprint {resolved.fingerprint}"


def vocabulary() -> tuple[State, str]:
    """Whether the built-in measure loads."""
    from headroom.tokenizers import built_in_counter

    counter = built_in_counter()
    counter.warm()
    if not counter.is_exact:
        return "note", f"{counter.name} cannot be used here, counts are estimates"
    return "good", f"{counter.name} loaded from the package, counts are exact"


def store() -> tuple[State, str]:
    """Whether the metrics store can be read and its file be written; writes nothing."""
    from headroom.cli.stores import metrics_url
    from headroom.storage import open_metrics_store
    from headroom.storage.urls import can_hold_files, parse_store_url

    url = parse_store_url(metrics_url(None))
    if url.kind == "memory":
        return "note", "metrics are kept in memory and end with the process; HEADROOM_STORE_URL names a place"
    if url.path is not None:
        writable = os.access(url.path, os.W_OK) if url.path.exists() else can_hold_files(url.path.parent)
        if not writable:
            return "wrong", f"{url.safe} cannot be written; HEADROOM_STORE_URL names another place"
    opened = open_metrics_store(metrics_url(None))
    try:
        opened.read(limit=1)
    finally:
        opened.close()
    return "good", url.safe


def round_trip() -> tuple[State, str]:
    """Whether a small table is compressed and an original found again."""
    from headroom.engine import Engine
    from headroom.markers import handle_of
    from headroom.retrieval import find_original
    from headroom.storage import Recorder

    engine = Engine(recorder=Recorder("memory"), min_tokens=0)
    messages = [{"role": "tool", "tool_call_id": "1", "content": SAMPLE}]
    result = engine.prepare(messages, needs_call=False, is_conversation=False)
    back = find_original(handle_of(SAMPLE), messages=messages)
    if not result.tokens_saved or back != SAMPLE:
        return "wrong", "a sample did not come back"
    return "good", f"a sample of {result.tokens_before} tokens became {result.tokens_after}, its original was found"


def frameworks() -> tuple[State, str]:
    """Which frameworks are there; none is needed."""
    from importlib.metadata import PackageNotFoundError, version

    there = []
    for name in FRAMEWORKS:
        try:
            there.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return "good", ", ".join(there) or "none installed; headroom.compress() needs none"


CHECKS: tuple[tuple[str, Callable[[], tuple[State, str]]], ...] = (
    ("version", versions),
    ("installation", installation),
    ("settings", settings),
    ("vocabulary", vocabulary),
    ("metrics store", store),
    ("round trip", round_trip),
    ("frameworks", frameworks),
)

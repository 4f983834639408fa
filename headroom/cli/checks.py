"""What `headroom doctor` looks at, each check a function: `good`, `note` or `wrong`, and what was found."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Literal

State = Literal["good", "note", "wrong"]
Outcome = tuple[State, str]
SAMPLE = json.dumps([{"id": number, "state": "open", "title": f"row {number}"} for number in range(20)])
FRAMEWORKS = ("langchain-core", "langgraph", "llama-index-core", "openai", "anthropic")
NOT_EXTRAS = ("all", "dev")
REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[([^\]]*)\])?.*extra\s*==\s*['\"]([^'\"]+)['\"]")
SLOW_S = 3.0
# A process of its own: this one has loaded half of it by now.
FIRST_CALL = """
import time
started = time.perf_counter()
import headroom
rows = '[' + ','.join('{"id":%d,"name":"row %d"}' % (n, n) for n in range(60)) + ']'
call = {"id": "1", "type": "function", "function": {"name": "doctor", "arguments": "{}"}}
headroom.simulate([
    {"role": "assistant", "content": None, "tool_calls": [call]},
    {"role": "tool", "tool_call_id": "1", "content": rows},
])
print(time.perf_counter() - started)
"""


def versions() -> Outcome:
    """Ours and Python's."""
    from headroom._version import __version__

    return "good", f"headroom {__version__} on Python {sys.version.split()[0]}"


def installation() -> Outcome:
    """Whether another distribution shares our import name or our directory."""
    from headroom.installation import check_installation, clash, stray_files

    check_installation()
    if strays := stray_files():
        raise clash(f"{len(strays)} files in the package directory are foreign or missing, such as {strays[0]}")
    return "good", "no other distribution uses the import name headroom"


def settings() -> Outcome:
    """Whether file and environment can be read, and which file it is."""
    from headroom.config_file import find_config_file
    from headroom.resolve import DEFAULT, resolve

    resolved = resolve()
    changed = sum(origin != DEFAULT for origin in resolved.origins.values())
    file = find_config_file()
    named = f"from {file}" if file else "no settings file"
    return "good", f"{named}, {changed} differ from their default, fingerprint {resolved.fingerprint}"


def variables() -> Outcome:
    """Whether every HEADROOM_ variable is one that is read."""
    from headroom.environment import ELSEWHERE, headroom_variables, suggestion
    from headroom.resolve import variables as known_variables

    known = {variable.name for variable in known_variables()}
    names = [name for name, _ in headroom_variables()]
    unknown = [name for name in names if name not in known and name not in ELSEWHERE]
    if unknown:
        said = "; ".join(f"{name} has no effect{suggestion(name, known).replace('; ', ', ')}" for name in unknown)
        return "note", said
    return "good", f"{len(names)} set, all known" if names else "none set"


def vocabulary() -> Outcome:
    """Whether the built-in measure loads."""
    from headroom.tokenizers import built_in_counter

    counter = built_in_counter()
    counter.warm()
    if not counter.is_exact:
        return "note", f"{counter.name} cannot be used here, counts are estimates"
    return "good", f"{counter.name} loaded from the package, counts are exact"


def store() -> Outcome:
    """Whether the metrics store can be read and written; a row is written and removed where there is a store."""
    from headroom.cli.stores import metrics_url
    from headroom.storage import open_metrics_store
    from headroom.storage.urls import can_hold_files, parse_store_url

    url = parse_store_url(metrics_url(None))
    if url.kind == "memory":
        return "note", "metrics are kept in memory and end with the process; HEADROOM_STORE_URL names a place"
    if url.path is not None:
        exists = url.path.exists()
        writable = os.access(url.path, os.W_OK) if exists else can_hold_files(url.path.parent)
        if not writable:
            return "wrong", f"{url.safe} cannot be written; HEADROOM_STORE_URL names another place"
        if not exists:
            return "good", f"{url.safe}, which the first call will make"
    opened: Any = open_metrics_store(metrics_url(None))
    try:
        opened.read(limit=1)
        if hasattr(opened, "delete"):
            write_and_remove(opened)
    finally:
        opened.close()
    return "good", url.safe


def write_and_remove(opened: Any) -> None:
    """One row in and out again.

    Raises:
        StorageError: It cannot be written.
    """
    from uuid import uuid4

    from headroom.results import RequestMetrics

    name = f"headroom-doctor-{uuid4().hex}"
    try:
        opened.write([RequestMetrics(request_id=name, thread_id=name, mode="simulate")])
    finally:
        opened.delete(thread_id=name)


def round_trip() -> Outcome:
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


def first_call() -> Outcome:
    """How long import and first call take in a process of their own."""
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", FIRST_CALL], capture_output=True, text=True, check=False, timeout=60
        )
        seconds = float(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return "note", f"could not be measured: {type(error).__name__}"
    text = f"{1000 * seconds:.0f} ms for import and first call; headroom.warm() does it when a program starts"
    return ("note" if seconds > SLOW_S else "good"), text


def frameworks() -> Outcome:
    """Which frameworks are there; none is needed."""
    there = [f"{name} {found}" for name in FRAMEWORKS if (found := version_of(name))]
    return "good", ", ".join(there) or "none installed; headroom.compress() needs none"


def extras() -> Outcome:
    """Which optional extras are there, and how to get the others."""
    wanted = extra_packages()
    if not wanted:
        return "note", "the package is not installed, so its extras are not known"
    complete = sorted(extra for extra, names in wanted.items() if all(map(version_of, names)))
    missing = sorted(set(wanted) - set(complete))
    line = f'pip install "headroom-integrations[{missing[0]}]"' if missing else ""
    absent = f"; not there: {', '.join(missing)} ({line})" if missing else ""
    return "good", f"{', '.join(complete) or 'none'}{absent}"


def extra_packages() -> dict[str, list[str]]:
    """Extra to the packages it installs, from the installed metadata; ours stand for what they name."""
    from importlib.metadata import PackageNotFoundError, requires

    from headroom.installation import OURS

    try:
        lines = requires(OURS) or []
    except PackageNotFoundError:
        return {}
    found: dict[str, list[str]] = {}
    for line in lines:
        match = REQUIREMENT.match(line)
        if match and match[3] not in NOT_EXTRAS:
            found.setdefault(match[3], []).extend([] if match[1] == OURS else [match[1]])
    return found


def version_of(package: str) -> str | None:
    """The installed version; None where there is none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


CHECKS: tuple[tuple[str, Callable[[], Outcome]], ...] = (
    ("version", versions),
    ("installation", installation),
    ("settings", settings),
    ("variables", variables),
    ("vocabulary", vocabulary),
    ("metrics store", store),
    ("round trip", round_trip),
    ("first call", first_call),
    ("frameworks", frameworks),
    ("extras", extras),
)

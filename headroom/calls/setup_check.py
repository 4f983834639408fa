"""`validate_setup()`: whether what a client needs works, and which line says what does not."""

from __future__ import annotations

from typing import Any

from headroom.calls.host import Host
from headroom.errors import HeadroomError
from headroom.results import RequestMetrics
from headroom.transforms.contain import contain

MODES = ("audit", "optimize", "simulate")
CHECK = "headroom-setup-check"


def setup_report(host: Host) -> dict[str, Any]:
    """`valid`, `issues` (lines for people), and one part each for provider, storage, config and cache optimizer."""
    parts = {
        "provider": provider_part(host),
        "storage": storage_part(host),
        "config": config_part(host),
        "cache_optimizer": optimizer_part(host),
    }
    issues = [f"{name}: {part['error']}" for name, part in parts.items() if part["error"]]
    needed = [parts[name]["ok"] for name in ("provider", "storage", "config")]
    return {"valid": all(needed), "issues": issues, **parts}


def provider_part(host: Host) -> dict[str, Any]:
    """Whether tokens can be counted."""
    error: str | None = "counting a message failed"
    with contain("validate_setup") as fault:
        counter = host.provider.get_token_counter("")
        error = None if counter.count_text("Hello, world!") > 0 else "a message counts as no tokens"
    if fault.reason:
        error = f"counting a message failed ({fault.reason.removeprefix('failed_')})"
    return {"ok": error is None, "name": str(getattr(host.provider, "name", "")), "error": error}


def storage_part(host: Host) -> dict[str, Any]:
    """Whether figures can be written and read."""
    recorder, error = host.engine.recorder, None
    with contain("validate_setup") as fault:
        try:
            error = probe_store(recorder.store())
        except HeadroomError as failure:
            error = failure.message
    if fault.reason:
        error = f"the store cannot be used ({fault.reason.removeprefix('failed_')})"
    url = recorder.url.safe if recorder.url else "default"
    return {"ok": error is None, "url": url, "error": error}


def probe_store(store: Any) -> str | None:
    """Write a row that counts nowhere, and read; what does not work, or None."""
    row = RequestMetrics(request_id=CHECK, mode="simulate", integration="setup_check", tenant=CHECK)
    store.write([row])
    is_read = bool(store.read(limit=1))
    if hasattr(store, "delete"):
        store.delete(tenant=CHECK)
    return None if is_read else "what was written cannot be read"


def config_part(host: Host) -> dict[str, Any]:
    """Whether the mode is one."""
    mode = host.default_mode
    return {"ok": mode in MODES, "mode": mode, "error": None if mode in MODES else f"unknown mode {mode!r}"}


def optimizer_part(host: Host) -> dict[str, Any]:
    """Whether there are hints for the provider's cache; none is a warning, no fault."""
    if not host.engine.config.cache_optimizer.enabled:
        return {"ok": True, "name": None, "error": None}
    has_hints = callable(getattr(host.optimizer, "cache_hints", None))
    error = None if has_hints else "it has no method cache_hints; no hints are given"
    return {"ok": has_hints, "name": getattr(host.optimizer, "name", None), "error": error}

"""Google's cached contents: made, looked up, given more time, deleted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from tests.stub.prompt import prompt_blocks
from tests.stub.refusals import RefusedError, require

LIFETIME_S = 3600.0
FIELDS = frozenset(
    {"model", "contents", "systemInstruction", "tools", "toolConfig", "ttl", "expireTime", "displayName", "name"}
)


@dataclass(slots=True)
class Kept:
    """One cached content."""

    body: Mapping[str, Any]
    tokens: int
    made_s: float
    changed_s: float
    expires_s: float


@dataclass(slots=True)
class CachedContents:
    """All cached contents of the server; they end by its clock."""

    clock: Callable[[], float]
    kept: dict[str, Kept] = field(default_factory=dict)

    def create(self, body: Mapping[str, Any], minimum: int) -> dict[str, Any]:
        """Keep a prefix."""
        for name in body:
            require(name in FIELDS, f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
        tokens = sum(len(block.ids) for block in prompt_blocks("google", body))
        small = f"Cached content is too small. total_token_count={tokens}, min_total_token_count={minimum}"
        require(tokens >= minimum, small)
        now_s, name = self.clock(), f"cachedContents/stub{len(self.kept) + 1:04}"
        self.kept[name] = Kept(body, tokens, now_s, now_s, expiry(body, now_s))
        return self.shown(name)

    def find(self, name: str) -> Kept:
        """A content that has not expired."""
        found = self.kept.get(name)
        if found is None or found.expires_s <= self.clock():
            raise RefusedError("CachedContent not found (or permission denied)", status=403)
        return found

    def change(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Give it another end."""
        found = self.find(name)
        found.changed_s = self.clock()
        found.expires_s = expiry(body, found.changed_s)
        return self.shown(name)

    def delete(self, name: str) -> dict[str, Any]:
        """Forget it."""
        self.find(name)
        del self.kept[name]
        return {}

    def shown(self, name: str) -> dict[str, Any]:
        """As the API shows it: without its content."""
        found = self.find(name)
        return {
            "name": name,
            "model": found.body.get("model"),
            "displayName": found.body.get("displayName", ""),
            "createTime": stamp(found.made_s),
            "updateTime": stamp(found.changed_s),
            "expireTime": stamp(found.expires_s),
            "usageMetadata": {"totalTokenCount": found.tokens},
        }

    def listed(self) -> dict[str, Any]:
        """All that have not expired."""
        alive = [name for name, found in self.kept.items() if found.expires_s > self.clock()]
        return {"cachedContents": [self.shown(name) for name in alive]}


def expiry(body: Mapping[str, Any], now_s: float) -> float:
    """When a content ends."""
    if "expireTime" in body:
        return datetime.fromisoformat(str(body["expireTime"]).replace("Z", "+00:00")).timestamp()
    ttl = re.fullmatch(r"(\d+(?:\.\d+)?)s", str(body.get("ttl", f"{LIFETIME_S}s")))
    require(ttl, "Invalid value at 'cached_content.ttl'")
    assert ttl is not None
    return now_s + float(ttl[1])


def stamp(seconds: float) -> str:
    """A time as Google writes it."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat().replace("+00:00", "Z")

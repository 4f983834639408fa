"""Generated JSON as APIs answer it, in any size: flat rows, nested objects, log rows. The same seed gives the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

CITIES = ("Lisbon", "Osaka", "Lima", "Graz", "Accra", "Turku", "Perth", "Quito")
STATES = ("paid", "paid", "paid", "shipped", "open", "refunded")
WORDS = (
    "connection",
    "pool",
    "timeout",
    "retry",
    "request",
    "cache",
    "key",
    "shard",
    "node",
    "replica",
    "quorum",
    "leader",
)


def flat_row(random: Random, number: int) -> dict[str, Any]:
    """An order."""
    return {
        "id": 100_000 + number,
        "customer": f"{random.choice('ABCDEFGHIJ')}. {random.choice(CITIES)}",
        "email": f"user{random.randint(1, 9999)}@example.com",
        "state": random.choice(STATES),
        "total": round(random.lognormvariate(3.5, 0.8), 2),
        "currency": "EUR",
        "created_at": f"2026-{random.randint(1, 12):02}-{random.randint(1, 28):02}T{random.randint(0, 23):02}:15:00Z",
        "note": None if random.random() < 0.8 else " ".join(random.choices(WORDS, k=5)),
    }


def nested_row(random: Random, number: int) -> dict[str, Any]:
    """A pod of a cluster."""
    name = f"{random.choice(WORDS)}-{random.getrandbits(40):010x}"
    containers = [
        {"name": random.choice(WORDS), "image": f"registry.example.com/{random.choice(WORDS)}:1.{random.randint(0, 9)}"}
        for _ in range(random.randint(1, 3))
    ]
    return {
        "metadata": {
            "name": name,
            "namespace": random.choice(CITIES).lower(),
            "uid": f"{random.getrandbits(128):032x}",
            "labels": {"app": name.partition("-")[0], "tier": random.choice(["web", "worker"])},
        },
        "spec": {"nodeName": f"node-{random.randint(1, 20)}", "containers": containers},
        "status": {
            "phase": "Running" if random.random() < 0.97 else "Failed",
            "podIP": f"10.{random.randint(0, 255)}.{random.randint(0, 255)}.{number % 256}",
            "restarts": 0 if random.random() < 0.9 else random.randint(1, 40),
        },
    }


def log_row(random: Random, number: int) -> dict[str, Any]:
    """A line of a structured log."""
    seconds = number * 3 + random.randint(0, 2)
    clock = f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{random.randint(0, 999):03}"
    row: dict[str, Any] = {
        "ts": f"2026-11-20T{clock}Z",
        "level": random.choices(["INFO", "DEBUG", "WARN", "ERROR"], [80, 15, 4, 1])[0],
        "logger": f"app.{random.choice(WORDS)}",
        "message": f"{' '.join(random.choices(WORDS, k=random.randint(4, 9)))} {random.randint(1, 99999)}",
    }
    return row | ({"trace_id": f"{random.getrandbits(64):016x}"} if random.random() < 0.5 else {})


SHAPES: dict[str, Callable[[Random, int], dict[str, Any]]] = {
    "flat API rows": flat_row,
    "nested objects": nested_row,
    "log rows": log_row,
}


def rows(shape: str, count: int, seed: int) -> list[dict[str, Any]]:
    """`count` rows of one shape."""
    random = Random(seed)
    return [SHAPES[shape](random, number) for number in range(count)]


def text_of_size(shape: str, tokens: int, seed: int, count: Callable[[str], int]) -> str:
    """JSON text of about `tokens` tokens."""
    some = rows(shape, 300, seed)
    return dumped(rows(shape, max(2, round(tokens / count(dumped(some)) * len(some))), seed))


def dumped(values: Sequence[dict[str, Any]]) -> str:
    """JSON as most servers write it, with blanks behind commas and colons."""
    return json.dumps(values, ensure_ascii=False)

"""Writes `mcp_records.jsonl`: 200 tool results as servers of the official MCP SDK send them. Made-up content.

The SDK turns each member of a returned list into a text block of its own: text as it is, everything else as JSON
indented by two (checked with mcp 2.3.0). A record holds

    id          `mcp-000` to `mcp-199`
    shape       `dict_rows`, `model_rows`, `text_rows`, `single_dict`, `one_block` (the whole list as one JSON text, as
                other servers send it), `text_and_image`, `embedded_resource`, `structured`, `error`
    tabular     whether the text is at least five records with like keys
    topic       what the table is about
    wire        `openai` or `anthropic`
    tool        name of the tool, with its server's prefix
    messages    question, call and result, as that provider is sent them
    structured  the server's structured content, for shape `structured` only

Run from the root of the checkout: `python -m tests.data.make_mcp_records`. The output depends on nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

OUTPUT = Path(__file__).with_name("mcp_records.jsonl")
RECORDS = 200
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PEOPLE = ("Ana Souza", "Björn Åkesson", "Chen Wei", "Dana Levi", "Emeka Obi", "Fatima Zahra", "Grace Kim", "Hugo Roy")
WORDS = ("checkout", "login", "export", "search", "billing", "webhook", "import", "session", "cache", "upload")

Row = dict[str, Any]


def moment(random: Random, index: int) -> str:
    return (
        f"2026-{2 + index // 28 % 9:02d}-{1 + index % 28:02d}T{random.randrange(24):02d}:{random.randrange(60):02d}:00Z"
    )


def order(random: Random, index: int) -> Row:
    status = random.choices(("shipped", "paid", "pending", "refunded", "failed"), (60, 20, 14, 4, 2))[0]
    return {
        "order_id": f"ORD-{10400 + index}",
        "customer": random.choice(PEOPLE),
        "total": round(random.lognormvariate(4, 0.8), 2),
        "currency": "EUR",
        "status": status,
        "items": random.randrange(1, 6),
        "placed_at": moment(random, index),
    }


def issue(random: Random, index: int) -> Row:
    word = random.choice(WORDS)
    return {
        "number": 3100 - index,
        "title": f"{word.capitalize()} {random.choice(('fails on', 'is slow with', 'ignores', 'loses'))} large files",
        "state": random.choices(("open", "closed"), (3, 1))[0],
        "labels": random.sample(("bug", "docs", "p1", "p2", "good first issue"), random.randrange(3)),
        "user": {"login": random.choice(PEOPLE).split()[0].lower(), "id": random.randrange(1000, 9999)},
        "comments": random.randrange(20),
        "milestone": None,
    }


def file(random: Random, index: int) -> Row:
    folder, name = random.choice(WORDS), random.choice(WORDS)
    return {
        "path": f"src/{folder}/{name}_{index}.py",
        "size": int(random.lognormvariate(8, 1)),
        "sha": f"{random.getrandbits(160):040x}",
        "type": "file",
    }


def pod(random: Random, index: int) -> Row:
    status = random.choices(("Running", "Pending", "CrashLoopBackOff"), (94, 4, 2))[0]
    name = f"{random.choice(WORDS)}-{random.getrandbits(32):08x}-{random.getrandbits(20):05x}"
    return {
        "name": name,
        "namespace": random.choice(("prod", "prod", "staging")),
        "ready": "1/1" if status == "Running" else "0/1",
        "status": status,
        "restarts": 214 if status == "CrashLoopBackOff" else random.choice((0, 0, 0, 1)),
        "age": f"{random.randrange(1, 40)}d",
        "node": f"ip-10-0-{random.randrange(4)}-{random.randrange(255)}",
    }


def reading(random: Random, index: int) -> Row:
    spike = random.random() < 0.02
    return {
        "sensor": f"s-{index % 4}",
        "t": 1_772_323_200 + 60 * index,
        "celsius": 97.4 if spike else round(random.gauss(21.5, 0.6), 1),
        "humidity": round(random.gauss(0.45, 0.02), 3),
        "ok": not spike,
    }


def query_row(random: Random, index: int) -> Row:
    row: Row = {
        "id": 7_000 + index,
        "email": f"user{index}@example.org",
        "plan": random.choice(("free", "pro", "team")),
    }
    if random.random() < 0.3:
        row["trial_ends"] = moment(random, index)
    if random.random() < 0.1:
        row["note"] = f'asked for "{random.choice(WORDS)}", see #{random.randrange(900)}\nanswered'
    return row


def event(random: Random, index: int) -> Row:
    return {
        "summary": f"{random.choice(WORDS).capitalize()} review",
        "start": moment(random, index),
        "minutes": random.choice((15, 30, 30, 60)),
        "attendees": [{"name": name} for name in random.sample(PEOPLE, random.randrange(1, 4))],
        "location": random.choice((None, None, "Room 4", "München")),
    }


def metric(random: Random, index: int) -> Row:
    return {
        "service": f"{random.choice(WORDS)}-api",
        "p50_ms": round(random.lognormvariate(3, 0.3), 1),
        "p99_ms": round(random.lognormvariate(5, 0.5), 1),
        "error_rate": 0.31 if random.random() < 0.02 else round(random.random() / 500, 5),
        "rps": random.randrange(1, 900),
    }


TOPICS: tuple[tuple[str, str, Callable[[Random, int], Row]], ...] = (
    ("orders", "shop__list_orders", order),
    ("issues", "github__list_issues", issue),
    ("files", "github__get_tree", file),
    ("pods", "k8s__list_pods", pod),
    ("sensors", "plant__read_sensors", reading),
    ("users", "postgres__query", query_row),
    ("calendar", "calendar__list_events", event),
    ("services", "metrics__query", metric),
)


def indented(value: Any) -> str:
    """JSON as the SDK writes it."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def text(said: str) -> Row:
    return {"type": "text", "text": said}


Blocks = list[Row]


def dict_rows(random: Random, rows: list[Row], wire: str) -> Blocks:
    return [text(indented(row)) for row in rows]


def model_rows(random: Random, rows: list[Row], wire: str) -> Blocks:
    """A model writes every field, those that nobody set as null."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return [text(indented({key: row.get(key) for key in keys})) for row in rows]


def text_rows(random: Random, rows: list[Row], wire: str) -> Blocks:
    """A list of str: a line of prose each."""
    return [text(", ".join(f"{key} {value}" for key, value in list(row.items())[:4])) for row in rows]


def single_dict(random: Random, rows: list[Row], wire: str) -> Blocks:
    return [text(indented({"total": len(rows), "page": 1, "items": rows, "next_cursor": None}))]


def one_block(random: Random, rows: list[Row], wire: str) -> Blocks:
    return [text(json.dumps(rows, ensure_ascii=False, separators=(",", ":")))]


def text_and_image(random: Random, rows: list[Row], wire: str) -> Blocks:
    """A chart between the rows it shows and a caption."""
    return [*dict_rows(random, rows, wire), image(wire), text(f"Chart of {len(rows)} rows.")]


def image(wire: str) -> Row:
    if wire == "openai":
        return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
    return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}


def embedded_resource(random: Random, rows: list[Row], wire: str) -> Blocks:
    """A text resource: clients send its text as a block, after what the tool said about it."""
    lines = [",".join(rows[0]), *(",".join(str(value) for value in row.values()) for row in rows)]
    return [
        text(f"Exported {len(rows)} rows to file:///exports/{random.getrandbits(24):06x}.csv"),
        text("\n".join(lines)),
    ]


def error(random: Random, rows: list[Row], wire: str) -> Blocks:
    reasons = (
        "relation does not exist",
        "401 Bad credentials",
        "connection refused: 10.0.0.7:5432",
        "limit must be > 0",
    )
    return [text(f"Error executing tool {random.choice(WORDS)}: {random.choice(reasons)}")]


SHAPES: tuple[tuple[str, int, Callable[[Random, list[Row], str], Blocks]], ...] = (  # name, share in percent, maker
    ("dict_rows", 30, dict_rows),
    ("model_rows", 18, model_rows),
    ("text_rows", 6, text_rows),
    ("single_dict", 10, single_dict),
    ("one_block", 6, one_block),
    ("text_and_image", 8, text_and_image),
    ("embedded_resource", 6, embedded_resource),
    ("structured", 10, dict_rows),
    ("error", 6, error),
)
TABULAR = frozenset({"dict_rows", "model_rows", "one_block", "structured"})
COUNTS = (1, 3, 5, 8, 12, 12, 20, 20, 25, 32)


def messages(wire: str, number: int, tool: str, topic: str, blocks: Blocks, is_error: bool) -> list[Row]:
    """Question, call and result as the provider is sent them; a chat tool message has no place for an error mark."""
    question = {"role": "user", "content": f"What is remarkable about these {topic}?"}
    arguments = {"limit": 50, "page": number % 3 + 1}
    if wire == "openai":
        call_id = f"call_{number:06d}"
        function = {"name": tool, "arguments": json.dumps(arguments)}
        call = {"role": "assistant", "content": None}
        answer = {"role": "tool", "tool_call_id": call_id, "content": blocks}
        return [question, {**call, "tool_calls": [{"id": call_id, "type": "function", "function": function}]}, answer]
    call_id = f"toolu_{number:06d}"
    use = {"type": "tool_use", "id": call_id, "name": tool, "input": arguments}
    result: Row = {"type": "tool_result", "tool_use_id": call_id, "content": blocks}
    if is_error:
        result["is_error"] = True
    return [question, {"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]


def record(number: int) -> Row:
    """One record; each has a generator of its own, so that changing one leaves the others as they are."""
    random = Random(1_000 + number)
    shape, make = share_of(number * 37 % 100)
    topic, tool, row = TOPICS[number % len(TOPICS)]
    wire = ("openai", "anthropic")[number // len(TOPICS) % 2]
    rows = [row(random, index) for index in range(random.choice(COUNTS))]
    made: Row = {
        "id": f"mcp-{number:03d}",
        "shape": shape,
        "tabular": shape in TABULAR and len(rows) >= 5,
        "topic": topic,
        "wire": wire,
        "tool": tool,
        "messages": messages(wire, number, tool, topic, make(random, rows, wire), shape == "error"),
    }
    return {**made, "structured": {"result": rows}} if shape == "structured" else made


def share_of(percent: int) -> tuple[str, Callable[[Random, list[Row], str], Blocks]]:
    """The shape at a place of the scale 0 to 99."""
    for name, share, make in SHAPES:
        if percent < share:
            return name, make
        percent -= share
    raise AssertionError("shares must add up to 100")


def lines() -> list[str]:
    """The file, line by line."""
    return [json.dumps(record(number), ensure_ascii=False, separators=(",", ":")) for number in range(RECORDS)]


if __name__ == "__main__":
    OUTPUT.write_text("\n".join([*lines(), ""]), encoding="utf-8", newline="\n")

"""Generated input for the laws: JSON values and texts, tool outputs, and conversations with matched tool calls.

Bulk (rows, lines) comes from a seeded generator and only its shape is drawn, so that texts of thousands of tokens
cost hypothesis a few choices: about a third of `tool_texts()` is under 200 tokens, a third over 1,000.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from headroom.compressors.table.values import Number, Pairs, dump_json
from tests.bulk import (
    CELLS,
    ODD_TEXTS,
    Row,
    code_text,
    dump_rows,
    library_value,
    listing_text,
    log_text,
    prose_text,
    table_rows,
)

NUMBERS = (
    "0",
    "-0",
    "7",
    "-13",
    "1.10",
    "0.1",
    "1e5",
    "1E+05",
    "-2.50e-3",
    "10000000000000000000000000000000000000000",
    "12345678901234567890.123456789",
    "9007199254740993",
)
KEYS = ("id", "name", "status", "value", "created_at", "a b", "", "é", "error", "nested", "x.y", "0", "tags", "a,b")


@cache
def numbers() -> st.SearchStrategy[Number]:
    """JSON numbers as their source text."""
    return st.one_of(st.sampled_from(NUMBERS), st.integers(-(10**20), 10**20).map(str)).map(Number)


@cache
def odd_texts() -> st.SearchStrategy[str]:
    """Short texts; lone surrogates, NUL, line ends and look-alikes of other values among them."""
    short = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
    return st.one_of(st.sampled_from(ODD_TEXTS), st.sampled_from(("alpha", "beta", "open", "closed")), short)


@cache
def scalars() -> st.SearchStrategy[Any]:
    """JSON values that hold no others."""
    return st.one_of(st.none(), st.booleans(), numbers(), odd_texts())


@cache
def json_values() -> st.SearchStrategy[Any]:
    """Values as `headroom.compressors.table.values.parse_json` reads them: `Number`, and `Pairs` for repeated keys.

    Also tables whose rows lack keys, and nesting to beyond `MAX_DEPTH`. `dump_json` gives their text.
    """
    keys = st.one_of(st.sampled_from(KEYS), odd_texts())
    pair = st.tuples(keys, scalars())

    def deeper(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4))

    repeated = st.lists(pair, min_size=1, max_size=3).map(lambda pairs: Pairs([*pairs, (pairs[0][0], Number("1"))]))
    chains = st.builds(chain, st.integers(1, 80), st.booleans(), scalars())
    return st.one_of(scalars(), st.recursive(scalars(), deeper, max_leaves=12), row_lists(), repeated, chains)


def chain(depth: int, objects: bool, end: Any) -> Any:
    """`end` within `depth` arrays or objects."""
    for _ in range(depth):
        end = {"k": end} if objects else [end]
    return end


@cache
def row_lists() -> st.SearchStrategy[list[Any]]:
    """Small tables whose rows may lack any of their keys, hold null, or be nested."""
    nested = st.one_of(st.lists(scalars(), max_size=3), st.dictionaries(st.sampled_from(KEYS), scalars(), max_size=3))
    columns = st.lists(st.sampled_from(KEYS), min_size=1, max_size=5, unique=True)

    def rows_of(names: list[str]) -> st.SearchStrategy[list[Any]]:
        cells = {name: st.one_of(scalars(), scalars(), nested) for name in names}
        return st.lists(st.fixed_dictionaries({}, optional=cells), max_size=8)

    return columns.flatmap(rows_of)


@cache
def plain_json_values() -> st.SearchStrategy[Any]:
    """Values as `json.loads` reads them: int, float, no `Number` and no repeated keys."""
    return json_values().map(dump_json).map(json.loads)


@cache
def json_texts() -> st.SearchStrategy[str]:
    """JSON documents as text: compact, spaced or indented, with escapes or without, with space around."""
    compact = json_values().map(dump_json)
    layouts = st.sampled_from(({"indent": 2}, {"indent": 4}, {}, {"ensure_ascii": False}, {"separators": (",", ":")}))
    laid_out = st.builds(lambda value, layout: json.dumps(value, **layout), plain_json_values(), layouts)
    around = st.sampled_from(("", "", "", "\n", "  ", "\r\n"))
    return st.builds(lambda before, text, after: before + text + after, around, st.one_of(compact, laid_out), around)


@cache
def sizes(largest: int) -> st.SearchStrategy[int]:
    """Counts of rows or lines; evenly over the scale, where hypothesis's integers would mostly be small."""
    return st.sampled_from([size for size in (0, 1, 2, 4, 7, 11, 18, 30, 45, 60, 80) if size <= largest])


@cache
def record_rows(max_rows: int = 80) -> st.SearchStrategy[list[Row]]:
    """Records of one to eight columns, some with absent keys; numbers such as 1.10 are `Number`."""
    columns = st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=8, unique=True)
    absent = st.sampled_from((0.0, 0.0, 0.0, 0.2))
    return st.builds(table_rows, st.integers(0, 2**16), sizes(max_rows), columns, absent)


@cache
def json_tool_texts(max_rows: int = 80) -> st.SearchStrategy[str]:
    """Arrays of records, JSON lines, and objects that wrap an array."""
    layouts = st.sampled_from(("compact", "spaced", "indented", "lines", "wrapped"))
    return st.builds(dump_rows, record_rows(max_rows), layouts)


@cache
def line_texts() -> st.SearchStrategy[str]:
    """Logs, search hits, prose and code, with Unix or Windows line ends."""
    makers = st.sampled_from((log_text, listing_text, prose_text, code_text))
    ends = st.sampled_from(("\n", "\n", "\n", "\r\n"))
    made = st.tuples(makers, st.integers(0, 2**16), sizes(80), ends)
    return made.map(lambda drawn: drawn[0](*drawn[1:]))


@cache
def tool_texts() -> st.SearchStrategy[str]:
    """What tools answer: records, other JSON, logs, search hits, prose, code, mixtures, and odd short texts."""
    mixed = st.builds("{}\n\n{}\n".format, line_texts(), json_tool_texts(30))
    plain = st.one_of(
        json_tool_texts(), json_tool_texts(), json_texts(), line_texts(), mixed, st.builds(str, odd_texts())
    )
    cut = st.builds(cut_off, json_tool_texts(), st.integers(1, 99), st.sampled_from(("", "...", "\n[truncated]")))
    around = envelopes(st.one_of(line_texts(), json_tool_texts(), mixed, cut))
    return st.one_of(plain, plain, plain, plain, around, around, cut, st.builds(as_python, json_tool_texts()))


def as_python(text: str) -> str:
    """JSON as Python prints it, line by line where it is lines."""
    try:
        return repr(json.loads(text))
    except ValueError:
        return "".join(f"{json.loads(line)!r}\n" for line in text.split("\n") if line)


def cut_off(text: str, percent: int, mark: str) -> str:
    """The beginning of a text, and what tells that it goes on."""
    return text[: len(text) * percent // 100] + mark


def envelopes(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """JSON around one or two texts, as tools return it."""
    return st.builds(wrapped, st.sampled_from(("stdout", "mcp", "body", "two", "colours")), texts, texts)


def wrapped(layout: str, text: str, other: str) -> str:
    """An answer that is little more than an envelope."""
    found: dict[str, Any] = {
        "stdout": {"stdout": text, "stderr": "", "exit_code": 0},
        "mcp": {"content": [{"type": "text", "text": text}], "isError": False},
        "body": {"status": 200, "body": json.dumps({"result": text, "took": 1.10})},
        "two": {"out": {"a.b": text, "err": other}},
        "colours": {"stdout": text.replace("\n", "\x1b[0m\n\x1b[32m"), "stderr": other},
    }
    return json.dumps(found[layout], ensure_ascii=layout == "two", indent=2 if layout == "mcp" else None)


@cache
def questions() -> st.SearchStrategy[str]:
    """What users ask; sometimes with an id or word that tool texts hold."""
    asked = ("Which orders failed?", "Find 1007", "Why did the build break?", "ok", "", "show worker-3", "timeout")
    return st.one_of(st.sampled_from(asked), odd_texts())


IMAGE_URL = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}
ARGUMENTS: tuple[dict[str, Any], ...] = (
    {},
    {"query": "open"},
    {"id": 1007, "deep": {"a": [1, 2]}},
    {"path": "src/queue.py", "note": "é"},
)
TOOLS = ("search_orders", "github__list_issues", "run_tests", "fetch", "read_file")


@cache
def text_pools() -> st.SearchStrategy[list[str]]:
    """What the tools of one round answer; fewer texts than calls, so that some answer alike."""
    return st.lists(tool_texts(), min_size=1, max_size=2)


@cache
@st.composite
def tool_rounds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One to three calls made at once: `id`-less facts of call and answer, with the answer's texts block by block."""
    pool = draw(text_pools())
    rounds = []
    for _ in range(draw(st.integers(1, 3))):
        split = draw(st.sampled_from(("text", "text", "blocks", "image", "rows")))
        text = draw(st.sampled_from(pool))
        rows = draw(record_rows(20)) if split == "rows" else []
        rounds.append(
            {
                "name": draw(st.sampled_from(TOOLS)),
                "arguments": draw(st.sampled_from(ARGUMENTS)),
                "split": split,
                "texts": [dump_json(library_value(row)) for row in rows] if split == "rows" else [text],
                "is_error": draw(st.sampled_from((False,) * 9 + (True,))),
            }
        )
    return rounds


def text_block(text: str) -> dict[str, Any]:
    """A text block of either provider."""
    return {"type": "text", "text": text}


def result_content(call: dict[str, Any], image: dict[str, Any]) -> Any:
    """Content of a tool result: text, or blocks with or without an image between."""
    blocks = [text_block(text) for text in call["texts"]]
    if call["split"] == "text":
        return call["texts"][0]
    return [*blocks, image, text_block("caption")] if call["split"] == "image" else blocks


@st.composite
def openai_conversations(draw: st.DrawFn, max_turns: int = 3) -> list[dict[str, Any]]:
    """Chat completions messages; each tool call is answered, in order, right after the message that makes it."""
    messages: list[dict[str, Any]] = []
    if draw(st.booleans()):
        role = draw(st.sampled_from(("system", "developer")))
        messages.append({"role": role, "content": "You are a helpful agent. Today is 2026-03-01."})
    for turn in range(draw(st.integers(1, max_turns))):
        messages.append({"role": "user", "content": draw(openai_user_contents())})
        for step in range(draw(st.integers(0, 2))):
            messages += openai_round(draw(tool_rounds()), f"call_{turn}_{step}")
        if draw(st.booleans()):
            messages.append(draw(openai_answers()))
    return messages


@cache
def openai_user_contents() -> st.SearchStrategy[Any]:
    """A question as text, as blocks, or with a picture."""
    blocks = questions().map(lambda text: [text_block(text), IMAGE_URL])
    return st.one_of(questions(), questions(), blocks)


@cache
def openai_answers() -> st.SearchStrategy[dict[str, Any]]:
    """What an assistant says at the end of a turn; SDK dumps hold keys that are None."""
    said = {"role": "assistant", "content": "Done. 3 orders failed."}
    refused = {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}
    return st.sampled_from((said, {**said, "tool_calls": None, "refusal": None}, refused))


def openai_round(calls: list[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    """An assistant message with calls, and one answer for each."""
    made, answers = [], []
    for position, call in enumerate(calls):
        function = {"name": call["name"], "arguments": json.dumps(call["arguments"])}
        made.append({"id": f"{prefix}_{position}", "type": "function", "function": function})
        content = result_content(call, IMAGE_URL)
        answers.append({"role": "tool", "tool_call_id": f"{prefix}_{position}", "content": content})
    return [{"role": "assistant", "content": None, "tool_calls": made}, *answers]


@st.composite
def anthropic_conversations(draw: st.DrawFn, max_turns: int = 3) -> list[dict[str, Any]]:
    """Anthropic messages; the user message after a call begins with the results of all its `tool_use` blocks."""
    messages: list[dict[str, Any]] = []
    for turn in range(draw(st.integers(1, max_turns))):
        messages.append({"role": "user", "content": draw(anthropic_user_contents())})
        for step in range(draw(st.integers(0, 2))):
            thinking = draw(st.booleans())
            messages += anthropic_round(draw(tool_rounds()), f"toolu_{turn}_{step}", thinking, draw(st.booleans()))
        messages.append({"role": "assistant", "content": draw(st.sampled_from(("Done.", [text_block("Done.")])))})
    return messages


@cache
def anthropic_user_contents() -> st.SearchStrategy[Any]:
    """A question as text or as blocks, some with a cache breakpoint."""
    marked = questions().map(lambda text: [{**text_block(text), "cache_control": {"type": "ephemeral"}}])
    return st.one_of(questions(), questions().map(lambda text: [text_block(text), IMAGE]), marked)


def anthropic_round(
    calls: list[dict[str, Any]], prefix: str, thinking: bool, breakpoint_at_end: bool
) -> list[dict[str, Any]]:
    """An assistant message with calls, and the user message that answers them."""
    made: list[dict[str, Any]] = [{"type": "thinking", "thinking": "Look it up.", "signature": "c2ln"}] * thinking
    made.append(text_block("Let me look."))
    answers: list[dict[str, Any]] = []
    for position, call in enumerate(calls):
        call_id = f"{prefix}_{position}"
        made.append({"type": "tool_use", "id": call_id, "name": call["name"], "input": call["arguments"]})
        result = {"type": "tool_result", "tool_use_id": call_id, "content": result_content(call, IMAGE)}
        answers.append({**result, "is_error": True} if call["is_error"] else result)
    if breakpoint_at_end:
        answers[-1] = {**answers[-1], "cache_control": {"type": "ephemeral"}}
    return [{"role": "assistant", "content": made}, {"role": "user", "content": answers}]


@cache
def conversations() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Conversations of either shape."""
    return st.one_of(openai_conversations(), anthropic_conversations())

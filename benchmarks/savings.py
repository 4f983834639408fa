"""How many tokens are saved on real tool outputs and conversations, and whether what questions need is still there."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.data import NEUTRAL, Data, Output, Probe, asked
from benchmarks.page import Section, Table, percent, share_true
from headroom import Engine, retrieve
from headroom.results import CompressResult, savings_by_reach
from headroom.tokenizers import built_in_counter

CUT_CHARS = 4000
MOST_PROBES = 6  # of one output, so that a few large ones do not decide
WAYS = ("default", 'retrieval="tool"', "minified JSON", f"middle cut out to {CUT_CHARS} characters")
DEFAULT, TOOL, MINIFIED, CUT = WAYS

count = built_in_counter().count_text


@dataclass(slots=True)
class Sizes:
    """Tokens of the outputs of one kind.

    Attributes:
        before: As they came.
        after: By way.
        exact: With the retrieve tool, after exact forms alone.
    """

    before: list[int] = field(default_factory=list)
    after: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    exact: int = 0
    reachable: int = 0
    unreachable: int = 0


class Measure:
    """Puts one output after the other through everything that is compared."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.sizes: dict[str, Sizes] = defaultdict(Sizes)
        self.seen: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
        self.originals: list[bool] = []

    def compress(self, text: str, question: str, **facts: Any) -> tuple[CompressResult, str]:
        """What the library makes of `text` when `question` was asked, and the text itself."""
        conversation = asked(text, question)
        done = self.engine.prepare(conversation, **facts)
        for handle in done.ccr_hashes:
            self.originals.append(retrieve(handle, messages=conversation).text == text)
        return done, done.messages[-1]["content"]

    def output(self, output: Output, probes: Sequence[Probe]) -> None:
        """Sizes and answers of one output."""
        sizes = self.sizes[output.kind]
        _, exact = self.compress(output.text, NEUTRAL)
        chosen, shown = self.compress(output.text, NEUTRAL, retrieval="tool")
        texts = {DEFAULT: exact, TOOL: shown, MINIFIED: minified(output.text), CUT: cut(output.text)}
        sizes.before.append(count(output.text))
        for way, text in texts.items():
            sizes.after[way].append(count(text))
        columns = savings_by_reach(chosen.notes)
        sizes.exact += columns["exact"]
        sizes.reachable += columns["reachable"]
        sizes.unreachable += columns["unreachable"]
        for probe in probes[:MOST_PROBES]:
            self.answer(output, probe, texts)

    def answer(self, output: Output, probe: Probe, texts: dict[str, str]) -> None:
        """Whether what one question needs still stands in each text."""
        if probe.names_key:
            texts = texts | {TOOL: self.compress(output.text, probe.question, retrieval="tool")[1]}
        group = "JSON" if output.kind.startswith("json") else output.kind
        names = [group, f"{group}, {'named' if probe.names_key else 'not named'}"]
        names += [f"{group}, hard", "hard"] * probe.is_hard
        for way, text in texts.items():
            kept = all(shows(text, needed) for needed in probe.needs)
            for name in names:
                self.seen[way][name].append(kept)


def shows(text: str, needed: str) -> bool:
    """Whether `needed` stands in `text`, as it is or as JSON writes it."""
    return any(form in text for form in (needed, quoted(needed, False), quoted(needed, True)))


def quoted(text: str, ascii_only: bool) -> str:
    """`text` as it stands between the quotes of a JSON string."""
    return json.dumps(text, ensure_ascii=ascii_only)[1:-1]


def minified(text: str) -> str:
    """JSON without blanks; other text as it is."""
    try:
        return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    except ValueError:
        return text


def cut(text: str) -> str:
    """`text` without its middle where it is long."""
    half = CUT_CHARS // 2
    return text if len(text) <= CUT_CHARS else f"{text[:half]}\n...\n{text[-half:]}"


def run(data: Data) -> Section:
    """Measure everything in `data`."""
    measure = Measure()
    probes = data.probes()
    for output in data.outputs():
        measure.output(output, probes.get(output.id, []))
    tables = [outputs_table(measure.sizes)]
    if measure.seen:
        tables += [answers_table(measure), hard_table(measure)]
    conversations, talks = conversations_table(data)
    return Section(
        title="Savings",
        how=(
            f"Data: {data.name}. Tokens are o200k_base tokens. Each output is the one tool result of a conversation; "
            f'"exact" saves without leaving anything out (default); with `retrieval="tool"` the model can ask for the '
            "rest, and what matters least is left out above 2,000 tokens. Weighted: saved tokens by all tokens; "
            "median: of the outputs. The last two columns are what users have today without a library."
        ),
        tables=[*tables, conversations],
        findings=[
            f"Originals of texts in which something was left out, brought back byte for byte by their handle: "
            f"{sum(measure.originals):,} of {len(measure.originals):,}."
        ],
        figures={"outputs": figures(measure), "conversations": talks},
    )


def outputs_table(by_kind: dict[str, Sizes]) -> Table:
    """Savings by content type."""
    rows = []
    is_json = [kind for kind in by_kind if kind.startswith("json")]
    for name, kinds in [*((kind, [kind]) for kind in sorted(by_kind)), ("**JSON**", is_json), ("**all**", [*by_kind])]:
        sizes = [by_kind[kind] for kind in kinds]
        before = [tokens for one in sizes for tokens in one.before]
        whole = sum(before)
        after = [tokens for one in sizes for tokens in one.after[DEFAULT]]
        rows.append(
            [
                name,
                f"{len(before):,}",
                f"{whole:,}",
                percent(whole - sum(after), whole),
                percent(statistics.median(1 - a / b if b else 0.0 for a, b in zip(after, before, strict=True)), 1),
                *(percent(sum(getattr(one, of) for one in sizes), whole) for of in COLUMNS),
                *(percent(whole - sum(sum(one.after[way]) for one in sizes), whole) for way in (MINIFIED, CUT)),
            ]
        )
    head = ["content", "outputs", "tokens", "default", "median", *COLUMN_HEADS, "minified JSON", "middle cut out"]
    return Table(caption="Tokens saved by content type.", head=head, rows=rows)


COLUMNS = ("exact", "reachable", "unreachable")
COLUMN_HEADS = ("tool: exact", "tool: left out, reachable", "tool: left out, beyond reach")


def answers_table(measure: Measure) -> Table:
    """Share of questions whose needed strings are all still shown, beside the tokens sent."""
    groups = ("JSON", "JSON, named", "JSON, not named", "JSON, hard")
    sizes = [one for kind, one in measure.sizes.items() if kind.startswith("json")]
    before = sum(sum(one.before) for one in sizes)
    rows = [
        [
            way,
            percent(sum(sum(one.after[way]) for one in sizes), before),
            *(share_true(measure.seen[way][group]) for group in groups),
        ]
        for way in WAYS
    ]
    questions = ", ".join(f"{group}: {len(measure.seen[DEFAULT][group]):,}" for group in groups)
    return Table(
        caption=(
            "Questions about JSON outputs whose needed strings all stand in what the model reads (`probes.jsonl`, at "
            f"most {MOST_PROBES} an output; {questions}). Named: the question holds a string that stands beside the "
            "answer; hard: the strings are rare in the output. What is left out is counted as not there, although "
            "the model can ask for it."
        ),
        head=["what the model reads", "tokens sent", "all", "named", "not named", "hard"],
        rows=rows,
    )


def hard_table(measure: Measure) -> Table:
    """The hard questions by kind."""
    kinds = [group for group in measure.seen[DEFAULT] if group.endswith(", hard")]
    groups = [*sorted(kinds), "hard"]
    rows = [[way, *(share_true(measure.seen[way][group]) for group in groups)] for way in WAYS]
    head = [f"{group.removesuffix(', hard')} ({len(measure.seen[DEFAULT][group]):,})" for group in groups]
    return Table(caption="Hard questions by kind.", head=["what the model reads", *head[:-1], "all"], rows=rows)


def conversations_table(data: Data) -> tuple[Table, dict[str, Any]]:
    """Savings over whole conversations, as their last request sends them."""
    engine = Engine()
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    for talk in data.talks():
        exact, tool = engine.prepare(talk.messages), engine.prepare(talk.messages, retrieval="tool")
        columns = savings_by_reach(tool.notes)
        row = [1, exact.tokens_before, sum(note.tokens_before for note in exact.notes), exact.tokens_saved]
        row += [columns["exact"], columns["reachable"]]
        sums[talk.family] = [a + b for a, b in zip(sums[talk.family], row, strict=True)]
    total = [sum(column) for column in zip(*sums.values(), strict=True)]
    rows = [
        [name, f"{n:,}", f"{whole:,}", *(percent(part, whole) for part in parts)]
        for name, (n, whole, *parts) in [*sorted(sums.items()), ("**all**", total)]
    ]
    return Table(
        caption="Tokens saved of whole conversations (all message texts; only what tools answered is compressed).",
        head=["conversations", "number", "tokens", "from tools", "default", *COLUMN_HEADS[:2]],
        rows=rows,
    ), dict(sums)


def figures(measure: Measure) -> dict[str, Any]:
    """The same as numbers."""
    sizes = {
        kind: {
            "outputs": len(one.before),
            "tokens": sum(one.before),
            "saved_exact": one.exact,
            "saved_reachable": one.reachable,
            "saved_unreachable": one.unreachable,
            "after": {way: sum(tokens) for way, tokens in one.after.items()},
        }
        for kind, one in measure.sizes.items()
    }
    seen = {way: {name: mean(kept) for name, kept in groups.items()} for way, groups in measure.seen.items()}
    return {"by_kind": sizes, "shown": seen}


def mean(values: Iterable[bool]) -> float:
    """Share of values that are true."""
    known = list(values)
    return sum(known) / len(known) if known else 0.0

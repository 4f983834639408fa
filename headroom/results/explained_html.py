"""An explanation as HTML: a fragment for notebooks, and a page of its own. No script, nothing loaded, all escaped."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from headroom.results.explained_text import facts, shown

if TYPE_CHECKING:
    from headroom.results.explained import Explained, Explanation

MOST_CHARS = 60_000  # shown of one side
MOST_LINES = 4_000  # of a side within which changed lines are marked
SHARED_LINES = 0.2  # of the lines sent; with fewer in common nothing is marked

STYLE = """
.hr-x{font:14px/1.45 system-ui,sans-serif;color:inherit;max-width:1400px}
.hr-x .sum{margin:0 0 14px}
.hr-x .part{border:1px solid rgba(128,128,128,.35);border-left:5px solid var(--c);border-radius:6px;
 margin:0 0 12px;overflow:hidden}
.hr-x .head{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:baseline;padding:7px 12px}
.hr-x .head b{font-weight:600}.hr-x .soft{opacity:.72}
.hr-x .tag{border:1px solid var(--c);border-radius:9px;padding:0 8px;font-size:12px;white-space:nowrap}
.hr-x .num{margin-left:auto;font-variant-numeric:tabular-nums;white-space:nowrap}
.hr-x .fact{padding:0 12px 6px;font-size:12.5px;overflow-wrap:anywhere}
.hr-x .two{display:grid;grid-template-columns:1fr 1fr;border-top:1px solid rgba(128,128,128,.35)}
.hr-x .two>div{min-width:0}.hr-x .two>div+div{border-left:1px solid rgba(128,128,128,.35)}
.hr-x .two .name{padding:4px 12px;font-size:12px;opacity:.72}
.hr-x pre{margin:0;padding:0 12px 10px;max-height:26em;overflow:auto;font:12px/1.5 ui-monospace,monospace;
 white-space:pre-wrap;overflow-wrap:anywhere;background:none;
 color:inherit;text-align:left}
.hr-x .gone{background:rgba(220,60,60,.18)}.hr-x .new{background:rgba(50,160,90,.2)}
.hr-x .exact,.hr-x .value_exact{--c:#2e9e5b}.hr-x .by_reference{--c:#3d7fd6}.hr-x .display{--c:#a45fc4}
.hr-x .left_out{--c:#d19a1d}.hr-x .none{--c:rgba(128,128,128,.6)}
@media (max-width:760px){.hr-x .two{grid-template-columns:1fr}
 .hr-x .two>div+div{border-left:0;border-top:1px solid rgba(128,128,128,.35)}}
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title>
<style>:root{{color-scheme:light dark}}body{{margin:24px;background:Canvas;color:CanvasText}}
h1{{font:600 20px/1.3 system-ui,sans-serif;margin:0 0 6px}}</style></head>
<body><h1>{title}</h1>{body}</body></html>
"""


def page(explanation: Explanation, title: str) -> str:
    """A page of its own."""
    return PAGE.format(title=safe(title), body=fragment(explanation))


def pages(named: Sequence[tuple[str, Explanation]]) -> str:
    """A page for several conversations, each under its name."""
    if len(named) == 1:
        return page(named[0][1], named[0][0])
    body = "".join(f"<h1>{safe(name)}</h1>{fragment(one)}" for name, one in named)
    return PAGE.format(title="headroom explain", body=body)


def fragment(explanation: Explanation) -> str:
    """For a notebook, or within a page."""
    before, after = explanation.tokens_before, explanation.tokens_after
    saved = 100 * (before - after) / before if before else 0.0
    parts = "".join(part_html(part, with_texts=explanation.with_texts) for part in explanation.parts)
    total = f'<p class="sum">{before} → {after} tokens ({saved:.1f} % saved)</p>'
    return f'<style>{STYLE}</style><div class="hr-x">{total}{parts}</div>'


def part_html(part: Explained, *, with_texts: bool) -> str:
    """One part."""
    note = part.note
    sizes = f"{note.tokens_before} → {note.tokens_after}" if note.change else str(note.tokens_before)
    head = (
        f'<div class="head"><b>{safe(part.title)}</b>'
        f'<span class="soft">message {note.message_index}, {safe(note.kind)}</span>'
        f'<span class="tag">{safe(part.class_name)}</span><span class="soft">{safe(note.reason)}</span>'
        f'<span class="num">{sizes} tokens</span></div>'
    )
    told = "".join(f'<div class="fact soft">{escape(line)}</div>' for line in facts(part))
    texts = texts_html(part) if with_texts and part.has_sides else ""
    return f'<section class="part {note.change or "none"}">{head}{told}{texts}</section>'


def texts_html(part: Explained) -> str:
    """Both sides."""
    left, right = marked(part.before, part.after)
    return (
        f'<div class="two"><div><div class="name">as it came</div><pre>{left}</pre></div>'
        f'<div><div class="name">as it is sent</div><pre>{right}</pre></div></div>'
    )


def marked(before: str, after: str | None) -> tuple[str, str]:
    """Both texts, escaped; lines that only one side has are marked where the sides have lines in common."""
    if after is None:
        return safe(clipped(before)), "<i>its message is not sent</i>"
    old, new = clipped(before).split("\n"), clipped(after).split("\n")
    known = set(old)
    shared = sum(line in known for line in new if line)
    if shared < SHARED_LINES * len(new) or max(len(old), len(new)) > MOST_LINES:
        return safe("\n".join(old)), safe("\n".join(new))
    left, right = list(map(safe, old)), list(map(safe, new))
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            mark(left, a, b, "gone")
            mark(right, c, d, "new")
    return "\n".join(left), "\n".join(right)


def mark(lines: list[str], start: int, end: int, name: str) -> None:
    """Mark some lines, in place."""
    for place in range(start, end):
        lines[place] = f'<span class="{name}">{lines[place]}</span>'


def clipped(text: str) -> str:
    """As much of a text as is shown."""
    more = len(text) - MOST_CHARS
    return text if more <= 0 else f"{text[:MOST_CHARS]}\n... {more} more characters"


def safe(text: Sequence[str] | str) -> str:
    """Text that no page takes for anything else."""
    return escape(shown(text))

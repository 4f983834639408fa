"""Web pages: text with structure where leaving out is allowed; else the page as it came."""

from __future__ import annotations

from headroom.analysis.literals import literals_of, without_common_words
from headroom.compressors.html_guard import is_safe_to_parse
from headroom.compressors.html_head import head_lines
from headroom.compressors.html_links import link_list
from headroom.compressors.html_tree import Page, read_page
from headroom.compressors.html_write import PageText, Writer
from headroom.compressors.limits import Limits, filled_by, unchanged
from headroom.compressors.sentences.passages import Passages, choose_passages
from headroom.markers import left_out_line
from headroom.protocols import TokenCounter
from headroom.results import CompressionResult

REASON = "markup_stays_without_a_choice"
SCRIPTS = "scripts and styles"
MOST_NAMED = 16
LINK_SHARE = 4  # a quarter of the page's text at most
LEAST_LINK_TOKENS = 120
MARKER_TOKENS = 100


class HtmlCompressor:
    """Web pages.

    Markup may be what an agent asked for (a template, a selector to click), and there is no shorter form that gives it
    back; so a page stays as it is until leaving out is allowed, and then becomes text.
    """

    name = "html"

    def __init__(self, *, counter: TokenCounter) -> None:
        self.counter = counter

    def compress(self, text: str, *, context: str = "") -> CompressionResult:
        """`text` itself."""
        return unchanged(text, self.counter.count_text(text), REASON, "html")

    def select(self, text: str, exact: CompressionResult, limits: Limits, *, context: str = "") -> CompressionResult:
        """The page's text with its headings, lists, tables and code; link targets at the end as far as they fit."""
        named = named_by(context)
        made = page_text(text, named) if is_safe_to_parse(text) else None
        if made is None:
            return exact
        body = "\n\n".join(filter(None, [made.head, made.text()]))
        tokens = self.counter.count_text(body)
        facts = facts_of(made, text)
        if passages := self.passages(body, tokens, limits, context):
            body, tokens = passages.text, limits.tokens
            facts = f"{passages.shown} of {passages.total} passages of its text shown; {facts}"
        room = min(filled_by(exact.compressed_tokens, limits) - tokens, max(tokens // LINK_SHARE, LEAST_LINK_TOKENS))
        shown_chars = min(made.shown_chars, len(body), len(text))
        marker = left_out_line(
            shown=shown_chars,
            total=len(text),
            unit="characters of the page",
            handle=limits.handle,
            by_tool=limits.by_tool,
            facts=facts,
            secret=limits.secret,
        )
        shown = "\n\n".join(filter(None, [body, link_list(made, named, room, self.counter), marker]))
        size = self.counter.count_text(shown)
        if size >= exact.compressed_tokens:
            return exact
        return CompressionResult(
            compressed=shown,
            original_tokens=exact.original_tokens,
            compressed_tokens=size,
            exact_tokens=exact.compressed_tokens,
            kind=exact.kind,
            change="left_out",
            strategy="page_text",
            items_total=len(text),
            items_kept=shown_chars,
        )

    def passages(self, body: str, tokens: int, limits: Limits, question: str) -> Passages | None:
        """What of a text that is larger than the caller wants answers the question; None where nothing says so."""
        if not limits.is_asked or tokens <= limits.tokens or not without_common_words(question):
            return None
        budget = max(limits.tokens - MARKER_TOKENS, limits.tokens // 2)
        return choose_passages(body, question, budget, self.counter, has_lines=False)


def named_by(question: str) -> tuple[str, ...]:
    """Names, ids, numbers and quoted strings of a question."""
    return tuple([word for word, is_strong in literals_of(question) if is_strong][:MOST_NAMED])


def page_text(text: str, named: tuple[str, ...]) -> PageText | None:
    """What a page shows; None where that is nothing."""
    page = read_page(text)
    made = Writer(page).write()
    if missing := missing_in(made, named, page):
        made = Writer(page, missing).write()
    made.head = head_lines(page)
    if page.silent:
        made.left_out[SCRIPTS] = made.left_out.get(SCRIPTS, 0) + sum(page.silent.values())
    return made if made.blocks or made.head else None


def missing_in(made: PageText, named: tuple[str, ...], page: Page) -> tuple[str, ...]:
    """What the question names and only parts that were left out hold."""
    if not named or not made.left_out:
        return ()
    shown = "\n".join(text for _, text in made.blocks)
    missing = [word for word in named if word not in shown]
    whole = page.root.text() if missing else ""
    return tuple([word for word in missing if word in whole])


def facts_of(made: PageText, text: str) -> str:
    """What was left out, by kind, and how many lines the source has."""
    parts = [f"{name} {count}" for name, count in sorted(made.left_out.items())]
    return f"left out: {', '.join(['markup', *parts])}; the source has {text.count(chr(10)) + 1} lines"

"""A page as text: headings, paragraphs, lists, tables, quotes, code; what is not content is left out and counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from headroom.compressors.html_forms import field_text, one_line
from headroom.compressors.html_noise import left_out_as
from headroom.compressors.html_tables import CELLS, NUMBER, TableRows, is_data_table
from headroom.compressors.html_tree import LONG_CHARS, Element, Page

BLOCK_NAMES = (
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html iframe legend li main menu nav ol optgroup p pre "
    "search section summary table tbody td tfoot th thead tr ul"
)
BLOCKS = frozenset(BLOCK_NAMES.split())
HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
LISTS = frozenset(("ul", "ol", "menu", "dir"))
MAIN = frozenset(("main", "article"))
TIGHT = frozenset(("item", "row", "line"))  # kinds of block that follow each other without an empty line
MOST_INDENT = 8  # levels of lists and quotes; deeper ones stand under each other
VOID = frozenset(["br", "img", "input", "select", "textarea"])
MOST_TARGET_CHARS = 300
SHARING = re.compile(
    r"(?:/sharer|/intent/|/share\?|/shareArticle|[?&]replytocom=|pinterest\.[a-z]+/pin/create)", re.ASCII
)
SKIPPED_LINK = re.compile(r"(?:#|javascript:|mailto:|tel:|data:)", re.ASCII | re.IGNORECASE)


@dataclass(slots=True)
class PageText:
    """What came of a page.

    Attributes:
        blocks: (kind, text) of each paragraph, heading, item, row.
        links: Target, as it stands in the page, to its text; of the parts that stay.
        told: Targets of links that stand in a sentence.
        left_out: What was left out: name in the plural to number of parts.
        shown_chars: Characters of the page's text that stand in the blocks.
        head: What the page says of itself.
    """

    blocks: list[tuple[str, str]] = field(default_factory=list, repr=False)
    links: dict[str, str] = field(default_factory=dict, repr=False)
    told: set[str] = field(default_factory=set, repr=False)
    left_out: dict[str, int] = field(default_factory=dict)
    shown_chars: int = 0
    head: str = field(default="", repr=False)

    def text(self) -> str:
        """The blocks as one text; items, rows and short lines stand under each other, an empty line between others."""
        pieces: list[str] = []
        before = ""
        for kind, text in self.blocks:
            if pieces:
                pieces.append("\n" if kind == before and kind in TIGHT else "\n\n")
            pieces.append(text)
            before = kind
        return "".join(pieces)


@dataclass(slots=True)
class Writer:
    """Writes one page, element by element.

    Attributes:
        page: The page.
        wanted: Strings that the question names and the rest of the page does not hold; parts with one stay.
        made: What is written so far.
        line: Pieces of the paragraph that is being written.
        kind: Kind of that paragraph.
        bullet: What stands before the first line of the item that is open, such as `- `.
        heading: What stands before the heading that is open, such as `## `.
        lists: Number of the next item of each open list; None where items have no number.
        quotes: Open block quotes.
        table: The data table that is open.
        is_cell: Whether a cell of that table is open; all text in it goes into one line.
        marks: Places in `line` where open links, code and cells began.
        pending: Targets of the links in `line`.
        in_main: Open elements that are the page's main part.
    """

    page: Page
    wanted: tuple[str, ...] = field(default=(), repr=False)
    made: PageText = field(default_factory=PageText)
    line: list[str] = field(default_factory=list, repr=False)
    kind: str = "line"
    bullet: str = ""
    heading: str = ""
    lists: list[int | None] = field(default_factory=list)
    quotes: int = 0
    table: TableRows | None = field(default=None, repr=False)
    is_cell: bool = False
    marks: list[int] = field(default_factory=list)
    pending: list[str] = field(default_factory=list, repr=False)
    in_main: int = 0

    def write(self) -> PageText:
        """Go through the page, without recursion."""
        stack: list[tuple[Element | str, bool]] = [(self.page.root, False)]
        while stack:
            item, is_end = stack.pop()
            if isinstance(item, str):
                self.line.append(item)
            elif is_end:
                self.end(item)
            elif self.begin(item):
                stack.append((item, True))
                stack.extend((child, False) for child in reversed(item.children))
        self.end_block()
        return self.made

    def begin(self, element: Element) -> bool:
        """Open an element; False where nothing in it is to be written, or all of it was."""
        tag = element.tag
        if tag == "head":
            return False
        kind = left_out_as(element, self.page, in_article=self.in_main > 0)
        if kind and not self.is_wanted(element):
            if element.text_chars:
                self.made.left_out[kind] = self.made.left_out.get(kind, 0) + 1
            return False
        if tag in BLOCKS:
            self.end_block()
        self.in_main += tag in MAIN
        if tag == "pre":
            self.write_code(element)
            return False
        if tag == "a" or tag == "code" or tag in CELLS:
            self.marks.append(len(self.line))
        self.begin_kind(element, tag)
        return tag != "select"

    def begin_kind(self, element: Element, tag: str) -> None:
        """What opening an element of one kind does."""
        if tag in HEADINGS:
            self.kind, self.heading = "heading", HEADINGS[tag]
        elif tag == "p" and self.kind == "line":
            self.kind = "paragraph"
        elif tag in LISTS or tag == "ol":
            self.lists.append(first_number(element) if tag == "ol" else None)
        elif tag == "li":
            self.begin_item()
        elif tag == "blockquote":
            self.quotes += 1
        elif tag == "table" and self.table is None and is_data_table(element):
            self.table = TableRows()
        elif tag in CELLS:
            self.is_cell = self.table is not None
        elif tag in VOID:
            self.write_void(element, tag)

    def begin_item(self) -> None:
        """Open an item of a list."""
        number = self.lists[-1] if self.lists else None
        if number is not None:
            self.lists[-1] = number + 1
        self.bullet = "- " if number is None else f"{number}. "

    def write_void(self, element: Element, tag: str) -> None:
        """Write what an element says that has no text."""
        if tag == "br":
            self.line.append("\v")
        elif tag != "img":
            self.line.append(field_text(element))
        elif alt := one_line(element.value("alt")):
            self.line.append(f" [image: {alt}] ")

    def end(self, element: Element) -> None:
        """Close an element."""
        tag = element.tag
        self.in_main -= tag in MAIN
        if tag == "a":
            self.end_link(element)
        elif tag == "code":
            self.end_inline_code()
        elif tag in CELLS:
            self.end_cell(element)
        elif tag == "tr" and self.table is not None:
            self.table.end_row()
        elif tag in BLOCKS:
            self.end_block()
            self.end_kind(tag)

    def end_kind(self, tag: str) -> None:
        """What closing a block of one kind does."""
        if tag in LISTS or tag == "ol":
            self.lists.pop()
        elif tag == "blockquote":
            self.quotes -= 1
        elif tag == "table":
            self.end_table()
        elif tag == "li":
            self.bullet = ""
        elif tag in HEADINGS:
            self.kind, self.heading = "line", ""
        elif tag == "p" and self.kind == "paragraph":
            self.kind = "line"

    def end_link(self, element: Element) -> None:
        """Note where a link leads."""
        start = self.marks.pop()
        target = element.value("href").strip(" \t\r\n\f")
        if not target or SKIPPED_LINK.match(target) or target in self.made.links:
            return
        text = one_line("".join(self.line[start:]).replace("\v", " ")) or one_line(element.text())
        if text and len(target) <= MOST_TARGET_CHARS and not SHARING.search(target):
            self.made.links[target] = text
            self.pending.append(target)

    def end_inline_code(self) -> None:
        """Put code within a line between backquotes."""
        start = self.marks.pop()
        code = one_line("".join(self.line[start:]))
        if code and "`" not in code and "\v" not in code:
            self.line[start:] = [f"`{code}`"]

    def end_cell(self, element: Element) -> None:
        """Put a cell into its row; a cell of the layout is a block."""
        start = self.marks.pop()
        if self.table is None:
            self.end_block()
            return
        text = one_line("".join(self.line[start:]).replace("\v", " "))
        del self.line[start:]
        self.made.shown_chars += len(text)
        self.table.add(element, text)
        self.is_cell = False

    def end_table(self) -> None:
        """Write the rows of a data table."""
        if self.table is not None:
            self.put("table", "\n".join(self.table.lines))
        self.table = None

    def end_block(self) -> None:
        """Write the paragraph that was collected; within a cell of a data table it stays in the cell's line."""
        if self.is_cell:
            self.line.append(" ")
            return
        lines = [line for part in "".join(self.line).split("\v") if (line := one_line(part))]
        self.line.clear()
        self.marks = [0] * len(self.marks)
        self.made.shown_chars += sum(map(len, lines))
        if any(len(line) >= LONG_CHARS for line in lines):
            self.made.told.update(self.pending)
        self.pending.clear()
        self.put(self.kind, (" " if self.kind == "heading" else "\n").join(lines))

    def write_code(self, element: Element) -> None:
        """Write preformatted text as it stands."""
        code = "".join(text_lines(element)).strip("\n")
        if self.is_cell or not code.strip(" \t\n"):
            self.line.append(code)
            return
        self.made.shown_chars += len(code)
        self.put("code", code if "```" in code else f"```\n{code}\n```")

    def put(self, kind: str, text: str) -> None:
        """Add a block, with what stands before its lines."""
        if not text:
            return
        quote = "> " * min(self.quotes, MOST_INDENT)
        indent = quote + "  " * min(max(0, len(self.lists) - 1), MOST_INDENT)
        rest = indent + "  " if self.lists else indent
        first = (indent + self.bullet if self.bullet else rest) + self.heading
        self.bullet = self.heading = ""
        self.made.blocks.append(("item" if self.lists else kind, first + text.replace("\n", "\n" + rest)))

    def is_wanted(self, element: Element) -> bool:
        """Whether a part that would be left out holds what the question names."""
        if not self.wanted or not element.text_chars:
            return False
        text = element.text()
        return any(word in text for word in self.wanted)


def text_lines(element: Element) -> list[str]:
    """The texts within an element in order, line breaks as such."""
    found: list[str] = []
    stack: list[Element | str] = list(reversed(element.children))
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            found.append(item)
        elif item.tag == "br":
            found.append("\n")
        else:
            stack.extend(reversed(item.children))
    return found


def first_number(element: Element) -> int:
    """Number of a list's first item."""
    number = NUMBER.fullmatch(element.value("start"))
    return int(number[0]) if number else 1

"""A page as a small tree: tags, what attributes tell, text; with how much of it is text and how much of that links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

BLANKS = re.compile("[ \\t\\n\\r\\f\\xa0]+")  # what a browser shows as one blank
# Their text is not for readers.
SILENT_NAMES = "script style template svg canvas object embed applet audio video map datalist noembed noframes"
SILENT = frozenset(SILENT_NAMES.split())


@dataclass(slots=True, eq=False)
class Element:
    """An element of a page.

    Attributes:
        tag: Its name, in small letters.
        attributes: As they stand in the page; None for those without a value.
        children: Elements and texts, in order.
        text_chars: Characters of all text within it, runs of blanks counted once.
        link_chars: Those within links.
        links: Number of links within it.
        sentence_chars: Characters of text that stands in pieces of 80 and more, outside of links.
        has_heading: Whether an `h1` stands within it.
    """

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict, repr=False)
    children: list[Element | str] = field(default_factory=list, repr=False)
    text_chars: int = 0
    link_chars: int = 0
    links: int = 0
    sentence_chars: int = 0
    has_heading: bool = False

    def value(self, name: str) -> str:
        """An attribute, "" where it is absent."""
        return self.attributes.get(name) or ""

    @property
    def link_share(self) -> float:
        """Share of its text that stands in links."""
        return self.link_chars / self.text_chars if self.text_chars else 0.0

    def elements(self) -> Iterator[Element]:
        """It and every element within it, in order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(child for child in reversed(element.children) if isinstance(child, Element))

    def text(self) -> str:
        """All text within it, as it stands."""
        pieces: list[str] = []
        stack: list[Element | str] = [self]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                pieces.append(item)
            else:
                stack.extend(reversed(item.children))
        return "".join(pieces)


@dataclass(slots=True)
class Page:
    """A page.

    Attributes:
        root: Its outermost element.
        silent: Number of elements whose text is not for readers, by tag.
    """

    root: Element
    silent: dict[str, int] = field(default_factory=dict)


LONG_CHARS = 80  # a piece of text that is a sentence rather than a label


def read_page(text: str) -> Page:
    """The tree of a page. Lexbor parses it as browsers do, whatever is wrong with it; nothing in it is run."""
    from selectolax.lexbor import LexborHTMLParser

    node: Any = LexborHTMLParser(text).root
    page = Page(Element("html"))
    if node is None:
        return page
    path = [page.root]
    page.root.attributes = node.attributes
    node = node.first_child
    while node is not None:
        down = None
        tag = node.tag
        if node.is_text_node:
            path[-1].children.append(node.text_content or "")
        elif node.is_element_node and tag not in SILENT:
            element = Element(tag, node.attributes)
            path[-1].children.append(element)
            down = node.first_child
            if down is None:
                measure(element)
            else:
                path.append(element)
        elif node.is_element_node:
            page.silent[tag] = page.silent.get(tag, 0) + 1
        node = down or following(node, path)
    while path:
        measure(path.pop())
    return page


def following(node: Any, path: list[Element]) -> Any:
    """The node after `node` and all within it; elements that end before it are taken off `path` and measured."""
    while node is not None:
        if node.next is not None:
            return node.next
        node = node.parent
        if len(path) < 2:
            return None
        measure(path.pop())
    return None


def measure(element: Element) -> None:
    """Fill in the sums of an element whose children are complete."""
    is_link = element.tag == "a"
    element.has_heading = element.tag == "h1"
    element.links = int(is_link)
    for child in element.children:
        if isinstance(child, str):
            chars = len(BLANKS.sub(" ", child))
            element.text_chars += chars
            if chars >= LONG_CHARS:
                element.sentence_chars += chars
        else:
            element.text_chars += child.text_chars
            element.link_chars += child.link_chars
            element.links += child.links
            element.sentence_chars += child.sentence_chars
            element.has_heading = element.has_heading or child.has_heading
    plain_chars = element.text_chars - element.link_chars
    if element.tag == "p" and plain_chars >= LONG_CHARS:
        element.sentence_chars = plain_chars
    if is_link:
        element.link_chars = element.text_chars
        element.sentence_chars = 0

"""What a page says of itself: title, description, author, date, address."""

from __future__ import annotations

from headroom.analysis.failures import ascii_lower
from headroom.compressors.html_forms import one_line
from headroom.compressors.html_tree import Page

# Line of the text to the names that say it, best first.
METAS = {
    "description": ("description", "og:description", "twitter:description"),
    "author": ("author", "article:author"),
    "published": ("article:published_time", "date", "dc.date", "dcterms.date", "datepublished"),
    "address": ("og:url",),
}
MOST_CHARS = 600


def head_lines(page: Page) -> str:
    """One line each for what the head of a page says, such as `title: ...`."""
    title, address = "", ""
    metas: dict[str, str] = {}
    for element in page.root.elements():
        if element.tag == "body":
            break
        if element.tag == "title" and not title:
            title = one_line(element.text())
        elif element.tag == "meta":
            name = (element.value("name") or element.value("property")).strip(" ")
            metas.setdefault(ascii_lower(name), one_line(element.value("content")))
        elif element.tag == "link" and element.value("rel") == "canonical":
            address = element.value("href").strip(" ")
    found = {"title": title}
    for line, names in METAS.items():
        found[line] = next((value for name in names if (value := metas.get(name, ""))), "")
    found["address"] = address or found["address"]
    return "\n".join(f"{line}: {value}" for line, value in found.items() if value and len(value) <= MOST_CHARS)

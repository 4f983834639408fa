"""Which parts of a page are not what its reader came for: menus, footers, advertisements, notices, hidden parts.

Tags and roles say most of it; class names and the share of text in links decide the rest. Whatever holds a large part
of the page's sentences, or its heading, stays, however it is called.
"""

from __future__ import annotations

import re

from headroom.analysis.failures import ascii_lower
from headroom.compressors.html_tree import Element, Page

# Share of the page's sentences that a part may hold and still be left out.
MOST_SENTENCES = 0.25
LINK_LIST = 0.5  # share of text in links from which on a part is a list of links
MOST_TEXT = 0.6  # of the page; a part that holds more is the page, such as the menu of an index
FEW_SENTENCE_CHARS = 300
FEW_CHARS = 400
LABEL_CHARS = 200

KIND_OF_TAG = {
    "nav": "navigation",
    "footer": "footers",
    "menu": "navigation",
    "dialog": "notices",
    "noscript": "scripts and styles",
}
KIND_OF_ROLE = {
    "navigation": "navigation",
    "menu": "navigation",
    "menubar": "navigation",
    "toolbar": "navigation",
    "tablist": "navigation",
    "search": "forms",
    "contentinfo": "footers",
    "dialog": "notices",
    "alertdialog": "notices",
}
# Parts that may be content, too: left out where most of their text stands in links, or little of it in sentences.
MAYBE_TAG = {"aside": "sidebars", "header": "headers"}
MAYBE_ROLE = {"complementary": "sidebars", "banner": "headers"}

WORDS = re.compile(r"[A-Za-z]+", re.ASCII)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])", re.ASCII)
SURE_WORDS = {
    **dict.fromkeys(("cookie", "cookies", "consent", "gdpr", "ccpa"), "notices"),
    **dict.fromkeys(("advert", "advertisement", "advertising", "adsbygoogle", "taboola", "outbrain"), "advertisements"),
    **dict.fromkeys(("breadcrumb", "breadcrumbs", "pagination", "navbar", "sitenav", "skiplink"), "navigation"),
}
MAYBE_WORDS = {
    **dict.fromkeys(("nav", "menu", "submenu", "navigation", "toc", "tabs", "pager", "topbar"), "navigation"),
    **dict.fromkeys(("footer", "foot", "footnav", "copyright"), "footers"),
    **dict.fromkeys(("sidebar", "side", "widget", "widgets", "related", "recommended", "recirc", "teaser"), "sidebars"),
    **dict.fromkeys(("share", "sharing", "sharebar", "social", "addthis", "sharethis"), "sharing buttons"),
    **dict.fromkeys(("tags", "tagcloud", "popular", "trending", "mostread"), "sidebars"),
    **dict.fromkeys(("ad", "ads", "promo", "promotion", "sponsor", "sponsored", "banner"), "advertisements"),
    **dict.fromkeys(
        ("newsletter", "subscribe", "subscription", "signup", "login", "modal", "popup", "overlay"), "notices"
    ),
}
HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.ASCII | re.IGNORECASE)
NAMED_TAG_NAMES = "div section ul ol aside table td form p span header figure iframe dl"
NAMED_TAGS = frozenset(NAMED_TAG_NAMES.split())


def left_out_as(element: Element, page: Page, *, in_article: bool) -> str:
    """What an element is that is to be left out, in the plural; "" where it stays.

    Args:
        in_article: Whether it stands within the page's main part.
    """
    kind = surely(element) or perhaps(element, in_article=in_article)
    if not kind or holds_much(element, page):
        return ""
    return kind


def holds_much(element: Element, page: Page) -> bool:
    """Whether an element holds so much of the page that it must be what the page is about."""
    whole = page.root
    if element.tag in ("main", "article", "body", "html"):
        return True
    if element.text_chars > (MOST_TEXT if whole.sentence_chars else MOST_SENTENCES) * whole.text_chars:
        return True
    return element.sentence_chars > MOST_SENTENCES * whole.sentence_chars


def surely(element: Element) -> str:
    """What tag, role, hiding or name say beyond doubt, or ""."""
    if is_hidden(element):
        return "hidden parts"
    kind = KIND_OF_TAG.get(element.tag) or KIND_OF_ROLE.get(element.value("role"))
    if kind:
        return kind
    return (
        named(element, SURE_WORDS) if element.tag in NAMED_TAGS and element.sentence_chars <= FEW_SENTENCE_CHARS else ""
    )


def perhaps(element: Element, *, in_article: bool) -> str:
    """What an element is that holds little but links and labels, or ""."""
    kind = MAYBE_TAG.get(element.tag) or MAYBE_ROLE.get(element.value("role"), "")
    if not kind and element.tag in NAMED_TAGS:
        kind = named(element, MAYBE_WORDS)
    if not kind or element.has_heading:
        return ""
    is_small = element.text_chars <= FEW_CHARS and not in_article and kind != "sharing buttons"
    return kind if element.link_share >= LINK_LIST or is_small else ""


def is_hidden(element: Element) -> bool:
    """Whether a browser would not show an element."""
    attributes = element.attributes
    if "hidden" in attributes or HIDDEN_STYLE.search(element.value("style")):
        return True
    return attributes.get("aria-hidden") == "true" and element.text_chars <= LABEL_CHARS


def named(element: Element, words: dict[str, str]) -> str:
    """What the first telling word in class or id says."""
    names = f"{element.value('id')} {element.value('class')}"
    if names == " ":
        return ""
    for word in WORDS.findall(CAMEL.sub(" ", names[:400])):
        if kind := words.get(ascii_lower(word)):
            return kind
    return ""

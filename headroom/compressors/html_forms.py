"""Fields of a form as a few words in brackets."""

from __future__ import annotations

from headroom.compressors.html_tree import BLANKS, Element

MOST_OPTIONS = 12
SILENT_TYPES = frozenset(("hidden", "image", "reset", "file"))
BUTTON_TYPES = frozenset(("submit", "button"))
TICK_TYPES = frozenset(("checkbox", "radio"))


def field_text(element: Element) -> str:
    """What a field of a form shows, or "".

    >>> field_text(Element("input", {"type": "email", "placeholder": "Your address"}))
    ' [input: Your address] '
    """
    if element.tag == "select":
        return options_text(element)
    kind = element.value("type")
    if kind in SILENT_TYPES:
        return ""
    if kind in TICK_TYPES:
        return " [x] " if "checked" in element.attributes else " [ ] "
    names = ("value",) if kind in BUTTON_TYPES else ("value", "placeholder", "aria-label", "title", "name")
    label = next((value for name in names if (value := one_line(element.value(name)))), "")
    if not label:
        return ""
    return f" [button: {label}] " if kind in BUTTON_TYPES else f" [input: {label}] "


def options_text(element: Element) -> str:
    """The options of a list, the chosen one first; the rest of a long one counted."""
    options = [option for option in element.elements() if option.tag == "option"]
    options.sort(key=lambda option: "selected" not in option.attributes)
    labels = [label for option in options if (label := one_line(option.text()))]
    if not labels:
        return ""
    rest = f", and {len(labels) - MOST_OPTIONS} more" if len(labels) > MOST_OPTIONS else ""
    return f" [choice: {', '.join(labels[:MOST_OPTIONS])}{rest}] "


def one_line(text: str) -> str:
    """`text` with runs of blanks as one."""
    return BLANKS.sub(" ", text).strip(" ")

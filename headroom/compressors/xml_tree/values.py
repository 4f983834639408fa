"""A tree of elements as a value that table text can say.

An attribute is a plain key with a scalar; an element with attributes or elements of its own is a plain key with an
object, `<name>` is one that holds only text. Elements of one name that follow each other are a list. `.text` is the
text beside attributes, `.markup` text with elements in it, `.comment`, `.pi`, `.doctype` and `.xml` what their
names say. `name#2` is the second run of a name in the same element, `.children` a list of runs where there are many.
No name of XML begins with a dot or `<`, or holds `#`, so that nothing is said in two ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from headroom.analysis.failures import ERROR_FIELDS, plain_name
from headroom.compressors.table.text import NUMBER, NUMBER_STARTS
from headroom.compressors.table.values import Number
from headroom.compressors.xml_tree.markup import markup_of
from headroom.compressors.xml_tree.node import CHILDREN, MARKUP, TEXT, TEXT_TAGS, Node

FEW_RUNS_AGAIN = 8  # runs of a name that came before in the same element; more of them may be told apart in two ways
MOST_SHAPES = 300  # sets of attribute names of one element, and names in one of them, that are put into one order
TAG = attrgetter("tag")
TRUTHS = {"true": True, "false": False}


def value_of_document(document: Node, form: Form | None = None) -> dict[str, Any]:
    """The value of a document."""
    form = form or Form(document)
    return {**document.attributes, **members_of(document, form)}


class Form:
    """What all elements of a document have in common.

    Attributes:
        repeated: (tag of an element, tag of elements within it) that follow each other somewhere: lists everywhere.
        most_runs: Runs of a name that came before that may be keys of their own, such as `name#2`.
        has_many_runs: Whether some element has more than a few of them.
    """

    def __init__(self, document: Node) -> None:
        self.repeated: set[tuple[str, str]] = set()
        self.most_runs = FEW_RUNS_AGAIN
        self.has_many_runs = False
        order_attributes(document)
        stack = [document]
        while stack:
            node = stack.pop()
            last, runs, tags = "", 0, set()
            for child in node.children:
                if type(child) is Node:
                    if child.tag == last:
                        self.repeated.add((node.tag, last))
                    else:
                        runs += 1
                        tags.add(child.tag)
                    last = child.tag
                    if child.children:
                        stack.append(child)
            self.has_many_runs = self.has_many_runs or runs - len(tags) > FEW_RUNS_AGAIN


def order_attributes(document: Node) -> None:
    """Put the attributes of elements of one name into one order, so that they make columns.

    XML does not order them. The order is that of the commonest sets of names, each behind the one it follows there.
    """
    shapes: dict[str, dict[tuple[str, ...], list[Node]]] = {}
    stack: list[Node | str] = [document]
    while stack:
        node = stack.pop()
        if type(node) is Node:
            stack += node.children
            if len(node.attributes) > 1:
                shapes.setdefault(node.tag, {}).setdefault(tuple(node.attributes), []).append(node)
    for by_names in shapes.values():
        if 1 < len(by_names) <= MOST_SHAPES and max(map(len, by_names)) <= MOST_SHAPES:
            places = {name: place for place, name in enumerate(merged_order(by_names))}
            for names, nodes in by_names.items():
                wanted = sorted(names, key=places.__getitem__)
                if wanted != list(names):
                    for node in nodes:
                        node.attributes = {name: node.attributes[name] for name in wanted}


def merged_order(by_names: Mapping[tuple[str, ...], Sequence[Node]]) -> list[str]:
    """All names in one order; the commonest sets of them decide."""
    order: list[str] = []
    for names in sorted(by_names, key=lambda names: (-len(by_names[names]), names)):
        place = 0
        for name in names:
            if name in order:
                place = max(place, order.index(name) + 1)
            else:
                order.insert(place, name)
                place += 1
    return order


def value_of(node: Node, form: Form) -> Any:
    """The value of one element."""
    children = node.children
    if not node.attributes and (not children or (len(children) == 1 and type(children[0]) is str)):
        return leaf_value(node)
    found: dict[str, Any] = {name: attribute_value(text) for name, text in node.attributes.items()}
    if not children:
        return found
    if str not in map(type, children):
        found.update(members_of(node, form))
    elif len(children) == 1:
        found[TEXT] = scalar(node.text)
    else:
        found[MARKUP] = markup_of(children)
    return found


def leaf_value(node: Node) -> Any:
    """The text of an element; true for an empty one whose name says that something failed."""
    if node.tag in TEXT_TAGS:
        return node.text
    if not node.children:
        return plain_name(node.tag) in ERROR_FIELDS or ""
    return scalar(node.text)


def scalar(text: str) -> Any:
    """A number where `text` reads like one; its text stays."""
    return Number(text) if text[:1] in NUMBER_STARTS and NUMBER.fullmatch(text) else text


def attribute_value(text: str) -> Any:
    """A number, true or false where `text` reads like one."""
    return TRUTHS[text] if text in TRUTHS else scalar(text)


def members_of(node: Node, form: Form) -> dict[str, Any]:
    """The elements within an element that holds no text."""
    runs = runs_of(node)
    if len(runs) - len({run[0].tag for run in runs}) <= form.most_runs:
        return named(node, runs, form)
    return {CHILDREN: [named(node, part, form) for part in parted(runs)]}


def runs_of(node: Node) -> list[list[Node]]:
    """The elements within an element, those of one name that follow each other together."""
    nodes = [child for child in node.children if type(child) is Node]
    return [list(run) for _, run in groupby(nodes, key=TAG)]


def parted(runs: Sequence[list[Node]]) -> Iterator[list[list[Node]]]:
    """The runs in parts, each without a name that comes twice."""
    part: list[list[Node]] = []
    tags: set[str] = set()
    for run in runs:
        if run[0].tag in tags:
            yield part
            part, tags = [], set()
        part.append(run)
        tags.add(run[0].tag)
    yield part


def named(node: Node, runs: Sequence[list[Node]], form: Form) -> dict[str, Any]:
    """The runs by their keys."""
    found: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for run in runs:
        tag = run[0].tag
        counts[tag] = counts.get(tag, 0) + 1
        values = [value_of(child, form) for child in run]
        value = values if (node.tag, tag) in form.repeated else values[0]
        key = key_of(node, tag, value)
        found[key if counts[tag] == 1 else f"{key}#{counts[tag]}"] = value
    return found


def key_of(node: Node, tag: str, value: Any) -> str:
    """The key of elements within `node`: in angle brackets where they might be taken for an attribute."""
    if tag in TEXT_TAGS:
        return TEXT_TAGS[tag]
    return tag if type(value) in (dict, list) and tag not in node.attributes else f"<{tag}>"

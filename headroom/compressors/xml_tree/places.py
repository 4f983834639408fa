"""Where the elements stand that a path into the value of a document names."""

from __future__ import annotations

import re
from itertools import pairwise

from headroom.compressors.xml_tree.node import CHILDREN, COMMENT, DOCTYPE, INSTRUCTION, Node
from headroom.compressors.xml_tree.values import Form, key_of, parted, runs_of, value_of

Runs = list[list[Node]]
DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
EMPTY_END = b"/>"
ENDS = {COMMENT: b"-->", INSTRUCTION: b"?>", DOCTYPE: b">"}


def elements_at(document: Node, steps: list[str]) -> list[list[Node]]:
    """The items of the list at the end of `steps`, or the entries of the object there, each as elements in a row.

    Args:
        document: Read with places.

    Raises:
        KeyError: The steps lead nowhere.
    """
    return elements_below(document, steps, Form(document))


def within_parts(owner: Node, parts: list[Runs], steps: list[str], form: Form) -> list[list[Node]]:
    """The same, from the parts of an element on.

    Raises:
        KeyError: The steps lead nowhere.
    """
    if not steps:
        return [[node for run in part for node in run] for part in parts]
    part = parts[index_of(steps[0], len(parts))]
    if len(steps) == 1:
        return part
    below = entry(owner, part, steps[1], form)
    rest = steps[2:]
    if isinstance(below, list):
        if not rest:
            return [[node] for node in below]
        below, rest = below[index_of(rest[0], len(below))], rest[1:]
    return elements_below(below, rest, form)


def elements_below(node: Node, steps: list[str], form: Form) -> list[list[Node]]:
    """The same, from an element on."""
    at: Node | list[Node] = node
    for place, step in enumerate(steps):
        if isinstance(at, Node):
            if step == CHILDREN:
                return within_parts(at, list(parted(runs_of(at))), steps[place + 1 :], form)
            at = entry(at, runs_of(at), step, form)
        else:
            at = at[index_of(step, len(at))]
    return runs_of(at) if isinstance(at, Node) else [[inner] for inner in at]


def entry(node: Node, runs: Runs, key: str, form: Form) -> Node | list[Node]:
    """The elements that a key of `node` names: a list of them, or one.

    Raises:
        KeyError: There are none.
    """
    counts: dict[str, int] = {}
    for run in runs:
        tag = run[0].tag
        counts[tag] = counts.get(tag, 0) + 1
        is_list = (node.tag, tag) in form.repeated
        name = key_of(node, tag, [] if is_list else value_of(run[0], form))
        if key == (name if counts[tag] == 1 else f"{name}#{counts[tag]}"):
            return run if is_list else run[0]
    raise KeyError(key)


def index_of(step: str, size: int) -> int:
    """An index as a number.

    Raises:
        KeyError: It is none, or too large.
    """
    if not DIGITS.fullmatch(step) or int(step) >= size:
        raise KeyError(step)
    return int(step)


def spans_of(text: str, found: list[list[Node]]) -> list[tuple[int, int]]:
    """(start, end) of elements in a row, in characters."""
    data = text.encode()
    ends = [(run[0].start, end_of(data, run[-1])) for run in found]
    if len(data) == len(text):
        return ends
    places = sorted({place for pair in ends for place in pair})
    chars = {0: 0}
    for before, place in pairwise([0, *places]):
        chars[place] = chars[before] + len(data[before:place].decode("utf-8", "replace"))
    return [(chars[start], chars[end]) for start, end in ends]


def end_of(data: bytes, node: Node) -> int:
    """Offset behind an element: expat tells where its closing tag begins, or the end of one that has none."""
    if node.tag in ENDS:
        return data.find(ENDS[node.tag], node.start) + len(ENDS[node.tag])
    if not node.children and data[node.end - len(EMPTY_END) : node.end] == EMPTY_END:
        return node.end
    return data.find(b">", node.end) + 1

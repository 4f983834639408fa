"""Whether a value says what a tree says: the reader of values, applied to a tree that is known."""

from __future__ import annotations

from typing import Any

from headroom.compressors.xml_tree.node import (
    CHILDREN,
    DECLARATION,
    MARKUP,
    TEXT,
    TEXT_TAGS,
    Node,
    XmlError,
    same_trees,
)
from headroom.compressors.xml_tree.read import fragment

TAGS = {key: tag for tag, key in TEXT_TAGS.items()}


def says(value: Any, document: Node) -> bool:
    """Whether `value` gives back `document`, every element, attribute and text in its place."""
    return type(value) is dict and says_element(value, document)


def says_element(value: Any, node: Node) -> bool:
    """Whether `value` is that of `node`."""
    children = node.children
    if type(value) is not dict:
        if node.attributes or len(children) > 1:
            return False
        if not children:
            return value is True or value == ""
        return type(value) is not bool and value != "" and children[0] == value
    attributes = place = 0
    for key, inner in value.items():
        if key[:1] not in ("<", ".") and type(inner) not in (dict, list):
            attributes += 1
            if node.attributes.get(key) != text_of(inner):
                return False
        elif key == DECLARATION:
            attributes += 1
            if node.attributes.get(key) != inner:
                return False
        else:
            place = says_children(key, inner, children, place)
            if place < 0:
                return False
    return attributes == len(node.attributes) and place == len(children)


def says_children(key: str, value: Any, children: list[Node | str], place: int) -> int:
    """Place behind the children that `key` and `value` stand for, which begin at `place`; -1 where they differ."""
    if key == TEXT:
        return place + 1 if children[place:] == [text_of(value)] else -1
    if key == MARKUP:
        return len(children) if place == 0 and says_markup(value, children) else -1
    if key == CHILDREN:
        for part in value:
            for inner_key, inner in part.items():
                place = says_children(inner_key, inner, children, place)
                if place < 0:
                    return -1
        return place
    tag = tag_of(key)
    for inner in value if type(value) is list else (value,):
        child = children[place] if place < len(children) else ""
        if type(child) is not Node or child.tag != tag or not says_element(inner, child):
            return -1
        place += 1
    return place


def says_markup(text: str, children: list[Node | str]) -> bool:
    """Whether markup reads as these children."""
    try:
        return same_trees(fragment(text).children, children)
    except XmlError:
        return False


def tag_of(key: str) -> str:
    """The tag that a key stands for."""
    name = key.partition("#")[0]
    return TAGS.get(name) or (name[1:-1] if name.startswith("<") else name)


def text_of(value: Any) -> Any:
    """The text that a scalar of an attribute, or beside some, was made of."""
    return value if isinstance(value, str) else "true" if value else "false"

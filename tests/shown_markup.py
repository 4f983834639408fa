"""Reads XML and YAML, and what was written in their place, apart from the library: for tests only.

XML is read by `xml.dom`, YAML by PyYAML; table text is decoded by the library and then read here.
"""

from __future__ import annotations

import re
from typing import Any
from xml.dom import expatbuilder
from xml.parsers.expat import ExpatError

import yaml

from headroom.compressors.table.decode import decode
from headroom.compressors.table.values import Number
from headroom.compressors.xml_tree import read_xml, value_of_document
from headroom.compressors.yaml_values import read_yaml
from tests.shown import Shown, check_whole, parts_within, read_shown

BLANKS = " \t\r\n"
Tree = list[Any]  # [tag, {attribute: value}, children]; a comment is ["!", {}, [text]], an instruction ["?", ...]


# --- XML as it came


def parsed(text: str) -> Any:
    """A document of `xml.dom`; prefixes are part of names."""
    return expatbuilder.parseString(text, namespaces=False)  # a string: what encoding it names does not matter


def xml_before(text: str) -> Tree:
    """The tree of XML."""
    body = text.lstrip("\ufeff" + BLANKS)
    try:
        document: Any = parsed(body)
    except ExpatError:
        document = parsed(f"<_>{body}</_>").documentElement
    attributes = {}
    if body.startswith("<?xml "):
        standalone = {True: "yes", False: "no"}.get(document.standalone, "")
        encoding = re.search(r"encoding=[\"']([^\"']+)", body[: body.index("?>")])
        words = [document.version, encoding[1] if encoding else "-", standalone]
        attributes[".xml"] = " ".join(words).rstrip(" ")
    return ["", attributes, children_of(document)]


def children_of(node: Any) -> list[Any]:
    """The children of a node of `xml.dom`."""
    found: list[Any] = []
    for child in node.childNodes:
        if child.nodeType in (child.TEXT_NODE, child.CDATA_SECTION_NODE):
            if found and isinstance(found[-1], str):
                found[-1] += child.data
            elif child.data:
                found.append(child.data)
        elif child.nodeType == child.COMMENT_NODE:
            found.append(["!", {}, [child.data] if child.data else []])
        elif child.nodeType == child.PROCESSING_INSTRUCTION_NODE:
            found.append(["?", {}, [f"{child.target} {child.data}" if child.data else child.target]])
        elif child.nodeType == child.DOCUMENT_TYPE_NODE:
            ids = f" PUBLIC '{child.publicId}'" if child.publicId is not None else " SYSTEM"
            found.append(["!DOCTYPE", {}, [child.name + (f"{ids} '{child.systemId}'" if child.systemId else "")]])
        else:
            attributes = {name: value or "" for name, value in child.attributes.items()}  # xmlns="" is None
            found.append([child.tagName, attributes, children_of(child)])
    has_elements = any(isinstance(child, list) and child[0][0] not in "!?" for child in found)
    if has_elements and not any(isinstance(child, str) and child.strip(BLANKS) for child in found):
        found = [child for child in found if isinstance(child, list)]
    return found


# --- table text in its place


def xml_after(text: str) -> Tree:
    """The tree that table text says."""
    assert text.startswith("xml")
    return tree_of("", decode(text[3:]))


def tree_of(tag: str, value: Any) -> Tree:
    """The tree of one element."""
    if not isinstance(value, dict):
        return [tag, {}, [] if value is True or value == "" else [str(value)]]
    attributes: dict[str, str] = {}
    children: list[Any] = []
    add_members(value, attributes, children)
    return [tag, attributes, children]


def add_members(members: dict[str, Any], attributes: dict[str, str], children: list[Any]) -> None:
    """What the members of an object stand for."""
    for key, value in members.items():
        name = key.partition("#")[0]
        if key == ".text":
            children.append(plain(value))
        elif key == ".markup":
            children += children_of(parsed(f"<_>{value}</_>").documentElement)
        elif key == ".children":
            for part in value:
                add_members(part, attributes, children)
        elif key == ".xml" or ((name[0] not in "<." and not isinstance(value, (dict, list))) or type(value) is Number):
            if name[0] == "<":
                children.append(tree_of(name[1:-1], value))
            else:
                attributes[key] = plain(value)
        else:
            tags = {".comment": "!", ".pi": "?", ".doctype": "!DOCTYPE"}
            tag = tags.get(name) or (name[1:-1] if name[0] == "<" else name)
            children += [tree_of(tag, inner) for inner in (value if isinstance(value, list) else [value])]


def plain(value: Any) -> str:
    """The text of a scalar."""
    return str(value) if isinstance(value, str) else {True: "true", False: "false"}[value]


# --- YAML

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)  # of JSON
RESOLVER = yaml.SafeLoader("")


def kind_of(text: str) -> str:
    """What YAML 1.1 takes a plain scalar for: `str`, `int`, `null` ..."""
    return str(RESOLVER.resolve(yaml.ScalarNode, text, (True, False))).rsplit(":", 1)[1]


def typed(text: str, kind: str) -> Any:
    """A scalar with its kind; nulls are one."""
    return ("null",) if kind == "null" else (kind, text)


def yaml_before(text: str) -> tuple[list[Any], list[str]]:
    """Documents by PyYAML, and the comments, in any order."""
    body = text.removeprefix("\ufeff")
    return [node_value(node) for node in yaml.compose_all(body) if not is_nothing(node)], sorted(comments_of(body))


def is_nothing(node: Any) -> bool:
    """Whether a document is empty."""
    return node is None or (isinstance(node, yaml.ScalarNode) and not node.value and not node.style)


def node_value(node: Any) -> Any:
    """The value of a node of PyYAML."""
    if isinstance(node, yaml.ScalarNode):
        return typed(node.value, "str" if node.style else kind_of(node.value))
    if isinstance(node, yaml.SequenceNode):
        return [node_value(inner) for inner in node.value]
    return [(node_value(key), node_value(inner)) for key, inner in node.value]


def comments_of(text: str) -> list[str]:
    """What stands behind `#` outside of scalars, by the places that PyYAML tells."""
    covered = bytearray(len(text) + 1)
    for token in yaml.scan(text):
        if isinstance(token, yaml.ScalarToken):
            covered[token.start_mark.index : token.end_mark.index] = b"x" * (
                token.end_mark.index - token.start_mark.index
            )
            if token.style in ("|", ">"):  # its header may hold a comment
                end = text.index("\n", token.start_mark.index)
                covered[token.start_mark.index : end] = bytes(end - token.start_mark.index)
    found = []
    for at, char in enumerate(text):
        if char == "#" and not covered[at] and (at == 0 or text[at - 1] in " \n"):
            end = text.find("\n", at) if "\n" in text[at:] else len(text)
            found.append(text[at:end].rstrip(" \r"))
            covered[at:end] = b"x" * (end - at)
    return found


def yaml_after(text: str) -> tuple[list[Any], list[str]]:
    """Documents that table text says, and the comments, in any order."""
    comments: list[str] = []
    series = text.startswith("yaml documents")
    value = decode(text[len("yaml documents" if series else "yaml") :])
    return [shown_value(inner, comments) for inner in (value if series else [value])], sorted(comments)


def shown_value(value: Any, comments: list[str]) -> Any:
    """A value with the comments taken out."""
    if isinstance(value, dict):
        found = []
        for key, inner in value.items():
            if "//" in key:
                comments += said(inner, several=key.startswith("//"))
            else:
                found.append((scalar(key, is_key=True), shown_value(inner, comments)))
        return found
    if isinstance(value, list):
        items = []
        for inner in value:
            if type(inner) is str and inner.startswith(("// ", "-// ")):
                comments += said(inner.partition("// ")[2], several=inner.startswith("//"))
            else:
                items.append(shown_value(inner, comments))
        return items
    return scalar(value)


def said(comment: str, *, several: bool) -> list[str]:
    """The comments that one text stands for."""
    lines = comment.split("\n") if several else [comment]
    return [line if line.startswith("#") else f"# {line}".rstrip(" ") for line in lines]


def scalar(value: Any, *, is_key: bool = False) -> Any:
    """A scalar with its kind."""
    if value is None:
        return ("null",)
    if type(value) is bool:
        return ("bool", "true" if value else "false")
    if type(value) is Number:
        return typed(str(value), kind_of(value))
    if value[:1] == "'":
        return ("str", value[1:-1])
    if value in ("true", "false", "null") or (NUMBER.fullmatch(value) and not is_key):
        return ("str", value) if not is_key else typed(value, kind_of(value))
    return typed(value, kind_of(value)) if value else ("str", "")


# --- what is shown in part


def check_shown_xml(text: str, source: str) -> Shown:
    """Read the shortened `text` of XML; fail unless it tells the truth about it."""
    assert text.startswith("xml")
    return check_part(text[3:], value_of_document(read_xml(source)))


def check_shown_yaml(text: str, source: str) -> Shown:
    """The same for YAML."""
    documents = read_yaml(source)
    header = "yaml" if len(documents) == 1 else "yaml documents"
    assert text.startswith(header)
    return check_part(text[len(header) :], documents[0] if len(documents) == 1 else documents)


def check_part(text: str, value: Any) -> Shown:
    """Every item that is shown is whole, true and in its place, and the others are counted."""
    shown = read_shown(text)
    check_whole(shown.value, value)
    parts = parts_within(shown.value)
    assert shown.total == sum(part.total for part in parts)
    assert shown.missing == shown.total - sum(len(part.items) for part in parts) > 0
    return shown

"""Text with elements in it, as markup: the shortest that reads the same."""

from __future__ import annotations

from collections.abc import Iterable

from headroom.compressors.xml_tree.node import COMMENT, INSTRUCTION, Node

IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
IN_VALUE = str.maketrans({"&": "&amp;", "<": "&lt;", "'": "&apos;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})


def markup_of(children: Iterable[Node | str]) -> str:
    """Texts and elements as markup; values stand in single quotes, which table text need not escape."""
    return "".join(
        [element_markup(child) if type(child) is Node else str(child).translate(IN_TEXT) for child in children]
    )


def element_markup(node: Node) -> str:
    """One element, comment or instruction."""
    if node.tag == COMMENT:
        return f"<!--{node.text}-->"
    if node.tag == INSTRUCTION:
        return f"<?{node.text}?>"
    head = node.tag + "".join([f" {name}='{value.translate(IN_VALUE)}'" for name, value in node.attributes.items()])
    return f"<{head}>{markup_of(node.children)}</{node.tag}>" if node.children else f"<{head}/>"

"""Which rows of a source text an outline leaves out, and what stands there instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from headroom.compressors.gaps import gap_line
from headroom.compressors.outline.documentation import Docs, comment_cuts, docs_at
from headroom.compressors.outline.trees import first_row, last_row, rows_of, tall_nodes

LEAST_ROWS = 3  # fewer are not worth a comment
FUNCTIONS = frozenset(
    (
        *("function_definition", "function_declaration", "function_item", "method_declaration", "method_definition"),
        *("constructor_declaration", "compact_constructor_declaration", "static_initializer"),
        *("function_expression", "arrow_function", "generator_function", "generator_function_declaration"),
        *("func_literal", "closure_expression", "lambda_expression"),
    )
)
CALLBACKS = frozenset(("function_expression", "arrow_function"))
BLANKS = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows that go, and what stands in their place.

    Attributes:
        start: The first, from 0.
        end: The row after the last.
        lines: What is written there.
        hidden: How many of the rows are not shown.
        rewrites: Whether the first of `lines` is a row that is shown with an end of its own.
    """

    start: int
    end: int
    lines: tuple[str, ...] = field(repr=False)
    hidden: int = 0
    rewrites: bool = False


def cuts_of(root: Any, code: Sequence[str], language: str, mark: str) -> list[Cut]:
    """All cuts, in order, none within another.

    Args:
        mark: What begins a comment.
    """
    cuts: list[Cut] = []
    closed: set[int] = set()
    comments: list[Any] = []
    for node in tall_nodes(root, 1, closed):
        if "comment" in node.type:
            comments.append(node)
        elif rows_of(node) < LEAST_ROWS:
            closed.add(node.id)
        elif node.type in FUNCTIONS and (cut := body_cut(node, code, language, mark)):
            cuts.append(cut)
            closed.add(node.id)
        elif language == "python" and node.type in ("module", "class_definition"):
            cuts += documentation_cut(node, code)
    cuts += [Cut(start, end, (text,), end - start) for start, end, text in comment_cuts(comments, code, mark)]
    return list(apart(sorted(cuts, key=lambda cut: (cut.start, -cut.end))))


def apart(cuts: Sequence[Cut]) -> Iterator[Cut]:
    """The cuts without those that begin within another."""
    end = 0
    for cut in cuts:
        if cut.start >= end:
            yield cut
            end = cut.end


def body_cut(node: Any, code: Sequence[str], language: str, mark: str) -> Cut | None:
    """The cut for a function's body; None where it is too short, or has functions of its own that matter more."""
    body = node.child_by_field_name("body") or next((c for c in node.children if c.type == "block"), None)
    if body is None or (node.type in CALLBACKS and holds_functions(body)):
        return None
    return python_cut(body, code, mark) if language == "python" else braces_cut(body, code, mark)


def braces_cut(body: Any, code: Sequence[str], mark: str) -> Cut | None:
    """The rows between the braces, where they have rows of their own."""
    start, end = first_row(body) + 1, last_row(body)
    inside = body.named_children
    if end - start < LEAST_ROWS or not inside or first_row(inside[0]) < start:
        return None
    if indent_of(code[end]) != code[end][: code[end].find("}")]:
        return None
    return Cut(start, end, (comment(code, start, end, mark),), end - start)


def python_cut(body: Any, code: Sequence[str], mark: str) -> Cut | None:
    """The rows of a body but for the first line of its documentation."""
    start, end = first_row(body), last_row(body) + 1
    indent = indent_of(code[start])
    if code[start][: body.start_point[1]] != indent:
        return None  # it begins beside its signature
    docs = docs_at(body, code)
    hidden = docs.end if docs else start
    if end - hidden < LEAST_ROWS:
        return None
    gap = f"{indent}...  {mark} {gap_line(hidden + 1, end)}"
    if docs is None or docs.last is None:
        return Cut(hidden, end, (gap,), end - hidden)
    return Cut(hidden - 1, end, (*docs.last, gap), end - hidden, rewrites=True)


def documentation_cut(node: Any, code: Sequence[str]) -> list[Cut]:
    """The rows of a module's or class's documentation after its first line."""
    body = node if node.type == "module" else node.child_by_field_name("body")
    docs: Docs | None = docs_at(body, code) if body is not None else None
    if docs is None or docs.last is None or docs.whole_end - 1 - docs.end < LEAST_ROWS:
        return []
    end = docs.whole_end - 1  # the row with the closing quotes stays
    return [Cut(docs.end, end, (f"{indent_of(code[docs.end - 1])}{gap_line(docs.end + 1, end)}",), end - docs.end)]


def comment(code: Sequence[str], start: int, end: int, mark: str) -> str:
    """The comment for some rows, indented as the first of them that is not empty."""
    filled = next((line for line in code[start:end] if line.strip(" \t\r")), "")
    return f"{indent_of(filled)}{mark} {gap_line(start + 1, end)}"


def indent_of(line: str) -> str:
    """The blanks at the beginning of a line."""
    found = BLANKS.match(line)
    return found[0] if found else ""


def holds_functions(body: Any) -> bool:
    """Whether most rows of a callback's body are functions, as in `describe("...", () => { it(...) })`."""
    inside = 0
    for statement in body.named_children:
        if rows_of(statement) >= LEAST_ROWS and has_function(statement):
            inside += rows_of(statement)
    return 2 * inside > rows_of(body)


def has_function(statement: Any) -> bool:
    """Whether a statement declares a function, or calls something with one."""
    if statement.type in FUNCTIONS or statement.type in ("class_declaration",):
        return True
    for child in statement.named_children:
        if child.type in ("call_expression", "assignment_expression", "variable_declarator"):
            arguments = child.child_by_field_name("arguments")
            found = [child.child_by_field_name("right"), child.child_by_field_name("value")]
            found += arguments.named_children if arguments is not None else []
            if any(part is not None and part.type in FUNCTIONS for part in found):
                return True
    return False

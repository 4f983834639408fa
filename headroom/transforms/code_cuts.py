"""Which rows of a source text are left out, for settings that say what stays of bodies and documentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from headroom.compressors.gaps import gap_line
from headroom.compressors.outline.cuts import (
    CALLBACKS,
    FUNCTIONS,
    LEAST_ROWS,
    Cut,
    apart,
    comment,
    documentation_cut,
    holds_functions,
    indent_of,
)
from headroom.compressors.outline.documentation import comment_cuts, docs_at
from headroom.compressors.outline.trees import first_row, last_row, rows_of, tall_nodes
from headroom.config.compressors import CodeCompressorConfig, DocstringMode

BLOCKS = frozenset(("block", "statement_block", "constructor_body"))
TRIES = frozenset(("try_statement", "try_with_resources_statement"))
CONDITION_CHARS = 200
MOST_HANDLER_ROWS = 8  # of an `if err != nil`


class CodeCuts:
    """Finds what is left out of one text.

    Args:
        code: Its lines.
        language: What it is read as.
        mark: What begins a comment.
        config: What stays.

    Attributes:
        owners: First row of a cut to the rows of the function that it is made in, the first and behind the last.
    """

    def __init__(self, code: Sequence[str], language: str, mark: str, config: CodeCompressorConfig) -> None:
        self.code = code
        self.language = language
        self.mark = mark
        self.config = config
        self.is_python = language == "python"
        self.owners: dict[int, tuple[int, int]] = {}

    def of(self, root: Any) -> list[Cut]:
        """All cuts, in order, none within another."""
        cuts: list[Cut] = []
        closed: set[int] = set()
        comments: list[Any] = []
        for node in tall_nodes(root, 1, closed):
            if "comment" in node.type:
                comments.append(node)
            elif rows_of(node) < LEAST_ROWS:
                closed.add(node.id)
            elif node.type in FUNCTIONS:
                own = self.body(node)
                cuts += own
                self.owners.update((cut.start, (first_row(node), last_row(node) + 1)) for cut in own)
                closed.update({node.id} if own else ())
            elif self.is_python and node.type in ("module", "class_definition"):
                cuts += self.documentation(node)
        if self.config.docstring_mode is not DocstringMode.FULL:
            found = comment_cuts(comments, self.code, self.mark)
            cuts += [Cut(start, end, (text,), end - start) for start, end, text in found]
        return list(apart(sorted(cuts, key=lambda cut: (cut.start, -cut.end))))

    def documentation(self, node: Any) -> list[Cut]:
        """What goes of the string that a module, class or function begins with."""
        if self.config.docstring_mode is DocstringMode.FULL:
            return []
        if self.config.docstring_mode is DocstringMode.FIRST_LINE:
            return documentation_cut(node, self.code)
        body = node if node.type == "module" else node.child_by_field_name("body")
        string = self.docstring(body)
        if string is None or rows_of(string) < LEAST_ROWS:
            return []
        return self.runs([string])

    def docstring(self, body: Any) -> Any | None:
        """The statement that documents a body; None where there is none."""
        if not self.is_python or docs_at(body, self.code) is None:
            return None
        return next((child for child in body.named_children if "comment" not in child.type), None)

    def body(self, node: Any) -> list[Cut]:
        """What goes of a function."""
        body = node.child_by_field_name("body") or next((c for c in node.children if c.type == "block"), None)
        if body is None or (node.type in CALLBACKS and holds_functions(body)):
            return []
        start, end = self.inside(body)
        if end - start < LEAST_ROWS or (not self.is_python and body.type not in BLOCKS):
            return []
        removes = self.config.docstring_mode is DocstringMode.REMOVE
        docs = self.docstring(body)
        own = [child for child in body.named_children if "comment" not in child.type]
        cuts = [] if removes or docs is None else self.documentation(node)
        statements = [child for child in own if docs is None or child.id != docs.id]
        begins = last_row(docs) + 1 if docs is not None else start
        hidden = [one for one in statements if last_row(one) + 1 - begins > self.config.max_body_lines]
        if removes and docs is not None:
            hidden.insert(0, docs)
        return [*cuts, *self.hidden(hidden, start)]

    def inside(self, body: Any) -> tuple[int, int]:
        """(first row, row after the last) of what stands in a body."""
        if self.is_python:
            return first_row(body), last_row(body) + 1
        return first_row(body) + 1, last_row(body)

    def hidden(self, statements: Sequence[Any], start: int) -> list[Cut]:
        """Cuts for statements of one block, but for what handles errors."""
        cuts: list[Cut] = []
        run: list[Any] = []
        for statement in statements:
            if first_row(statement) < start:
                continue  # beside the brace
            if self.config.preserve_error_handlers and self.handles_errors(statement):
                cuts += [*self.runs(run), *self.tried(statement)]
                run = []
            else:
                run.append(statement)
        return [*cuts, *self.runs(run)]

    def handles_errors(self, statement: Any) -> bool:
        """Whether a statement handles errors; of Go, `if err != nil`."""
        if statement.type in TRIES:
            return True
        if self.language != "go" or statement.type != "if_statement" or rows_of(statement) > MOST_HANDLER_ROWS:
            return False
        return "!= nil" in self.code[first_row(statement)][:CONDITION_CHARS]

    def tried(self, statement: Any) -> list[Cut]:
        """Cuts for what a statement tries; what handles errors stays."""
        block = statement.child_by_field_name("body") if statement.type in TRIES else None
        if block is None or rows_of(block) < LEAST_ROWS:
            return []
        start, end = self.inside(block)
        inner = [child for child in block.named_children if "comment" not in child.type]
        return self.hidden(inner, start) if end - start >= LEAST_ROWS else []

    def runs(self, statements: Sequence[Any]) -> list[Cut]:
        """One cut for neighbouring statements, where they have rows of their own."""
        cuts: list[Cut] = []
        run: list[Any] = []
        for statement in statements:
            if run and not self.follow(run[-1], statement):
                cuts += self.cut(run)
                run = []
            run.append(statement)
        return [*cuts, *self.cut(run)]

    def follow(self, one: Any, other: Any) -> bool:
        """Whether nothing but comments and blank lines stands between two statements."""
        sibling = one.next_named_sibling
        while sibling is not None and "comment" in sibling.type:
            sibling = sibling.next_named_sibling
        return sibling is not None and sibling.id == other.id

    def cut(self, run: Sequence[Any]) -> Iterator[Cut]:
        """The cut for neighbouring statements; none where it is short, or shares a row with something that stays."""
        if not run:
            return
        start, end = first_row(run[0]), last_row(run[-1]) + 1
        before, after = run[0].prev_sibling, run[-1].next_sibling
        shares = (before is not None and last_row(before) >= start) or (after is not None and first_row(after) < end)
        if end - start < LEAST_ROWS or shares:
            return
        if self.is_python:
            line = f"{indent_of(self.code[start])}...  {self.mark} {gap_line(start + 1, end)}"
        else:
            line = comment(self.code, start, end, self.mark)
        yield Cut(start, end, (line,), end - start)

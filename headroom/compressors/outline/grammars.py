"""The grammars of tree-sitter that are installed (extra `code`)."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from headroom.errors import ConfigurationError

# Language to its wheel's module and the function in it that gives the grammar.
GRAMMARS = {
    "python": ("tree_sitter_python", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "go": ("tree_sitter_go", "language"),
    "java": ("tree_sitter_java", "language"),
    "rust": ("tree_sitter_rust", "language"),
}
INSTALL = 'pip install "headroom-integrations[code]"'


def outlines_available() -> bool:
    """Whether tree-sitter and the grammar of at least one language are installed; imports nothing."""
    return find_spec("tree_sitter") is not None and any(find_spec(module) for module, _ in GRAMMARS.values())


def require_outlines(field: str = "outline") -> None:
    """Refuse a setting that asks for outlines where they cannot be made.

    Raises:
        ConfigurationError: The extra `code` is not installed.
    """
    if not outlines_available():
        raise ConfigurationError(f"{field} needs tree-sitter: {INSTALL}", field=field, value=True)


@lru_cache(maxsize=len(GRAMMARS))
def grammar_of(language: str) -> Any | None:
    """The grammar of a language; None where its wheel is not installed or does not fit the installed tree-sitter."""
    module, function = GRAMMARS.get(language, ("", ""))
    try:
        from tree_sitter import Language

        return Language(getattr(import_module(module), function)())
    except (ImportError, ValueError):  # ValueError: no such language, or a grammar for another version
        return None


def parse(source: bytes, language: str) -> Any | None:
    """The root of the syntax tree; None without a grammar."""
    grammar = grammar_of(language)
    if grammar is None:
        return None
    from tree_sitter import Parser

    return Parser(grammar).parse(source).root_node

"""Reads TOML, and what was written in its place, apart from the library: for tests only.

TOML is read by `tomllib`; table text is decoded by the library and then read here.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from headroom.compressors.table.decode import decode
from headroom.compressors.table.values import Number
from headroom.compressors.toml_values import read_toml
from tests.shown import Shown
from tests.shown_markup import check_part, said

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOKEN = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"""|' + r"'''[\s\S]*?'''" + r'|"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'|#[^\n]*",
)
BARE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9:.]+(?:[Zz]|[+-][0-9:]+)?)?|[0-9]{2}:[0-9]{2}:[0-9.]+"
    r"|0[xob][0-9A-Fa-f_]+|[+-]?(?:inf|nan|[0-9][0-9_]*(?:\.[0-9_]+)?(?:[eE][+-]?[0-9_]+)?)",
    re.ASCII,
)
JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
Typed = tuple[str, Any]


def toml_before(text: str) -> tuple[Any, list[str]]:
    """The document by `tomllib`, and the comments, in any order."""
    return typed(tomllib.loads(text)), sorted(comments_of(text))


def typed(value: Any) -> Typed:
    """A value with its type, entries in order."""
    if isinstance(value, dict):
        return "dict", [(key, typed(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return "list", [typed(inner) for inner in value]
    return type(value).__name__, value if isinstance(value, str) else repr(value)


def comments_of(text: str) -> list[str]:
    """What stands behind `#` outside of strings."""
    found = (token[0] for token in TOKEN.finditer(text.replace("\r\n", "\n")))
    return [token.rstrip(" \t") for token in found if token[0] == "#"]


def toml_after(text: str) -> tuple[Any, list[str]]:
    """The document that table text says, and the comments, in any order."""
    assert text.startswith("toml{")
    comments: list[str] = []
    return shown_value(decode(text[4:]), comments), sorted(comments)


def shown_value(value: Any, comments: list[str]) -> Typed:
    """A value with the comments taken out."""
    if isinstance(value, dict):
        entries = []
        for key, inner in value.items():
            if key.startswith(("//", "-//")) or key.endswith("//"):
                comments += said(inner, several=key.startswith("//"))
            else:
                entries.append((key, shown_value(inner, comments)))
        return "dict", entries
    if isinstance(value, list):
        items = []
        for inner in value:
            if type(inner) is str and inner.startswith(("// ", "-// ")):
                comments += said(inner.partition("// ")[2], several=inner.startswith("//"))
            else:
                items.append(shown_value(inner, comments))
        return "list", items
    return scalar(value)


def scalar(value: Any) -> Typed:
    """A scalar with its type: what TOML reads without quotes is no string, unless it is a number of JSON."""
    if type(value) is bool:
        return typed(value)
    if type(value) is Number or (BARE.fullmatch(value) and not JSON_NUMBER.fullmatch(value)):
        try:
            return typed(tomllib.loads(f"a = {value}")["a"])
        except tomllib.TOMLDecodeError:
            return typed(str(value))
    return typed(value[1:-1] if value[:1] == "'" else value)


def check_shown_toml(text: str, source: str) -> Shown:
    """Every item that is shown is whole, true and in its place, and the others are counted."""
    assert text.startswith("toml{")
    return check_part(text[4:], read_toml(source))

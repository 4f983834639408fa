"""Lists and dicts as Python prints them, and what this library writes in their place."""

from __future__ import annotations

import re

from headroom.detection.types import ContentType, Detection, Probe

# Table text of ours: whether values are printed as calls, whether there is one document a line.
PYTHON_HEAD = re.compile(r"python(?P<calls>\(calls\))?(?P<lines> lines)?(?=[\[{])")
KEY = r"'(?:[^'\\\n]|\\.){0,200}': "
# A dict first of all, or a list of strings; what JSON reads was told before.
BEGIN = re.compile(rf"\[{{0,3}}(?:\{{{KEY}\[{{0,3}})?\{{{KEY}(?=[-0-9'\"\[{{(A-Za-z_])|\['", re.ASCII)
END = ("}", "]")
MOST_LINES = 20
HEAD_CHARS = 8_192


def python_table(probe: Probe) -> Detection | None:
    """What was written in place of Python's lists and dicts; before every other rule."""
    if not PYTHON_HEAD.match(probe.text):
        return None
    return Detection(kind=ContentType.PYTHON_LITERAL, confidence=0.9, reason="table text of Python values")


def python_literal(probe: Probe) -> Detection | None:
    """A list or dict as Python prints it, or one in each line."""
    if probe.first not in ("[", "{") or probe.start or probe.last not in END or not BEGIN.match(probe.text):
        return None
    lines = [line for line in probe.sample[:HEAD_CHARS].split("\n", MOST_LINES)[:MOST_LINES] if line]
    if not all(BEGIN.match(line) for line in lines) or not all(line.endswith(END) for line in lines[:-1]):
        return None
    return Detection(kind=ContentType.PYTHON_LITERAL, confidence=0.8, reason="as Python prints lists and dicts")

"""Source code as its outline: declarations stay, bodies are named by their lines."""

from headroom.compressors.outline.grammars import GRAMMARS, grammar_of, outlines_available, require_outlines
from headroom.compressors.outline.languages import language_of
from headroom.compressors.outline.outlining import Outline, outline, outline_text

__all__ = [
    "GRAMMARS",
    "Outline",
    "grammar_of",
    "language_of",
    "outline",
    "outline_text",
    "outlines_available",
    "require_outlines",
]

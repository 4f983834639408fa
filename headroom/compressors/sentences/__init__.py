"""Which sentences of a text, or of several documents, answer a question."""

from headroom.compressors.sentences.choose import KeptText, choose_sentences
from headroom.compressors.sentences.score import Document, score_sentences
from headroom.compressors.sentences.units import Unit, units_of

__all__ = ["Document", "KeptText", "Unit", "choose_sentences", "score_sentences", "units_of"]

"""What the adapters that choose documents have in common: who says how well one fits, and the note of one that goes."""

from __future__ import annotations

from typing import Any

from headroom import ConfigurationError, Note, create_scorer, embedding_available
from headroom.environment import suggestion

SCORERS = ("bm25", "embedding", "hybrid")


def scorer_of(scorer: Any) -> Any:
    """The scorer that was named, or is one; None for BM25, which the choice of sentences has built in.

    Raises:
        ConfigurationError: It is none, or needs a package that is not installed.
    """
    if scorer is None or scorer == "bm25":
        return None
    if isinstance(scorer, str):
        if scorer not in SCORERS:
            said = f"scorer must be one of {', '.join(SCORERS)}, got {scorer[:60]!r}{suggestion(scorer[:60], SCORERS)}"
            raise ConfigurationError(said, field="scorer", value=scorer[:60])
        made = create_scorer(scorer)
        if scorer == "embedding" and not embedding_available():
            hint = 'scorer="embedding" needs sentence-transformers: pip install "headroom-integrations[relevance]"'
            raise ConfigurationError(hint, field="scorer", value=scorer)
        return made
    if not callable(getattr(scorer, "score_items", None)):
        kind = type(scorer).__name__
        raise ConfigurationError(f"scorer must have score_items, got {kind}", field="scorer", value=kind)
    return scorer


def dropped(number: int, tokens: int, limit: str) -> Note:
    """The note of a document that does not stay.

    Args:
        number: Of the document among those that came.
        tokens: Its size.
        limit: Name of the setting that says how many stay.
    """
    return Note(
        message_index=number,
        kind="document",
        change="left_out",
        reason="document_not_chosen",
        tokens_before=tokens,
        tokens_exact=tokens,
        reachable_by="caller",
        hint=f"{limit}=... and min_relevance=... decide",
    )

"""Logs and search results as this library writes them: known by their first line, before rules that look at lines."""

from __future__ import annotations

from headroom.detection.logs import OURS as LOG_TABLE
from headroom.detection.search import GROUPED, LISTED
from headroom.detection.types import ContentType, Detection, Probe

FORMS = (
    (LOG_TABLE, ContentType.LOG, "log table"),
    (GROUPED, ContentType.SEARCH_RESULTS, "matches by file"),
    (LISTED, ContentType.FILE_LIST, "entries of folders"),
)


def own_lines(probe: Probe) -> Detection | None:
    """A log table, matches by file, or entries of folders: nothing else touches them."""
    if probe.text[:1] != "[":
        return None
    for form, kind, reason in FORMS:
        if form.match(probe.text):
            return Detection(kind=kind, reason=reason)
    return None

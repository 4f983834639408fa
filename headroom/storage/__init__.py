"""Where metrics and originals are kept."""

from headroom.storage.groups import summarise_by
from headroom.storage.memory import MemoryOriginals
from headroom.storage.metrics import open_metrics_store
from headroom.storage.originals import open_original_store
from headroom.storage.recorder import Recorder, flush_recorders
from headroom.storage.summary import summarise
from headroom.storage.totals import Totals
from headroom.storage.urls import default_store_url

__all__ = [
    "MemoryOriginals",
    "Recorder",
    "Totals",
    "default_store_url",
    "flush_recorders",
    "open_metrics_store",
    "open_original_store",
    "summarise",
    "summarise_by",
]

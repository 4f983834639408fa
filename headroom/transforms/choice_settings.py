"""What of `SmartCrusherConfig` decides which rows stay, as the choice of items reads it."""

from __future__ import annotations

from headroom.config import SmartCrusherConfig


class RowSettings:
    """The settings of a row choice; `anomaly_std_threshold` acts only where it was set."""

    def __init__(self, config: SmartCrusherConfig) -> None:
        self.keep_first = config.keep_first
        self.keep_last = config.keep_last
        self.preserve_errors = config.preserve_errors
        self.preserve_change_points = config.preserve_change_points
        self.min_items_to_analyze = config.min_items_to_analyze
        was_set = "anomaly_std_threshold" in config.model_fields_set
        self.anomaly_std_threshold = config.anomaly_std_threshold if was_set else None

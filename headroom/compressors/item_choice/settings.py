"""What of the settings decides which items stay, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Scores = Callable[[Sequence[str], str], Sequence[float]]
"""How well texts fit a question: one number per text, 0 for no match."""


class ChoiceSettings(Protocol):
    """The part of `SmartCrusherConfig` that is read here."""

    @property
    def keep_first(self) -> int:
        """Items at the start that come before the evenly spread rest."""
        ...

    @property
    def keep_last(self) -> int:
        """Items at the end, likewise."""
        ...

    @property
    def ends_were_set(self) -> bool:
        """Whether the caller said how many: then they come before everything that is not protected."""
        ...

    @property
    def preserve_errors(self) -> bool:
        """Whether items that report a failure are protected."""
        ...

    @property
    def preserve_change_points(self) -> bool:
        """Whether the first item after a lasting change is protected."""
        ...

    @property
    def dedup_identical_items(self) -> bool:
        """Whether items that equal a better one come after all others."""
        ...

    @property
    def anomaly_std_threshold(self) -> float | None:
        """Standard deviations from the mean beyond which a number is protected, too; None: never."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultSettings:
    """The defaults of `ChoiceSettings`."""

    keep_first: int = 3
    keep_last: int = 2
    ends_were_set: bool = False
    preserve_errors: bool = True
    preserve_change_points: bool = True
    dedup_identical_items: bool = True
    anomaly_std_threshold: float | None = None


def deviations_asked_for(settings: ChoiceSettings) -> float | None:
    """`anomaly_std_threshold` if the caller set it: the documented 2.0 of the pydantic model does nothing by itself."""
    fields_set = getattr(settings, "model_fields_set", None)
    if fields_set is not None and "anomaly_std_threshold" not in fields_set:
        return None
    return settings.anomaly_std_threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChoice:
    """Which items of a table matter, best first; positions count from 0.

    Attributes:
        protected: Groups of like items that law 4 protects, most important group first; in a group the
            representative comes first, the others by how much they tell. No item is in two groups.
        reasons: Item to why it matters, in a few words; only for items that have a reason.
        order: All other items, best first.
        ranking: All items, protected ones included, best first: what fills a budget once groups are cut.
    """

    protected: tuple[tuple[int, ...], ...] = ()
    reasons: Mapping[int, str] = field(default_factory=dict, repr=False)
    order: tuple[int, ...] = ()
    ranking: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What fits.

    Attributes:
        kept: Items that stay, ascending.
        grouped: Groups that are not shown whole: representative, size of the group, reason.
    """

    kept: tuple[int, ...]
    grouped: tuple[tuple[int, int, str], ...] = field(default=(), repr=False)

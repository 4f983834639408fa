"""What scorers refuse: settings out of range, and items that are no texts."""

from __future__ import annotations

from collections.abc import Sequence

from headroom.errors import ConfigurationError, ValidationError


def require(holds: bool, message: str, field: str, value: object) -> None:
    """Refuse a setting unless it holds."""
    if not holds:
        raise ConfigurationError(message, field=field, value=value)


def require_between(field: str, value: object, least: float, most: float) -> None:
    """Refuse a setting that is no number, or outside its range.

    >>> require_between("alpha", 1.5, 0, 1)
    Traceback (most recent call last):
    headroom.errors.ConfigurationError: alpha must be a number between 0 and 1 (field=alpha, value=1.5)
    """
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    message = f"{field} must be a number between {least} and {most}"
    require(is_number and least <= value <= most, message, field, value)  # type: ignore[operator]


def check_asked(items: object, query: object) -> None:
    """Refuse what cannot be scored: a scorer takes a list of texts and one question.

    Raises:
        ValidationError: `details` holds `field` and `type`, never the content.
    """
    if isinstance(items, (str, bytes)) or not isinstance(items, Sequence):
        raise ValidationError("items must be a list of texts", field="items", type=type(items).__name__)
    for item in items:
        if not isinstance(item, str):
            raise ValidationError(
                "items must be texts; json.dumps values first", field="items", type=type(item).__name__
            )
    if not isinstance(query, str):
        raise ValidationError("query must be a text", field="query", type=type(query).__name__)

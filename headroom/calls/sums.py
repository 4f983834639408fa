"""Usage of several rounds in the provider's own terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headroom.calls.values import Usage, field_of, names_in, with_fields


def summed(usage: Any, rounds: Sequence[Usage]) -> Any:
    """The last round's usage with every figure in it summed over all rounds; `headroom_rounds` lists them."""
    earlier = [one.raw for one in rounds[:-1] if one.raw is not None]
    return with_fields(added([*earlier, usage]), headroom_rounds=[listing(one) for one in rounds])


def listing(usage: Usage) -> dict[str, int]:
    """One round as it is listed."""
    return {
        "input_tokens": usage.input,
        "cached_tokens": usage.cached,
        "written_tokens": usage.written,
        "output_tokens": usage.output,
    }


def added(usages: Sequence[Any]) -> Any:
    """Usage of several rounds as one: the last, in which each number is the sum over all.

    >>> added([{"input": 1, "of": {"read": 2}}, {"input": 3, "of": {"read": 4}, "tier": "standard"}])
    {'input': 4, 'of': {'read': 6}, 'tier': 'standard'}
    """
    last = usages[-1]
    if is_amount(last):
        return sum(usage for usage in usages if is_amount(usage))
    found = {}
    for name in names_in(last):
        values = [value for usage in usages if (value := field_of(usage, name)) is not None]
        if values:
            found[name] = added(values)
    return with_fields(last, **found) if found else last


def is_amount(value: Any) -> bool:
    """Whether it is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def over(usage: Any, totals: Mapping[str, Any]) -> Any:
    """Usage in which each field has the value that `totals` has for it."""
    found = {}
    for name in names_in(usage):
        total, value = totals.get(name), field_of(usage, name)
        if is_amount(total):
            found[name] = total
        elif isinstance(total, Mapping) and names_in(value):
            found[name] = over(value, total)
    return with_fields(usage, **found) if found else usage

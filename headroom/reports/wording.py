"""How figures and foreign text are written in a report."""

from __future__ import annotations

import re

from headroom.results.explained_text import shown as shown

MINUS = "\u2212"
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def whole(number: float) -> str:
    """A count with commas for people: `12,345`; with a true minus."""
    return f"{number:,.0f}".replace("-", MINUS)


def short(number: float) -> str:
    """A count in three digits: `12.3k`, `4.56M`.

    >>> short(12345), short(999), short(4_560_000)
    ('12.3k', '999', '4.56M')
    """
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= limit:
            return f"{number / limit:.3g}{unit}" if abs(number) < 999.5 * limit else f"{number / limit:.0f}{unit}"
    return f"{number:.0f}"


def percent(number: float, digits: int = 1) -> str:
    """A share: `94.5 %`; never `-0.0 %`, and never all or nothing where something is left.

    >>> percent(94.51), percent(-0.01), percent(99.99), percent(100)
    ('94.5 %', '0.0 %', '99.9 %', '100.0 %')
    """
    last = 10.0**-digits
    if 100.0 - last < number < 100.0:
        number = 100.0 - last
    return f"{round(number, digits) + 0.0:.{digits}f} %"


def dollars(amount: float | None) -> str:
    """Money with as many digits as it needs; `-` where no price is known.

    >>> dollars(12.5), dollars(0.0075), dollars(None), dollars(0.0)
    ('$12.50', '$0.0075', '-', '$0.00')
    """
    if amount is None:
        return "-"
    if amount == 0 or abs(amount) >= 0.1:
        return f"{MINUS if amount < 0 else ''}${abs(amount):,.2f}"
    return f"{MINUS if amount < 0 else ''}${float(f'{abs(amount):.2g}'):.8f}".rstrip("0")


def cell(text: object) -> str:
    """Foreign text inside a Markdown table or heading: one line, nothing of it is read as Markdown or HTML."""
    return MARKDOWN.sub(r"\\\1", " ".join(shown(text).split())) or " "


def fence(text: str) -> str:
    """A fence longer than any run of backticks in `text`."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    return "`" * max(3, longest + 1)


def code(text: object) -> str:
    """Foreign text as Markdown code within a line or table cell; nothing in it ends the code or the cell.

    >>> code('tool_profiles={TOOL: {"edits": False}}')
    '`tool_profiles={TOOL: {"edits": False}}`'
    """
    line = " ".join(shown(text).split()).replace("`", "'").replace("|", "\\|")
    return f"`{line}`" if line else ""

"""What in a log line may differ from line to line: times, and words that hold a digit.

Words end where literals do (`analysis/literals`): at blanks, brackets, quotes and `= , ; |`. So a time, a number, a
path or an id is never cut, and stands in its line as it stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

ENDS = r" \t\r=,;|()\[\]{}<>\"'"
IN_WORD = rf"[^{ENDS}]"
MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
CLOCK = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:[.,:][0-9]+)?"
ZONE = r"(?: ?[AaPp][Mm])?(?:Z| ?[+-][0-9]{2}:?[0-9]{2}| (?:UTC|GMT|[A-Z]{1,3}[SD]T))?"
# Times with a blank in them, which would be two words otherwise. How they begin is looked at first: a third faster.
TIME = (
    rf"(?=[0-9ADFJMNOSTW])(?:[0-9]{{1,4}}[-/.][0-9]{{1,2}}(?:[-/.][0-9]{{2,4}})?,? {CLOCK}{ZONE}"
    rf"|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?{MONTH}  ?[0-9]{{1,2}}(?:,? [0-9]{{4}})?,? {CLOCK}{ZONE}(?: [0-9]{{4}})?"
    rf"|[0-9]{{1,2}}[/ -]{MONTH}[/ -][0-9]{{2,4}}[: ]{CLOCK}{ZONE})"
)
# A list of numbers is one word: `0, 1, 2` and `0,1,2`.
MORE = rf"(?:(?<=[0-9]), ?(?=[0-9]){IN_WORD}+)*"
VARIABLE = re.compile(rf"(?<!{IN_WORD})({TIME}(?![0-9A-Za-z_])|[^{ENDS}0-9/@]*[0-9/@]{IN_WORD}*{MORE})", re.ASCII)
# What a word looks like where words stand beside each other with one blank between.
CELL = rf"(?:{TIME}(?![^ ])|[^ ]+(?:(?<=[0-9],) (?=[0-9])[^ ]+)*)"
CELLS = re.compile(CELL, re.ASCII)
ROW = re.compile(rf"({CELL}) ([A-Z]{{1,3}})(?: |\Z)", re.ASCII)
NAME = re.compile(r"[A-Z]{1,3}", re.ASCII)
OF_DAY = re.compile(r"[0-9]:[0-9]{2}:[0-9]", re.ASCII)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_NAMES = 26 + 26**2 + 26**3


def names() -> Iterator[str]:
    """`A` to `Z`, then `AA` to `ZZ`, then three letters.

    >>> from itertools import islice
    >>> list(islice(names(), 25, 28))
    ['Z', 'AA', 'AB']
    """
    for length in (1, 2, 3):
        yield from map("".join, product(LETTERS, repeat=length))


def is_time(word: str) -> bool:
    """Whether a word says a time of day; these stay in their line even where all lines share one.

    >>> is_time("2016-12-19 16:31:59,768"), is_time("10.0.0.1:80")
    (True, False)
    """
    return OF_DAY.search(word) is not None

"""Which text of a line is progress that may be written over, and which is content."""

from __future__ import annotations

import re

from headroom.analysis.failures import ascii_lower, failure_word

PERCENT_FIRST = r"[ \t]*[0-9]{1,3}(?:\.[0-9]+)?%(?:[ |\[(:]|$)"  # tqdm, apt
TRANSFER = r"[ \t]*[0-9.,]+[KMGT]?[ \t]+[0-9]{1,3}%[ \t]+[0-9.,]+[kKMGT]?i?B/s"  # rsync, scp
COPIED = r"[0-9]+ bytes (?:\([^)\n]*\) )?copied, "  # dd
CURL = r"[ \t]*[0-9]{1,3}(?:[ \t]+[0-9.]+[kKMGTP]?){7}(?:[ \t]+[0-9:dh-]+){3}[ \t]+[0-9.]+[kKMGTP]?[ \t]*$"
SPINNER = r"[ \t]*[\u2800-\u28ff][ \t]"
FRAME = r"[ \t]*\[?[|/\\-]\]?[ \t]+(?=[A-Za-z])"  # `/ Installing`, as conda and npm turn it
STRONG = re.compile("|".join((PERCENT_FIRST, TRANSFER, COPIED, CURL, SPINNER)), re.ASCII)
BAR = re.compile(
    r"\[[=#>\-. *]{4,}\]|[\u2500\u2501\u2578-\u257b\u2580-\u259f\u25a0\u25a1]{3,}|\|[\u2588-\u258f#= ]{4,}\||[#=]{8,}>"
)
COUNT = re.compile(r"[0-9](?: ?%| ?(?:/|of) ?[0-9]| ?[kKMGT]i?B\b| ?(?:it|B)/s)", re.ASCII)
ETA = ("eta ", "ETA ", "ETA: ")
FIELDS = re.compile(r"(?:=[ ]*[0-9][^=]*){3}", re.ASCII)  # ffmpeg: `frame= 100 fps= 25 q=28.0`
NUMBERED = re.compile(r"[:=.] *[0-9]+(?:, done\.)?[ ]*$", re.ASCII)  # git: `Counting objects: 12`
CELLS = re.compile(r",(?! )|\t|;(?! )|\"", re.ASCII)  # rows of a file whose lines end with carriage returns
LABEL = re.compile(r"[^0-9\[|\u2500-\u25ff]*")
LETTERS = re.compile(r"[A-Za-z][A-Za-z ]*[A-Za-z]", re.ASCII)
# A part of every word of the error table, in small letters.
STEM_WORDS = (
    "err exception fail fatal critical crash panic abort timeout timed denied rejected refused unhealthy unreachable "
    "corrupt traceback segfault oomkilled imagepull evicted notready degraded"
)
STEMS = tuple(STEM_WORDS.split())
MOST_CHARS = 2000  # of one state of a bar


def is_bar(text: str) -> bool:
    """Whether `text` is a state of a progress display, whatever comes after it.

    >>> is_bar(" 12%|#2   | 12/100"), is_bar("Fetching [===>    ] 3/9"), is_bar("apples, 12% off")
    (True, True, False)
    """
    if len(text) > MOST_CHARS:
        return False
    return bool(STRONG.match(text)) or (BAR.search(text) is not None and has_count(text))


def has_count(text: str) -> bool:
    """Whether `text` says how far something is: a share, a size, a rate or the time that is left."""
    return any(word in text for word in ETA) or COUNT.search(text) is not None


def is_counter(text: str, later: str, *, is_one_line: bool = False) -> bool:
    """Whether both are states of one counter: the same label, with a number behind it.

    Where all of the output is one line, as in files whose lines end with carriage returns, a mere number is not enough.

    >>> is_counter("Receiving objects:  9% (1/11)", "Receiving objects: 100% (11/11), done.")
    True
    >>> is_counter("Tax: 12 % of it", "Fee: 3 % of it"), is_counter("row 1,5 kB", "row 2,7 kB")
    (False, False)
    """
    if len(text) > MOST_CHARS or CELLS.search(text):
        return False
    label = LABEL.match(text)
    if not label or not later.startswith(label[0].rstrip(" ")) or not LETTERS.search(label[0]):
        return False
    return has_count(text) or FIELDS.search(text) is not None or (not is_one_line and bool(NUMBERED.search(text)))


def is_turning(text: str, later: str) -> bool:
    """Whether both are the same words behind a turning bar."""
    first, second = re.match(FRAME, text), re.match(FRAME, later)
    return bool(first and second) and text[first.end() :] == later[second.end() :]  # type: ignore[union-attr]


def may_report(text: str) -> bool:
    """Whether `text` can hold a word of the error table at all; some 200 MB a second."""
    folded = ascii_lower(text)
    return any(stem in folded for stem in STEMS)


def hides_failure(text: str, later: str) -> bool:
    """Whether `text` reports a failure that what is written over it does not."""
    return may_report(text) and failure_word(text) is not None and failure_word(later) is None


def covers(later: str, text: str) -> bool:
    """Whether nothing of `text` shows once `later` is written over it from the beginning of the line."""
    return len(later) >= len(text.rstrip(" "))


def is_volatile(text: str, later: str, *, is_one_line: bool) -> bool:
    """Whether `text` is progress that goes when `later` is written over it.

    Args:
        is_one_line: Whether the whole output is one line: then it may be a file whose lines end with carriage returns.
    """
    if is_bar(text):
        return not hides_failure(text, later)
    if hides_failure(text, later):
        return False
    return is_counter(text, later, is_one_line=is_one_line) or (not is_one_line and is_turning(text, later))

"""Where sentences end, in any script: by committed ranges of marks, so that every Python cuts alike.

Close to the rules of Unicode Standard Annex 29 (sentence boundaries), with three differences: an ASCII stop ends a
sentence only before a blank; a list of abbreviations, initials and ordinals keeps theirs; line ends are blanks, because
texts are often wrapped. Cutting too seldom is harmless here, cutting within a sentence is not.
"""

from __future__ import annotations

import re

CLOSERS = "\"')\\]}\u00bb\u2019\u201d\u203a\u300d\u300f\u3011\u3009\u300b\u3015\uff09\uff3d\uff5d\uff02\uff07*_`"
BLANKS = " \t\n\r\f\x0b\x85\xa0\u2028\u2029\u3000"
# A blank must follow these.
SPACED = ".!?\u2026\u203c\u203d\u2047-\u2049"
# These end a sentence wherever they stand: Chinese and Japanese, Devanagari, Urdu, Arabic, Armenian, Ethiopic, Burmese,
# Khmer, Tibetan, Mongolian, Santali.
STRONG = (
    "\u3002\uff01\uff1f\uff61\uff0e\u0964\u0965\u06d4\u061f\u0589\u1362\u1367\u1368\u104a\u104b\u17d4\u17d5\u0f0d\u0f0e"
    "\u1803\u1809\u1c7e\u1c7f"
)
# A run of marks begins where no mark stands before it, so that a long one is looked at once.
END = re.compile(f"(?<![{SPACED}{STRONG}])[{SPACED}{STRONG}]+[{CLOSERS}]*")
IS_STRONG = re.compile(f"[{STRONG}]")
BLANK_RUN = re.compile(f"[{BLANKS}]*")
# Latin, Greek, Cyrillic: what follows a stop that ends no sentence.
SMALL = re.compile("[a-z\u00df-\u00f6\u00f8-\u00ff\u03ac-\u03ce\u0430-\u045f]")
BEFORE = re.compile(f"(?:\\A|[{BLANKS}(\\[\"'\u201c\u00ab-])((?:[A-Za-z0-9.]{{1,12}}|[\u0400-\u045f]))\\Z")
INITIALS = re.compile(r"(?:[A-Za-z]|[A-Za-z](?:\.[A-Za-z])+|[0-9]{1,2}|[\u0400-\u042f])", re.ASCII)
ABBREVIATION_NAMES = (
    "adj adm al approx apr art aug ave bd bldg blvd bros bzw ca cap cf cfr ch cie co col corp cpl dec dept dr ed eds "
    "esp est etc ev feb fig figs fr ft gen gov hon hr inc jan jr jul jun lt ltd maj mar max min mio mr mrs ms mt mw "
    "no nos nov nr oct op ore para pg pl pp pres prof pt pts rd ref rep rev sec sen sep sept sgt sp sr sra st str "
    "tab tel usw univ vgl viz vol vols vs wg zb zzgl"
)
ABBREVIATIONS = frozenset(ABBREVIATION_NAMES.encode().split())


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence; together they are the whole text, blanks belong to the sentence before them.

    >>> text = "Dr. Lind paid 3.50 at x.org. Was it cheap? 是的。很便宜。"
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['Dr. Lind paid 3.50 at x.org. ', 'Was it cheap? ', '是的。', '很便宜。']
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for mark in END.finditer(text):
        end = BLANK_RUN.match(text, mark.end()).end()  # type: ignore[union-attr]  # it matches everywhere
        if end < len(text) and ends_sentence(text, start, mark, end):
            spans.append((start, end))
            start = end
    return [*spans, (start, len(text))] if start < len(text) else spans


def ends_sentence(text: str, start: int, mark: re.Match[str], following: int) -> bool:
    """Whether the sentence that began at `start` ends with `mark`; the next character that is no blank stands there."""
    if IS_STRONG.search(mark[0]):
        return True
    if following == mark.end() or SMALL.match(text, following):
        return False
    return mark[0][:1] != "." or mark[0][:2] == ".." or not is_abbreviated(text, start, mark.start())


def is_abbreviated(text: str, start: int, stop: int) -> bool:
    """Whether the stop there belongs to the word before it: an abbreviation, an initial, an ordinal."""
    before = BEFORE.search(text[max(start, stop - 14) : stop])
    if before is None:
        return False
    return INITIALS.fullmatch(before[1]) is not None or before[1].encode().lower() in ABBREVIATIONS

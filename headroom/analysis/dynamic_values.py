"""Values that change from call to call, as texts: dates, times, ids. Bounded patterns over ASCII and listed names.

A name is listed where a language writes dates with it; a language that is not listed costs a miss, never a wrong find.
"""

from __future__ import annotations

import math
import re
from collections import Counter

FLAGS = re.ASCII | re.IGNORECASE

WEEKDAYS = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thurs?|thu|fri|sat|sun|"
    "montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|"
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    "lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|"
    "segunda-feira|ter[cç]a-feira|quarta-feira|quinta-feira|sexta-feira|"
    "luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica|"
    "maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag"
)
MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|"
    "januar|februar|m[aä]rz|mai|juni|juli|oktober|dezember|"
    "janvier|f[eé]vrier|mars|avril|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[eé]cembre|"
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    "janeiro|fevereiro|mar[cç]o|maio|junho|julho|setembro|outubro|novembro|dezembro|"
    "gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|"
    "januari|februari|maart|mei|augustus"
)
ZONES = (
    r"(?:Z|(?:UTC|GMT)(?:[ ]?[+-][0-9]{1,2}(?::?[0-9]{2})?)?|[+-][0-9]{2}:?[0-9]{2}|"
    r"CES?T|[ECMP][SD]T|BST|[IJK]ST|AE[SD]T|MEZ|MESZ|(?:Africa|America|Asia|Australia|Europe|Pacific)/[A-Za-z_]{2,30})"
)

WEEKDAY = rf"(?:{WEEKDAYS})(?![A-Za-z\x80-\uffff])"
MONTH = rf"(?:{MONTHS})(?![A-Za-z\x80-\uffff])"
DAY = r"(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th|er|\.|º|ª)?(?![0-9])"
YEAR = r"(?:19|20)[0-9]{2}(?![0-9])"
FULL_DATE = (
    rf"(?:{WEEKDAY},?[ ])?(?:"
    rf"{YEAR}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12][0-9]|3[01])(?![0-9])|"
    rf"(?:0?[1-9]|[12][0-9]|3[01])[-/.](?:0?[1-9]|[12][0-9]|3[01])[-/.]{YEAR}|"
    rf"(?:(?:the|der|den|le|il)[ ])?{DAY}[ -](?:of[ ]|de[ ]|del[ ])?{MONTH}\.?,?[ -](?:de[ ]|del[ ])?{YEAR}|"
    rf"{MONTH}\.?[ ]{DAY},?[ ]{YEAR}|"
    r"(?:19|20)[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日(?:[ ]?(?:星期[一二三四五六日天]|[月火水木金土日]曜日))?)"
)
PART_DATE = (
    rf"(?:(?:{WEEKDAY},?[ ])?(?:{DAY}[ ](?:of[ ]|de[ ])?{MONTH}|{MONTH}[ ]{DAY})|{MONTH}[ ]{YEAR}|{WEEKDAY}|{YEAR})"
)
TIME = (
    r"(?:[01]?[0-9]|2[0-4])(?::[0-5][0-9](?::[0-6][0-9](?:[.,][0-9]{1,9})?)?(?:[ ]?[ap]\.?m\.?(?![A-Za-z]))?|"
    r"[ ]?[ap]\.?m\.?(?![A-Za-z]))(?:[ ]?(?:Uhr|h|hrs)(?![A-Za-z]))?"
)
ZONE = rf"(?:[ ]?{ZONES}(?![A-Za-z0-9]))"
ASIDE = rf"(?:[ ]?[(（](?:{WEEKDAY}|{ZONES}|local[ ]time|[月火水木金土日一二三四五六])[)）])"
AFTER_DATE = rf"(?:,?[ ]{WEEKDAY})?{ASIDE}?"
BEFORE_TIME = r"(?:T|,?[ ]at[ ]|,?[ ]um[ ]|,?[ ]à[ ]|,?[ ]a[ ]las[ ]|[ ][-–|][ ]|,?[ ])"


def moment(date: str) -> str:
    """Pattern of a date with what may follow it, a time among that."""
    return rf"{date}{AFTER_DATE}(?:{BEFORE_TIME}{TIME}{ZONE}?|{ZONE})?{ASIDE}?(?:,?[ ]{WEEKDAY})?"


WITH_DATE = moment(FULL_DATE)
C_TIME = rf"{WEEKDAY}[ ]{MONTH}[ ]{{1,2}}{DAY}[ ]{TIME}{ZONE}?[ ]{YEAR}"  # as C's ctime writes it
MOMENT = (
    rf"(?:{C_TIME}|{WITH_DATE}|{TIME}{ZONE}?{ASIDE}?(?:,?[ ](?:on[ ])?{FULL_DATE}{AFTER_DATE})?|"
    rf"{moment(PART_DATE)}|[0-9]{{10}}(?:[0-9]{{3}}|[0-9]{{6}}|[0-9]{{9}}|\.[0-9]{{1,9}})?(?![0-9]))"
)
"""A date, a time, both, or seconds since 1970."""
A_MOMENT = re.compile(MOMENT, FLAGS)

UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", FLAGS)
NUMBER = re.compile(r"[0-9]{4,40}", re.ASCII)
HEX = re.compile(r"(?:0x)?[0-9a-f]{12,128}", FLAGS)
TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+=-]{2,126}[A-Za-z0-9=]", re.ASCII)
LOOKS_MADE = re.compile(r"[0-9]|[a-z][A-Z].*[a-z][A-Z]", re.ASCII)
VERSION = re.compile(r"v?[0-9]{1,4}(?:\.[0-9]{1,4}){1,3}(?:[-+.][A-Za-z0-9.]{1,20})?", FLAGS)
A_DATE = re.compile(rf"{C_TIME}|{WITH_DATE}", FLAGS)


def is_id(word: str, entropy_threshold: float) -> bool:
    """Whether a word that a label calls an id is one: by its form, or by how random it is.

    Versions are none, and words without a digit only where capitals stand within them at two places.

    >>> is_id("7d3f0c9a-1b2e-4c5d-8e9f-0a1b2c3d4e5f", 1.0), is_id("sess_8f3k2", 0.7), is_id("required", 0.0)
    (True, True, False)
    """
    if VERSION.fullmatch(word) or not LOOKS_MADE.search(word):
        return False
    if UUID.fullmatch(word) or NUMBER.fullmatch(word) or HEX.fullmatch(word):
        return True
    return len(word) >= 6 and entropy(word) >= entropy_threshold


def entropy(word: str) -> float:
    """Shannon's entropy of the characters of `word` over the most that a word of its length can have: 0 to 1.

    >>> entropy("aaaa"), entropy("abcd")
    (0.0, 1.0)
    """
    size = len(word)
    if size < 2:
        return 0.0
    found = -math.fsum(n / size * math.log2(n / size) for n in Counter(word).values())
    return round(max(0.0, found) / math.log2(size), 6)

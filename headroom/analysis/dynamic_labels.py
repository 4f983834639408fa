"""Labels whose values change from call to call, and how a pair `Label: value` begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from headroom.analysis.dynamic_values import FLAGS

# They speak of now: nothing but the moment of the call can be meant.
NOW_LABELS = (
    "current date and time|current time and date|current date & time|current date/time|"
    "current local date and time|current local time|"
    "current utc time|current utc date|current system time|current date|current time|current datetime|"
    "current timestamp|current day of the week|current day|current weekday|current month|current year|"
    "today's date and time|today's date|today’s date|todays date|today date|date today|day today|"
    "local date and time|local datetime|local time|system date|system time|server time|date and time now|"
    "time now|today|now|right now|"
    "aktuelles datum und uhrzeit|aktuelles datum|aktuelle uhrzeit|aktuelle zeit|heutiges datum|heute|"
    "date actuelle|date et heure actuelles|date du jour|date d'aujourd'hui|heure actuelle|aujourd'hui|"
    "fecha y hora actuales?|fecha actual|fecha de hoy|hora actual|hoy|"
    "data e hora atual|data e hora atuais|data atual|data de hoje|hora atual|hoje|"
    "data odierna|data attuale|data di oggi|ora attuale|oggi|"
    "huidige datum|huidige tijd|datum van vandaag|vandaag|"
    "当前日期和时间|当前日期|当前时间|今天日期|今天的日期|今日日期|今天|现在时间|"
    "現在の日時|現在日時|現在時刻|現在の日付|今日の日付|本日の日付"
)
# They may as well belong to a record or an example: moved only where they stand by themselves.
TIME_LABELS = (
    "date and time|date & time|date/time|date|time|datetime|timestamp|time stamp|"
    "generated at|generated on|generated|rendered at|rendered on|datum|uhrzeit"
)
ID_LABELS = (
    "current session id|current session|session id|session uuid|session|"
    "request id|request uuid|trace id|span id|correlation id|conversation id|chat id|thread id|run id|"
    "invocation id|execution id"
)
OWNER_LABELS = "user id|tenant id|account id|message id|transaction id|job id|task id"
FORMS = "is now|is currently|is|ist|est|es|é|è"
SENTENCES = (  # without a label of their own
    "(?:it is|it's) (?:now|currently)|(?:right )?now it is|the (?:date|day|time) (?:today|now) is|"
    "the (?:date|time) is now|heute ist|wir haben heute|nous sommes(?: aujourd'hui)?(?: le)?|"
    "on est le|hoy es|hoje é|oggi è|vandaag is|今天是|今日は|本日は"
)

QUOTE = "[\"'`]?"
MARK = r"(?:\*\*|__|[*_`])?"
ASIDE = r"(?:[ ]?\([^()\n]{1,40}\))?"  # the zone or the form, behind the label
CLOSE = re.compile(rf"{QUOTE}{MARK}", re.ASCII)


def label_pattern(labels: str, *, said: bool) -> re.Pattern[str]:
    """Pattern of `Label:` up to where the value begins; where it may be said, also of `The label is`."""
    verb = rf"|[ ](?:{FORMS})(?:[ ]the)?[: ]" if said else ""
    return re.compile(
        rf"{MARK}(?:(?:the|your|our|this)[ ])?(?P<label>{labels}){ASIDE}{MARK}"
        rf"(?:[ \t]{{0,4}}(?:[:=：]|->)|[ ][-–—](?=[ ]){verb}){MARK}[ \t]{{0,16}}{QUOTE}",
        FLAGS,
    )


def spaced(labels: str) -> str:
    """Labels with their words joined by a blank, `_` or `-`."""
    return labels.replace(" ", "[ _-]")


@dataclass(frozen=True, slots=True)
class Pair:
    """One kind of pair.

    Attributes:
        pattern: Of what stands before the value; with the group `label`.
        kind: What the value must be: `moment` or `id`; `any` for a label of the caller's.
        is_sure: Whether it means the present call wherever it stands.
    """

    pattern: re.Pattern[str] = field(repr=False)
    kind: str
    is_sure: bool


def tag_pattern(labels: str) -> re.Pattern[str]:
    """Pattern of the tag that opens an element whose name is a label."""
    return re.compile(rf"<(?P<label>(?:{spaced(labels)}))>[ \t]{{0,8}}", FLAGS)


CLOSING_TAG = re.compile(r"[ \t]{0,8}</([A-Za-z_ -]{1,60})>", re.ASCII)
NOW_LABEL = re.compile(spaced(NOW_LABELS), FLAGS)
MOMENTS = (
    Pair(tag_pattern(f"{NOW_LABELS}|date|time|datetime|timestamp"), "moment", True),
    Pair(label_pattern(spaced(NOW_LABELS), said=True), "moment", True),
    Pair(re.compile(rf"(?P<label>{SENTENCES})[ :]?[ ]?", FLAGS), "moment", True),
    Pair(label_pattern(spaced(TIME_LABELS), said=False), "moment", False),
)
IDS = (
    Pair(tag_pattern(f"{ID_LABELS}|{OWNER_LABELS}"), "id", True),
    Pair(label_pattern(spaced(ID_LABELS), said=True), "id", True),
    Pair(label_pattern(spaced(OWNER_LABELS), said=True), "id", False),
)


def given_pair(labels: Sequence[str]) -> tuple[Pair, ...]:
    """Pairs whose labels the caller has named."""
    names = "|".join(re.escape(label) for label in labels if label)
    return (Pair(label_pattern(names, said=True), "any", True),) if names else ()

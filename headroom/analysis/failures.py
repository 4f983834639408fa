"""The error table: which fields, levels, states, codes and words report that something went wrong."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any


def names(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


ERROR_FIELDS = names(
    "error errors err errormessage errormsg errorcode errortype errorreason errordetails errorinfo lasterror "
    "exception exceptions exceptionmessage exceptiontype excinfo exctext traceback stacktrace "
    "backtrace failure failures failurereason failuremessage failed failedreason fault faultcode faultstring "
    "rootcause"
)
OUTCOME_FIELDS = names("success succeeded ok healthy passed issuccess isok ishealthy")
LEVEL_FIELDS = names("level loglevel levelname lvl severity severitytext loglevelname")
STATE_FIELDS = names(
    "status state health healthstatus result outcome conclusion phase teststatus jobstatus runstatus "
    "buildstatus lifecyclestate statusname statustext verdict"
)
CODE_FIELDS = names(
    "status statuscode httpstatus httpstatuscode httpcode responsecode responsestatus responsestatuscode sc"
)
MESSAGE_FIELDS = names(
    "message msg logmessage errmsg log line logline event content detail details reason cause output stdout "
    "stderr statusmessage statusreason"
)
LEVELS = names("error err fatal critical crit alert emerg emergency severe panic failure")
NOTHING = frozenset(("", "0", "false", "none", "null", "no", "n", "ok", "-", "n/a", "nil", "0.0", "success"))

# In a text of small letters. Those that begin alike stand together: three times faster to look for.
WORD = re.compile(
    r"(?<![a-z0-9])(?=[a-fino-u])(?<!\bno )(?<!\b0 )(?<!without )(?<!\bzero )"
    r"(e(?:rrors?|rr|xceptions?|rrimagepull|victed)|f(?:ail(?:ed|ures?|s|ing)?|atal)"
    r"|c(?:ritical|rash(?:ed|es|loopbackoff)?|orrupt(?:ed)?)|t(?:imeout|imed ?out|raceback)|re(?:jected|fused)"
    r"|un(?:healthy|reachable)|abort(?:ed|ing)?|d(?:enied|egraded)|panic(?:ked)?|segfault|oomkilled|imagepullbackoff"
    r"|notready)(?![a-z0-9])(?!=0\b|: 0\b)",
    re.ASCII,
)
ERROR_CLASS = re.compile(r"\b[A-Z][A-Za-z0-9]*(?:Error|Exception|Failure)\b", re.ASCII)
NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]", re.ASCII)
CODE = re.compile(r"[45][0-9][0-9]", re.ASCII)


@lru_cache(maxsize=4096)
def plain_name(key: str) -> str:
    """A key in small ASCII letters and digits: `errorMessage`, `error-message` and `error_message` are one name.

    >>> plain_name("Error_Message")
    'errormessage'
    """
    return NOT_ALPHANUMERIC.sub("", ascii_lower(key))


def ascii_lower(text: str) -> str:
    """`text` with A to Z as small letters and everything else as it was, on every Python alike."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def failure_word(text: str) -> str | None:
    """The first word of the error table in a message, in small letters; None for `0 errors` and `no error`.

    >>> failure_word("Connection refused"), failure_word("build finished with 0 errors")
    ('refused', None)
    """
    found = WORD.search(ascii_lower(text))
    if found:
        return found[1]
    if "Error" in text or "Exception" in text or "Failure" in text:
        named = ERROR_CLASS.search(text)
        return named[0] if named else None
    return None


@lru_cache(maxsize=1024)
def error_and_name(path: str) -> tuple[bool, str]:
    """Whether a key of a path says error, and the plain name of the last one."""
    keys = [plain_name(part) for part in path.split(".")]
    return not ERROR_FIELDS.isdisjoint(keys), keys[-1]


def is_set(value: Any) -> bool:
    """Whether a cell of an error field holds something: not null, false, zero, empty or a word for nothing."""
    if isinstance(value, str):
        return ascii_lower(value[:20].strip()) not in NOTHING
    return value is True


def failure_in(path: str, value: Any) -> str | None:
    """Why a cell reports a failure, as a few words; None where it does not.

    The word is the same for cells that report the same thing, so that like ones can be counted together.

    >>> failure_in("http.status", "503"), failure_in("level", "ERROR"), failure_in("errors", "0")
    ('status 503', 'level ERROR', None)
    """
    is_error, name = error_and_name(path)
    if is_error:
        return "error" if is_set(value) else None
    if name in OUTCOME_FIELDS:
        return f"{name} false" if value is False else None
    if not isinstance(value, str):
        return None
    if name in CODE_FIELDS and CODE.fullmatch(value):
        return f"status {value}"
    if name in LEVEL_FIELDS:
        return f"level {value}" if ascii_lower(value[:12]) in LEVELS else None
    if name in STATE_FIELDS and len(value) <= 40:
        return f"{name} {value}" if failure_word(spaced(value)) else None
    if name in MESSAGE_FIELDS or path == "":
        return failure_word(value)
    return None


def spaced(state: str) -> str:
    """A state with its words apart: `TestFailed`, `build_failed`.

    >>> spaced("TestFailed")
    'Test Failed'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", state)


def may_report(path: str) -> bool:
    """Whether a column can hold failures at all, judged by its path."""
    keys = [plain_name(part) for part in path.split(".")]
    reporting = OUTCOME_FIELDS | LEVEL_FIELDS | STATE_FIELDS | CODE_FIELDS | MESSAGE_FIELDS
    return path == "" or keys[-1] in reporting or not ERROR_FIELDS.isdisjoint(keys)


def is_state(path: str) -> bool:
    """Whether a column says how something is: a level, a status, an outcome."""
    return plain_name(path.rsplit(".", 1)[-1]) in LEVEL_FIELDS | STATE_FIELDS | OUTCOME_FIELDS

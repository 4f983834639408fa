"""Whether a line says that something went wrong."""

from __future__ import annotations

import re

from headroom.analysis.failures import failure_word

# What any word of the error table holds; looked for first, because that is five times faster.
HINT = re.compile(
    rb"err|exception|fail|fatal|critical|crash|panic|abort|timeout|timed|denied|reject|refused|unhealthy|unreach"
    rb"|corrupt|traceback|segfault|oomkilled|evicted|imagepull|notready|degraded"
)
WARNING = re.compile(r"(?<![A-Za-z0-9])(?:WARN(?:ING)?|[Ww]arning)(?![A-Za-z0-9])", re.ASCII)
# The outcome of a test whose name may hold any word.
PASSED = re.compile(r"(?:\b(?:PASSED|PASS|passed)\b|\bok$|^ok\b|^[ \t]*(?:✓|✔|√) )", re.ASCII)
LOUD = re.compile(r"\b(?:FAILED|FAIL|ERRORS?|FATAL|failed|[1-9][0-9]* errors?)\b", re.ASCII)
MOST_CHARS = 2000


def severity_of(text: str) -> str | None:
    """The word by which a line, or a record of lines, reports a failure; None where it does not."""
    head = text[:MOST_CHARS]
    if not HINT.search(head.encode("utf-8", "surrogatepass").lower()):
        return None
    if PASSED.search(head) and not LOUD.search(head):
        return None
    return failure_word(head)


def is_warning(text: str) -> bool:
    """Whether a line warns."""
    return WARNING.search(text[:MOST_CHARS]) is not None

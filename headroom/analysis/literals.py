"""What a question names: quoted strings, ids, numbers, paths, names; and which texts hold them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

QUOTED = re.compile(
    r"`([^`\n]{1,200})`|\"([^\"\n]{1,200})\"|“([^”\n]{1,200})”|(?<!\w)'([^'\n]{1,200})'(?!\w)", re.ASCII
)
TOKEN = re.compile(r"[A-Za-z0-9_@#./:+\-]*[A-Za-z0-9]", re.ASCII)
TELLING = re.compile(r"[0-9_@#/]|[a-z][A-Z]|.[.:].|-.*-", re.ASCII)
NAME = re.compile(r"(?<=[a-z,;:(] )[A-Z][A-Za-z\-]{2,}", re.ASCII)  # a capital that does not begin a sentence
CODE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,3}(?![A-Za-z0-9])", re.ASCII)  # of a country, a currency, a state
OTHER_SCRIPT = re.compile(r"[^\x00-\x7f\u2010-\u203a]{2,40}")  # a name or word of another script
COMMON_WORDS = (
    "about after again also and any are array because been before between both but can carry could did does "
    "each field find first for from get give has have her him his how into item items its just last list look "
    "many more most much must need not now object only other our out over please result results row rows same "
    "see shall she should show some such table task tell text than that the their them then there these they "
    "this those through use value values very want was way were what when where which who whose why will with "
    "would you your"
)
COMMON = frozenset(COMMON_WORDS.split())
MOST_CANDIDATES = 64
LARGEST_SHARE = 0.05
LARGEST_SHARE_OF_VALUES = 0.1  # where the literal is a whole value


@dataclass(frozen=True, slots=True)
class Literal:
    """A string that a question names, and the texts that hold it.

    Attributes:
        text: As the question writes it.
        is_strong: Quoted, an id, a number, a path or a name; not a mere word.
        is_value: A whole line of the texts that hold it.
        holders: Positions of the texts that hold it, ascending.
    """

    text: str = field(repr=False)
    is_strong: bool
    is_value: bool
    holders: tuple[int, ...]

    def is_rare_among(self, count: int) -> bool:
        """Whether some, but few of `count` texts hold it: 5 % (10 % for a whole value), or three."""
        share = LARGEST_SHARE_OF_VALUES if self.is_strong and self.is_value else LARGEST_SHARE
        return 0 < len(self.holders) <= max(3, int(share * count)) < count


def literals_of(question: str) -> list[tuple[str, bool]]:
    """Strings to look for, each with whether it is strong; quoted ones first, at most 64, none twice.

    >>> literals_of('Which port has "web-1" on 10.0.0.7?')
    [('web-1', True), ('10.0.0.7', True), ('port', False)]
    """
    quoted = [next(filter(None, groups)) for groups in QUOTED.findall(question)]
    tokens = [token.lstrip(".:+-").rstrip("./:+-") for token in TOKEN.findall(question)]
    telling = [token for token in tokens if TELLING.search(token)]
    words = [t for t in tokens if len(t) >= 4 and not TELLING.search(t) and folded(t).decode("ascii") not in COMMON]
    strong = dict.fromkeys([*quoted, *telling, *NAME.findall(question), *CODE.findall(question)], True)
    weak = {word: False for word in [*words, *OTHER_SCRIPT.findall(question)] if word not in strong}
    return list({**strong, **weak}.items())[:MOST_CANDIDATES]


def without_common_words(question: str) -> str:
    """The words of a question that say what it is about; "" where it is about nothing in particular.

    >>> without_common_words("Look at the result and carry on with the task.")
    ''
    """
    words = re.findall(r"\S+", question, re.ASCII)
    return " ".join(word for word in words if is_about_something(word))


def is_about_something(word: str) -> bool:
    """Whether a word is neither a common one nor a very short one."""
    core = folded(word).strip(b".,:;!?()'\"").decode("utf-8", "surrogatepass")
    return core not in COMMON and (
        len(core) > 2
        or not word.isascii()
        or CODE.search(word) is not None
        or any(char in "0123456789" for char in core)
    )


def folded(text: str) -> bytes:
    """UTF-8 with A to Z as small letters: what literals are compared in."""
    return text.encode("utf-8", "surrogatepass").lower()


def holders(literal: str, texts: Sequence[bytes]) -> tuple[bool, list[int]]:
    """Whether `literal` is a whole line of any of the folded texts, and the positions of those that hold it.

    Where it is one, only whole lines count, else whole words: `12` is not in `123` nor in `12.5`.
    """
    wanted = folded(literal)
    candidates = [position for position, text in enumerate(texts) if wanted in text]
    line = re.compile(rb"^" + re.escape(wanted) + rb"$", re.MULTILINE)
    lines = [position for position in candidates if line.search(texts[position])]
    if lines:
        return True, lines
    word = re.compile(rb"(?<![0-9a-z_])(?<![0-9]\.)" + re.escape(wanted) + rb"(?![0-9a-z_])(?!\.[0-9])")
    return False, [position for position in candidates if word.search(texts[position])]


def rarest_literals(question: str, texts: Sequence[bytes]) -> list[Literal]:
    """What the question names that few texts hold, rarest first; folded texts.

    The first is the question's rarest strong literal, or, where none of
    them is found, its rarest word; others follow only when strong and held by at most 1 % (never fewer than two).
    """
    found = [locate(text, strong, texts) for text, strong in literals_of(question)]
    few = [literal for literal in found if literal.is_rare_among(len(texts))]
    few.sort(key=lambda literal: (not literal.is_strong, len(literal.holders)))
    very_few = max(2, len(texts) // 100)
    return few[:1] + [literal for literal in few[1:] if literal.is_strong and len(literal.holders) <= very_few]


def locate(text: str, is_strong: bool, texts: Sequence[bytes]) -> Literal:
    """A literal with the texts that hold it."""
    is_value, positions = holders(text, texts)
    return Literal(text, is_strong, is_value, tuple(positions))


def named_positions(question: str, path: str, count: int) -> list[int]:
    """Items that a question names by index, such as `items[3].name`, or `[3]` for a table at the top.

    Args:
        question: What the reader is looking for.
        path: Where the list stands in its document, such as `items` or `Results[0].Vulnerabilities`; "" at the top.
        count: Items of the list.

    >>> named_positions("What is the value at `items[3].id`?", "items", 10)
    [3]
    """
    lead = r"(?<![A-Za-z0-9_\].])" + re.escape(path)
    found = (int(digits) for digits in re.findall(lead + r"\[([0-9]{1,9})\]", question, re.ASCII))
    return [position for position in dict.fromkeys(found) if position < count]

"""Generated JSON that tries to break the table text.

Documents are made as values (`headroom.compressors.table.values`), tables first: columns that are constant, repeat in
runs, are absent in some rows, hold objects, lists of objects, lists within lists, the same long value again. Among them
stand rows of another shape, keys and strings made of the grammar's own characters, repeated keys, number texts that
arithmetic would lose, NaN, lone surrogates.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from headroom.compressors.table.values import Number, Pairs, to_object

# fmt: off
GRAMMAR = "[]{}(),:=$?@~#!&*|`\"\\ 01\nab"
KEYS = ("id", "name", "status", "value", "user", "type", "tags", "url", "items", "error", "created_at", "a.b", "lines",
        "data", "key", "0", "1", "-1", "1e5", "null", "true", "NaN")
ODD_KEYS = ("", " ", "a b", " a", "a ", "a=b", "a=*b", "*key", "a?", "a$", "a@", "a{b}", "[x]", "[2]", "{3}", "#", "~",
            "!", "&1", "*1", "`", "`a`", "a,b", "a:b", "a|b", '"', "\\", "\n", "\t", "é", "\ud800", "\u2028", "\x85",
            "\x7f", "\x00", "[]", "a[]{b}", "?=1", "=", "$", "@", "?", ":", ",", "headroom", "__proto__", "#1 ",
            "[2 of 3]", "\ufeff", "\U0001f600")
WORDS = ("open", "closed", "pending", "ok", "error", "alpha", "beta", "GET", "POST", "eu-west-1", "10.0.0.1",
         "2026-11-20T09:00:00Z", "src/app/main.py")
LONG = ("https://api.example.com/v1/accounts/00112233", "a long sentence, with commas, that comes again", "x" * 40,
        "3b0c7e9a-51d2-4f6e-9d0a-7c1f2e3d4b5a", "two\nlines that are long enough", "&1 looks like a name of its own",
        '{"id": 7, "text": "JSON in a string"}', '[{"a":1},{"a":2},{"a":3}]')
LOOKALIKES = ("1", "1.0", "-0", "00", "1e5", "null", "true", "false", "NaN", "Infinity", "-Infinity", "~", "", " ",
              "  ", "[2]{a,b}", "[1 of 2]", "{3}{a}", "&1 x", "*1", "(a,b)", "!x", "@x", "#1", "[]", "{}", '{"a":1}',
              "[1,2]", "`[1]`", "`", "a`b", '{"a": NaN}', "[1.10]", "a,b", "a|b", "a b", " a", "a ", '"a"', "a\nb",
              "a\r\nb", "\ud800", "\udc00x", "\u0661", "\u00b2", "\u2028", "\x00", "\x7f", "\ufeff", "lines", "a:b",
              "lines[1]", "a=1", "a=*b", "(", ")", "[headroom 9c2e: 1 of 2 rows not shown here]")
NUMBERS = ("0", "-0", "7", "-13", "1.10", "0.1", "1e5", "1E+05", "-2.50e-3", "1" + "0" * 40, "NaN", "Infinity",
           "-Infinity")
# fmt: on

Make = Callable[[], Any]


class Generator:
    """Makes one document after the other; the same seed gives the same ones on every machine."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.in_text = False
        self.again: list[Any] = []  # containers that come again elsewhere in the document

    def document(self) -> Any:
        """A value: a table in most cases."""
        self.again = []
        pick = self.random.random()
        if pick < 0.45:
            return self.table(2)
        if pick < 0.6:
            return self.value(3)
        return self.wrapped(2) if pick < 0.9 else self.lists_of_lists()

    def chance(self, share: float) -> bool:
        """True in `share` of all cases."""
        return self.random.random() < share

    def key(self) -> str:
        """A key, plain in most cases."""
        pick = self.random.random()
        if pick < 0.7:
            return self.random.choice(KEYS)
        return self.random.choice(ODD_KEYS) if pick < 0.9 else self.noise(6)

    def noise(self, most: int) -> str:
        """Characters of the grammar, in any order."""
        return "".join(self.random.choices(GRAMMAR, k=self.random.randint(0, most)))

    def text(self) -> str:
        """A string; one in twenty is JSON itself."""
        pick = self.random.random()
        if pick < 0.05 and not self.in_text:
            self.in_text = True  # once is enough: each level doubles the escapes
            found = self.written(self.value(1))
            self.in_text = False
            return found
        if pick < 0.45:
            return self.random.choice(WORDS)
        if pick < 0.7:
            return self.random.choice(LOOKALIKES)
        if pick < 0.85:
            return self.random.choice(LONG)
        return self.noise(14)

    def number(self) -> Number:
        """A number."""
        return Number(self.random.choice(NUMBERS) if self.chance(0.5) else str(self.random.randint(-999, 99999)))

    def scalar(self) -> Any:
        """A value that holds no other."""
        pick = self.random.random()
        if pick < 0.5:
            return self.text()
        return self.number() if pick < 0.8 else self.random.choice([None, True, False])

    def value(self, depth: int) -> Any:
        """Any value, nested `depth` deep at most."""
        if depth == 0 or self.chance(0.3):
            return self.scalar()
        if self.again and self.chance(0.1):
            return self.random.choice(self.again)
        pick = self.random.random()
        if pick < 0.35:
            made: Any = [self.value(depth - 1) for _ in range(self.random.randint(0, 5))]
        elif pick < 0.7:
            made = self.object(depth)
        else:
            made = self.table(depth - 1)
        self.again.append(made)
        return made

    def object(self, depth: int) -> Any:
        """An object; one in ten repeats a key."""
        pairs = [(self.key(), self.value(depth - 1)) for _ in range(self.random.randint(0, 5))]
        if not self.chance(0.1):
            return dict(pairs)
        return to_object([*pairs, *pairs[:1]])

    def wrapped(self, depth: int) -> Any:
        """Tables within an object, as APIs answer."""
        made: dict[str, Any] = {}
        for _ in range(self.random.randint(1, 4)):
            made[self.key()] = self.table(depth) if self.chance(0.6) else self.value(2)
        return made

    def lists_of_lists(self) -> Any:
        """A list of lists of like objects."""
        record = self.record(1)
        return [[record() for _ in range(self.random.randint(0, 4))] for _ in range(self.random.randint(1, 6))]

    def table(self, depth: int) -> Any:
        """Like objects: in a list, or under keys; some rows may differ."""
        record = self.record(depth)
        rows = [record() for _ in range(self.random.choice([1, 2, 3, 3, 4, 5, 7, 12]))]
        if self.chance(0.25):
            return self.keyed(rows)
        if self.chance(0.25):
            for _ in range(self.random.randint(1, 3)):
                rows.insert(self.random.randint(0, len(rows)), self.odd_row(rows, depth))
        return rows

    def keyed(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """Rows under keys; in some tables they say their own key again."""
        found = {f"{self.key()}{number if self.chance(0.9) else ''}": row for number, row in enumerate(rows)}
        if self.chance(0.3):
            name = self.key()
            share = self.random.choice([1.0, 1.0, 0.8])
            return {key: row | {name: key if self.chance(share) else self.text()} for key, row in found.items()}
        return found

    def odd_row(self, rows: list[Any], depth: int) -> Any:
        """A row that does not fit the others."""
        model = self.random.choice(rows)
        pick = self.random.random()
        if pick < 0.3 and type(model) is dict:
            return dict(reversed(model.items()))
        if pick < 0.5 and type(model) is dict and model:
            return to_object([*model.items(), next(iter(model.items()))])
        return (
            self.value(depth) if pick < 0.8 else self.random.choice([None, {}, [], Pairs([("a", None), ("a", None)])])
        )

    def record(self, depth: int) -> Make:
        """What makes the rows of one table."""
        share = self.random.choice([0.0, 0.0, 0.2, 0.6])  # of keys that some rows lack
        columns = [(self.key(), self.column(depth), self.chance(share)) for _ in range(self.random.randint(1, 6))]
        copies = [(self.key(), self.random.choice(columns)[0]) for _ in range(self.random.choice([0, 0, 0, 1, 2]))]

        def make() -> dict[str, Any]:
            found = {key: make() for key, make, optional in columns if not optional or self.chance(0.6)}
            return found | {key: found[source] for key, source in copies if source in found}

        return make

    def column(self, depth: int) -> Make:
        """What makes the values of one column."""
        plain: list[Callable[[], Make]] = [
            lambda: self.scalar,
            lambda: self.text,
            lambda: self.number,
            lambda: self.constant(depth),
            self.few,
            self.runs,
            self.usual,
        ]
        nested: list[Callable[[], Make]] = [
            lambda: self.nested(depth),
            lambda: self.listed(depth),
            lambda: self.scalars,
            lambda: lambda: self.value(1),
        ]
        return self.random.choice(plain + nested if depth else plain)()

    def constant(self, depth: int) -> Make:
        """One value in every row."""
        value = self.value(depth)
        return lambda: value

    def few(self) -> Make:
        """One of a few values."""
        values = [self.scalar() for _ in range(self.random.randint(1, 3))]
        return lambda: self.random.choice(values)

    def runs(self) -> Make:
        """The same value over several rows."""
        state = [self.text()]

        def make() -> Any:
            if self.chance(0.25):
                state[0] = self.text() if self.chance(0.8) else self.scalar()
            return state[0]

        return make

    def usual(self) -> Make:
        """One value in most rows, such as null or an empty string."""
        value: Any = self.random.choice([None, "", False, True, Number("0"), self.text(), [], {}])
        return lambda: value if self.chance(0.7) else self.scalar()

    def nested(self, depth: int) -> Make:
        """An object of one shape; null, empty or of another shape in some rows."""
        record = self.record(depth - 1)
        odd = self.random.choice([0.0, 0.0, 0.15])
        return lambda: self.random.choice([None, {}, record(), self.scalar()]) if self.chance(odd) else record()

    def listed(self, depth: int) -> Make:
        """A list of objects of one shape, short or long."""
        record = self.record(depth - 1)
        most = self.random.choice([2, 3, 8])
        odd = self.random.choice([0.0, 0.0, 0.15])

        def make() -> Any:
            rows = [record() for _ in range(self.random.randint(0, most))]
            return self.random.choice([None, [], {}, [*rows, self.scalar()]]) if self.chance(odd) else rows

        return make

    def scalars(self) -> list[Any]:
        """A list of scalars."""
        return [self.scalar() for _ in range(self.random.randint(0, 4))]

    def written(self, value: Any) -> str:
        """`value` as JSON text, with blanks and escapes as writers differ in them."""
        style = self.random.choice([("", "", ""), (" ", " ", ""), (" ", " ", "\n  ")])
        ascii_only = self.chance(0.5)
        return write(value, *style, ascii_only)

    def prose(self) -> str:
        """Lines that are no JSON, but may look like it or like table text."""
        lines = [self.random.choice([self.text(), self.noise(30), " ".join(WORDS[:5])]) for _ in range(3)]
        return "\n".join(self.random.sample(lines, self.random.randint(0, 3)))


def write(value: Any, after_colon: str, after_comma: str, before: str, ascii_only: bool) -> str:
    """JSON text with the given blanks."""

    def text(inner: Any) -> str:
        kind = type(inner)
        if kind is dict or kind is Pairs:
            pairs = inner.items() if kind is dict else inner
            return "{" + f",{after_comma}".join(f"{before}{quoted(k)}:{after_colon}{text(v)}" for k, v in pairs) + "}"
        if kind is list:
            return "[" + f",{after_comma}".join(before + text(v) for v in inner) + "]"
        return str(inner) if kind is Number else quoted(inner) if kind is str else json.dumps(inner)

    def quoted(string: str) -> str:
        return json.dumps(string, ensure_ascii=ascii_only)

    return text(value)

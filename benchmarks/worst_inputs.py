"""Texts of a given size that are made to take long."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from typing import Any

from headroom.compressors.table.encode import encode
from headroom.compressors.table.values import parse_json

Item = Callable[[Random, int], str]


def joined(item: Item, opening: str, between: str, closing: str) -> Callable[[Random, int], str]:
    """Items one after the other up to the size."""

    def build(random: Random, chars: int) -> str:
        pieces: list[str] = []
        size = 0
        for number in count(random.randrange(10**6)):
            if size >= chars:
                return opening + between.join(pieces) + closing
            pieces.append(item(random, number))
            size += len(pieces[-1]) + len(between)
        return ""

    return build


def listed(item: Item) -> Callable[[Random, int], str]:
    """A JSON list."""
    return joined(item, "[", ", ", "]")


def mapped(item: Item) -> Callable[[Random, int], str]:
    """A JSON object; `item` gives the values."""
    return joined(lambda random, number: f'"key {number}": {item(random, number)}', "{", ", ", "}")


def lined(item: Item) -> Callable[[Random, int], str]:
    """Lines."""
    return joined(item, "", "\n", "\n")


def word(random: Random, letters: int = 8) -> str:
    """A word that is not likely to come again."""
    return "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=letters))


def row(random: Random, number: int) -> dict[str, Any]:
    """A plain row."""
    return {"id": number, "name": word(random), "state": random.choice(["open", "closed"]), "size": random.random()}


def some_keys(random: Random, number: int) -> str:
    """A row with some of forty keys, so that hardly two rows have the same."""
    return json.dumps({f"k{key}": number for key in sorted(random.sample(range(40), 20))})


def shuffled(random: Random, number: int) -> str:
    """A row whose keys stand in any order."""
    pairs = list(row(random, number).items())
    random.shuffle(pairs)
    return json.dumps(dict(pairs))


def tree(random: Random, depth: int, width: int = 2) -> Any:
    """Objects within objects, all keys different."""
    return {word(random): tree(random, depth - 1) if depth else random.random() for _ in range(width)}


def mixed(random: Random, number: int) -> Any:
    """A value of any type."""
    return random.choice([number, str(number), None, True, [number], {"a": number}, "", "null", 1.5, word(random)])


def nested_lists(random: Random, number: int) -> str:
    """Fifty brackets deep."""
    return "[" * 50 + str(number) + "]" * 50


def long_row(random: Random, number: int) -> str:
    """A row of 300 columns."""
    return json.dumps({f"column_{key}": random.randint(0, 99) for key in range(300)})


def block_row(random: Random, number: int) -> str:
    """A row with a list of rows, and lists in them."""
    inner = [{"sku": word(random), "parts": [{"p": n, "q": word(random, 3)} for n in range(5)]} for _ in range(5)]
    return json.dumps({"id": number, "items": inner})


def table_text(random: Random, chars: int) -> str:
    """What the library itself writes."""
    return encode(parse_json(listed(lambda r, n: json.dumps(row(r, n)))(random, 2 * chars)))


def broken_table(random: Random, chars: int) -> str:
    """The same with an odd last line."""
    return table_text(random, chars) + "\n(what"


def texts() -> Iterator[tuple[str, Callable[[Random, int], str]]]:
    """Name and builder of each text."""
    yield "a list of numbers", listed(lambda r, n: str(r.randint(0, 10**6)))
    yield "a list of fractions", listed(lambda r, n: repr(r.random()))
    yield "a list of words", listed(lambda r, n: f'"{word(r)}"')
    yield "a matrix of numbers", listed(lambda r, n: json.dumps([r.randint(0, 999) for _ in range(20)]))
    yield "empty objects", listed(lambda r, n: "{}")
    yield "empty lists", listed(lambda r, n: "[]")
    yield "objects of one key", listed(lambda r, n: f'{{"a":{r.randint(0, 9)}}}')
    yield "rows", listed(lambda r, n: json.dumps(row(r, n)))
    yield "rows, indented", lambda r, c: json.dumps([row(r, n) for n in range(c // 121)], indent=4)
    yield "the same row again and again", listed(lambda r, n: '{"id": 7, "text": "the same as in the row before"}')
    yield "rows with different keys", listed(lambda r, n: f'{{"{word(r)}": {n}, "{word(r)}": {n}}}')
    yield "rows with some of 40 keys", listed(some_keys)
    yield "rows with keys in any order", listed(shuffled)
    yield "rows of 300 columns", listed(long_row)
    yield "rows of mixed types", listed(lambda r, n: json.dumps({key: mixed(r, n) for key in "abcdef"}))
    yield "rows with repeated keys", listed(lambda r, n: f'{{"a": {n}, "b": "{word(r)}", "a": {n}}}')
    yield "rows with rows with rows", listed(block_row)
    yield "lists of rows", listed(lambda r, n: json.dumps([row(r, n) for _ in range(4)]))
    yield "every second item no row", listed(lambda r, n: json.dumps(row(r, n) if n % 3 else n))
    yield (
        "an object with distinct keys",
        lambda r, c: json.dumps({f"{word(r)}": word(r, 8) for _ in range(c // 24)}),
    )
    yield "an object of small numbers", mapped(lambda r, n: str(n))
    yield "a map of rows", mapped(lambda r, n: json.dumps(row(r, n)))
    yield "a map of maps of rows", mapped(lambda r, n: json.dumps({word(r): row(r, m) for m in range(20)}))
    yield "trees with different keys", listed(lambda r, n: json.dumps(tree(r, 6)))
    yield "50 brackets deep", listed(nested_lists)
    yield "one deep nest of lists", lambda r, c: "[" * (c // 2) + "]" * (c // 2)
    yield "one string", lambda r, c: json.dumps({"text": " ".join(word(r) for _ in range(c // 9))})
    yield "one string of escapes", lambda r, c: json.dumps({"text": "é\n\t\u2028" * (c // 16)})
    yield "one string of one letter", lambda r, c: json.dumps(["a" * c, r.randint(0, 99)])
    yield "long strings, all different", listed(lambda r, n: f'{{"text": "{word(r, 300)}"}}')
    yield "long strings that come again", listed(lambda r, n: f'{{"n": {n}, "text": "{"long " * 50}{n % 20}"}}')
    yield "objects that come again", listed(lambda r, n: json.dumps({"n": n, "o": [tree(Random(n % 9), 2), n % 5]}))
    yield "strings that look like numbers", listed(lambda r, n: f'{{"a": "{n}", "b": "null", "c": "1e{n}", "d": ""}}')
    yield "strings of grammar marks", listed(lambda r, n: json.dumps({"a": '",|() {}' * 3 + str(n), "b": "&1 *1 @ !"}))
    yield "Chinese text", listed(lambda r, n: json.dumps({"t": "数据压缩不改变含义" * 3 + str(n)}, ensure_ascii=False))
    yield "JSON lines", lined(lambda r, n: json.dumps(row(r, n)))
    yield (
        "JSON lines, the last one cut off",
        lambda r, c: lined(lambda r, n: json.dumps(row(r, n)))(r, c) + '{"id": 1, "na',
    )
    yield "rows, cut off", lambda r, c: listed(lambda r, n: json.dumps(row(r, n)))(r, c)[:-40]
    yield "blanks within JSON", lambda r, c: "[1,\n" + " " * c + "\n2]"
    yield "prose with brackets", lined(lambda r, n: f"see [{n}] and {{{word(r)}}}, or [{word(r)}: {n}]")
    yield "lines that open brackets", lined(lambda r, n: "[" if n % 2 else '{"a":')
    yield "labels before open brackets", lined(lambda r, n: f'{word(r)}: {{"a": [1, 2, {n}')
    yield "lines with small JSON in them", lined(lambda r, n: f'{word(r)} {{"n": {n}}} {word(r)}')
    yield "labelled JSON, line after line", lined(lambda r, n: f"{word(r)}: {json.dumps([row(r, n), row(r, n)])}")
    yield "look-alikes of markers", lined(lambda r, n: f"[headroom {n % 65536:04x}: 3 of {n} rows not shown here]")
    yield "table text of our own", table_text
    yield "table text, then an odd line", broken_table
    yield "look-alikes of table text", lined(lambda r, n: f"[{n}]{{a,b,c}}")

"""Texts that are no JSON, of a given size, made to take long: each type's own traps."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from random import Random

from benchmarks.worst_inputs import joined, lined, word

Build = Callable[[Random, int], str]
LEVELS = ("INFO", "DEBUG", "WARN", "ERROR")


def stamped(random: Random, number: int) -> str:
    """The beginning of a log line."""
    return f"2026-11-20T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.{number % 1000:03}Z"


def log_line(random: Random, number: int) -> str:
    """One of four templates, in turn."""
    words = ("took {} ms", "user {} came in", "wrote {} bytes to disk", "lock {} was freed")
    return f"{stamped(random, number)} {LEVELS[number % 4]} {words[number % 4].format(random.randint(0, 10**6))}"


def nested(tag: str, closing: bool) -> Build:
    """Elements within each other, closed or not."""

    def build(random: Random, chars: int) -> str:
        depth = chars // (len(tag) + 3)
        return f"<{tag}>" * depth + (f"</{tag}>" * depth if closing else "")

    return build


def page(item: Callable[[Random, int], str]) -> Build:
    """A web page."""
    return joined(item, "<!DOCTYPE html><html><body><article>\n", "\n", "\n</article></body></html>")


def element(item: Callable[[Random, int], str]) -> Build:
    """An XML document."""
    return joined(item, '<?xml version="1.0"?>\n<all>\n', "\n", "\n</all>\n")


def hunk(random: Random, number: int) -> str:
    """A file of a diff."""
    name = f"src/{word(random)}.py"
    head = f"diff --git a/{name} b/{name}\nindex 1a2b3c4..5d6e7f8 100644\n--- a/{name}\n+++ b/{name}"
    return f"{head}\n@@ -1,2 +1,2 @@\n-{word(random)}\n+{word(random)}\n same"


def repeated(unit: str) -> Build:
    """The same few characters again and again, in one line."""
    return lambda random, chars: unit * (chars // len(unit))


def base64_wall(random: Random, chars: int) -> str:
    """Bytes as base64 in lines of 76 characters."""
    text = b64encode(random.randbytes(chars * 3 // 4)).decode()
    return "\n".join(text[place : place + 76] for place in range(0, len(text), 76))


def indented(random: Random, number: int) -> str:
    """A line as deep as its number, up to 200."""
    return f"{' ' * (number % 200)}{word(random)}:"


def logs() -> Iterator[tuple[str, Build]]:
    """Logs, builds and traces."""
    yield "log: four templates in turn", lined(log_line)
    yield "log: all lines the same", lined(lambda r, n: "2026-11-20 09:00:00 INFO worker is alive")
    yield (
        "log: every line of its own",
        lined(lambda r, n: f"{stamped(r, n)} INFO {' '.join(word(r) for _ in range(8))}"),
    )
    yield "log: every line an error", lined(lambda r, n: f"{stamped(r, n)} ERROR {word(r)} failed: {word(r)} {n}")
    yield "log: words of one letter", lined(lambda r, n: f"{stamped(r, n)} INFO {' '.join(r.choices('abcd', k=40))}")
    yield "log: numbers in every word", lined(lambda r, n: f"{stamped(r, n)} x{n} y{n} {r.random()} a{n}b{n} /p/{n}/q")
    yield "build: warnings of a compiler", lined(lambda r, n: f"src/{word(r, 3)}.c:{n}:7: warning: unused {word(r)}")
    yield (
        "build: tests that pass",
        lined(lambda r, n: f"tests/test_{word(r, 4)}.py::test_{word(r)} PASSED [ {n % 100}%]"),
    )
    yield (
        "trace: frames without end",
        lined(lambda r, n: f'  File "/app/{word(r, 4)}.py", line {n}, in {word(r)}\n    x()'),
    )
    yield (
        "trace: causes of causes",
        lined(lambda r, n: f"Caused by: java.io.IOException: {word(r)}\n\tat a.b.C.d(C.java:{n})"),
    )


def searches() -> Iterator[tuple[str, Build]]:
    """Search results and lists of files."""
    yield "search: one match a file", lined(lambda r, n: f"src/{word(r)}/{word(r)}.py:{n}:    return {word(r)}")
    yield "search: lines of colons", lined(lambda r, n: f"src/a.py:{n}:{':'.join(r.choices('abc', k=60))}")
    yield "search: colons only", lined(lambda r, n: ":" * 120)
    yield (
        "search: context with dashes",
        lined(lambda r, n: f"src/a-{n % 7}-b.py{':-'[n % 5 > 0]}{n}{':-'[n % 5 > 0]}-1-2-"),
    )
    yield "search: deep paths", lined(lambda r, n: "/".join(word(r, 3) for _ in range(25)) + ".py")
    yield (
        "search: ls -l",
        lined(lambda r, n: f"-rw-r--r-- 1 root root {r.randint(1, 10**7):>8} Nov 20 09:{n % 60:02} {word(r)}"),
    )


def markups() -> Iterator[tuple[str, Build]]:
    """Pages, XML, YAML, Markdown, prose, code, diffs."""
    yield "html: tags within tags", nested("div", True)
    yield "html: tags that never end", nested("span", False)
    yield "html: angle brackets only", lambda r, c: "<!DOCTYPE html><html>" + "<" * c
    yield "html: attributes that never end", lambda r, c: '<!DOCTYPE html><html><p a="' + "x=' " * (c // 4)
    yield "html: a table of many rows", page(lambda r, n: f"<table><tr><td>{n}<td>{word(r)}</table>")
    yield "html: links", page(lambda r, n: f'<p><a href="/{word(r)}/{n}">{word(r)}</a> {word(r)}')
    yield "xml: elements within elements", lambda r, c: '<?xml version="1.0"?>' + nested("a", True)(r, c)
    yield "xml: records", element(lambda r, n: f'<r id="{n}"><name>{word(r)}</name><v>{r.random()}</v></r>')
    yield "xml: names all different", element(lambda r, n: f"<{word(r)} {word(r)}='{n}'/>")
    yield "xml: comments", element(lambda r, n: f"<!-- {word(r)} --><a/>")
    yield "yaml: records", lined(lambda r, n: f"- id: {n}\n  name: {word(r)}\n  size: {r.random()}")
    yield "yaml: deeper and deeper", lined(indented)
    yield "yaml: keys all different", lined(lambda r, n: f"{word(r)}: {word(r)}")
    yield "markdown: headings", lined(lambda r, n: f"{'#' * (1 + n % 6)} {word(r)}\n\n{word(r)} {word(r)}.")
    yield "markdown: stars and brackets", lined(lambda r, n: "*" * 40 + "[" * 40 + "`" * (n % 9))
    yield "markdown: fences that never end", lined(lambda r, n: f"```{word(r, 3)}\n{word(r)}")
    yield "prose: sentences", lined(lambda r, n: " ".join(word(r, 5) for _ in range(12)).capitalize() + ".")
    yield "prose: one sentence without an end", lambda r, c: " ".join(word(r, 6) for _ in range(c // 7))
    yield "prose: Chinese without blanks", repeated("数据压缩不改变含义。")
    yield "code: functions", lined(lambda r, n: f"def {word(r)}({word(r)}):\n    return {word(r)}({n})\n")
    yield "code: brackets", lined(lambda r, n: "if (" * 20 + "x" + ")" * 20 + " {")
    yield "diff: many files", lined(hunk)
    yield (
        "diff: one hunk",
        lambda r, c: "--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n" + lined(lambda r, n: f"+{word(r, 40)}")(r, c),
    )
    yield "diff: headers only", lined(lambda r, n: f"diff --git a/{word(r)} b/{word(r)}")


def tables() -> Iterator[tuple[str, Build]]:
    """CSV, Markdown tables, SQL output."""
    yield "csv: rows", lined(lambda r, n: f"{n},{word(r)},{r.random()},open")
    yield "csv: commas only", repeated("a,b,")
    yield "csv: quotes that never end", lined(lambda r, n: f'{n},"{word(r)},""{word(r)}')
    yield "csv: rows of any width", lined(lambda r, n: ",".join(["x"] * (n % 30)))
    yield "csv: 2,000 columns", lined(lambda r, n: ",".join(str(r.randint(0, 9)) for _ in range(2000)))
    yield "table: bars only", lined(lambda r, n: "|" * 100)
    yield "table: Markdown", lambda r, c: "| a | b |\n|---|---|\n" + lined(lambda r, n: f"| {n} | {word(r)} |")(r, c)
    yield "sql: tuples", joined(lambda r, n: repr((n, word(r), r.random())), "[", ", ", "]")
    yield "sql: brackets", repeated("[(")
    yield (
        "sql: a box",
        lambda r, c: (
            "+----+----------+\n| id | name     |\n+----+----------+\n"
            + lined(lambda r, n: f"| {n % 100:2} | {word(r)} |")(r, c)
        ),
    )


def terminals() -> Iterator[tuple[str, Build]]:
    """Codes, progress, bytes."""
    yield "terminal: colours", lined(lambda r, n: "".join(f"\x1b[{31 + k % 7}m{word(r, 3)}\x1b[0m" for k in range(12)))
    yield "terminal: carriage returns", lambda r, c: "\r".join(f"{n % 101} % of {word(r)}" for n in range(c // 18))
    yield "terminal: cursor up", lined(lambda r, n: f"\x1b[1A\x1b[2K{n % 101} % {word(r)}")
    yield "terminal: backspaces", repeated("ab\b\b")
    yield "terminal: escapes only", repeated("\x1b[")
    yield "bytes: a wall of base64", base64_wall
    yield "bytes: one line of hex", lambda r, c: r.randbytes(c // 2).hex()
    yield "bytes: one line of one letter", repeated("a")
    yield "bytes: blanks", repeated("  \t")
    yield "bytes: empty lines", repeated("\n")


def near_duplicates(random: Random, chars: int) -> str:
    """Two halves of lines, of which every third differs."""
    lines = [f"{word(random)} {word(random)} {number}" for number in range(chars // 48)]
    again = [f"{line} again" if number % 3 == 0 else line for number, line in enumerate(lines)]
    return "\n".join([*lines, *again])


def repeats() -> Iterator[tuple[str, Build]]:
    """Texts whose second half comes as a result of its own, after the first."""
    yield "repeats: nearly the same lines", near_duplicates
    yield "repeats: the same line in all places", lined(lambda r, n: "worker is alive and well today")
    yield "repeats: two lines in turn", lined(lambda r, n: ("worker is alive", "worker is not alive")[n % 2])
    yield "repeats: the same again", lambda r, c: "\n".join([text := lined(log_line)(r, c // 2), text])


def ended(build: Build) -> Build:
    """The same with a word at the end, so that no two texts are the same."""
    return lambda random, chars: build(random, chars) + word(random)


LARGE = (
    "bytes: one line of one letter",
    "bytes: one line of hex",
    "csv: commas only",
    "prose: one sentence without an end",
    "sql: tuples",
    "terminal: carriage returns",
    "html: angle brackets only",
    "log: four templates in turn",
)


def texts() -> Iterator[tuple[str, Build]]:
    """Name and builder of each text."""
    for some in (logs, searches, markups, tables, terminals, repeats):
        yield from ((name, ended(build)) for name, build in some())

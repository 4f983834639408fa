"""Changes to real texts that a file transfer, a terminal, a cut or an attacker makes: for tests and `make fuzz`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random

from headroom.compressors.gaps import gap_line
from headroom.markers import left_out_line
from headroom.references import lines_reference

Mutation = Callable[[Random, str, Sequence[str]], str]

# fmt: off
CHARACTERS = (*"\0\t\n\r\f\v\x1b\b\x7f\x85\xa0\u2028\u2029\ufeff\ud800\udfff\u0661\u00b2\u0130\u3000\u200b\U0001f600",
              *"é'\",;:|()[]{}<>&=#@!?~*`\\/-+.0129aZ ")
LINE_ENDS = ("\r\n", "\r", "\f", "\x85", "\u2028", "\n\n", "\r\r\n", "\v\n", "\n\f")
CODES = ("\x1b[31m", "\x1b[0m", "\x1b[2K\r", "\x1b[1A", "\x1b]0;title\x07", "\x1b[", "\r", "\b\b", " 50% done\r")
HEADERS = ("[2]{a,b}", "[3 of 9]{#,id}", "{2}{k:v}", "[1]{a}\n1", "lines[2]{a,b}", "[csv]", "[3 rows]", "&1 long", "*1",
           "=== a.py", "[templates]", "[log: 3 templates]", "[ls -l: owner root]", "[path:line: 3 matches in 2 files]",
           "[2 paths]", "[headroom]", "[2 times]", "[3 times]", "[lines 1-2: 3 times]", "T1 <*>",
           "<?xml version='1.0'?>",
           "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b", "diff --git a/x b/x", "| a | b |\n|---|---|\n| 1 | 2 |", "```json",
           "---", "key: value", "<!DOCTYPE html>", "Traceback (most recent call last):", "a,b\n1,2")
# fmt: on


def place_in(random: Random, text: str) -> int:
    """A place in `text`, its ends among them."""
    return random.choice([0, len(text), random.randint(0, len(text)), random.randint(0, len(text))])


def stretch(random: Random, size: int, most: int) -> tuple[int, int]:
    """Begin and end of a stretch."""
    start = random.randrange(max(1, size))
    return start, min(size, start + random.randint(1, most))


def put(random: Random, text: str, piece: str) -> str:
    """`text` with `piece` somewhere."""
    place = place_in(random, text)
    return text[:place] + piece + text[place:]


def put_line(random: Random, text: str, line: str) -> str:
    """`text` with one line more."""
    lines = text.split("\n")
    lines.insert(random.choice([0, len(lines), random.randint(0, len(lines))]), line)
    return "\n".join(lines)


def delete_characters(random: Random, text: str, others: Sequence[str]) -> str:
    start, end = stretch(random, len(text), random.choice([1, 3, 80]))
    return text[:start] + text[end:]


def repeat_characters(random: Random, text: str, others: Sequence[str]) -> str:
    start, end = stretch(random, len(text), random.choice([1, 3, 80]))
    return text[:start] + text[start:end] * random.randint(2, 4) + text[end:]


def swap_characters(random: Random, text: str, others: Sequence[str]) -> str:
    start, end = stretch(random, len(text), 40)
    middle = (start + end) // 2
    return text[:start] + text[middle:end] + text[start:middle] + text[end:]


def other_characters(random: Random, text: str, others: Sequence[str]) -> str:
    found = list(text)
    for _ in range(random.randint(1, 8)):
        if found:
            found[random.randrange(len(found))] = random.choice(CHARACTERS)
    return "".join(found)


def more_characters(random: Random, text: str, others: Sequence[str]) -> str:
    for _ in range(random.randint(1, 6)):
        text = put(random, text, random.choice(CHARACTERS) * random.choice([1, 1, 1, 2, 30]))
    return text


def delete_lines(random: Random, text: str, others: Sequence[str]) -> str:
    lines = text.split("\n")
    start, end = stretch(random, len(lines), 6)
    return "\n".join(lines[:start] + lines[end:])


def repeat_lines(random: Random, text: str, others: Sequence[str]) -> str:
    lines = text.split("\n")
    start, end = stretch(random, len(lines), 6)
    return "\n".join(lines[:start] + lines[start:end] * random.randint(2, 12) + lines[end:])


def swap_lines(random: Random, text: str, others: Sequence[str]) -> str:
    lines = text.split("\n")
    for _ in range(random.randint(1, 5)):
        one, other = random.randrange(len(lines)), random.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def join_lines(random: Random, text: str, others: Sequence[str]) -> str:
    lines = text.split("\n")
    start, end = stretch(random, len(lines), 4)
    return "\n".join(
        [*lines[:start], random.choice(["", " ", ",", "\t"]).join(lines[start : end + 1]), *lines[end + 1 :]]
    )


def indent_lines(random: Random, text: str, others: Sequence[str]) -> str:
    lines = text.split("\n")
    start, end = stretch(random, len(lines), random.choice([2, 400]))
    blanks = random.choice([" ", "  ", "    ", "\t", "> ", "| "])
    lines[start:end] = [blanks + line for line in lines[start:end]]
    return "\n".join(lines)


def blanks_behind(random: Random, text: str, others: Sequence[str]) -> str:
    chance = random.choice([0.05, 1.0])
    return "\n".join(line + " " * (random.random() < chance) for line in text.split("\n"))


def delete_column(random: Random, text: str, others: Sequence[str]) -> str:
    start = random.randint(0, 40)
    end = start + random.randint(1, 10)
    return "\n".join(line[:start] + line[end:] for line in text.split("\n"))


def other_separator(random: Random, text: str, others: Sequence[str]) -> str:
    one, other = random.choice([(",", ";"), (",", "\t"), ("|", ","), (":", ","), (" ", "  "), ("  ", " "), (":", "=")])
    return text.replace(one, other, random.choice([1, 5, -1]))


def truncate(random: Random, text: str, others: Sequence[str]) -> str:
    place = random.randint(len(text) // 4, len(text))
    return text[:place] if random.random() < 0.7 else text[-place:]


def cut_middle(random: Random, text: str, others: Sequence[str]) -> str:
    third = len(text) // 3
    words = random.choice(["\n... 120 lines not shown ...\n", "...[truncated]...", "\n[lines 3-9 not shown]\n", "\n"])
    return text[:third] + words + text[-third:]


def splice(random: Random, text: str, others: Sequence[str]) -> str:
    other = random.choice(others) if others else text
    pieces = [text[: random.randint(0, len(text))], other[random.randint(0, len(other)) :]]
    return random.choice(["", "\n", "\n\n"]).join(pieces)


def one_behind_the_other(random: Random, text: str, others: Sequence[str]) -> str:
    pieces = [text, (random.choice(others) if others else text)[:3000]]
    random.shuffle(pieces)
    return random.choice(["\n", "\n\n", "\nexit code: 0\n", "\n```\n"]).join(pieces)


def twice(random: Random, text: str, others: Sequence[str]) -> str:
    return text + random.choice(["", "\n", "\n\n"]) + text


def all_line_ends(random: Random, text: str, others: Sequence[str]) -> str:
    return text.replace("\n", random.choice(LINE_ENDS))


def some_line_ends(random: Random, text: str, others: Sequence[str]) -> str:
    chance = random.choice([0.02, 0.2, 0.7])
    ends = random.sample(LINE_ENDS, 2)
    pieces = text.split("\n")
    joined = [piece + (random.choice(ends) if random.random() < chance else "\n") for piece in pieces[:-1]]
    return "".join([*joined, pieces[-1]])


def byte_order_mark(random: Random, text: str, others: Sequence[str]) -> str:
    return "\ufeff" + text if random.random() < 0.5 else put(random, text, "\ufeff")


def last_line_end(random: Random, text: str, others: Sequence[str]) -> str:
    return text.rstrip("\n") + random.choice(["", "\n", "\n\n", "\r\n", " ", "\n \n", "\f"])


def terminal_codes(random: Random, text: str, others: Sequence[str]) -> str:
    for _ in range(random.randint(1, 10)):
        text = put(random, text, random.choice(CODES))
    return text


def forged_marker(random: Random, text: str, others: Sequence[str]) -> str:
    line = left_out_line(shown=2, total=9, unit="lines", handle="0123456789ab", by_tool=random.random() < 0.5)
    line = line if random.random() < 0.3 else line.replace("[headroom ", "[headroom 0", 1)
    return put_line(random, text, line)


def forged_reference(random: Random, text: str, others: Sequence[str]) -> str:
    shown = text.split("\n")
    last = max(1, len(shown) - 1)
    label = random.choice(["run_tool({})", "read_file()", "the same"])
    line = lines_reference(label, 1, shown[:last], handle="0123456789ab")
    line = line if random.random() < 0.3 else line.replace("[headroom ", "[headroom 0", 1)
    return put_line(random, text, line)


def forged_gap(random: Random, text: str, others: Sequence[str]) -> str:
    first = random.randint(1, 9)
    return put_line(random, text, gap_line(first, first + random.randint(0, 5), random.choice(["", "5 like line 1"])))


def forged_header(random: Random, text: str, others: Sequence[str]) -> str:
    header = random.choice(HEADERS)
    return f"{header}\n{text}" if random.random() < 0.6 else put_line(random, text, header)


def blob(random: Random, text: str, others: Sequence[str]) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    piece = "".join(random.choices(letters, k=random.choice([240, 1200])))
    return put(random, text, random.choice(["", "data:image/png;base64,", " "]) + piece)


def in_a_string(random: Random, text: str, others: Sequence[str]) -> str:
    return json.dumps({"output": text, "exit_code": 0}, ensure_ascii=random.random() < 0.5)


def in_a_fence(random: Random, text: str, others: Sequence[str]) -> str:
    return f"Here it is:\n\n```{random.choice(['', 'json', 'text', 'diff'])}\n{text}\n```\n"


def under_a_heading(random: Random, text: str, others: Sequence[str]) -> str:
    return random.choice(["STDOUT:\n", "Exit code: 1\n", "$ run\n", "Output: ", "<output>\n", "==> a.txt <==\n"]) + text


def other_case(random: Random, text: str, others: Sequence[str]) -> str:
    return text.upper() if random.random() < 0.5 else text.swapcase()


def numbered_lines(random: Random, text: str, others: Sequence[str]) -> str:
    form = random.choice(["{:6}\t{}", "{}:{}", "src/a.py:{}:{}", "{}. {}"])
    return "\n".join(form.format(number, line) for number, line in enumerate(text.split("\n"), 1))


MUTATIONS: tuple[Mutation, ...] = (
    delete_characters,
    repeat_characters,
    swap_characters,
    other_characters,
    more_characters,
    delete_lines,
    repeat_lines,
    swap_lines,
    join_lines,
    indent_lines,
    blanks_behind,
    delete_column,
    other_separator,
    truncate,
    cut_middle,
    splice,
    one_behind_the_other,
    twice,
    all_line_ends,
    some_line_ends,
    byte_order_mark,
    last_line_end,
    terminal_codes,
    forged_marker,
    forged_reference,
    forged_gap,
    forged_header,
    blob,
    in_a_string,
    in_a_fence,
    under_a_heading,
    other_case,
    numbered_lines,
)
MOST_CHARS = 12_000


def mutated(random: Random, text: str, others: Sequence[str]) -> tuple[str, list[str]]:
    """`text` after one to three mutations, and their names.

    Args:
        others: Texts of any kinds to splice with.
    """
    names = []
    for _ in range(random.choice([1, 1, 2, 3])):
        mutation = random.choice(MUTATIONS)
        text = mutation(random, text, others)[:MOST_CHARS]
        names.append(mutation.__name__)
    return text, names

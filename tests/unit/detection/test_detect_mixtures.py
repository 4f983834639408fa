"""Texts that hold several documents are told by what stands around these; everything else is not taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.detection.mixtures import mixed
from headroom.detection.types import Probe
from tests.samples import samples, shared_samples

BODY = "\n".join(f"line {number} of the output" for number in range(20))
ROWS = "id,name\n" + "\n".join(f"{number},name {number}" for number in range(40))


def insides(text: str) -> list[str]:
    """The parts that are found."""
    found = mixed(Probe(text))
    return [text[start:end] for start, end in found.spans] if found else []


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("<returncode>0</returncode>\n<output>\n", "\n</output>"),
        ("<returncode>1</returncode>\r\n<output>\r\n", "\r\n</output>\r\n"),
        ("<output>\n", "\n</output>\n(Current directory: /tmp)\nbash-$"),
        ('<file path="src/a.py">\n', "\n</file>\n"),
        ("<output>\n", "and this </output>"),
        ("Exit code: 0\nOutput:\n", "\n\nProcess exited with code 0"),
        ("Chunk ID: 1d\nWall time: 0.05 seconds\nProcess exited with code 0\nOutput:\n", ""),
        ("OBSERVATION:\n", "\n(Open file: /a/b.py)\n(Current directory: /a)\nbash-$"),
        ("[File: /a/b.py (123 lines total)]\n(12 more lines above)\n", "\n(99 more lines below)\n"),
        ("$ cat notes.txt\n", ""),
        ("", "\n\n[589 more lines in file. Use offset=920 to continue]"),
        ("", "\n\nCommand exited with code 1"),
        ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", ""),
        (
            "*   Trying 1.2.3.4:443...\n> GET / HTTP/1.1\n> \n< HTTP/1.1 200 OK\n< \n",
            "\n* Connection #0 to host a left intact\n",
        ),
    ],
)
def test_what_stands_between_such_lines_is_found(before: str, behind: str) -> None:
    tail = "and this " if behind.startswith("and") else ""

    assert insides(before + BODY + behind) == [BODY + tail]


@pytest.mark.parametrize(
    "text",
    [
        f"<stdout>\n{BODY}\n</stdout>\n<stderr>\n{ROWS}\n</stderr>\n",
        f"<warning>\n{BODY}\n</warning><output_head>\n{ROWS}\n</output_head>\n",
        f"=== notes ===\n{BODY}\n=== rows ===\n{ROWS}\n",
        f"==> a.txt <==\n{BODY}\n\n==> b.csv <==\n{ROWS}\n",
        f"See:\n\n```text\n{BODY}\n```\n\n```csv\n{ROWS}\n```\nDone.\n",
    ],
)
def test_several_parts_are_found(text: str) -> None:
    assert [inside.rstrip("\n") for inside in insides(text)] == [BODY, ROWS]


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        ROWS,
        f"<project>\n  <name>{BODY}</name>\n</project>\n",
        f"<html>\n{BODY}\n</html>",
        f"<ul>\n{BODY}\n</ul>",
        f"<output>\n{BODY}\n",
        f"> a quote\n> of a page\n\n{BODY}",
        f"* one\n* two\n\n{BODY}",
        f"============ test session starts ============\n{BODY}\n============ 3 passed in 0.12s ============\n",
        f"# Title\n\n{BODY * 4}\n\n```python\n{BODY}\n```\n",
        f"```json\n{BODY}\n",
        f"=== only one ===\n{BODY}",
        f"Response time was fine:\n{BODY}",
        "<output>\n\n</output>",
    ],
)
def test_other_texts_are_not_taken(text: str) -> None:
    assert mixed(Probe(text)) is None


pieces = st.sampled_from(
    (
        "<output>",
        "</output>",
        "<a b='c'>",
        "</a>",
        "<x>1</x>",
        "=== a ===",
        "==> a <==",
        "```json",
        "```",
        "~~~",
        "$ ls",
        "Exit code: 0",
        "Output:",
        "HTTP/1.1 200 OK",
        "A: b",
        "* x",
        "> y",
        "bash-$",
        "",
        "\r",
        "text",
        "text " * 60,
        "\u2028",
        "\ufeff",
        "\x85\f",
        "\ud800",
    )
)


@given(lines=st.lists(pieces, max_size=30), end=st.sampled_from(("\n", "\r\n")))
def test_parts_are_in_order_and_begin_and_end_with_lines(lines: list[str], end: str) -> None:
    text = end.join(lines)
    found = mixed(Probe(text))

    place = 0
    for start, stop in found.spans if found else ():
        assert place <= start < stop <= len(text)
        assert start == 0 or text[start - 1] == "\n"
        place = stop


def test_records_of_one_kind_are_one_document() -> None:
    kinds = {sample.kind for sample in samples() if mixed(Probe(sample.text))}

    assert not kinds & {"json_array", "json_object", "csv", "diff", "html", "xml", "yaml", "code", "search"}


@pytest.mark.shared_data
def test_all_records_of_one_kind_are_one_document() -> None:
    for sample in shared_samples("csv", "diff", "html", "xml", "yaml", "code", "search", most_chars=400_000, one_in=2):
        assert mixed(Probe(sample.text)) is None, sample.id


HARD = ("<output>\n", "=== a ===\n", "```\n", "$ ls\n", "<a>\n</b>\n", "\n", "<a ", "* \n", "\n[a truncated")


@pytest.mark.parametrize("piece", HARD)
def test_texts_made_to_be_hard_end_soon(piece: str) -> None:
    mixed(Probe(piece * 30_000))

"""XML and YAML: what is saved, and how many of the failing tests of XML reports stay where rows may be left out.

    python -m benchmarks.kinds_markup [--data FOLDER]

The failing tests are told by `xml.etree` and the schemas of the reports, not by the library. A test that stays has
its name in what the model reads; where like failures are grouped, the marker says how many a row stands for.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from xml.etree import ElementTree

import headroom
from benchmarks.clock import ms_of
from benchmarks.data import asked, data_at
from headroom.compressors.xml_text import XmlCompressor
from headroom.compressors.yaml_text import YamlCompressor
from headroom.protocols import Compressor
from headroom.tokenizers import built_in_counter
from headroom.tokenizers.tiktoken_counter import TiktokenCounter

KINDS: dict[str, type[XmlCompressor | YamlCompressor]] = {"xml": XmlCompressor, "yaml": YamlCompressor}
FAILED = {"failed", "failure", "error", "timeout", "aborted"}


@dataclass(slots=True)
class Figures:
    """What was measured of one kind.

    Attributes:
        before: Tokens of the texts as they came.
        exact: Tokens of their exact forms.
        tool: Tokens where rows may be left out.
        shares: Saved by the exact form of each text, in percent.
        speeds: Time of the exact form of each text to the time of counting its tokens.
    """

    before: int = 0
    exact: int = 0
    tool: int = 0
    shares: list[float] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)


def failing_tests(text: str) -> Iterator[str]:
    """Names of the tests that failed in a report of JUnit, NUnit, xUnit or Visual Studio."""
    try:
        root = ElementTree.fromstring(text.lstrip("\ufeff \n").encode())
    except ElementTree.ParseError:
        return
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        outcome = element.get("outcome") or element.get("result") or ""
        children = {child.tag.rpartition("}")[2] for child in element}
        is_failed = bool({"failure", "error"} & children) if tag == "testcase" else outcome.lower() in FAILED
        if is_failed and tag in ("testcase", "test-case", "test", "UnitTestResult"):
            yield element.get("testName") or element.get("name") or ""


def tokens_sent(text: str) -> tuple[str, int]:
    """What is sent where the model can call the retrieve tool, and its tokens."""
    result = headroom.compress(asked(text), model="gpt-4o", retrieval="tool")
    sent = str(result.messages[3]["content"])
    return sent, built_in_counter().count_text(sent)


def time_ratio(make: Callable[..., Compressor], text: str) -> float:
    """Time of the exact form to the time of counting the tokens of `text` once; each the better of three."""
    fresh = [TiktokenCounter() for _ in range(6)]  # each remembers nothing of the text
    for counter in fresh:
        counter.count_text("warm")
    counting = min(ms_of(partial(counter.count_text, text)) for counter in fresh[:3])
    return min(ms_of(partial(make(counter=counter).compress, text)) for counter in fresh[3:]) / counting


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    found: dict[str, Figures] = defaultdict(Figures)
    counter = built_in_counter()
    counter.count_text("warm")
    kept = failed = 0
    lost: list[str] = []
    for output in data_at(parser.parse_args().data).outputs():
        if output.kind not in KINDS:
            continue
        figures = found[output.kind]
        text = output.text
        figures.speeds.append(time_ratio(KINDS[output.kind], text))
        result = KINDS[output.kind](counter=counter).compress(text)
        sent, size = tokens_sent(text)
        figures.before += result.original_tokens
        figures.exact += result.compressed_tokens
        figures.tool += size
        figures.shares.append(100 - 100 * result.compressed_tokens / result.original_tokens)
        names = list(failing_tests(text)) if output.kind == "xml" else []
        failed += len(names)
        kept += sum(name in sent for name in names)
        lost += [output.id] * sum(name not in sent for name in names)
    for kind, figures in sorted(found.items()):
        print(
            f"{kind}: saved {100 - 100 * figures.exact / figures.before:.1f} % of the tokens,"
            f" median {median(figures.shares):.1f} %; with the tool {100 - 100 * figures.tool / figures.before:.1f} %;"
            f" time of the exact form to counting: median {median(figures.speeds):.1f}"
        )
    print(f"failing tests that stay with the tool: {kept} of {failed}; lost in {sorted(set(lost))}")


if __name__ == "__main__":
    main()

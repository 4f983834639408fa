"""What is taken for a diff, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.detection import detect
from headroom.detection.diffs import git_diff, hunk_end, is_heading
from headroom.detection.types import Probe
from tests.samples import samples, shared_samples

HUNK = "@@ -1,3 +1,3 @@ def f():\n a\n-b\n+c\n d\n"
GIT = f"diff --git a/x.py b/x.py\nindex 1a2b3c4..5d6e7f8 100644\n--- a/x.py\n+++ b/x.py\n{HUNK}"
COMMIT = "commit 1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b\nAuthor: Ada <ada@x>\nDate:   now\n\n    " + "word " * 200
DIFFS = {
    "git diff": GIT,
    "git show with a long message": f"{COMMIT}\n\n{GIT}",
    "git log -p": f"{COMMIT}\n\n{GIT}\n{COMMIT}\n\n{GIT}",
    "git format-patch": (
        f"From 1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b Mon Sep 17 00:00:00 2001\nSubject: x\n\n{GIT}-- \n2.39\n"
    ),
    "diff -u": f"--- old/x.py\t2026-01-01 10:00:00\n+++ new/x.py\t2026-01-02 10:00:00\n{HUNK}",
    "diff -ru": f"diff -ru old/x.py new/x.py\n--- old/x.py\t2026-01-01\n+++ new/x.py\t2026-01-02\n{HUNK}",
    "svn": f"Index: x.py\n{'=' * 67}\n--- x.py\t(revision 1)\n+++ x.py\t(working copy)\n{HUNK}",
    "hg": f"diff -r 1a2b3c4d5e6f x.py\n--- a/x.py\tThu Jan 01\n+++ b/x.py\tThu Jan 01\n{HUNK}",
    "merge": (
        "diff --cc x\nindex 1a2b3c4,5d6e7f8..9abcdef\n--- a/x\n+++ b/x\n@@@ -1,2 -1,2 +1,3 @@@\n  a\n -b\n+ c\n++d\n"
    ),
    "renames only": "diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n" * 3,
    "in an agent's frame": f"<returncode>0</returncode>\n<output>\n{GIT}</output>",
    "folded": f"=== x.py; index 1a2b3c4..5d6e7f8\n{HUNK}",
    "windows": GIT.replace("\n", "\r\n"),
    "cut off": GIT[:-8],
}
OTHERS = {
    "prose that quotes one": "The change is small and does the right thing in all of the cases. " * 30 + f"\n\n{GIT}",
    "git log": f"{COMMIT}\n\n{COMMIT}\n",
    "git diff --stat": " src/a.py | 4 ++--\n src/b.py | 2 +-\n 2 files changed, 3 insertions(+), 3 deletions(-)\n",
    "a list with dashes": "--- a\n+++ b\n- one\n+ two\n",
    "markdown": "# Title\n\n=== x; index of things\n\n- a\n- b\n",
    "a git command": "$ diff --git is what git prints\nfatal: not a git repository\n",
    "yaml documents": "--- \na: 1\n--- \nb: 2\n",
}


@pytest.mark.parametrize("name", DIFFS)
def test_diffs_of_every_tool_are_known(name: str) -> None:
    assert detect(DIFFS[name]).kind.value == "git_diff"


@pytest.mark.parametrize("name", OTHERS)
def test_what_only_mentions_or_resembles_one_is_none(name: str) -> None:
    assert git_diff(Probe(OTHERS[name])) is None


def test_removed_lines_that_look_like_headers_belong_to_their_hunk() -> None:
    lines = ["@@ -1,2 +1,1 @@", "--- a/x", "-diff --git a/x b/x", "+++ b/x", "--- a/y", "+++ b/y"]

    assert hunk_end(lines, 0) == 4


def test_only_whole_headings_are_ours() -> None:
    assert is_heading("=== a -> b; renamed 98%; index 1a2b..3c4d")
    assert not is_heading(" === a; index 1a2b..3c4d")
    assert not is_heading("=== a; index 1a2b..3c4d\r")
    assert not is_heading("=== a; index of things")
    assert not is_heading("=== " + "a" * 3000 + "; index 1a2b..3c4d")


def test_no_small_sample_of_another_kind_is_taken_for_a_diff() -> None:
    for sample in samples():
        assert (git_diff(Probe(sample.text)) is not None) == (sample.kind == "diff")


@pytest.mark.shared_data
def test_every_real_diff_is_known_and_no_log_or_page_is_taken_for_one() -> None:
    assert all(git_diff(Probe(sample.text)) for sample in shared_samples("diff"))
    for sample in shared_samples("log", "html", "build_log", "code", "markdown", "yaml", "xml", "csv", one_in=5):
        assert git_diff(Probe(sample.text)) is None


@given(st.lists(st.sampled_from(GIT.split("\n")) | st.text(max_size=9), max_size=30).map("\n".join))
def test_no_text_is_too_odd(text: str) -> None:
    found = git_diff(Probe(text))

    assert found is None or found.kind.value == "git_diff"


@pytest.mark.parametrize(
    "line", ["diff --git a", "@@ -1,9 +1,9 @@", "--- a\n+++ b", "=== a; index 1234..5678;", "x" * 1000]
)
def test_large_texts_are_answered(line: str) -> None:
    found = git_diff(Probe(f"{line}\n" * 100_000))

    assert found is None or found.kind.value == "git_diff"

"""Diffs that are too large: which hunks stay, and that everything else is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headroom.compressors.diff_generated import generated_by_content, generated_by_path, is_source_path
from headroom.compressors.diff_parts import FileDiff, parts_of
from headroom.compressors.diff_text import DiffCompressor
from headroom.compressors.limits import Limits
from headroom.results import CompressionResult
from headroom.tokenizers import built_in_counter
from tests.samples import shared_samples
from tests.shown_diffs import check_shown_diff

COMPRESSOR = DiffCompressor(counter=built_in_counter())
COMMIT = "commit 1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b\nAuthor: Ada <ada@x>\nDate:   now\n\n    Faster queue\n\n"


def limits(tokens: int, above: int | None = None) -> Limits:
    """Limits that a caller asked for."""
    return Limits(
        tokens=tokens, above_tokens=tokens if above is None else above, handle="0" * 12, is_asked=True, by_tool=True
    )


def select(text: str, tokens: int, question: str = "") -> CompressionResult:
    """What stays of `text`."""
    return COMPRESSOR.select(text, COMPRESSOR.compress(text), limits(tokens), context=question)


def file_diff(path: str, hunks: int = 1, word: str = "value", size: int = 4) -> str:
    """A file with so many hunks of `size` changed lines."""
    made = [f"diff --git a/{path} b/{path}", "index 1a2b3c4..5d6e7f8 100644", f"--- a/{path}", f"+++ b/{path}"]
    for hunk in range(hunks):
        start = 1 + 50 * hunk
        made += [f"@@ -{start},{size + 1} +{start},{size + 1} @@ def step_{hunk}():", " unchanged"]
        made += [f"-    {word}_{hunk}_{line} = old()" for line in range(size)]
        made += [f"+    {word}_{hunk}_{line} = fresh()" for line in range(size)]
    return "\n".join(made) + "\n"


def test_a_lock_file_goes_before_the_code_that_people_wrote() -> None:
    diff = COMMIT + file_diff("package-lock.json", hunks=40) + file_diff("src/queue.py", hunks=3)

    shown = select(diff, 900).compressed

    assert " hunks, +1" in shown.split("=== src/queue.py")[0]
    assert all(f"value_2_{line} = fresh()" in shown.split("=== src/queue.py")[1] for line in range(4))


def test_commit_author_message_and_the_path_of_every_file_stay() -> None:
    diff = COMMIT + "".join(file_diff(f"src/part_{number}.py", hunks=6) for number in range(12))

    shown = select(diff, 1000).compressed

    assert shown.startswith(COMMIT)
    assert all(f"src/part_{number}.py" in shown for number in range(12))
    check_shown_diff(shown, diff)


def test_the_hunk_that_the_question_is_about_stays() -> None:
    diff = COMMIT + file_diff("src/a.py", hunks=30) + file_diff("src/b.py", hunks=1, word="retry_backoff", size=9)
    diff += file_diff("src/c.py", hunks=30)

    assert "retry_backoff_0_3 = fresh()" in select(diff, 700, "Who set `retry_backoff_0_3`?").compressed


def test_an_open_conflict_stays_whatever_it_takes() -> None:
    conflict = file_diff("src/z.py", hunks=1, size=30).replace("+    value_0_3 = fresh()", "+<<<<<<< HEAD")
    diff = COMMIT + file_diff("src/a.py", hunks=30) + conflict

    assert "+<<<<<<< HEAD" in select(diff, 500).compressed


def test_hunks_that_repeat_one_before_them_give_way_to_others() -> None:
    same = "".join(file_diff(f"src/same_{number}.py") for number in range(20))
    diff = COMMIT + same + file_diff("src/unlike.py", word="other", size=9)

    assert "other_0_8 = fresh()" in select(diff, 1100).compressed


def test_files_that_do_not_even_fit_by_name_are_counted_together() -> None:
    diff = COMMIT + "".join(file_diff(f"vendor/lib/part_{number}.go") for number in range(300)) + file_diff("main.go")

    shown = select(diff, 600).compressed

    hidden = check_shown_diff(shown, diff)
    assert " files, +" in shown
    assert " in vendor/lib/]" in shown
    assert "main.go" in shown
    assert len(hidden) > 3000


def test_a_new_file_that_is_too_large_is_shown_in_part_and_a_changed_hunk_never() -> None:
    body = [f"+def step_{number}():\n+    return {number}\n+" for number in range(400)]
    header = "diff --git a/x.py b/x.py\nnew file mode 100644\nindex 0000000..5d6e7f8\n--- /dev/null\n+++ b/x.py\n"
    new = f"{COMMIT}{header}@@ -0,0 +1,1200 @@\n" + "\n".join(body) + "\n"
    changed = COMMIT + file_diff("x.py", hunks=1, size=600)

    shown = select(new, 1500)
    folded = select(changed, 1500)

    assert 700 < shown.compressed_tokens < 1800
    assert "+def step_0():" in shown.compressed
    check_shown_diff(shown.compressed, new)
    assert "x.py, +600 -600]" in folded.compressed


@pytest.mark.parametrize(
    ("path", "is_generated"),
    [
        ("package-lock.json", True),
        ("web/yarn.lock", True),
        ("Cargo.lock", True),
        ("go.sum", True),
        ("static/app.min.js", True),
        ("api/v1/service.pb.go", True),
        ("vendor/github.com/x/y.go", True),
        ("dist/index.js", True),
        ("tests/__snapshots__/a.snap", True),
        ("src/lock.py", False),
        ("src/distance.py", False),
        ("package.json", False),
        ("go.mod", False),
        ("src/minimum.js", False),
    ],
)
def test_generated_files_are_known_by_path(path: str, is_generated: bool) -> None:
    assert generated_by_path(path) == is_generated


def test_generated_files_are_known_by_their_header_or_by_lines_nobody_writes() -> None:
    assert generated_by_content(["+// Code generated by protoc. DO NOT EDIT.", "+package x"], starts_file=True)
    assert not generated_by_content(["+// Code generated by protoc. DO NOT EDIT.", "+package x"], starts_file=False)
    assert generated_by_content(["+" + "a" * 5000], starts_file=False)
    assert not generated_by_content(["+print(1)"] * 30, starts_file=True)
    assert not generated_by_content([], starts_file=True)


def test_tests_documentation_and_data_are_not_the_programs_own_code() -> None:
    assert is_source_path("src/queue.py")
    assert not is_source_path("src/queue_test.go")
    assert not is_source_path("tests/queue.py")
    assert not is_source_path("docs/queue.md")


DIFFS = st.lists(
    st.builds(
        file_diff,
        st.sampled_from(("src/a.py", "yarn.lock", "docs/x y.md", "tests/t.py", "é.txt", "vendor/v.go")),
        st.integers(0, 6),
        st.sampled_from(("value", "\u2028odd\x0c", "error", "<<<<<<< ", "@@ -1 +1 @@")),
        st.integers(1, 9),
    )
    | st.sampled_from(
        (COMMIT, "\n", "</output>\n", "[lines 1-3 not shown]\n", "-- \n2.39.5\n\n", "@@ -1,9 +1,9 @@\n+cut")
    ),
    min_size=1,
    max_size=12,
).map("".join)


@settings(max_examples=40, deadline=None)
@given(text=DIFFS, tokens=st.sampled_from((30, 150, 400, 900)), question=st.sampled_from(("", "`value_2_1`", "docs")))
def test_every_line_is_shown_unaltered_or_named_by_a_gap(text: str, tokens: int, question: str) -> None:
    exact = COMPRESSOR.compress(text)

    found = COMPRESSOR.select(text, exact, limits(tokens), context=question)

    assert found is exact or found.compressed_tokens < exact.compressed_tokens
    if found is not exact:
        hidden = check_shown_diff(found.compressed, text)
        assert found.items_total - found.items_kept == len(hidden)
        assert found.compressed_tokens == built_in_counter().count_text(found.compressed)
    assert COMPRESSOR.select(text, exact, limits(tokens), context=question) == found


def test_a_hunk_more_never_makes_the_result_much_smaller() -> None:
    sizes = [
        select(COMMIT + file_diff("src/a.py", hunks) + file_diff("yarn.lock", hunks), 800).compressed_tokens
        for hunks in range(1, 30)
    ]

    assert all(after > 0.8 * max(sizes[: place + 1]) for place, after in enumerate(sizes))
    assert max(sizes) < 1100


@pytest.mark.shared_data
def test_real_diffs_are_shown_truly_within_their_limits() -> None:
    for sample in shared_samples("diff", one_in=4, most_chars=150_000):
        exact = COMPRESSOR.compress(sample.text)
        found = COMPRESSOR.select(sample.text, exact, limits(2000), context="What changed in the config?")
        if found is not exact:
            hidden = check_shown_diff(found.compressed, sample.text)
            assert found.compressed_tokens < 3200
            files = [part for part in parts_of(sample.text.split("\n")) if isinstance(part, FileDiff)]
            named = sum(file.path in found.compressed for file in files)
            assert named == len(files) or len(files) > 60
            assert hidden


@pytest.mark.parametrize(
    "text",
    [
        "diff --git a/x b/x\n" * 40_000,
        "@@ -1,9 +1,9 @@\n" * 40_000,
        "--- a\n+++ b\n" * 50_000,
        "=== a; index 1234..5678; " * 30_000,
        ("=== " + "a; index 1234..5678; " * 90 + "x\n") * 400,
        "diff --git a/x b/x\n@@ -1,1 +1,200000 @@\n" + "+\n" * 200_000,
        "diff --git a/" + "x" * 600_000 + "\n@@ -1 +1 @@\n-a\n+b",
    ],
    ids=["headers", "hunks", "names", "long heading", "many headings", "one hunk", "long path"],
)
def test_texts_made_to_be_hard_come_back_no_longer(text: str) -> None:
    result = COMPRESSOR.select(text, COMPRESSOR.compress(text), limits(2000), context="x `a/x`")

    assert result.compressed_tokens <= result.original_tokens

"""Headers of a diff as headings: readable, exact, and taken by git after decoding."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headroom.compressors.diff_headings import fold
from headroom.compressors.diff_text import DiffCompressor, decode
from headroom.detection import detect
from headroom.tokenizers import built_in_counter
from tests.samples import samples, shared_samples

COMPRESSOR = DiffCompressor(counter=built_in_counter())
HUNK = "@@ -1,2 +1,2 @@ def f():\n a\n-b\n+c"
PLAIN = (
    f"diff --git a/src/app.py b/src/app.py\nindex 1a2b3c4..5d6e7f8 100644\n--- a/src/app.py\n+++ b/src/app.py\n{HUNK}\n"
)
FOLDED = [
    (PLAIN.split("\n@@")[0], "=== src/app.py; index 1a2b3c4..5d6e7f8"),
    (
        "diff --git a/run b/run\nold mode 100644\nnew mode 100755\nindex 1a2b3c4..5d6e7f8\n--- a/run\n+++ b/run",
        "=== run; old mode 100644; new mode 100755; index 1a2b3c4..5d6e7f8",
    ),
    (
        "diff --git a/x b/x\nnew file mode 100644\nindex 0000000..5d6e7f8\n--- /dev/null\n+++ b/x",
        "=== x; new file mode 100644; index 0000000..5d6e7f8",
    ),
    (
        "diff --git a/x b/x\ndeleted file mode 100644\nindex 5d6e7f8..0000000\n--- a/x\n+++ /dev/null",
        "=== x; deleted file mode 100644; index 5d6e7f8..0000000",
    ),
    (
        "diff --git a/old.py b/new.py\nsimilarity index 95%\nrename from old.py\nrename to new.py\n"
        "index 1a2b3c4..5d6e7f8 100755\n--- a/old.py\n+++ b/new.py",
        "=== old.py -> new.py; renamed 95%; index 1a2b3c4..5d6e7f8 100755",
    ),
    (
        "diff --git a/two words b/two words\nindex 1a2b3c4..5d6e7f8 100644\n--- a/two words\t\n+++ b/two words\t",
        "=== two words; index 1a2b3c4..5d6e7f8",
    ),
]
WITHOUT_HUNK = [
    (
        "diff --git a/a b/b\nsimilarity index 100%\nrename from a\nrename to b",
        "=== a -> b; renamed 100%",
    ),
    (
        "diff --git a/a.png b/a.png\nindex 1a2b3c4..5d6e7f8 100644\nBinary files a/a.png and b/a.png differ",
        "=== a.png; index 1a2b3c4..5d6e7f8; binary files differ",
    ),
    ("diff --git a/run b/run\nold mode 100644\nnew mode 100755", "=== run; old mode 100644; new mode 100755"),
    (
        "diff --git a/__init__.py b/__init__.py\nnew file mode 100644\nindex 0000000..e69de29",
        "=== __init__.py; new file mode 100644; index 0000000..e69de29",
    ),
]
LEFT_ALONE = [
    'diff --git "a/\\303\\244" "b/\\303\\244"\nindex 1a2b3c4..5d6e7f8 100644\n--- "a/\\303\\244"\n+++ "b/\\303\\244"',
    "diff --git i/x w/x\nindex 1a2b3c4..5d6e7f8 100644\n--- i/x\n+++ w/x",
    "diff --git x x\nindex 1a2b3c4..5d6e7f8 100644\n--- x\n+++ x",
    "diff --cc x\nindex 1a2b3c4,5d6e7f8..9abcdef\n--- a/x\n+++ b/x",
    "--- x\t2026-01-01\n+++ x\t2026-01-02",
    f"Index: x\n{'=' * 67}\n--- x\t(revision 1)\n+++ x\t(revision 2)",
    "diff --git a/x b/x\r\nindex 1a2b3c4..5d6e7f8 100644\r\n--- a/x\r\n+++ b/x\r",
]
LINES = st.sampled_from(
    (
        *(line for before, _ in [*FOLDED, *WITHOUT_HUNK] for line in before.split("\n")),
        *(heading for _, heading in [*FOLDED, *WITHOUT_HUNK]),
        *HUNK.split("\n"),
        *(
            "",
            "\r",
            " ",
            "-- a/x",
            "+++ b/x\x0c",
            "--- a/x\u2028",
            "=== x",
            "=== x; binary files differ",
            "\ufeff",
            "\x85",
        ),
        *("commit 1a2b3c4d5e6f", "    === src/app.py; index 1a2b3c4..5d6e7f8", "\ud800", "=== a -> b; renamed 100%\r"),
    )
)


@pytest.mark.parametrize(("header", "heading"), FOLDED)
def test_the_lines_above_a_hunk_become_one_heading(header: str, heading: str) -> None:
    assert fold([*header.split("\n"), "@@ -1 +1 @@", "-a", "+b"])[:2] == [heading, "@@ -1 +1 @@"]


@pytest.mark.parametrize(("header", "heading"), WITHOUT_HUNK)
def test_renames_modes_and_binary_files_without_hunks_do_so_too(header: str, heading: str) -> None:
    assert fold([*header.split("\n"), "diff --git a/z b/z"])[0] == heading


@pytest.mark.parametrize("header", LEFT_ALONE)
def test_headers_that_would_not_decode_to_the_byte_stay(header: str) -> None:
    lines = [*header.split("\n"), "@@ -1 +1 @@", "-a", "+b"]

    assert fold(lines) == lines


@given(st.lists(LINES, max_size=30).map("\n".join))
@example(PLAIN)
@example(PLAIN.replace("\n", "\r\n"))
@example("=== src/app.py; index 1a2b3c4..5d6e7f8\n" + PLAIN)
def test_what_is_changed_decodes_to_the_byte_and_is_not_changed_again(text: str) -> None:
    result = COMPRESSOR.compress(text)

    assert decode(result.compressed) == text if result.was_modified else result.compressed is text
    assert COMPRESSOR.compress(result.compressed).compressed is result.compressed


@given(st.lists(LINES | st.text(max_size=8).map(lambda text: f"+{text}".replace("\n", "")), max_size=20).map("\n".join))
def test_lines_of_hunks_are_never_altered(text: str) -> None:
    shown = COMPRESSOR.compress(text).compressed.split("\n")

    for line in text.split("\n"):
        if (line[:1] in ("+", " ") and not line.startswith("+++ ")) or line.startswith("@@"):
            assert line in shown


def test_a_text_that_looks_folded_is_left_as_it_is() -> None:
    text = f"=== src/app.py; index 1a2b3c4..5d6e7f8\n{HUNK}\n{PLAIN}"

    assert COMPRESSOR.compress(text).compressed is text
    assert COMPRESSOR.compress(text).reason == "already_compressed"


def git(folder: Path, *arguments: str, given: str = "") -> str:
    """What git prints; fails where it fails."""
    name = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.autocrlf=false", "-c", "diff.renames=true"]
    done = subprocess.run(
        ["git", *name, *arguments], cwd=folder, input=given.encode(), capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode()


def test_git_applies_a_decoded_diff_with_renames_modes_and_new_and_deleted_files(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    long = "".join(f"line {number}\n" for number in range(40))
    for name in ("changed.py", "moved.py", "gone.py", "with blank.txt", "run.sh", "windows.txt"):
        (tmp_path / name).write_bytes(long.replace("\n", "\r\n" if name == "windows.txt" else "\n").encode())
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "before")
    (tmp_path / "moved.py").rename(tmp_path / "target.py")
    (tmp_path / "gone.py").unlink()
    (tmp_path / "run.sh").chmod(0o755)
    (tmp_path / "fresh.md").write_text("new\n\n-- not a header\n")
    (tmp_path / "empty").write_text("")
    for name in ("changed.py", "with blank.txt", "windows.txt", "target.py"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes().replace(b"line 7", b"-- line 7").replace(b"line 39\n", b"last"))
    git(tmp_path, "add", "-A")
    diff = git(tmp_path, "diff", "--cached")
    tree = git(tmp_path, "write-tree")

    result = COMPRESSOR.compress(diff)
    git(tmp_path, "reset", "-q", "--hard")
    git(tmp_path, "apply", "--index", given=decode(result.compressed))

    assert result.strategy == "diff_headers"
    assert "diff --git" not in result.compressed
    assert git(tmp_path, "write-tree") == tree


@pytest.mark.shared_data
def test_every_real_diff_gets_smaller_and_decodes_to_the_byte(tmp_path: Path) -> None:
    for sample in shared_samples("diff", most_chars=200_000):
        result = COMPRESSOR.compress(sample.text)
        assert result.strategy == "diff_headers"
        assert decode(result.compressed) == sample.text
        assert detect(result.compressed).kind.value == "git_diff"


@pytest.mark.shared_data
def test_git_reads_the_same_files_and_counts_in_decoded_diffs(tmp_path: Path) -> None:
    for sample in shared_samples("diff", one_in=9, most_chars=80_000):
        decoded = decode(COMPRESSOR.compress(sample.text).compressed)
        counts = git(tmp_path, "apply", "--numstat", given=decoded)
        assert counts == git(tmp_path, "apply", "--numstat", given=sample.text)
        assert counts.count("\n") == sample.text.count("\ndiff --git ")


def test_small_real_texts_of_every_kind_keep_the_law() -> None:
    for sample in samples():
        result = COMPRESSOR.compress(sample.text)
        assert decode(result.compressed) == sample.text if result.was_modified else result.compressed is sample.text

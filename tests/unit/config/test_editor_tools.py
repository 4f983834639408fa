"""Which tools show files to be edited."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.config.editors import EDITOR_TOOLS, FILE_TOOLS, is_editor_tool

EDITORS = (
    "Read",
    "NotebookRead",
    "MultiEdit",
    "cat",
    "view",
    "open",
    "str_replace_based_edit_tool",
    "str_replace_editor",
    "apply_patch",
    "mcp__filesystem__read_text_file",
    "mcp_filesystem_read_file",
    "filesystem.read_file",
    "functions/edit_file",
    "GitHub-get_file_contents",
    "developer__text_editor",
    "fs_read",
    "READ_FILE",
)
OTHERS = (
    "bash",
    "execute_bash",
    "execute_command",
    "run_terminal_cmd",
    "search_files",
    "list_directory",
    "grep",
    "Grep",
    "read_email",
    "gmail__read",
    "browser.open",
    "spread_file",
    "read_file_then_run",
    "credit",
    "review",
    "get_file_list",
    "",
)


@pytest.mark.parametrize("name", EDITORS)
def test_file_readers_and_editors_of_known_agents_are_found_in_any_case_and_behind_a_server_name(name: str) -> None:
    assert is_editor_tool(name)


@pytest.mark.parametrize("name", OTHERS)
def test_shells_searches_and_names_that_only_resemble_one_are_none(name: str) -> None:
    assert not is_editor_tool(name)


def test_only_ascii_letters_are_folded() -> None:
    assert not is_editor_tool("read_f\u0130le")
    assert not is_editor_tool("\u212adit")
    assert not is_editor_tool("read_file\ud800")


@given(prefix=st.text(max_size=20), name=st.sampled_from(FILE_TOOLS), mark=st.sampled_from("-._:/"))
def test_any_prefix_that_ends_with_a_divider_is_allowed(prefix: str, name: str, mark: str) -> None:
    assert is_editor_tool(f"{prefix}{mark}{name}")
    assert not is_editor_tool(f"{prefix}{mark}{name}x") or f"{name}x" in FILE_TOOLS


def test_the_list_holds_each_glob_once_in_small_letters() -> None:
    assert len(EDITOR_TOOLS) == len(set(EDITOR_TOOLS))
    assert all(glob == glob.lower() and glob.isascii() for glob in EDITOR_TOOLS)


def test_long_names_made_to_be_hard_cost_little() -> None:
    for length in (200, 256, 100_000):
        assert not is_editor_tool("_read_file" * (length // 10) + "!")

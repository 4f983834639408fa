"""Tools that show files to be edited, or edit them: what they answer is left to the byte.

Names as the tools' own sources or documentation give them, in small letters; a server's or a namespace's name may stand
before the longer ones. Generic shells (`bash`, `execute_command`, `run_terminal_cmd`) are none: they print anything.
"""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache

MOST_CHARS = 256
# Words that name other things elsewhere (an e-mail's `read`, a browser's `open`) count only without a prefix.
WHOLE_NAMES = (
    *("read", "edit", "multiedit", "write"),  # Claude Code, opencode, pi
    *("cat", "view", "open", "goto", "scroll_up", "scroll_down", "create"),  # SWE-agent, OpenHands, small agents
    *("patch", "editor"),  # opencode, Strands Agents
    "read a file's content",  # CrewAI FileReadTool
)
FILE_TOOLS = (
    # Anthropic's text editor tool and its earlier names; OpenHands, SWE-agent and others take them over
    *("str_replace_based_edit_tool", "str_replace_editor", "str_replace", "text_editor", "file_editor"),
    *("notebookread", "notebookedit", "notebook_read", "notebook_edit"),  # Claude Code
    *("apply_patch", "apply_diff"),  # OpenAI Codex; Roo Code
    # the reference MCP server for files, deepagents, LangChain's file tools, Gemini CLI, Cursor, Cline, Zed, Copilot
    *("read_file", "read_text_file", "read_files", "read_multiple_files", "read_many_files", "read_file_range"),
    *("read_file_lines", "readfile", "read_file_content", "read_file_contents"),
    *("write_file", "writefile", "write_to_file", "edit_file", "editfile", "create_file", "edit_files"),
    *("search_replace", "replace_in_file", "insert_content", "insert_edit_into_file"),  # Cursor, Cline, Roo, Copilot
    *("replace_string_in_file", "multi_replace_string_in_file", "edit_existing_file"),  # Copilot, Continue
    *("open_file", "openfile", "view_file", "viewfile", "view_code_item", "replace_file_content"),  # Windsurf, others
    *("fs_read", "fs_write", "file_read", "file_write"),  # Amazon Q, Strands Agents
    *("get_file_contents", "get_file_content", "getfilecontents", "create_or_update_file"),  # GitHub's MCP server
    *("get_file_text_by_path", "replace_text_in_file", "edit_block"),  # JetBrains, Desktop Commander
    *("replace_symbol_body", "replace_content", "replace_lines", "insert_after_symbol"),  # Serena
    *("cat_file", "show_file", "load_file"),  # small agents
)
EDITOR_TOOLS = (*WHOLE_NAMES, *FILE_TOOLS, *(f"*[-._:/]{name}" for name in FILE_TOOLS))
"""Globs over names in small ASCII letters."""

EDITOR_TOOL = re.compile("|".join(map(translate, EDITOR_TOOLS)))


@lru_cache(maxsize=1024)
def is_editor_tool(name: str) -> bool:
    """Whether a tool shows files to be edited, or edits them.

    >>> is_editor_tool("mcp__files__read_text_file"), is_editor_tool("Read"), is_editor_tool("bash")
    (True, True, False)
    """
    if len(name) > MOST_CHARS:
        return False
    return EDITOR_TOOL.match(name.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")) is not None

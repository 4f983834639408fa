"""The public names of the package: each is there, is what its module holds, and stays it whatever was imported."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import headroom_integrations.langchain as package
from headroom_integrations.langchain.names import NAMES

FOLDER = Path(package.__file__).parent
EVERY = ", ".join(sorted(NAMES))
# What a program imports, and prints the names that are no functions or classes of their modules.
PROGRAM = f"""
from headroom_integrations.langchain import {EVERY}
from headroom_integrations.langchain.names import NAMES
from importlib import import_module
print([name for name, (module, _) in NAMES.items() if globals()[name] is not getattr(import_module(module), name)])
"""


def test_names_imported_in_one_line_are_what_their_modules_hold() -> None:
    # the program starts anew: what a name gives must not depend on what was imported before it
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize("folder", [FOLDER, FOLDER.parent, FOLDER.parent / "llama_index"], ids=lambda one: one.name)
def test_no_module_is_called_like_a_public_name(folder: Path) -> None:
    # a module that was imported is an attribute of its package, and hides the name
    tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    [public] = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]

    assert not {path.stem for path in folder.iterdir()} & set(public)


def test_completion_shows_the_public_names() -> None:
    assert set(package.__all__) <= set(dir(package))


def test_type_checkers_see_the_same_names_as_programs() -> None:
    tree = ast.parse((FOLDER / "__init__.py").read_text(encoding="utf-8"))
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}

    assert seen == {name: module for name, (module, _) in NAMES.items()}
    assert package.__all__ == sorted(NAMES)

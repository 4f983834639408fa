"""Clears, checks, runs and renders the notebooks.

    python tools/notebooks.py clear               # as they stand in git: no outputs, no counts
    python tools/notebooks.py check               # fails where one has outputs
    python tools/notebooks.py run -o FOLDER       # executed copies; needs nbclient and ipykernel
    python tools/notebooks.py html -o FOLDER      # executed and rendered; needs nbconvert, too

Files may be named; without any it is all of `notebooks/`. `--offline` refuses every connection but those of this
machine, `--dark` renders for a dark page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
TIMEOUT_S = 180
# Refuses what would leave this machine; an audit hook, so that no library gets round it.
GUARD = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        host = arguments[1][0] if isinstance(arguments[1], tuple) else "127.0.0.1"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host not in ("127.0.0.1", "::1", "localhost", None):
        raise RuntimeError("a notebook must run offline: " + event)
sys.addaudithook(refuse)
"""


def named(paths: Iterable[str]) -> list[Path]:
    """The notebooks that are meant."""
    return [Path(path) for path in paths] or sorted(FOLDER.glob("*.ipynb"))


def read(path: Path) -> Any:
    """A notebook."""
    return nbformat.read(path, as_version=4)


def is_clear(notebook: Any) -> bool:
    """Whether it holds no outputs and no counts."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return not any(cell.outputs or cell.execution_count is not None for cell in cells)


def clear(paths: list[Path]) -> None:
    """Take outputs, counts and what editors add out of the files."""
    for path in paths:
        notebook = read(path)
        for place, cell in enumerate(notebook.cells):
            cell.metadata, cell.id = {}, f"cell-{place:02d}"
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
        nbformat.write(notebook, path)


def executed(path: Path, *, offline: bool = False) -> Any:
    """A notebook run top to bottom in its folder, in this Python.

    Raises:
        CellExecutionError: A cell fails.
    """
    from nbclient import NotebookClient

    notebook = read(path)
    if offline:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(GUARD))
    place = {"metadata": {"path": str(path.resolve().parent)}}
    NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", resources=place).execute()
    if offline:
        del notebook.cells[0]
    return notebook


def rendered(notebook: Any, *, dark: bool = False) -> str:
    """A page of a notebook."""
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter(theme="dark" if dark else "light").from_notebook_node(notebook)
    return str(page)


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("clear", "check", "run", "html"))
    parser.add_argument("files", nargs="*")
    parser.add_argument("-o", "--output", type=Path, default=Path("build/notebooks"))
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--dark", action="store_true")
    given = parser.parse_intermixed_args(arguments)
    paths = named(given.files)
    if given.what == "clear":
        clear(paths)
    elif given.what == "check":
        full = [path.name for path in paths if not is_clear(read(path))]
        sys.stderr.writelines(f"{name} has outputs: python tools/notebooks.py clear\n" for name in full)
        return bool(full)
    else:
        given.output.mkdir(parents=True, exist_ok=True)
        for path in paths:
            notebook = executed(path, offline=given.offline)
            target = given.output / path.name
            if given.what == "run":
                nbformat.write(notebook, target)
            else:
                page = rendered(notebook, dark=given.dark)
                target.with_suffix(".html").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

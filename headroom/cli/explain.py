"""`headroom explain`: each part of a conversation before and after, and what the ledger knows of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headroom.cli import options

if TYPE_CHECKING:
    from headroom.cli.work import Done, Job
    from headroom.results import Explained, Explanation

EXAMPLES = """
Examples:

\b
  headroom explain chat.json
  headroom explain chat.json --message 3 --lines 40
  headroom explain chat.json --handle 5b1f09c2a7e4 --retrieval tool
  headroom explain server.log --text --html explained.html
  headroom explain --run 01a1fa56-5004-7089-96ac-887a4ad8c395

Exit codes: 0 done; 1 a file could not be read, or there is no such part or run; 2 wrong usage.
"""


def explain_command(
    files: Annotated[list[str] | None, typer.Argument(metavar="FILE...", help="Files or globs; - reads stdin.")] = None,
    message: Annotated[int | None, typer.Option(min=0, help="Only this message, counted from 0.")] = None,
    handle: Annotated[str | None, typer.Option(help="Only the part of which this handle names the original.")] = None,
    run: Annotated[str | None, typer.Option(help="What the ledger knows of a run, request or thread id.")] = None,
    store: Annotated[str | None, typer.Option(help="URL of the metrics store, for --run.")] = None,
    model: options.Model = None,
    query: options.Query = None,
    target_tokens: options.TargetTokens = None,
    token_budget: options.TokenBudget = None,
    selection: options.Selection = None,
    retrieval: options.Retrieval = None,
    tool: options.Tool = None,
    sets: options.Sets = None,
    config: options.Config = None,
    text: options.Text = False,
    lines_form: options.Lines = False,
    every: Annotated[bool, typer.Option("--all", help="Show parts that stayed as they came, too.")] = False,
    lines: Annotated[int, typer.Option(min=1, help="Lines shown of each side.")] = 12,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a line per document, with texts.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write a page with all of it to this file.")] = None,
) -> None:
    """Show what each part was and what is sent: class, reason, tokens, and how to get back what is not shown.

    It compresses again with the settings given here; nothing is recorded, stored or sent. Texts are content.
    """
    if (run is None) == (not files):
        raise typer.BadParameter("name files, or --run with an id, not both", param_hint="FILE")
    if run is not None:
        from headroom.cli.explain_run import explain_run

        explain_run(run, store, as_json=as_json)
        return
    from headroom.cli.work import Job

    given = {"query": query, "target_tokens": target_tokens, "token_budget": token_budget}
    given |= {"selection": selection, "retrieval": retrieval}
    job = Job(model=model, tool=tool or "file", settings=options.settings_of(sets, config, **given))
    wanted = Wanted(message=message, handle=handle, every=every, lines=lines)
    explain_files(files or [], options.form_of(text, lines_form), job, wanted, as_json=as_json, html=html)


def explain_files(files: list[str], form: Any, job: Job, wanted: Wanted, *, as_json: bool, html: Path | None) -> None:
    """Show the wanted parts of files.

    Raises:
        ValidationError: A file cannot be read, or there is no such part.
    """
    found = [(name, made) for name, made in explanations(files, form, job, wanted) if made.parts]
    if not found:
        raise no_part(wanted)
    if html is not None:
        write_page(html, found)
    elif as_json:
        write_figures(found)
    else:
        for name, made in found:
            show(name, made)


class Wanted:
    """Which parts are shown, and how much of their texts."""

    def __init__(self, *, message: int | None, handle: str | None, every: bool, lines: int) -> None:
        self.message = message
        self.handle = handle
        self.every = every
        self.lines = lines

    def is_shown(self, part: Explained) -> bool:
        """Whether a part is shown."""
        note = part.note
        if self.message is not None or self.handle is not None:
            return self.message in (None, note.message_index) and self.handle in (None, note.handle)
        return self.every or note.change is not None


def explanations(files: list[str], form: Any, job: Job, wanted: Wanted) -> Iterator[tuple[str, Explanation]]:
    """A name and an explanation per conversation."""
    from headroom.cli.inputs import documents, named_files
    from headroom.cli.plan import simulated
    from headroom.cli.work import compress_documents

    for name in named_files(files):
        for one in compress_documents(documents(name, form), job, simulated):
            yield from of_document(one, wanted)


def of_document(one: Done, wanted: Wanted) -> Iterator[tuple[str, Explanation]]:
    """An explanation per conversation of a document."""
    from headroom.cli.shapes import at, conversations, tool_result
    from headroom.results.explained import explanation_of

    document = one.document
    paths = conversations(document.value) if document.form != "text" and one.results else [()]
    for place, result in enumerate(one.results):
        before = tool_result(document.text) if document.form == "text" else at(document.value, paths[place])
        made = explanation_of(result, before, result.messages, with_texts=True, every=True)
        parts = [part for part in made.parts if wanted.is_shown(part)]
        name = document.name if len(one.results) == 1 else f"{document.name}, conversation {place + 1}"
        yield name, replace(made, parts=parts, lines=wanted.lines)


def no_part(wanted: Wanted) -> Exception:
    """What is said where nothing is to be shown."""
    from headroom.errors import ValidationError

    if wanted.handle is not None:
        text = f"no part has the handle {wanted.handle[:20]}; its settings are needed, too, such as --retrieval tool"
        return ValidationError(text, field="handle")
    if wanted.message is not None:
        return ValidationError(f"message {wanted.message} has no text that is looked at", field="message")
    return ValidationError("nothing was changed; --all shows every part and why it stayed", field="file")


def show(name: str, made: Explanation) -> None:
    """One conversation on the terminal."""
    from headroom.cli.files import console
    from headroom.cli.plan import STYLES
    from headroom.results.explained_text import facts, heading, shown, sides, total

    out = console()
    out.print(shown(name), style="bold", soft_wrap=True, highlight=False)
    for part in made.parts:
        out.print()
        out.print(heading(part), style=STYLES.get(part.note.change or "", "default"), highlight=False)
        for line in facts(part):
            out.print(f"  {line}", style="cyan", soft_wrap=True, highlight=False, markup=False)
        for line in sides(part, out.width, made.lines) if part.has_sides else ():
            out.print(line, style=SIGNS.get(line[:2], "default"), soft_wrap=True, highlight=False, markup=False)
    out.print()
    out.print(total(made), highlight=False)


SIGNS = {"- ": "red", "+ ": "green"}


def write_figures(found: list[tuple[str, Explanation]]) -> None:
    """A line of JSON per conversation."""
    from headroom.cli.files import write_json

    for name, made in found:
        write_json({"name": name, **made.to_dict()}, indent=None)


def write_page(path: Path, found: list[tuple[str, Explanation]]) -> None:
    """A page with all conversations."""
    from headroom.cli.files import replaced_file
    from headroom.results.explained_html import pages

    with replaced_file(path) as file:
        file.write(pages(found).encode("utf-8"))
    typer.echo(f"written: {path}", err=True)

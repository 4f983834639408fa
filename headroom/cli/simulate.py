"""`headroom simulate`: what compressing would do to each part, why, and what would change it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from headroom.cli import options

EXAMPLES = """
Examples:

\b
  headroom simulate chat.json
  headroom simulate chat.json --retrieval tool --diff
  headroom simulate server.log --text --target-tokens 500
  headroom simulate 'runs/*.json' --only search_code --json

Exit codes: 0 done; 1 a file or line could not be read, or a setting is refused; 2 wrong usage.
"""


def simulate_command(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files or globs; - reads stdin.")],
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
    lines: options.Lines = False,
    only: Annotated[str | None, typer.Option("--only", help="Show only results of this tool.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Show parts that are too short to matter, too.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show texts before and after. They are content.")] = False,
    diff_lines: Annotated[int, typer.Option(min=1, help="Lines shown of each side.")] = 12,
    as_json: Annotated[bool, typer.Option("--json", help="Figures and notes as JSON, a line per document.")] = False,
) -> None:
    """Show what compressing would do, part by part, with reasons.

    Nothing is recorded, stored or sent. Reads what `headroom compress` reads.
    """
    from headroom.cli.files import write_json
    from headroom.cli.inputs import documents, named_files
    from headroom.cli.plan import simulated
    from headroom.cli.summary import Sums, figures
    from headroom.cli.work import Job, compress_documents

    form = options.form_of(text, lines)
    given = {"query": query, "target_tokens": target_tokens, "token_budget": token_budget}
    given |= {"selection": selection, "retrieval": retrieval}
    job = Job(model=model, tool=tool or "file", settings=options.settings_of(sets, config, **given))
    sums, wanted = Sums(), Wanted(only=only, every=every, diff_lines=diff_lines if diff else 0)
    for name in named_files(files):
        for one in sums.counted(compress_documents(documents(name, form), job, simulated)):
            if as_json:
                write_json(figures(one, with_document=False), indent=None)
            else:
                show(one, wanted)
    if not as_json:
        show_sums(sums)
    if sums.problems:
        raise typer.Exit(1)


class Wanted:
    """What is shown: of which tool, how small, and how many lines of a diff (0 for none)."""

    def __init__(self, *, only: str | None, every: bool, diff_lines: int) -> None:
        self.only = only
        self.every = every
        self.diff_lines = diff_lines


def show(one: Any, wanted: Wanted) -> None:
    """One document: a table of its parts, and their texts where asked for."""
    from headroom.cli.files import console
    from headroom.cli.plan import chosen, plan
    from headroom.cli.texts import show_texts
    from headroom.reports.wording import shown

    out = console()
    rows = chosen(one, only=wanted.only, every=wanted.every)
    if wanted.only is not None and not rows:
        return
    out.print(shown(one.document.name), style="bold", soft_wrap=True)
    if one.document.problem:
        out.print(f"  left as it came: {one.document.problem}")
        return
    hidden = 0 if wanted.only is not None else len(one.notes) - len(rows)
    if rows:
        out.print(plan(rows, out.width))
    if hidden:
        out.print(f"  {hidden} parts not shown; --all shows them")
    if wanted.diff_lines:
        show_texts(one, rows, out, wanted.diff_lines)


def show_sums(sums: Any) -> None:
    """The totals, below all documents."""
    from headroom.cli.files import console

    out = console()
    for line in sums.lines():
        out.print(line, soft_wrap=True)

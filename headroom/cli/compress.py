"""`headroom compress`: messages in, messages out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headroom.cli import options
from headroom.cli.files import STANDARD_INPUT, replaced_file, write_bytes, write_json
from headroom.errors import ValidationError

if TYPE_CHECKING:
    from headroom.cli.inputs import Form
    from headroom.cli.work import Done, Job

EXAMPLES = """
Examples:

\b
  headroom compress chat.json > smaller.json
  headroom compress server.log --target-tokens 500
  kubectl logs api | headroom compress - --text --query timeout
  headroom compress traces.jsonl -o smaller.jsonl
  headroom compress 'runs/*.json' -o smaller/
  headroom compress --batch requests.jsonl -o out.jsonl
  headroom compress chat.json --set smart_crusher.keep_first=5 --json

Exit codes: 0 done; 1 a file or line could not be read, or a setting is refused; 2 wrong usage.
"""


def compress_command(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files or globs; - reads stdin.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write, or a directory for many; without, stdout.")
    ] = None,
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
    batch: Annotated[
        bool, typer.Option("--batch", help="Lines are requests of a batch; a report is written beside the output.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Figures and notes as JSON, a line per document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary on stderr.")] = False,
) -> None:
    """Compress the tool results of conversations.

    Reads lists of messages, request bodies of OpenAI and Anthropic, JSONL with one of them per line, batch files, and
    plain text as one tool result. The same shape comes out on stdout, a summary goes to stderr. Without a limit only
    exact forms are used. No file is ever changed in place.
    """
    from headroom.cli.inputs import named_files
    from headroom.cli.summary import Sums
    from headroom.cli.work import Job

    names = named_files(files)
    form = options.form_of(text, lines or (batch and not all(name.endswith(".json") for name in names)))
    given = {"query": query, "target_tokens": target_tokens, "token_budget": token_budget}
    given |= {"selection": selection, "retrieval": retrieval}
    job = Job(model=model, tool=tool or "file", settings=options.settings_of(sets, config, **given))
    check_output(names, output, batch)
    sums = Sums()
    for name, target in zip(names, targets(names, output), strict=True):
        write(sums.counted(worked(name, form, job), keep=batch), target, as_json)
    if batch and output is not None:
        from headroom.cli.batch import write_report

        write_report(report_path(output), sums)
    if not quiet:
        for line in sums.lines():
            typer.echo(line, err=True)
    if sums.problems:
        raise typer.Exit(1)


def write(done: Iterator[Done], target: Path | None, as_json: bool) -> None:
    """The documents of one file to where they go."""
    if as_json:
        write_figures(done, target)
    elif target is not None:
        write_file(done, target)
    else:
        for one in done:
            write_bytes(one.output + ending(one))


def worked(name: str, form: Form | None, job: Job) -> Iterator[Done]:
    """The documents of one file, compressed, under a progress line."""
    from headroom.api import compress
    from headroom.cli.inputs import documents
    from headroom.cli.progress import tracked
    from headroom.cli.work import compress_documents

    return tracked(compress_documents(documents(name, form), job, compress), name)


def check_output(names: Sequence[str], output: Path | None, batch: bool) -> None:
    """Refuse what would write over an input, or many files into one.

    Raises:
        BadParameter: Wrong usage.
        ValidationError: The output is one of the inputs.
    """
    if batch and output is None:
        raise typer.BadParameter("is needed with --batch, for the report beside it", param_hint="'--output'")
    if len(names) > 1 and (output is None or not is_directory(output)):
        raise typer.BadParameter("must name a directory, such as smaller/, for several files", param_hint="'--output'")
    for name, target in zip(names, targets(names, output), strict=True):
        if target is not None and name != STANDARD_INPUT and target.resolve() == Path(name).resolve():
            raise ValidationError(f"{name} would be written over; name another output", field="output")


def is_directory(output: Path) -> bool:
    """Whether an output is a directory."""
    return output.is_dir()


def targets(names: Sequence[str], output: Path | None) -> list[Path | None]:
    """Where each file goes; None is standard output."""
    if output is None or not is_directory(output):
        return [output for _ in names]
    made = [output / ("stdin" if name == STANDARD_INPUT else Path(name).name) for name in names]
    if len(set(made)) < len(made):
        raise ValidationError(
            "several files have the same name; compress them into different directories", field="output"
        )
    return list(made)


def write_file(done: Iterator[Done], target: Path) -> None:
    """All documents of one file into another, at once in the end."""
    with replaced_file(target) as file:
        for one in done:
            file.write(one.output + ending(one))


def ending(one: Done) -> bytes:
    """What follows a document: a line feed after lines, nothing after a whole file."""
    return b"\n" if one.document.form == "jsonl" else b""


def write_figures(done: Iterator[Done], target: Path | None) -> None:
    """A line of JSON per document; with the document itself where it is not written to a file."""
    from headroom.cli.summary import figures

    if target is None:
        for one in done:
            write_json(figures(one, with_document=True), indent=None)
        return
    with replaced_file(target) as file:
        for one in done:
            file.write(one.output + ending(one))
            write_json(figures(one, with_document=False), indent=None)


def report_path(output: Path) -> Path:
    """Beside the output: `out.jsonl` has `out.report.json`."""
    return output.with_name(f"{output.stem}.report.json")

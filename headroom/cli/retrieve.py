"""`headroom retrieve`: an original back, or the rows of it that are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headroom.cli.files import read_config, read_messages_file, replaced_file, write_bytes

EXAMPLES = """
Examples:

\b
  headroom retrieve 5b1f09c2a7e4 --messages chat.json
  headroom retrieve 5b1f09c2a7e4 --messages chat.json --rows 47-90
  headroom retrieve 5b1f09c2a7e4 --messages chat.json --where 'state=open and size>100'
  headroom retrieve 5b1f09c2a7e4 --messages server.log --search timeout --page 2
  headroom retrieve 5b1f09c2a7e4 --store sqlite:///originals.db -o original.txt

Exit codes: 0 done; 1 no such original, or a value is refused; 2 wrong usage.
"""


def retrieve_command(
    handle: Annotated[str, typer.Argument(help="12 hex digits, as the marker line shows them.")],
    messages: Annotated[
        str | None,
        typer.Option(help="File with the conversation as it came: JSON, JSONL or a text; - is stdin."),
    ] = None,
    store: Annotated[str | None, typer.Option(help="URL of the store that originals were put into.")] = None,
    rows: Annotated[str | None, typer.Option(help="Ranges counted from 1, such as 47-90 or 3,17-20.")] = None,
    search: Annotated[str | None, typer.Option(help="Words to look for.")] = None,
    where: Annotated[str | None, typer.Option(help="Comparisons, such as 'state=open and size>100'.")] = None,
    at: Annotated[str | None, typer.Option(help="Path of the list whose rows are meant; else the largest.")] = None,
    page: Annotated[int | None, typer.Option(min=1, help="Page of the answer; all of it without.")] = None,
    page_tokens: Annotated[int, typer.Option(min=1, help="Tokens of a page at most.")] = 4000,
    namespace: Annotated[str | None, typer.Option(help="Scope in which the handle was made.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file, for the secret of handles.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; without, to stdout.")] = None,
) -> None:
    """Print an original, or rows of it.

    The original comes byte for byte, rows one a line; what is shown of how much goes to stderr.
    """
    from headroom.api import retrieve

    found = retrieve(
        handle,
        messages=None if messages is None else read_messages_file(messages),
        store=store,
        rows=rows,
        search=search,
        where=where,
        at=at,
        page=page,
        page_tokens=page_tokens,
        namespace=namespace,
        config=read_config(config),
    )
    data = found.content if found.is_whole else found.content + b"\n"
    if output is None:
        write_bytes(data)
    else:
        with replaced_file(output) as file:
            file.write(data)
    if not found.is_whole:
        typer.echo(found.footer, err=True)

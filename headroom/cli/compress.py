"""`headroom compress`: messages in, messages out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from headroom.cli.files import messages_in, read_config, read_json, read_text, write_bytes, write_json
from headroom.cli.summary import summary_lines


def compress_command(
    file: Annotated[str, typer.Argument(help="JSON file: a list of messages or a request with them; - reads stdin.")],
    model: Annotated[str, typer.Option(help="Name of the model; decides figures, never bytes.")] = "gpt-4o",
    query: Annotated[str | None, typer.Option(help="What is looked for, in place of the last user text.")] = None,
    target_tokens: Annotated[
        int | None, typer.Option(min=1, help="Leave rows out beyond this size per result.")
    ] = None,
    selection: Annotated[
        str | None, typer.Option(help="Where leaving out is allowed: reachable, always, never.")
    ] = None,
    retrieval: Annotated[str | None, typer.Option(help="tool where the model can call headroom_retrieve; off.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file.")] = None,
    text: Annotated[
        bool, typer.Option("--text", help="The file is one tool result, such as a log or CSV; text comes out.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary on stderr.")] = False,
) -> None:
    """Compress the tool results of a conversation.

    The same shape comes out on stdout, a summary goes to stderr. Without a limit only exact forms are used.
    """
    from headroom.api import compress

    settings = {"query": query, "target_tokens": target_tokens, "selection": selection, "retrieval": retrieval}
    given: dict[str, Any] = {name: value for name, value in settings.items() if value is not None}
    if text:
        given["cache_optimizer"] = {"min_cacheable_tokens": 0}  # a single text is no prefix
    document: Any = one_result(read_text(file)) if text else read_json(file)
    result = compress(messages_in(document, file), model, config=read_config(config), **given)
    if text:
        write_bytes(str(result.messages[-1]["content"]).encode("utf-8"))
    else:
        write_json({**document, "messages": result.messages} if isinstance(document, dict) else result.messages)
    if not quiet:
        for line in summary_lines(result):
            typer.echo(line, err=True)


def one_result(text: str) -> list[dict[str, Any]]:
    """A conversation in which a tool answers `text`; without a prefix that a provider could cache."""
    call = {"id": "call", "type": "function", "function": {"name": "file", "arguments": "{}"}}
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call", "content": text},
    ]

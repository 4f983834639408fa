"""The command: measure, show, write the report."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from headroom_integrations.demo.conversation import Conversation, load_conversation

FLUSH_S = 30.0  # a slow machine may take seconds to load the database library


def demo(
    conversation: Annotated[
        Path | None, typer.Option(help="JSON file with your own OpenAI messages, in place of the one shown.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Where to write the HTML report, which shows texts before and after.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All figures as JSON.")] = False,
) -> None:
    """Show what headroom does to a real agent conversation.

    Nothing leaves this machine, no model is called, and your own metrics are not touched.
    """
    from headroom_integrations._shared import load

    load("HeadroomCompressor", "headroom_integrations.langchain.runnable", "langchain")
    from headroom.storage import flush_recorders
    from headroom_integrations.demo.figures import as_json as in_json
    from headroom_integrations.demo.figures import measure

    talk = load_conversation(conversation)
    directory = Path(tempfile.mkdtemp(prefix="headroom-demo-"))
    store_url = f"sqlite:///{directory / 'metrics.db'}"
    figures = measure(talk.messages, store_url)
    flush_recorders(FLUSH_S)
    paths = {"Metrics of this demo": store_url}
    target = report or (directory / "report.html" if talk.is_ours else None)
    if target is not None:
        write_report(figures, talk, store_url, target)
        paths["HTML report"] = str(target)
    if as_json:
        typer.echo(json.dumps({"source": talk.source, **in_json(figures), "files": paths}, indent=2))
        return
    show_all(figures, talk, paths)


def show_all(figures: Any, talk: Conversation, paths: dict[str, str]) -> None:
    """The figures on the terminal."""
    from rich.console import Console

    from headroom.storage import default_store_url
    from headroom_integrations.demo.show import show, show_files

    out = Console(markup=False, highlight=False, emoji=False)
    show(figures, talk, out)
    show_files({**paths, "Metrics of your programs": default_store_url()}, out)


def write_report(figures: Any, talk: Conversation, store_url: str, path: Path) -> None:
    """The report, with the texts of this conversation before and after."""
    from headroom.reports import generate_report
    from headroom_integrations.demo.samples import samples_of

    generate_report(store_url, period="hour", output_path=path, samples=samples_of(figures.exact.result, talk.messages))

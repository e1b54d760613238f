"""``Scripts/tts report``."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from production.console import say, show_json
from production.files import write_atomically
from production.home import Home
from production.reports import completion, current, deployments, live
from production.reports.shape import Document
from production.reports.situation import Situation, gather

HELP = "The status documents, written from what is measured and recorded. Markdown, or --json."
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write to this file instead.")]
app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _command(name: str, write: Callable[[Situation], Document], text: str) -> None:
    def run(as_json: JsonOption = False, out: OutOption = None) -> None:
        document = write(gather(Home.find()))
        if as_json:
            show_json(document.data())
        elif out:
            write_atomically(out, document.markdown(), mode=0o644)
            say(f"Written to {out}.")
        else:
            typer.echo(document.markdown())

    app.command(name, help=text)(run)


_command("current", current.write, "What runs, how it is set up, what it uses.")
_command("live", live.write, "How it is at this moment, and in the last minutes.")
_command("deployment", deployments.write, "How deployments went, against the targets.")
_command("completion", completion.write, "The last deployment, held against what production wants.")

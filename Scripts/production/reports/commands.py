"""``Scripts/tts report``."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from production.console import say, show, show_json
from production.files import write_atomically
from production.home import Home
from production.lock import exclusive
from production.reports import acceptance, completion, current, deployments, live
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


@app.command()
def accept(
    by: Annotated[str, typer.Option(help="Who tried it.")],
    is_refused: Annotated[bool, typer.Option("--refused", help="It is not accepted.")] = False,
    remarks: Annotated[str, typer.Option(help="What they say of it.")] = "",
) -> None:
    """Record what those who tried the release that was deployed last say of it; it stands in the completion document."""
    home = Home.find()
    with exclusive(home):
        release = acceptance.record(home, by=by, is_accepted=not is_refused, remarks=remarks)
    show(f"{release}: {'refused' if is_refused else 'accepted'} by {by}.")

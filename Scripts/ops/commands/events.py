"""``Scripts/tts events``: the events that a handler could not take, over all services."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bootstrap.paths import SERVICES
from ops.commands.target import DataOption, instance_folder
from ops.manage import ManageFailed, manage

app = typer.Typer(help="The events that could not be handled (dead letters).", no_args_is_help=True)
ServiceOption = Annotated[str, typer.Option("--service", help="One service; all when none is given.")]
Letters = Annotated[list[int] | None, typer.Argument(help="Numbers of letters; all open ones of the service when none is given.")]


@app.command("list")
def list_letters(service: ServiceOption = "", data: DataOption = None) -> None:
    """List the open dead letters."""
    table = Table("Service", "Number", "Event", "Handler", "Since", "Reason")
    for name in _chosen(service):
        for letter in _call(name, data, "list"):
            table.add_row(name, str(letter["id"]), letter["name"], letter["handler"], letter["at"], letter["reason"])
    Console().print(table if table.row_count else "No dead letters.")


@app.command()
def replay(letters: Letters = None, service: ServiceOption = "", data: DataOption = None) -> None:
    """Handle dead letters again. Exit code 1 when one failed again."""
    _act("replay", letters or [], service, data)


@app.command()
def dismiss(letters: Letters = None, service: ServiceOption = "", data: DataOption = None) -> None:
    """Put dead letters aside for good."""
    _act("dismiss", letters or [], service, data)


def _act(action: str, letters: list[int], service: str, data: Path | None) -> None:
    if letters and not service:
        raise typer.BadParameter("numbers belong to one service: name it with --service")
    for name in _chosen(service):
        done = _call(name, data, action, *map(str, letters))
        typer.echo(f"{name}: {len(done)}")


def _chosen(service: str) -> tuple[str, ...]:
    if service and service not in SERVICES:
        raise typer.BadParameter(f"there is no service {service}; there are: {', '.join(SERVICES)}")
    return (service,) if service else SERVICES


def _call(service: str, data: Path | None, *arguments: str) -> list[dict[str, Any]]:
    try:
        output = manage(instance_folder(data), service, "events", *arguments)
    except ManageFailed as failure:
        typer.echo(str(failure), err=True)
        raise typer.Exit(1) from failure
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]

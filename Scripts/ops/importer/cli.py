"""``Scripts/tts import FILE``."""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ops.importer import progress as saved
from ops.importer.rows import BadRow, NotATicketFile
from ops.importer.run import Job, count_rows, run_import
from ops.importer.sending import ImportApi, Refused
from ops.importer.target import Login, NoTarget, base_url_of, demo_login

DATA = Path(__file__).resolve().parents[3] / ".data"
#: errors shown one by one; all are in the file
SHOWN = 20


class Status(StrEnum):
    """What the imported tickets are from the start."""

    CLOSED = "closed"
    OPEN = "open"
    NEW = "new"


def import_tickets(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV with title, body, urgency and impact.")],
    source: Annotated[
        str, typer.Option(help="Name of the system they come from; with a row's id it makes the import repeatable.")
    ] = "it-tickets",
    status: Annotated[Status, typer.Option(help="What they are: closed (history), open (approved), new (to be approved).")] = Status.CLOSED,
    category: Annotated[str, typer.Option(help="Slug of the category that they go to.")] = "it-support",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row and write nothing.")] = False,
    base_url: Annotated[str, typer.Option(help="Address of the system; else the one started by Scripts/run.")] = "",
    login: Annotated[str, typer.Option(help="E-mail of somebody with ticket.import; asks for the password. Else the demo superuser.")] = "",
    data: Annotated[Path, typer.Option(help="Folder of the running instance; cursor and errors are kept there.")] = DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end and nothing else.")] = False,
) -> None:
    """Bring in the tickets of another system. Run it again after an interruption: it goes on where it stopped."""
    screen = Console(quiet=as_json, stderr=True)
    try:
        who = Login(login, typer.prompt("Password", hide_input=True, err=True)) if login else demo_login(data)
        api = ImportApi(base_url or base_url_of(data), who)
        cursor = saved.Cursor(data / "import", file, source, status.value)
        done = _run(Job(file, source, status.value, category, dry_run), api, cursor, screen)
    except (NoTarget, NotATicketFile, Refused) as error:
        Console(stderr=True).print(f"[red]{error}[/red]")
        raise typer.Exit(1) from error
    errors = str(cursor.errors_file) if done.failed and not dry_run else ""
    if as_json:
        typer.echo(json.dumps({**asdict(done), "dry_run": dry_run, "errors_file": errors}))
    else:
        screen.print(
            f"{done.rows} rows: {done.created} created, {done.existing} known already, {done.failed} not taken"
            + (" (dry run)" if dry_run else "")
        )
        if errors:
            screen.print(f"The rows not taken, and why: {errors}")


def _run(job: Job, api: ImportApi, cursor: saved.Cursor, screen: Console) -> saved.Progress:
    shown = 0
    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[counts]}"), TimeRemainingColumn())
    with Progress(*columns, console=screen) as bar:
        task = bar.add_task("rows", total=count_rows(job.file), counts="")

        def tell(progress: saved.Progress, errors: list[BadRow]) -> None:
            nonlocal shown
            for error in errors[: max(0, SHOWN - shown)]:
                bar.console.print(f"row {error.position}: {error.field} {error.message}", markup=False, highlight=False)
            shown += len(errors)
            bar.update(task, completed=progress.rows, counts=f"{progress.created} new, {progress.existing} known, {progress.failed} bad")

        return run_import(job, api, cursor, tell)

"""``Scripts/tts outbox``: the events that wait to be published, over all services."""

from collections import Counter
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from production.commands.dead_letters import JsonOption, ServiceOption
from production.compose import Compose
from production.console import show, show_json
from production.errors import WrongUse
from production.home import Home
from production.lock import exclusive
from production.services import call, chosen

app = typer.Typer(help="Events that wait to be published.", no_args_is_help=True)


@app.command("list")
def list_events(
    service: ServiceOption = "",
    unroutable: Annotated[bool, typer.Option("--unroutable", help="Only those that no queue took.")] = False,
    as_data: JsonOption = False,
) -> None:
    """List what waits, the first hundred of each service."""
    compose = Compose(Home.find())
    rows = [{"service": name, **row} for name in chosen(service) for row in call(compose, name, "outbox", "list")]
    rows = [row for row in rows if not unroutable or row["last_error"] == "unroutable"]
    if as_data:
        show_json(rows)
        return
    table = Table("Service", "Event", "Waiting", "Since", "Tries", "Last error")
    counts = Counter((row["service"], row["type"], row["last_error"]) for row in rows)
    for (name, kind, error), count in counts.items():
        first = next(row for row in rows if (row["service"], row["type"], row["last_error"]) == (name, kind, error))
        table.add_row(name, kind, str(count), first["created_at"], str(first["attempts"]), error)
    show(table if rows else "Nothing waits.")


@app.command()
def replay(
    since: Annotated[str, typer.Option(help="A moment with its time zone, such as 2026-01-31T12:00:00Z.")],
    service: ServiceOption = "",
) -> None:
    """Publish again what was published since a moment: after the broker lost its data. Nobody does anything twice."""
    _insist_on_moment(since)
    home = Home.find()
    with exclusive(home):
        for name in chosen(service):
            (row,) = call(Compose(home), name, "outbox", "replay", "--since", since)
            show(f"{name}: {row['again']} published again")


def _insist_on_moment(text: str) -> None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise WrongUse(f"--since {text}: a moment has its time zone, such as 2026-01-31T12:00:00Z")

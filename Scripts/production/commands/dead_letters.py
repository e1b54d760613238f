"""``Scripts/tts dlq``: the events that a handler could not take, over all services."""

import json
from typing import Annotated

import typer
from rich.table import Table

from production.compose import Compose
from production.console import fail, show, show_json
from production.errors import WrongUse
from production.home import Home
from production.services import Incomplete, Row, call, chosen

app = typer.Typer(help="Dead letters: events that could not be handled.", no_args_is_help=True)
ServiceOption = Annotated[str, typer.Option("--service", help="One service; all when none is given.")]
Letters = Annotated[list[int] | None, typer.Argument(help="Numbers of letters; all open ones when none is given.")]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def list_letters(service: ServiceOption = "", as_data: JsonOption = False) -> None:
    """List the open dead letters."""
    compose = Compose(Home.find())
    letters = [{"service": name, **row} for name in chosen(service) for row in call(compose, name, "events", "list")]
    if as_data:
        show_json(letters)
        return
    table = Table("Service", "Number", "Event", "Handler", "Since", "Reason")
    for letter in letters:
        table.add_row(letter["service"], str(letter["id"]), letter["name"], letter["handler"], letter["at"], letter["reason"])
    show(table if letters else "No dead letters.")


@app.command("show")
def show_letter(letter: Annotated[int, typer.Argument(help="Its number.")], service: ServiceOption = "") -> None:
    """Show one letter with all that it carried."""
    rows = call(Compose(Home.find()), _one(service), "events", "show", str(letter))
    if not rows:
        raise WrongUse(f"{service} has no open dead letter {letter}")
    show_json(rows[0])


@app.command()
def replay(letters: Letters = None, service: ServiceOption = "", as_data: JsonOption = False) -> None:
    """Handle dead letters again. Exit code 1 when one failed again: it stays."""
    _act("replay", letters or [], service, as_data)


@app.command()
def dismiss(letters: Letters = None, service: ServiceOption = "", as_data: JsonOption = False) -> None:
    """Put dead letters aside for good."""
    _act("dismiss", letters or [], service, as_data)


def _act(action: str, letters: list[int], service: str, as_data: bool) -> None:
    if letters:
        _one(service)
    compose, done, failures = Compose(Home.find()), {}, []
    for name in chosen(service):
        try:
            done[name] = [row["id"] for row in call(compose, name, "events", action, *map(str, letters))]
        except Incomplete as failure:
            failures.append(str(failure))
            done[name] = _unscathed(failure.rows, str(failure))
    if as_data:
        show_json({"done": done, "failures": failures})
    else:
        show("\n".join(f"{name}: {len(ids)}" for name, ids in done.items()))
    if failures:
        fail("\n".join(failures))


def _unscathed(rows: list[Row], failure: str) -> list[int]:
    failed = set(json.loads(failure[failure.index("[") :])) if "[" in failure else set()
    return [row["id"] for row in rows if row["id"] not in failed]


def _one(service: str) -> str:
    if not service:
        raise WrongUse("numbers belong to one service: name it with --service")
    return chosen(service)[0]

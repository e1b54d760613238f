"""``Scripts/tts manage``: any management command of a service, in its running container."""

import sys
from typing import Annotated

import typer

from production.compose import Compose
from production.errors import WrongUse
from production.home import Home
from production.state import COMPOSE_NAMES, SERVICES, State

app = typer.Typer(add_completion=False)


@app.command(context_settings={"ignore_unknown_options": True})
def manage(
    service: Annotated[str, typer.Argument(help=f"One of: {', '.join(SERVICES)}.")],
    arguments: Annotated[list[str], typer.Argument(help="The command and its options; after -- where an option is also one of this tool.")],
    worker: Annotated[
        bool, typer.Option("--worker", help="In the worker, which reaches the broker and, for notification, the outside.")
    ] = False,
) -> None:
    """Run a management command: Scripts/tts manage auth create_first_admin --email … --name …"""
    if service not in SERVICES:
        raise WrongUse(f"There is no service {service}; there are: {', '.join(SERVICES)}")
    home = Home.find()
    name = State.load(home).serving(f"{service}-worker" if worker else COMPOSE_NAMES[service])
    terminal = [] if sys.stdin.isatty() and sys.stdout.isatty() else ["--no-TTY"]
    done = Compose(home).run("exec", *terminal, name, "python", "manage.py", *arguments, check=False)
    raise typer.Exit(min(done.returncode, 1))

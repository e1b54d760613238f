"""``Scripts/tts logs``: what the containers wrote."""

from contextlib import suppress
from typing import Annotated

import typer

from production.compose import Compose
from production.errors import WrongUse
from production.home import Home
from production.state import COMPOSE_NAMES, State


def logs(
    services: Annotated[list[str] | None, typer.Argument(help="auth, auth-worker, db, nginx …; all when none is given.")] = None,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", min=0, help="How many of the last lines of each.")] = 50,
    since: Annotated[str, typer.Option(help="Such as 10m, or 2026-01-31T12:00:00.")] = "",
) -> None:
    """Show the end of the logs."""
    home = Home.find()
    compose, state = Compose(home), State.load(home)
    known = set(compose.run("config", "--services", capture=True).stdout.split())
    chosen = [state.serving(COMPOSE_NAMES.get(service, service)) for service in services or []]
    if unknown := [service for service in chosen if service not in known]:
        raise WrongUse(f"There is no {', '.join(unknown)}; there are: {', '.join(sorted({*COMPOSE_NAMES, *known}))}")
    options = ["--tail", str(lines), *(["--follow"] if follow else []), *(["--since", since] if since else [])]
    with suppress(KeyboardInterrupt):  # that is how one stops following
        compose.run("logs", *options, *chosen)

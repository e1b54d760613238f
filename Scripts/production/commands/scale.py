"""``Scripts/tts scale``: how many workers a service has."""

from typing import Annotated

import typer

from production import dotenv, scaling, starting
from production.commands.down import DryRun
from production.compose import Compose
from production.console import show
from production.errors import RefusedByPreflight, WrongUse
from production.files import write_atomically
from production.home import Home
from production.lock import exclusive
from production.memory import free_mib
from production.state import COMPOSE_NAMES, SERVICES

EACH_MIB = 110  # what a worker uses
ONE_ONLY = {
    "db": "PostgreSQL has one server here; a larger Droplet, or a managed database, is the next step",
    "rabbitmq": "the broker has one node here; a larger Droplet is the next step",
    "nginx": "the edge is one; a load balancer before several machines is the next step",
    "frontend": "files are served by one process with ease",
    "backup": "there is one archive",
    "certbot": "there is one certificate",
    **dict.fromkeys(COMPOSE_NAMES.values(), "its web container has two processes of four threads; a larger Droplet is the next step"),
}


def scale(
    service: Annotated[str, typer.Argument(help=f"{', '.join(SERVICES)}; also as auth-worker.")],
    workers: Annotated[int, typer.Argument(min=1, max=scaling.MOST, help="How many workers it is to have.")],
    dry_run: DryRun = False,
) -> None:
    """Change the number of workers of a service. On one machine, nothing else is scaled: the message says why, and what to do instead."""
    name = service.removesuffix("-worker")
    if name not in SERVICES:
        reason = ONE_ONLY.get(service, "there are " + ", ".join(SERVICES))
        raise WrongUse(f"{service} cannot be scaled: {reason}.")
    home = Home.find()
    with exclusive(home):
        before = scaling.extras(home, name)
        _insist_on_memory(home, workers - 1 - len(before))
        if dry_run:
            show(f"{name} has {len(before) + 1} and would have {workers}.")
            return
        changed = dotenv.fill(home.env_file.read_text(encoding="utf-8"), {**home.values, f"{name.upper()}_WORKERS": str(workers)})
        write_atomically(home.env_file, changed)
        _apply(Home.find(), name, before)
    show(f"{name} has {workers} worker{'s' if workers > 1 else ''}.")


def _apply(home: Home, service: str, before: list[str]) -> None:
    after = scaling.extras(home, service)
    compose = Compose(home)
    surplus = [name for name in before if name not in after]
    if running := [c.name for c in compose.containers() if c.service in surplus]:
        compose.docker("stop", *running)
        compose.docker("rm", "--force", *running)
    scaling.write(home)
    if after:
        starting.bring_up(compose, after, timeout=180.0)


def _insist_on_memory(home: Home, more: int) -> None:
    if more > 0 and (free := free_mib(home)) < more * EACH_MIB:
        needed = f"{more} more worker{'s' if more > 1 else ''} need {more * EACH_MIB} MiB of memory"
        raise RefusedByPreflight(f"{needed}; {free} MiB are free. Nothing was changed.")

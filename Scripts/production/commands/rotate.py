"""``Scripts/tts rotate``: new keys and passwords while everything runs."""

import time
from collections.abc import Callable
from typing import Annotated

import typer

from production import further
from production.commands.dead_letters import ServiceOption
from production.commands.down import DryRun
from production.compose import Compose
from production.console import Steps, progress, show
from production.errors import OperatorError
from production.home import Home
from production.lock import exclusive
from production.rotation import broker_passwords, django_keys, keys
from production.rotation import database as databases
from production.services import chosen

app = typer.Typer(help="New keys and passwords while everything runs; nobody is logged out, no event is lost.", no_args_is_help=True)


@app.command()
def jwt(
    compromised: Annotated[bool, typer.Option("--compromised", help="The old key is void at once; everybody must log in anew.")] = False,
    dry_run: DryRun = False,
) -> None:
    """The key that tokens are signed with."""
    work = keys.replace_compromised if compromised else keys.rotate
    effect = "auth goes over to a new key" + (", and everybody logs in anew" if compromised else "")
    _perform("jwt", 3 if compromised else 2, work, dry_run, effect)


@app.command()
def database(service: ServiceOption = "", dry_run: DryRun = False) -> None:
    """The passwords of the database: of one service, or of all of them, the migrator and the superuser."""

    def work(compose: Compose, steps: Steps) -> None:
        for name in chosen(service):
            databases.rotate_service(compose, name, steps)
        if not service:
            databases.rotate_migrator(compose, steps)
            databases.rotate_superuser(compose, steps)

    names = [*chosen(service), *([] if service else ["migrator", "postgres"])]
    _perform("database", len(names), work, dry_run, f"new passwords for {', '.join(names)}; each service goes over to its other role")


@app.command()
def broker(dry_run: DryRun = False) -> None:
    """The passwords of the broker."""
    _perform("broker", 3, broker_passwords.rotate, dry_run, "new passwords for the five users, and new workers")


@app.command()
def django(service: ServiceOption = "", dry_run: DryRun = False) -> None:
    """Django's secret keys."""

    def work(compose: Compose, steps: Steps) -> None:
        for name in chosen(service):
            django_keys.rotate(compose, name, steps)

    names = chosen(service)
    _perform("django", len(names), work, dry_run, f"new keys for {', '.join(names)}, one after the other")


def _perform(what: str, total: int, work: Callable[[Compose, Steps], None], dry_run: bool, plan: str) -> None:
    home = Home.find()
    with exclusive(home):
        compose, began = Compose(home), time.monotonic()
        _insist_on_health(compose)
        if dry_run:
            show(f"Would be done: {plan}.")
            return
        with progress(f"rotate {what}", total) as steps:
            work(compose, steps)
        further.keep_configuration(home)
    show(f"Rotated in {time.monotonic() - began:.0f} s.")


def _insist_on_health(compose: Compose) -> None:
    """Nothing is rotated in a system that is not well, unless a rotation was cut off, which this one ends."""
    if any(compose.home.secrets.glob("*.next")):
        return
    running = [container for container in compose.containers() if container.state == "running"]
    ill = [container.name for container in running if not container.is_well]
    if ill or not any(container.service == "db" for container in running):
        raise OperatorError(
            f"Not well: {', '.join(ill) or 'the deployment does not run'}. Scripts/tts status tells more. Nothing was changed."
        )

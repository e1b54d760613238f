"""``Scripts/tts rotate``: new keys and passwords while everything runs."""

import time
from collections.abc import Callable
from typing import Annotated

import typer

from production import further
from production.commands.dead_letters import ServiceOption
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
) -> None:
    """The key that tokens are signed with."""
    _perform("jwt", 2, keys.replace_compromised if compromised else keys.rotate)


@app.command()
def database(service: ServiceOption = "") -> None:
    """The passwords of the database: of one service, or of all of them, the migrator and the superuser."""

    def work(compose: Compose, steps: Steps) -> None:
        for name in chosen(service):
            databases.rotate_service(compose, name, steps)
        if not service:
            databases.rotate_migrator(compose, steps)
            databases.rotate_superuser(compose, steps)

    _perform("database", len(chosen(service)) + (0 if service else 2), work)


@app.command()
def broker() -> None:
    """The passwords of the broker."""
    _perform("broker", 3, broker_passwords.rotate)


@app.command()
def django(service: ServiceOption = "") -> None:
    """Django's secret keys."""

    def work(compose: Compose, steps: Steps) -> None:
        for name in chosen(service):
            django_keys.rotate(compose, name, steps)

    _perform("django", len(chosen(service)), work)


def _perform(what: str, total: int, work: Callable[[Compose, Steps], None]) -> None:
    home = Home.find()
    with exclusive(home):
        compose, began = Compose(home), time.monotonic()
        _insist_on_health(compose)
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

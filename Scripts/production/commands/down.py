"""``Scripts/tts down``: everything stops, in order; data stay."""

import time
from typing import Annotated

import typer

from production.compose import Compose
from production.console import progress, show
from production.errors import WrongUse
from production.home import Home
from production.lock import exclusive
from production.state import COMPOSE_NAMES

#: first who lets people in, then who keeps their data, last who takes the database's last segment; each finishes what it began
ORDER = ("the edge", "web", "workers", "the rest", "data", "the backup")
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


def stage(service: str) -> str:
    """When a Compose service is stopped."""
    base = service.removesuffix("-green")
    if base in {"nginx", "frontend"}:
        return "the edge"
    if base in COMPOSE_NAMES.values():
        return "web"
    if "-worker" in service:
        return "workers"
    if service in {"db", "rabbitmq"}:
        return "data"
    return "the backup" if service == "backup" else "the rest"


def down(
    volumes: Annotated[bool, typer.Option("--delete-data", help="Also delete all data. Needs --yes-delete PROJECT.")] = False,
    confirmation: Annotated[str, typer.Option("--yes-delete", metavar="PROJECT", help="The project's name, to confirm.")] = "",
    dry_run: DryRun = False,
) -> None:
    """Stop everything in order and take the containers away. Data, secrets and state stay."""
    home = Home.find()
    if volumes and confirmation != home.project:
        raise WrongUse(f"This deletes every ticket, message and file of {home.url}. To do so: --delete-data --yes-delete {home.project}")
    with exclusive(home):
        compose, began = Compose(home), time.monotonic()
        running = sorted(container.service for container in compose.containers() if container.state == "running")
        batches = [[service for service in running if stage(service) == name] for name in ORDER]
        if dry_run:
            show(
                *(f"Would stop {', '.join(batch)}." for batch in batches if batch),
                "Would delete all data." if volumes else "Data would stay.",
            )
            return
        _stop(compose, batches, volumes=volumes)
    show(f"Down after {time.monotonic() - began:.0f} s." + (" All data are deleted." if volumes else " Data stay."))


def _stop(compose: Compose, batches: list[list[str]], *, volumes: bool) -> None:
    with progress("down", len(batches) + 1) as steps:
        for name, batch in zip(ORDER, batches, strict=True):
            began = time.monotonic()
            if batch:
                steps.now(f"stopping {', '.join(batch)}")
                compose.run("stop", *batch, capture=True)
            steps.advance(f"stopped {name} in {time.monotonic() - began:.0f} s: {', '.join(batch) or 'nothing ran'}")
        compose.run("--profile", "*", "down", "--remove-orphans", *(["--volumes"] if volumes else []), capture=True)
        steps.advance("took the containers away")

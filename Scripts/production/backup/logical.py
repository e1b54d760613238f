"""One database back from its nightly dump, while the others stay as they are."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from production.backup import aftercare
from production.backup.container import Agent
from production.compose import Compose
from production.console import Steps
from production.errors import RefusedByPreflight, WrongUse
from production.home import Home
from production.starting import start
from production.state import COMPOSE_NAMES, SERVICES

STAMP = "%Y%m%d-%H%M%SZ"
LIMIT = 300.0  # seconds


@dataclass(frozen=True)
class Exchanged:
    """What was put in place of what."""

    database: str
    dump: str
    old: str
    events_again: int


def restore_one(home: Home, database: str, before: datetime | None, steps: Steps, *, stops: bool) -> Exchanged:
    """Load the newest dump beside the present database and exchange the two; the present one is kept under another name.

    Raises WrongUse for a database that there is not, RefusedByPreflight while its service runs and may not be stopped.
    """
    service = database.removesuffix("_db")
    if service not in SERVICES or database != f"{service}_db":
        raise WrongUse(f"There is no database {database}; there are {', '.join(f'{name}_db' for name in SERVICES)}.")
    compose = Compose(home)
    agent = Agent(compose)
    users = {compose.serving(COMPOSE_NAMES[service]), compose.serving(f"{service}-worker")}
    running = sorted(users & {container.service for container in compose.containers() if container.state == "running"})
    if running and not stops:
        raise RefusedByPreflight(
            f"{', '.join(running)} use {database}: nothing was touched. --stop-everything stops them for the exchange. "
            "The other databases keep what they know of the time since the dump."
        )
    steps.now("load the dump")
    stamp = before.astimezone(UTC).strftime(STAMP) if before else "~"
    loaded: dict[str, Any] = agent.ask("restore-dump", database, "--before", stamp, timeout=7200)
    steps.advance("loaded the dump")
    if running:
        compose.run("stop", *running, capture=True)
    old = agent.ask("exchange", database, datetime.now(UTC).strftime(STAMP).lower().replace("-", "_"), timeout=60)["old"]
    steps.advance("exchanged the databases")
    start(compose, timeout=LIMIT)
    steps.advance("started")
    again = aftercare.recover_events(compose)
    steps.advance("recovered events")
    return Exchanged(database, loaded["dump"], old, again)

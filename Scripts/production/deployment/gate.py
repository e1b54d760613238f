"""What must be so before anything moves, and the schema that the new release needs: expanded while the old one runs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from production.compose import Compose, ComposeFailed
from production.deployment import migrations
from production.deployment.colours import slots, web
from production.deployment.engine import Engine
from production.deployment.record import DONE, Record
from production.errors import OperatorError, RefusedByPreflight
from production.state import SERVICES, State

ONE_MORE = 150  # MiB that a further web process or worker may take
RESERVE = 100  # MiB that stay free
SOAK = timedelta(days=1)
ONCE = ("run", "--rm", "--no-deps", "--no-TTY", "--quiet-pull")


class SchemaNotChanged(OperatorError):
    """The migrations of the new release could not be applied."""


def room_for(free_mib: int) -> int:
    """How many more containers the free memory bears."""
    return max(0, (free_mib - RESERVE) // ONE_MORE)


def judge_migrations(engine: Engine, releases: Mapping[str, str]) -> dict[str, migrations.Judgement]:
    """What is pending for each service's new release. Raises RefusedByPreflight for what the old release would not bear."""
    judged = {service: migrations.judge(_report(engine, service, release)) for service, release in releases.items() if service in SERVICES}
    faults = [f"{service}: {fault}" for service, judgement in judged.items() for fault in judgement.faults]
    if faults:
        told = "\n".join(f"  {fault}" for fault in faults)
        raise RefusedByPreflight(
            f"The release that runs would not bear these migrations, or they would block it:\n{told}\n"
            "Split them: expand now, and contract (phase = 'contract') a release later; or say in the migration why it is harmless\n"
            "(reviewed = {'CODE': 'why'})."
        )
    return judged


def expand(engine: Engine, services: Iterable[str], releases: Mapping[str, str]) -> None:
    """Run the new releases' migrate jobs, one after the other. Raises SchemaNotChanged; what was applied before it stays: both bear it."""
    for service in services:
        try:
            _compose(engine, service, releases[service]).run(*ONCE, f"{service}-migrate", capture=True)
        except ComposeFailed as failure:
            raise SchemaNotChanged(f"{service}: the schema could not be expanded. {failure}") from failure


def refuse_to_contract(engine: Engine, state: State, service: str, records: Sequence[Record]) -> None:
    """Raises RefusedByPreflight while the release before runs, or has been gone for less than a day."""
    found, project = engine.containers(), engine.home.project
    old = [slot.container(project) for slot in slots(service, web(state, service).twin.colour)]
    if running := [name for name in old if name in found and found[name].state == "running"]:
        raise RefusedByPreflight(f"{', '.join(running)} still runs, and does not bear a smaller schema.")
    latest = max((record.finished for record in records if service in record.services and record.outcome == DONE), default="")
    if latest and datetime.now(UTC) - datetime.fromisoformat(latest) < SOAK:
        raise RefusedByPreflight(f"{service} was deployed at {latest}: contract after a day, when nobody wants to go back any more.")


def contract(engine: Engine, service: str, release: str) -> None:
    """Apply the migrations that take something away. Raises SchemaNotChanged."""
    command = (f"{service}-migrate", "python", "manage.py", "expand", "--contract")
    try:
        _compose(engine, service, release).run(*ONCE, *command, capture=True)
    except ComposeFailed as failure:
        raise SchemaNotChanged(f"{service}: the schema could not be contracted. {failure}") from failure


def _compose(engine: Engine, service: str, release: str) -> Compose:
    return Compose(engine.home, extra={f"{service.upper()}_RELEASE": release})


def _report(engine: Engine, service: str, release: str) -> dict[str, object]:
    """What the new release's own image finds pending. Raises RefusedByPreflight if it cannot even say."""
    try:
        done = _compose(engine, service, release).run(
            *ONCE, f"{service}-migrate", "python", "manage.py", "pending_migrations", capture=True
        )
    except ComposeFailed as failure:
        raise RefusedByPreflight(f"{service} {release} does not tell its migrations. {failure}") from None
    line = next(line for line in reversed(done.stdout.splitlines()) if line.startswith('{"in_use"'))
    report: dict[str, object] = json.loads(line)
    return report

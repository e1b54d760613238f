"""``Scripts/tts rollback``: within seconds, because the containers of the release before are kept."""

import time
from collections.abc import Sequence
from dataclasses import asdict

from production.deployment import overlay, record
from production.deployment.deploying import Scene
from production.deployment.record import Journal, Record
from production.deployment.returning import back, return_to
from production.errors import OperatorError, RefusedByPreflight
from production.home import Home
from production.state import ServiceState, State


def roll_back(home: Home, services: Sequence[str]) -> Record:
    """Serve what served before: the named services, or those of the last deployment. Call inside ``exclusive(home)``.

    What was cut off is ended as a whole: a deployment goes back to where it began, a rollback to where it led. Raises
    RefusedByPreflight if there is nothing to go back to, OperatorError (and nothing was switched) if it does not get ready.
    """
    scene, began = Scene.of(home), time.monotonic()
    wanted = wanted_by(scene.journal, scene.state, services)
    releases = ", ".join(sorted({entry.release or overlay.default_release(home) for entry in wanted.values()}))
    original = {name: asdict(scene.state.services[name]) for name in wanted}
    entry = record.begin(record.ROLLBACK, release=releases, strategy="instant", services=list(wanted), original=original)
    entry.target = {name: asdict(state) for name, state in wanted.items()}
    scene.journal.open(entry)

    def switched() -> None:
        entry.switched_after_seconds = round(time.monotonic() - began, 1)

    try:
        return_to(scene.engine, scene.edge, scene.state, wanted, on_switch=switched)
    except OperatorError as failure:
        if entry.switched_after_seconds is not None:  # half of it is done, and stays open
            raise OperatorError(f"{failure}\nThe release before serves; `Scripts/tts rollback` again does the rest.") from failure
        entry.rollback_reason = str(failure)
        scene.journal.close(entry, record.FAILED)
        raise
    scene.journal.close(entry, record.DONE)
    return entry


def wanted_by(journal: Journal, state: State, services: Sequence[str]) -> dict[str, ServiceState]:
    """What is to serve after a rollback, by service. Raises RefusedByPreflight."""
    left = journal.interrupted()
    if left is None or not left.original:
        return {name: back(state.services[name]) for name in _chosen(journal, state, services)}
    if services and set(services) != set(left.original):
        raise RefusedByPreflight(f"The {left.kind} of {' '.join(left.services)} was cut off: `Scripts/tts rollback` ends all of it first.")
    return {name: ServiceState(**entry) for name, entry in (left.target or left.original).items()}


def _chosen(journal: Journal, state: State, services: Sequence[str]) -> list[str]:
    last = [each for each in journal.records() if each.outcome == record.DONE][-1:]
    named = list(services) or [name for each in last for name in each.services]
    possible = [name for name in named if name in state.services and state.services[name].previous]
    if not possible or (services and len(possible) < len(services)):
        raise RefusedByPreflight("There is no release before to go back to. `Scripts/tts deployments` shows what was deployed.")
    return possible

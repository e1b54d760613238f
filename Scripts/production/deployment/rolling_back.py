"""``Scripts/tts rollback``: within seconds, because the containers of the release before are kept."""

import time
from collections.abc import Sequence

from production.deployment import record
from production.deployment.deploying import Scene
from production.deployment.record import Record
from production.deployment.returning import back, return_to
from production.errors import OperatorError, RefusedByPreflight
from production.home import Home


def roll_back(home: Home, services: Sequence[str]) -> Record:
    """Serve what served before: the named services, or those of the last deployment. Call inside ``exclusive(home)``.

    Raises RefusedByPreflight if there is nothing to go back to, OperatorError (and nothing was switched) if it does not get ready.
    """
    scene, began = Scene.of(home), time.monotonic()
    named = _chosen(scene, services)
    original = {name: {k: str(v) for k, v in vars(scene.state.services[name]).items()} for name in named}
    wanted = {name: back(scene.state.services[name]) for name in named}
    releases = ", ".join(sorted({entry.release for entry in wanted.values()}))
    entry = record.begin(record.ROLLBACK, release=releases, strategy="instant", services=named, original=original)
    scene.journal.open(entry)

    def switched() -> None:
        entry.switched_after_seconds = round(time.monotonic() - began, 1)

    try:
        return_to(scene.engine, scene.edge, scene.state, wanted, on_switch=switched)
    except OperatorError as failure:
        entry.rollback_reason = str(failure)
        scene.journal.close(entry, record.FAILED)
        raise
    scene.journal.close(entry, record.DONE)
    return entry


def _chosen(scene: Scene, services: Sequence[str]) -> list[str]:
    interrupted = scene.journal.interrupted()
    last = [interrupted] if interrupted else [each for each in scene.journal.records() if each.outcome == record.DONE][-1:]
    named = list(services) or [name for each in last for name in each.services]
    possible = [name for name in named if name in scene.state.services and scene.state.services[name].previous]
    if not possible or (services and len(possible) < len(services)):
        raise RefusedByPreflight("There is no release before to go back to. `Scripts/tts deployments` shows what was deployed.")
    return possible

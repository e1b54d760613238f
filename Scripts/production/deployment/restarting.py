"""New containers of the same release, so that they take in new secrets or settings; nobody notices."""

from collections.abc import Sequence

from production.deployment import overlay, record
from production.deployment.colours import slots, web
from production.deployment.deploying import Wish, deploy
from production.deployment.engine import Engine
from production.deployment.record import Record
from production.home import Home
from production.state import State


def restart(home: Home, services: Sequence[str], *, workers: bool = True) -> Record:
    """Replace the containers of these services: other colour, switch, drain, retire. Call inside ``exclusive(home)``.

    Raises OperatorError, and the old ones serve on, when the new ones do not get ready.
    """
    state = State.load(home)
    releases = {name: state.services[name].release or overlay.default_release(home) for name in services}
    done = deploy(home, Wish(releases, kind=record.RESTART, has_workers=workers))
    _forget_old_containers(home, services)
    return done


def _forget_old_containers(home: Home, services: Sequence[str]) -> None:
    """They hold what is no longer valid: a rollback must make new ones."""
    engine, state = Engine(home), State.load(home)
    names = {slot.container(home.project) for name in services for slot in slots(name, web(state, name).twin.colour)}
    if ended := [name for name, container in engine.containers().items() if name in names and container.state == "exited"]:
        engine.compose.docker("rm", *ended)

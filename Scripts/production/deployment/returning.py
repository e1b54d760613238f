"""The way back to what served before: by command, or by itself when a release turns out bad."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from production import failpoints, scaling
from production.deployment import overlay
from production.deployment.colours import Slot, other, slots
from production.deployment.edge import Edge
from production.deployment.engine import Engine
from production.deployment.upstreams import routes_of
from production.errors import OperatorError
from production.state import SERVICES, ServiceState, State

WITHIN = 60.0  # seconds for the old release to be ready again


def back(entry: ServiceState) -> ServiceState:
    """Where a rollback of a service leads: the other colour with the release before."""
    return ServiceState(colour=other(entry.colour), release=entry.previous, previous=entry.release)


def return_to(
    engine: Engine, edge: Edge, state: State, wanted: Mapping[str, ServiceState], on_switch: Callable[[], None] = lambda: None
) -> None:
    """Serve again as wanted: the old web processes first, all at once, then one switch, then the workers; last the others are stopped.

    Raises OperatorError, and nothing has been switched, if an old release does not get ready.
    """
    moving = {name: entry for name, entry in wanted.items() if entry.colour != state.services[name].colour}
    try:
        _bring_up(engine, state, {Slot(name, entry.colour): entry.release for name, entry in moving.items()})
    except OperatorError:
        engine.stop([Slot(name, entry.colour) for name, entry in moving.items() if name != "frontend"])
        overlay.write(engine.home, state, {})
        raise
    _switch(engine, edge, state, wanted)
    on_switch()
    failpoints.reached("back before the workers")
    _bring_up(engine, state, {Slot(n, e.colour, is_worker=True): e.release for n, e in wanted.items() if n in SERVICES})
    scaling.renew(engine.compose, [name for name in wanted if name in SERVICES])
    _end_others(engine, state, wanted)


def _switch(engine: Engine, edge: Edge, state: State, wanted: Mapping[str, ServiceState]) -> None:
    before = dict(state.services)
    state.services.update({name: replace(entry) for name, entry in wanted.items()})
    state.save()
    failpoints.reached("back between state and switch")
    try:
        edge.serve(routes_of(engine.home, state))
    except OperatorError:
        state.services.update(before)
        state.save()
        raise


def _end_others(engine: Engine, state: State, wanted: Mapping[str, ServiceState]) -> None:
    """Stop the other colour; of the front end it goes on with the release before, whose pages ask for its files."""
    twin = Slot("frontend", other(state.services["frontend"].colour))
    goes_on = "frontend" in wanted and bool(wanted["frontend"].previous)
    engine.stop([slot for name, entry in wanted.items() for slot in slots(name, other(entry.colour)) if not (goes_on and slot == twin)])
    if goes_on:
        engine.start([twin], state, {})
    overlay.write(engine.home, state, {})


def _bring_up(engine: Engine, state: State, releases: Mapping[Slot, str]) -> None:
    """Start what does not run: the kept container if it is of that release, else a new one."""
    default, found = overlay.default_release(engine.home), engine.containers()
    kept, anew = [], {}
    for slot, release in releases.items():
        container = found.get(slot.container(engine.home.project))
        if container is None or container.image != engine.reference(slot.service, release or default):
            anew[slot] = release or default
        elif container.state != "running":
            kept.append(slot)
    if anew:
        trying = {slot.service: release for slot, release in anew.items() if slot.colour != state.services[slot.service].colour}
        engine.start(list(anew), state, trying)
    if kept:
        engine.start_kept(kept)
    engine.await_ready(list(releases), within=WITHIN)

"""Follows a plan move by move, judges what it sees, and goes back at the first reason."""

import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from production import failpoints, scaling
from production.console import Steps
from production.deployment.colours import Slot, web, worker
from production.deployment.edge import Edge
from production.deployment.engine import Engine
from production.deployment.figures import Figures
from production.deployment.observing import Observer
from production.deployment.overlay import default_release
from production.deployment.plan import Act, Found, Move
from production.deployment.record import RESTART, Record
from production.deployment.returning import return_to
from production.deployment.rules import FAILED_PROBES, SLOW_FACTOR, SLOW_FLOOR, Step, drag, fault, judge
from production.deployment.synthetic import Synthetic, SyntheticFailed
from production.deployment.upstreams import COOKIE, Trial, routes_of
from production.errors import OperatorError
from production.state import ServiceState, State

LOOK_EVERY = 1.0  # seconds between judgements
SYNTHETIC_EVERY = 8.0
TRIES, TRY_PAUSE = 20, 0.12  # requests to old and new before any user is let in
BAD_TRIES = 2
LONGEST_BAKE, LEAST_PATIENCE = 3.0, 180.0  # times the wanted one, and seconds, for enough answers to come in
PROPAGATION = 1.0  # seconds after a reload until the old nginx workers take no request any more


class NoWayBack(OperatorError):
    """Neither the new nor the old release serves as it should: somebody has to look."""


class ReleaseIsBad(OperatorError):
    """The new release must go back; the message is the reason."""


@dataclass
class Conductor:
    """One deployment under way. ``releases``: service → what is wanted; ``pass_value``: the secret that leads to what is tried."""

    engine: Engine
    edge: Edge
    observer: Observer
    synthetic: Synthetic
    state: State
    releases: Mapping[str, str]
    record: Record
    pass_value: str
    steps: Steps
    trials: dict[str, Trial] = field(default_factory=dict)
    usual: dict[str, Figures] = field(default_factory=dict)
    calm: Figures = field(default_factory=Figures)  # the services that nobody touches, before the switch
    letters: dict[str, int] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)

    def learn_what_is_usual(self) -> None:
        """What the serving containers did before anything moves."""
        for service in self.releases:
            self.letters[service] = int(self.observer.events_of(web(self.state, service)).get("dead_letters", 0))
        self._learn_speeds(tuple(self.releases))

    def _learn_speeds(self, services: Sequence[str]) -> None:
        """Of the last minute: the old containers of these services, and all others for comparison."""
        self.edge.read_log()
        lately = time.time() - 60
        self.usual.update({service: self.edge.figures([web(self.state, service)], since=lately) for service in services})
        self.calm = self.edge.figures(self._others(services), since=lately)

    def _others(self, services: Sequence[str]) -> list[Slot]:
        return [web(self.state, name) for name in self.state.services if name not in services]

    def follow(self, moves: Iterable[Move]) -> None:
        """Do all moves. Raises OperatorError at the first that fails; ``go_back`` then undoes them."""
        does: dict[Act, Callable[[Move], None]] = {
            Act.START: self._start,
            Act.PROVE: self._prove,
            Act.SHARE: self._share,
            Act.SWITCH: self._switch,
            Act.WATCH: self._watch,
            Act.RETIRE: self._retire,
            Act.START_WORKER: self._start_worker,
            Act.RETIRE_WORKER: self._retire_worker,
        }
        for move in moves:
            began, named = time.monotonic(), f"{', '.join(move.services)}: {move.act.value}" + _share_of(move)
            self.steps.now(named)
            self.touched.update(move.services)
            failpoints.reached(f"before {move.act.name}")
            does[move.act](move)
            failpoints.reached(f"after {move.act.name}")
            self.record.steps.append({"what": named, "seconds": round(time.monotonic() - began, 1)})
            self.steps.advance(f"{named} ({time.monotonic() - began:.1f} s)")

    def go_back(self) -> None:
        """What served before serves again, for every service that was touched. Raises NoWayBack."""
        self.steps.now("going back")
        self.observer.sample()
        self.trials.clear()
        wanted = {name: ServiceState(**self.record.original[name]) for name in self.touched}
        try:
            return_to(self.engine, self.edge, self.state, wanted)
        except OperatorError as failure:
            raise NoWayBack(f"The release before could not be brought back: {failure}\n`Scripts/tts rollback` tries again.") from failure

    # the moves

    def _start(self, move: Move) -> None:
        chosen = [web(self.state, service).twin for service in move.services]
        self.engine.start(chosen, self.state, self._trying(move.services), anew=self.record.kind == RESTART)
        self.engine.await_ready(chosen, self.steps.now)

    def _prove(self, move: Move) -> None:
        """Asked by us alone, old and new in turn; then the synthetic transaction through all that is new."""
        self._try(move.services, 0)
        self.synthetic.pass_value = f"{self.pass_value}.new"
        self.synthetic.forget()
        self._synthetic_transaction()
        self.observer.be(self.synthetic.headers(), self.synthetic.ticket)
        for service in move.services:
            self._compare(service)

    def _compare(self, service: str) -> None:
        took: dict[str, list[float]] = {"old": [], "new": []}
        bad = 0
        with self.observer.client() as client:
            for turn in range(TRIES):
                for which in took:
                    status, seconds = self.observer.ask(client, service, turn, f"{COOKIE}={self.pass_value}.{which}")
                    took[which].append(seconds)
                    bad += which == "new" and (status == 0 or status >= 500)
                    time.sleep(max(0.0, TRY_PAUSE - seconds))
        old, new = statistics.median(took["old"]), statistics.median(took["new"])
        if bad >= BAD_TRIES:
            raise ReleaseIsBad(f"{service}: {bad} of {TRIES} requests to the new release failed before any user was let in")
        if new > max(SLOW_FLOOR, SLOW_FACTOR * old) * self._excuse:
            raise ReleaseIsBad(f"{service}: the new release takes {new * 1000:.0f} ms where the old one takes {old * 1000:.0f} ms")

    def _share(self, move: Move) -> None:
        self._try(move.services, move.percent)
        self._bake(move, [web(self.state, service).twin for service in move.services], beside=True)

    def _switch(self, move: Move) -> None:
        self._learn_speeds(move.services)
        before = {service: replace(self.state.services[service]) for service in move.services}
        for service in move.services:
            slot, release = web(self.state, service).twin, self.releases[service]
            before_it = self.record.original[service]["previous" if self.record.kind == RESTART else "release"]
            previous = before_it or ("" if self.record.kind == RESTART else default_release(self.engine.home))
            self.state.services[service] = ServiceState(colour=slot.colour, release=release, previous=previous)
        self.state.save()
        failpoints.reached("between state and switch")
        for service in move.services:
            self.trials.pop(service, None)
        try:
            self.edge.serve(routes_of(self.engine.home, self.state, self.trials, self.pass_value))
        except OperatorError:
            self.state.services.update(before)
            self.state.save()
            raise
        self.synthetic.pass_value = ""
        self.observer.be(self.synthetic.headers(), self.synthetic.ticket)

    def _watch(self, move: Move) -> None:
        time.sleep(PROPAGATION)
        self._bake(move, [web(self.state, service) for service in move.services], beside=False)

    def _retire(self, move: Move) -> None:
        self.engine.stop([web(self.state, service).twin for service in move.services])

    def _start_worker(self, move: Move) -> None:
        chosen = [worker(self.state, service) for service in move.services]
        self.engine.start(chosen, self.state, {}, anew=self.record.kind == RESTART)
        self.engine.await_ready(chosen, self.steps.now)

    def _retire_worker(self, move: Move) -> None:
        """No worker is of the old release then; a transaction shows that events still flow, and that none ended as a dead letter."""
        self.engine.stop([worker(self.state, service).twin for service in move.services])
        scaling.renew(self.engine.compose, move.services)
        self._synthetic_transaction()
        for service in move.services:
            slot = web(self.state, service)
            self.observer.events_of(slot, anew=True)
            evidence = self.observer.evidence(slot, since=time.time(), old=Figures(), letters_before=self.letters.get(service, 0))
            if reason := fault(evidence):
                raise ReleaseIsBad(f"{service}: {reason}")

    # what they share

    def _trying(self, services: Iterable[str]) -> dict[str, str]:
        return {service: self.releases[service] for service in services}

    def _try(self, services: Iterable[str], percent: int) -> None:
        self.trials.update({service: Trial(percent) for service in services})
        self.edge.serve(routes_of(self.engine.home, self.state, self.trials, self.pass_value))

    def _bake(self, move: Move, slots: list[Slot], *, beside: bool) -> None:
        """Watch until every service may go on. ``beside``: the old release still serves, and is the measure of the moment."""
        self.observer.sample(move.services)
        since, failed, asked_at = time.time(), 0, time.monotonic()
        waiting = {slot.service: slot for slot in slots}
        try:
            while waiting:
                time.sleep(LOOK_EVERY)
                if time.monotonic() - asked_at > SYNTHETIC_EVERY:
                    failed, asked_at = self._count_failures(failed), time.monotonic()
                for service, slot in tuple(waiting.items()):
                    if self._may_go_on(move, slot, since, failed, beside=beside):
                        del waiting[service]
                self.steps.now(f"{', '.join(move.services)}: {move.act.value}, {time.time() - since:.0f} of {move.seconds:.0f} s")
        finally:
            self.observer.sample()

    def _may_go_on(self, move: Move, slot: Slot, since: float, failed: int, *, beside: bool) -> bool:
        self.edge.read_log()
        old = self.edge.figures([slot.twin], since=since) if beside else self.usual.get(slot.service, Figures())
        slower = self._excuse if beside else self._excuse * drag(self.calm, self.edge.figures(self._others(move.services), since=since))
        letters = self.letters.get(slot.service, 0)
        evidence = self.observer.evidence(
            slot, since=since, old=old, letters_before=letters, bake=move.seconds, failed_probes=failed, drag=slower
        )
        verdict = judge(evidence)
        if verdict.step is Step.TAKE_BACK:
            raise ReleaseIsBad(f"{slot.service}: {verdict.reason}")
        if evidence.baked > max(LONGEST_BAKE * move.seconds, LEAST_PATIENCE):
            raise ReleaseIsBad(f"{slot.service}: only {evidence.new.requests} answers in {evidence.baked:.0f} s: too few to judge")
        return verdict.step is Step.GO_ON

    @property
    def _excuse(self) -> float:
        """By how much slower is still well: without bound for the same release anew, since then it is the machine that is slow."""
        return math.inf if self.record.kind == RESTART else 1.0

    def _count_failures(self, failed: int) -> int:
        try:
            self.synthetic.run()
        except SyntheticFailed:
            return failed + 1
        return 0

    def _synthetic_transaction(self) -> None:
        """Once more if it fails. Raises ReleaseIsBad after the second failure in a row."""
        for attempt in range(1, FAILED_PROBES + 1):
            try:
                self.synthetic.run()
            except SyntheticFailed as failure:
                if attempt == FAILED_PROBES:
                    raise ReleaseIsBad(f"the synthetic transaction failed {attempt} times in a row: {failure}") from failure
            else:
                return


def find(engine: Engine, state: State, releases: Mapping[str, str], *, anew: bool = False) -> list[Found]:
    """What runs of each service, against what is wanted. ``anew``: what serves is not good enough even if it is the release."""
    found, project, listed = engine.containers(), engine.home.project, []
    for service, release in releases.items():
        image = engine.image(service, release).id
        is_current = {
            slot: (container := found.get(slot.container(project))) is not None
            and container.image_id == image
            and engine.is_well(container)
            for slot in (web(state, service), worker(state, service))
        }
        runs = {slot: (twin := found.get(slot.twin.container(project))) is not None and twin.state == "running" for slot in is_current}
        front, back = web(state, service), worker(state, service)
        serves = is_current[front] and not anew
        listed.append(Found(service, serves, serves and is_current[back], runs[front], runs[back]))
    return listed


def _share_of(move: Move) -> str:
    return f" ({move.percent} %)" if move.act is Act.SHARE else ""

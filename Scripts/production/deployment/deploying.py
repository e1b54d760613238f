"""A deployment from the first look to the last line of its record."""

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime

from production import scaling, starting
from production.console import progress, say
from production.deployment import cut_off, gate, overlay, record
from production.deployment.colours import BLUE, GREEN, Slot, web
from production.deployment.conduct import Conductor, NoWayBack, find
from production.deployment.edge import Address, Edge
from production.deployment.engine import Engine
from production.deployment.observing import Observer
from production.deployment.plan import CANARY, WATCH, Found, Move, Strategy, moves, waves
from production.deployment.record import Journal, Record
from production.deployment.synthetic import Synthetic, SyntheticFailed
from production.deployment.upstreams import routes_of
from production.errors import OperatorError, RefusedByPreflight, WrongUse
from production.home import Home
from production.memory import free_mib
from production.state import DEPLOYABLE, SERVICES, State


class RolledBack(OperatorError):
    """The new release was taken back; the message is the reason. The system is as it was."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to come about. ``releases``: service → release."""

    releases: Mapping[str, str]
    strategy: Strategy = Strategy.ROLLING
    stages: Sequence[tuple[int, float]] = CANARY
    watch: float = WATCH
    at_once: int | None = None  # containers more than usual that memory bears; None: find out
    kind: str = record.DEPLOYMENT
    is_forced: bool = False  # also where the system is not well now
    has_workers: bool = True


@dataclass
class Scene:
    """The deployment as it is found."""

    engine: Engine
    edge: Edge
    address: Address
    state: State
    synthetic: Synthetic
    journal: Journal
    found: list[Found] = field(default_factory=list)

    @classmethod
    def of(cls, home: Home) -> "Scene":
        """Look at a deployment. Raises OperatorError."""
        engine, state, address = Engine(home), State.load(home), Address.of(home)
        auth = web(state, "auth").container(home.project)
        return cls(engine, Edge(engine), address, state, Synthetic(engine, address, auth), Journal(home))


def plan(scene: Scene, wish: Wish) -> list[list[Move]]:
    """The moves of each wave; empty when all is as wished. Raises RefusedByPreflight for a release without images."""
    scene.found = find(scene.engine, scene.state, wish.releases, anew=wish.kind == record.RESTART)
    at_once = wish.at_once if wish.at_once is not None else gate.room_for(free_mib(scene.engine.home))
    open_ones = {each.service: each for each in scene.found if not each.is_done}
    groups = waves(open_ones, wish.strategy, at_once)
    planned = [moves([open_ones[name] for name in group], wish.strategy, wish.stages, wish.watch) for group in groups]
    return planned if wish.has_workers else [[move for move in wave if "WORKER" not in move.act.name] for wave in planned]


def judge(scene: Scene, wish: Wish) -> list[str]:
    """What the new releases would add to the schema; what contracts is only told. Raises RefusedByPreflight."""
    fresh = {each.service: wish.releases[each.service] for each in scene.found if not each.serves}
    judged = gate.judge_migrations(scene.engine, fresh)
    for service, judgement in judged.items():
        if judgement.held:
            say(f"{service}: {', '.join(judgement.held)} waits for `deploy {service} --contract`")
    return [name for judgement in judged.values() for name in judgement.to_apply]


def deploy(home: Home, wish: Wish) -> Record:
    """Bring the releases into service. Call inside ``exclusive(home)``.

    Raises RefusedByPreflight (nothing was touched), RolledBack (all is as it was), or another OperatorError.
    """
    cut_off.refuse_beside(home, wish.releases)
    scene = Scene.of(home)
    with closing(scene.synthetic):
        return _deploy(scene, wish)


def _deploy(scene: Scene, wish: Wish) -> Record:
    planned = plan(scene, wish)
    entry = _begin(scene, wish)
    if not any(planned):
        _settle(scene, wish)
        if scene.journal.interrupted():  # all that the one before had not come to was to say so
            scene.journal.open(entry)
            scene.journal.close(entry, record.DONE)
        return entry
    _insist_that_it_is_well(scene, wish)
    if wish.kind != record.RESTART:
        entry.migrations = judge(scene, wish)
    scene.journal.open(entry)
    with _recorded(scene, entry, wish):
        if wish.kind != record.RESTART:
            starting.keep_broker_told(scene.engine.compose, scene.engine.compose.containers())  # what the release tells may be new
            services = [each.service for each in scene.found if each.service in SERVICES and not each.serves]
            gate.expand(scene.engine, services, wish.releases)
        _conduct(scene, wish, entry, planned)
    return entry


def _begin(scene: Scene, wish: Wish) -> Record:
    original = {name: asdict(scene.state.services[name]) for name in wish.releases}
    releases = sorted(set(wish.releases.values()))
    return record.begin(
        wish.kind, release=", ".join(releases), strategy=wish.strategy.value, services=list(wish.releases), original=original
    )


def _insist_that_it_is_well(scene: Scene, wish: Wish) -> None:
    """A system that is ill cannot show whether a release is good."""
    scene.edge.serve(routes_of(scene.engine.home, scene.state))  # whatever a killed deployment left
    try:
        scene.synthetic.run()
    except SyntheticFailed as failure:
        told = f"The system is not well before the deployment: {failure}"
        if not wish.is_forced:
            raise RefusedByPreflight(f"{told}\n`Scripts/tts doctor` tells more; --force deploys all the same.") from failure
        say(told)


@contextmanager
def _recorded(scene: Scene, entry: Record, wish: Wish) -> Iterator[None]:
    outcome = record.FAILED
    try:
        yield
        outcome = record.DONE
    except RolledBack as taken_back:
        outcome, entry.rollback_reason = record.ROLLED_BACK, str(taken_back)
        raise
    except NoWayBack:
        outcome = ""  # it stays open: the next rollback leads to where it began
        raise
    except BaseException as failure:
        entry.rollback_reason = str(failure) or type(failure).__name__
        raise
    finally:
        _add_figures(scene, entry, wish.releases)
        if outcome:
            scene.journal.close(entry, outcome)


def _conduct(scene: Scene, wish: Wish, entry: Record, planned: Sequence[Sequence[Move]]) -> None:
    observer, began = Observer(scene.engine, scene.edge, scene.address), time.time()
    with observer, progress(entry.kind, sum(map(len, planned))) as steps:
        observer.be(scene.synthetic.headers(), scene.synthetic.ticket)
        conductor = Conductor(
            scene.engine, scene.edge, observer, scene.synthetic, scene.state, wish.releases, entry, secrets.token_urlsafe(18), steps
        )
        try:
            _follow(conductor, planned, scene, wish)
        except NoWayBack:
            raise
        except OperatorError as failure:
            raise RolledBack(
                f"{failure}\nThe release before serves; of the new one nothing is left but its stopped containers."
            ) from failure
        finally:
            entry.probes, entry.failed_probes = observer.probes.count, observer.probes.failed
            entry.downtime_seconds = observer.probes.downtime
            entry.steps.append({"what": "all", "seconds": round(time.time() - began, 1)})


def _follow(conductor: Conductor, planned: Sequence[Sequence[Move]], scene: Scene, wish: Wish) -> None:
    """Every wave to the last file; whatever ends it early, also Ctrl-C, leads back."""
    with ExitStack() as undo:
        undo.callback(conductor.go_back)
        conductor.learn_what_is_usual()
        for wave in planned:
            conductor.follow(wave)
        _settle(scene, wish)
        undo.pop_all()


def _settle(scene: Scene, wish: Wish) -> None:
    """Files say what runs; what Compose would start is what serves, also of workers beyond the first."""
    overlay.write(scene.engine.home, scene.state, {})
    scaling.renew(scene.engine.compose, [name for name in wish.releases if name in SERVICES])
    scene.edge.serve(routes_of(scene.engine.home, scene.state))


def _add_figures(scene: Scene, entry: Record, services: Iterable[str]) -> None:
    """From the edge's log: p95 in milliseconds before, during and after the first user came to the new release."""
    scene.edge.read_log()
    began, log = datetime.fromisoformat(entry.started).timestamp(), scene.edge.log
    for name in services:
        both = [Slot(name, colour) for colour in (BLUE, GREEN)]
        before, during = scene.edge.figures(both, began - 300, began), scene.edge.figures(both, began)
        after = scene.edge.figures([web(scene.state, name)], time.time() - 10)
        entry.p95_before_ms[name] = round(before.p95 * 1000, 1)
        entry.p95_during_ms[name] = round(during.p95 * 1000, 1)
        entry.p95_after_ms[name] = round(after.p95 * 1000, 1)
    since = [answer for answer in log.answers if answer.at >= began]
    entry.requests, entry.errors = len(since), sum(answer.status >= 500 for answer in since)


def wanted(services: Sequence[str], release: str) -> dict[str, str]:
    """The named services, or all for ``all`` or none, each with the release. Raises WrongUse."""
    named = [name for name in services if name != "all"] or list(DEPLOYABLE)
    unknown = [name for name in named if name not in DEPLOYABLE]
    if unknown:
        raise WrongUse(f"There is no service {', '.join(unknown)}; there are: {', '.join(DEPLOYABLE)}, all")
    return dict.fromkeys(named, release)

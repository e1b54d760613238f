"""``Scripts/tts deploy | rollback | verify | deployments``."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from production.console import say, show, show_json
from production.deployment import deploying, gate, maintaining
from production.deployment.deploying import Scene, Wish
from production.deployment.engine import Engine
from production.deployment.overlay import default_release
from production.deployment.plan import CANARY, WATCH, Strategy
from production.deployment.record import Journal, Record
from production.deployment.rolling_back import roll_back
from production.errors import WrongUse
from production.home import Home
from production.lock import exclusive
from production.state import DEPLOYABLE, SERVICES

Services = Annotated[
    list[str] | None,
    typer.Argument(
        help="auth ticket workflow messaging notification frontend, or all of these (the default); or one of db rabbitmq nginx backup"
    ),
]
USUAL_BAKE = ",".join(f"{seconds:.0f}" for _, seconds in CANARY)
AsData = Annotated[bool, typer.Option("--json", help="For programs.")]


def deploy(
    services: Services = None,
    release: Annotated[str, typer.Option(help="The tag of the images.")] = "",
    strategy: Annotated[Strategy, typer.Option(help="How users come to the release.")] = Strategy.ROLLING,
    bake: Annotated[str, typer.Option(help="canary: seconds at 5, 25 and 100 percent.")] = USUAL_BAKE,
    watch: Annotated[float, typer.Option(help="rolling, blue-green: seconds to watch before the old containers stop.")] = WATCH,
    at_once: Annotated[int | None, typer.Option(help="Containers more than usual that memory bears (default: looked up).")] = None,
    force: Annotated[bool, typer.Option(help="Though the system is not well now; contract though a day is not over.")] = False,
    contract: Annotated[bool, typer.Option(help="Only apply the migrations that take something away; there is no way back.")] = False,
    maintenance: Annotated[bool, typer.Option(help="For db, rabbitmq and nginx: people may notice.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Judge and show the plan; touch nothing.")] = False,
    as_data: AsData = False,
) -> None:
    """Bring a release into service without anybody noticing; what turns out bad goes back by itself."""
    home, named = Home.find(), services or ["all"]
    with exclusive(home):
        if any(name in maintaining.NOTICED for name in named):
            return _renew(home, named, release, is_agreed=maintenance, is_tried=dry_run, as_data=as_data)
        if contract:
            return _contract(home, named, is_forced=force)
        if not release:
            raise WrongUse("Which release? --release NAME, the tag of the images.")
        wish = Wish(deploying.wanted(named, release), strategy, _stages(bake), watch, at_once, is_forced=force)
        return _show_plan(home, wish) if dry_run else _deploy(home, wish, release, as_data=as_data)


def rollback(services: Services = None, as_data: AsData = False) -> None:
    """Serve the release before again: of the named services, or of those that were deployed last."""
    home = Home.find()
    with exclusive(home):
        _tell(roll_back(home, services or []), as_data)


def verify(as_data: AsData = False) -> None:
    """One person's way through the running system: log in, file a ticket, hear of it over a socket, take it back."""
    took = Scene.of(Home.find()).synthetic.run()
    if as_data:
        show_json({"ok": True, "seconds": took})
    else:
        show(*(f"{step}: {seconds * 1000:.0f} ms" for step, seconds in took.items()), "The system works.")


def deployments(
    last: Annotated[int, typer.Option(help="How many, the newest last.")] = 20,
    as_data: AsData = False,
) -> None:
    """What was deployed, by whom, how, with what outcome."""
    records = Journal(Home.find()).records()[-last:]
    if as_data:
        show_json([asdict(record) for record in records])
        return
    table = Table("When", "Who", "What", "Release", "Strategy", "Outcome", "Seconds", "Down", "Errors", "p95 before/during/after")
    for record in records:
        table.add_row(*_row(record))
    show(table)


def _row(record: Record) -> list[str]:
    speeds = (max(figures.values(), default=0.0) for figures in (record.p95_before_ms, record.p95_during_ms, record.p95_after_ms))
    reason = f": {record.rollback_reason.splitlines()[0]}" if record.rollback_reason else ""
    what = f"{record.kind} {' '.join(record.services)}"
    return [
        record.started[:19], record.who, what, record.release, record.strategy, record.outcome + reason, f"{record.seconds:.0f}",
        f"{record.downtime_seconds:g} s", f"{record.errors}/{record.requests}", "/".join(f"{speed:.0f}" for speed in speeds) + " ms",
    ]  # fmt: skip


def _tell(record: Record, as_data: bool) -> None:
    if as_data:
        show_json(asdict(record))
        return
    if not record.outcome:
        show(f"{record.release} serves already.")
        return
    switched = f", switched after {record.switched_after_seconds} s" if record.switched_after_seconds is not None else ""
    show(
        f"{record.kind} of {', '.join(record.services)}: {record.release} serves after {record.seconds:.0f} s{switched}; "
        f"{record.failed_probes} of {record.probes} probes failed, {record.errors} of {record.requests} requests."
    )


def _stages(bake: str) -> list[tuple[int, float]]:
    try:
        times = [float(text) for text in bake.split(",")]
        return list(zip((percent for percent, _ in CANARY), times, strict=True))
    except ValueError:
        raise WrongUse("--bake takes three numbers of seconds: --bake 60,120,120") from None


def _show_plan(home: Home, wish: Wish) -> None:
    scene = Scene.of(home)
    planned = deploying.plan(scene, wish)
    added = deploying.judge(scene, wish)
    show(f"Migrations: {', '.join(added) or 'none'}")
    for wave in planned:
        for move in wave:
            show(f"{', '.join(move.services)}: {move.act.value}" + (f" ({move.percent} %)" if move.percent else ""))


def _renew(home: Home, named: list[str], release: str, *, is_agreed: bool, is_tried: bool, as_data: bool) -> None:
    part = named[0]
    if len(named) != 1:
        raise WrongUse(f"{', '.join(maintaining.NOTICED)} are renewed one at a time, and without other services.")
    maintaining.insist(home, part, release, is_agreed=is_agreed or is_tried)
    if is_tried:
        return show(f"Would stop {part} and start it as the settings say; {maintaining.NOTICED[part] or 'nobody notices'}.")
    return _tell(maintaining.renew(home, part), as_data)


def _deploy(home: Home, wish: Wish, release: str, *, as_data: bool) -> None:
    _tell(deploying.deploy(home, wish), as_data)
    is_all = wish.releases.keys() == set(DEPLOYABLE)
    if is_all and (behind := maintaining.left_behind(Engine(home), release)):
        say(maintaining.advice(behind, release, default_release(home)))


def _contract(home: Home, named: list[str], *, is_forced: bool) -> None:
    scene, records = Scene.of(home), Journal(home).records()
    for service in [name for name in deploying.wanted(named, "") if name in SERVICES]:
        entry = scene.state.services[service]
        if not is_forced:
            gate.refuse_to_contract(scene.engine, scene.state, service, records)
        gate.contract(scene.engine, service, entry.release or default_release(home))
        entry.previous = ""  # it does not bear the schema any more
        scene.state.save()
        say(f"{service}: contracted; there is no way back to an earlier release")

"""Deployments that people should not notice."""

import time
from collections.abc import Sequence
from pathlib import Path

from Docker.tests.deployment.bad_releases import BAD
from Docker.tests.deployment.desk import FIRST, Desk
from Docker.tests.deployment.load import RATE, SOCKETS, Load
from Docker.tests.deployment.trial import Trial, deploy_under_load
from Docker.tests.numbers.memory import LOAD_MIB, Watch
from Docker.tests.numbers.sheet import Sheet

LOAD_SECONDS = 60.0
SERVICE_SECONDS, ROLLBACK_SECONDS = 60, 10
STRATEGIES = ("rolling", "blue-green", "canary")
BAD_SHARE = 0.5  # per cent
WORKLOAD = f"{RATE}/s and {SOCKETS} sockets"


def under_load(sheet: Sheet, desk: Desk) -> None:
    """People at work, and nobody who deploys."""
    with Load(desk) as load, Watch() as watch:
        time.sleep(LOAD_SECONDS)
        load.settle()
        missed = load.missed()
    _requests(sheet, f"{WORKLOAD}, no deployment", load, missed)
    sheet.add(f"anonymous memory of all containers, {WORKLOAD}, MiB", watch.most_mib, at_most=LOAD_MIB)


def one_service(sheet: Sheet, desk: Desk, release: str) -> None:
    """There and back."""
    done = desk.told("deploy", "ticket", "--release", release)
    sheet.add("deploy of one service, rolling, s", done["seconds"], at_most=SERVICE_SECONDS)
    with sheet.timed("rollback, to the end of the tool, s"):
        back = desk.told("rollback")
    sheet.add("rollback, until the release before serves, s", back["switched_after_seconds"], at_most=ROLLBACK_SECONDS)


def strategies(sheet: Sheet, desk: Desk, releases: Sequence[str]) -> None:
    """All six services by each strategy."""
    for strategy, release in zip(STRATEGIES, releases, strict=True):
        with Watch() as watch:
            trial = deploy_under_load(desk, "--release", release, "--strategy", strategy, "--bake", "10,10,10")
        name = f"six services, {strategy}, {WORKLOAD}"
        sheet.add(f"{name}: outcome {trial.record['outcome']}, s", trial.record["seconds"])
        _requests(sheet, name, trial.load, trial.missed)
        sheet.add(f"{name}: failed at the edge of {trial.record['requests']}", trial.record["errors"], at_most=0)
        sheet.add(f"{name}: downtime by probe, s", trial.record["downtime_seconds"], at_most=0)
        sheet.add(f"{name}: p95 before / during / after, ms", " / ".join(trial.slowest(when) for when in ("before", "during", "after")))
        sheet.add(f"{name}: anonymous memory, MiB", watch.most_mib, at_most=LOAD_MIB)


def bad_releases(sheet: Sheet, desk: Desk, folder: Path) -> None:
    """Each goes back by itself."""
    for bad in BAD:
        bad.make(folder, FIRST)
        before = desk.state, desk.running()
        trial = deploy_under_load(desk, "ticket", "--release", bad.name)
        name = f"bad release ({bad.name})"
        sheet.add(f"{name}: {trial.record['outcome']} after, s", trial.record["seconds"])
        sheet.add(f"{name}: not as before", int((desk.state, desk.running()) != before), at_most=0)
        _share(sheet, name, trial)


def _share(sheet: Sheet, name: str, trial: Trial) -> None:
    share = 100 * len(trial.load.outcome.failures) / trial.load.outcome.requests
    sheet.add(f"{name}: failed of {trial.load.outcome.requests} requests, %", share, at_most=BAD_SHARE)
    sheet.add(f"{name}: sockets that missed a message", len(trial.missed), at_most=0)


def _requests(sheet: Sheet, name: str, load: Load, missed: Sequence[str]) -> None:
    sheet.add(f"{name}: requests", str(load.outcome))
    sheet.add(f"{name}: failed requests", len(load.outcome.failures), at_most=0)
    for failure in load.outcome.failures[:5]:
        sheet.add(f"{name}: a failure", failure)
    sheet.add(f"{name}: sockets that missed one of {load.outcome.said} messages", len(missed), at_most=0)

"""Bad releases under load: each goes back by itself, and hardly anybody has noticed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from Docker.tests.deployment.bad_releases import BAD, Bad
from Docker.tests.deployment.desk import FIRST, Desk, build, desk
from Docker.tests.deployment.trial import deploy_under_load
from production.compose import Compose

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bad")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Desk]:
    with desk(folder) as started:
        yield started


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_release_goes_back_by_itself(running: Desk, folder: Path, bad: Bad, capsys: pytest.CaptureFixture[str]):
    bad.make(folder, FIRST)
    before = (running.state, running.running())
    trial = deploy_under_load(running, "ticket", "--release", bad.name)
    reason, failures = trial.record["rollback_reason"], trial.load.outcome.failures
    with capsys.disabled():
        print(f"\n{bad.name}: {trial}; {reason.splitlines()[0]}")  # noqa: T201
    assert trial.code == 1, trial.told
    assert trial.record["outcome"] == "rolled back"
    assert re.search(bad.reason, reason)
    assert (running.state, running.running()) == before
    assert (len(failures) / trial.load.outcome.requests < 0.005, trial.missed) == (True, []), failures[:5]
    running.told("verify")


def test_what_the_first_bad_release_left_is_known_to_compose(running: Desk):
    """Nobody has deployed anything with success yet."""
    assert running.state["ticket"] == ("blue", "", "")
    compose = Compose(running.home)
    left = {container.service for container in compose.containers() if container.service.endswith("-green")}
    assert left >= {"ticket-service-green"}
    assert left <= set(compose.config()["services"])
    assert "orphan" not in compose.run("up", "--detach", "--no-deps", "--no-recreate", "frontend", capture=True).stderr


def test_after_a_bad_release_a_good_one_can_be_deployed(running: Desk, folder: Path):
    build("ticket", "good-again", base=FIRST, folder=folder)
    assert running.told("deploy", "ticket", "--release", "good-again")["outcome"] == "done"
    assert running.state["ticket"][1:] == ("good-again", FIRST)

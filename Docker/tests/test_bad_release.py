"""Bad releases under load: each goes back by itself, and hardly anybody has noticed."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from Docker.tests.deployment.bad_releases import BAD, Bad
from Docker.tests.deployment.desk import FIRST, Desk, desk
from Docker.tests.deployment.load import Load

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
    with Load(running) as load:
        done = running.tts("deploy", "ticket", "--release", bad.name)
        load.settle()
        missed = load.missed()
    record = running.records[-1]
    share = len(load.outcome.failures) / load.outcome.requests
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{bad.name}: back after {record['seconds']:.0f} s; {load.outcome}; {len(missed)} missed; "
            f"{record['rollback_reason'].splitlines()[0]}  [load {os.getloadavg()[0]:.1f}]"
        )
    assert done.returncode == 1, done.stderr
    assert record["outcome"] == "rolled back"
    assert re.search(bad.reason, record["rollback_reason"])
    assert (running.state, running.running()) == before
    assert (share < 0.005, missed) == (True, []), load.outcome.failures[:5]
    running.told("verify")


def test_after_a_bad_release_a_good_one_can_be_deployed(running: Desk, folder: Path):
    from Docker.tests.deployment.desk import build

    build("ticket", "good-again", base=FIRST, folder=folder)
    assert running.told("deploy", "ticket", "--release", "good-again")["outcome"] == "done"
    assert running.state["ticket"][1:] == ("good-again", FIRST)

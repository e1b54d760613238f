"""Deployments on a real engine, under load: nobody notices. The figures are printed as they were measured."""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from Docker.tests.deployment.desk import FIRST, Desk, build, build_good, desk
from Docker.tests.deployment.trial import deploy_under_load
from production.compose import Compose
from production.state import DEPLOYABLE, SERVICES

pytestmark = [pytest.mark.docker, pytest.mark.slow]

RELEASES = tuple(f"r{number}" for number in range(2, 10))
MIGRATION = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "{after}")]
    {phase}
    operations = [{operation}]
"""
RESTART = """
from production.deployment.restarting import restart
from production.home import Home
from production.lock import exclusive

home = Home.find()
with exclusive(home):
    restart(home, ["notification"])
"""
ADDS = 'migrations.AddField("ticket", "colour", models.CharField(max_length=9, null=True))'
DROPS = 'migrations.RemoveField("ticket", "colour")'


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("deploy")
    with desk(folder) as started:
        build_good(RELEASES, folder)
        yield started


@pytest.fixture(scope="module")
def releases() -> Iterator[str]:
    """Each one is new to the deployment."""
    return itertools.cycle(RELEASES)


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]):
    """Print a line of figures, with the load of the machine."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}  [load {os.getloadavg()[0]:.1f}]")  # noqa: T201

    return say


def asset(running: Desk, release: str) -> int:
    with running.address.client() as client:
        return running.address.get(client, f"/assets/only-{release}.js")[0]


@pytest.mark.parametrize("strategy", ["rolling", "blue-green", "canary"])
def test_everything_is_deployed_under_load_without_a_failed_request_or_a_missed_message(running, releases, report, strategy):
    release = next(releases)
    trial = deploy_under_load(running, "--release", release, "--strategy", strategy, "--bake", "10,10,10")
    report(f"{strategy}, six services: {trial}")
    assert trial.code == 0, trial.told
    assert (trial.load.outcome.failures[:5], trial.missed[:5]) == ([], [])
    assert (trial.record["outcome"], trial.record["errors"], trial.record["downtime_seconds"]) == ("done", 0, 0)
    assert {name: serving for name, (_, serving, _) in running.state.items()} == dict.fromkeys(DEPLOYABLE, release)
    assert set(running.running().values()) <= {release, running.state["frontend"][2]}


def test_one_service_rolls_within_a_minute_and_rolls_back_within_ten_seconds(running, releases, report):
    before = running.state["ticket"]
    done = running.told("deploy", "ticket", "--release", next(releases))
    began = time.monotonic()
    back = running.told("rollback")
    report(
        f"one service, rolling: {done['seconds']:.0f} s; rolled back: switched after {back['switched_after_seconds']} s, "
        f"done after {back['seconds']} s, {time.monotonic() - began:.1f} s with the start of the tool"
    )
    assert (running.state["ticket"][1], back["services"]) == (before[1] or FIRST, ["ticket"])
    assert done["seconds"] <= 60
    assert back["switched_after_seconds"] <= 10
    running.told("verify")


def test_the_whole_set_is_rolled_back_within_ten_seconds(running, releases, report):
    served = {name: release or FIRST for name, (_, release, _) in running.state.items()}
    running.told("deploy", "--release", next(releases), "--strategy", "blue-green")
    back = running.told("rollback")
    report(f"six services rolled back: switched after {back['switched_after_seconds']} s, workers done after {back['seconds']} s")
    assert {name: release for name, (_, release, _) in running.state.items()} == served
    assert back["switched_after_seconds"] <= 10


def test_workers_beyond_the_first_go_along_there_and_back(running, releases):
    before, release = running.state["ticket"][1], next(releases)
    further = f"{running.home.project}-ticket-worker-2"
    assert running.tts("scale", "ticket", "2").returncode == 0
    try:
        assert running.running()[further] == before
        running.told("deploy", "ticket", "--release", release)
        assert running.running()[further] == release
        running.told("rollback")
        assert running.running()[further] == before
    finally:
        running.tts("scale", "ticket", "1")
    assert further not in running.running()


def test_the_files_of_both_front_ends_are_answered_after_the_switch(running, releases):
    old, new = next(releases), next(releases)
    running.told("deploy", "frontend", "--release", old)
    assert (asset(running, old), asset(running, new)) == (200, 404)
    running.told("deploy", "frontend", "--release", new)
    assert (asset(running, old), asset(running, new)) == (200, 200)


def test_a_second_tool_is_refused_and_the_first_one_goes_on(running, releases):
    release = next(releases)
    with subprocess.Popen(
        running.command("deploy", "workflow", "--release", release), env=running.environment(), stderr=subprocess.PIPE, text=True
    ) as first:
        assert first.stderr is not None
        first.stderr.readline()
        second = running.tts("deploy", "ticket", "--release", release)
        assert (second.returncode, "Another tts works on this deployment" in second.stderr) == (4, True)
        first.stderr.read()
        assert first.wait(300) == 0
    assert running.state["workflow"][1] == release


@pytest.mark.parametrize(
    "place", ["after START", "after PROVE", "between state and switch", "after WATCH", "after START_WORKER", "after RETIRE_WORKER"]
)
def test_killed_at_any_step_it_can_be_run_again(running, releases, place):
    release = next(releases)
    killed = running.tts("deploy", "ticket", "--release", release, TTS_KILL_AT=place)
    assert killed.returncode == -9
    assert running.tts("verify").returncode == 0, "people notice that the tool was killed"
    assert running.told("deploy", "ticket", "--release", release)["outcome"] == "done"
    assert running.state["ticket"][1] == release
    ours = {name: found for name, found in running.running().items() if "-ticket" in name}
    assert sorted(ours.values()) == [release, release]
    assert [record["outcome"] for record in running.records[-2:]] == ["interrupted", "done"]


def test_a_killed_deployment_can_be_rolled_back_too(running, releases):
    before = running.state["ticket"][1]
    running.tts("deploy", "ticket", "--release", next(releases), TTS_KILL_AT="after SWITCH")
    assert running.told("rollback")["outcome"] == "done"
    assert running.state["ticket"][1] == before


def cut_off_canary(running: Desk, release: str) -> tuple[str, ...]:
    """A canary whose tool is killed when the first users are in; the words of the deployment."""
    words = ("deploy", "ticket", "--release", release, "--strategy", "canary", "--bake", "10,10,10")
    assert running.tts(*words, TTS_KILL_AT="after SHARE").returncode == -9
    return words


def test_a_canary_whose_tool_was_killed_is_told_and_goes_on(running, releases):
    words = cut_off_canary(running, next(releases))
    status = json.loads(running.tts("status", "--json").stdout)
    examined = json.loads(running.tts("doctor", "--json").stdout)["verdicts"]
    assert (status["cut_off"]["shares"], status["well"]) == ({"ticket": 5}, False)
    assert [verdict["level"] for verdict in examined if verdict["what"] == "deployment"] == ["warning"]
    refused = running.tts("deploy", "auth", "--release", words[3])
    assert (refused.returncode, "was cut off" in refused.stderr) == (3, True)
    assert running.told(*words)["outcome"] == "done"
    assert running.state["ticket"][1] == words[3]
    assert json.loads(running.tts("status", "--json").stdout)["cut_off"] is None


def test_a_canary_whose_tool_was_killed_is_taken_back_as_a_whole(running, releases):
    before = (running.state, running.running())
    cut_off_canary(running, next(releases))
    assert running.told("rollback")["outcome"] == "done"
    assert (running.state, running.running()) == before
    assert "split_clients" not in (running.home.state / "upstreams.conf").read_text()
    running.told("verify")


def test_up_after_a_killed_canary_sends_nobody_to_what_it_stops(running, releases):
    before = (running.state, running.running())
    cut_off_canary(running, next(releases))
    assert running.tts("up").returncode == 0
    assert (running.state, running.running()) == before
    assert "split_clients" not in (running.home.state / "upstreams.conf").read_text()
    assert running.told("rollback")["outcome"] == "done"
    assert (running.state, running.running()) == before


@pytest.mark.parametrize("place", ["back between state and switch", "back before the workers"])
def test_a_rollback_that_was_killed_is_brought_to_its_end_by_the_next(running, releases, place):
    before = running.state["ticket"][:2]
    running.told("deploy", "ticket", "--release", next(releases))
    assert running.tts("rollback", TTS_KILL_AT=place).returncode == -9
    running.told("verify")
    assert running.told("rollback")["outcome"] == "done"
    assert running.state["ticket"][:2] == before
    ours = {name: found for name, found in running.running().items() if "-ticket" in name}
    assert sorted(ours.values()) == [before[1], before[1]]


def test_what_compose_would_start_is_what_serves(running):
    before = running.running()
    done = running.tts("up")
    assert done.returncode == 0, done.stderr
    assert running.running() == before


def test_a_release_without_an_image_is_refused_and_nothing_is_touched(running):
    before = (running.state, running.running(), len(running.records))
    refused = running.tts("deploy", "--release", "no-such-release")
    assert (refused.returncode, "There is no image" in refused.stderr) == (3, True)
    assert (running.state, running.running(), len(running.records)) == before


def test_a_restart_renews_the_containers_of_the_same_release(running):
    from production.deployment.restarting import restart
    from production.lock import exclusive

    colour, release, previous = running.state["notification"]
    with exclusive(running.home):
        restart(running.home, ["notification"])
    assert running.state["notification"] == ({"blue": "green", "green": "blue"}[colour], release or FIRST, previous)
    running.told("verify")


def test_a_restart_that_was_killed_and_done_again_leaves_nobody_with_what_he_had(running):
    def restart(**environment):
        return subprocess.run([sys.executable, "-c", RESTART], env=running.environment(**environment), capture_output=True, check=False)

    def found():
        return {c.id for c in Compose(running.home).containers() if c.service.startswith("notification-") and c.state == "running"}

    before = found()
    assert restart(TTS_KILL_AT="between state and switch").returncode == -9
    running.told("verify")
    assert restart().returncode == 0
    assert (len(found()), found() & before) == (2, set())
    running.told("verify")


def test_the_broker_is_renewed_behind_the_maintenance_page_alone(running):
    refused = running.tts("deploy", "rabbitmq")
    assert (refused.returncode, "--maintenance" in refused.stderr) == (3, True)
    done = running.told("deploy", "rabbitmq", "--maintenance")
    assert (done["outcome"], done["downtime_seconds"] > 0) == ("done", True)
    assert not (running.home.state / "maintenance").exists()
    deadline = time.monotonic() + 60
    while running.tts("verify").returncode:
        assert time.monotonic() < deadline
    assert {name for name in SERVICES if running.state[name]} == set(SERVICES)


def test_a_deployment_of_all_says_what_it_did_not_touch(running, releases):
    release = next(releases)
    done = running.tts("deploy", "--release", release)
    assert done.returncode == 0, done.stderr
    assert f"nginx (runs {FIRST})" in done.stderr
    assert f"`Scripts/tts init --yes --set TTS_RELEASE={release}`, then `Scripts/tts up`" in done.stderr


def front_door(running: Desk) -> str:
    (found,) = [container.id for container in Compose(running.home).containers() if container.service == "nginx"]
    return found


def test_the_front_door_is_renewed_only_when_somebody_agrees(running):
    before = front_door(running)
    refused = running.tts("deploy", "nginx")
    another = running.tts("deploy", "nginx", "--maintenance", "--release", "another")
    assert (refused.returncode, "--maintenance" in refused.stderr) == (3, True)
    assert (another.returncode, "TTS_RELEASE=another" in another.stderr) == (3, True)
    assert front_door(running) == before
    assert running.told("deploy", "nginx", "--maintenance")["outcome"] == "done"
    assert front_door(running) != before
    running.told("verify")


class TestMigrations:
    """A release may add to the schema beside the old one; what takes away waits."""

    def make(self, running: Desk, folder: Path, release: str, operation: str, phase: str = "", after: str = "0001_initial") -> None:
        present = Path(__file__).parents[2] / "ticket_service" / "tickets" / "migrations"
        last = sorted(path.stem for path in present.glob("0*.py"))[-1] if after == "0001_initial" else after
        text = MIGRATION.format(after=last, operation=operation, phase=phase)
        name = f"9{release[-3:]}.py"
        build("ticket", release, f"COPY --chmod=0644 {name} tickets/migrations/", files={name: text}, base=FIRST, folder=folder)

    def test_one_that_adds_is_applied_while_the_old_release_serves(self, running, tmp_path):
        self.make(running, tmp_path, "adds001", ADDS)
        done = running.told("deploy", "ticket", "--release", "adds001")
        assert (done["outcome"], done["migrations"]) == ("done", ["tickets.9001"])
        running.told("rollback", "ticket")
        running.told("verify")

    def test_one_that_the_old_release_would_not_bear_is_refused_before_anything_moves(self, running, tmp_path):
        self.make(running, tmp_path, "drops002", 'migrations.RemoveField("ticket", "subject")')
        before = (running.state, running.running(), len(running.records))
        refused = running.tts("deploy", "ticket", "--release", "drops002")
        assert (refused.returncode, "tickets.9002: DROP_COLUMN" in refused.stderr) == (3, True), refused.stderr
        assert (running.state, running.running(), len(running.records)) == before

    def test_one_that_contracts_is_held_back_until_it_is_asked_for(self, running, tmp_path):
        self.make(running, tmp_path, "later003", 'migrations.RemoveField("ticket", "subject")', phase='phase = "contract"')
        planned = running.tts("deploy", "ticket", "--release", "later003", "--dry-run")
        assert planned.returncode == 0, planned.stderr
        assert "tickets.9003 waits for `deploy ticket --contract`" in planned.stderr
        assert "Migrations: none" in planned.stdout

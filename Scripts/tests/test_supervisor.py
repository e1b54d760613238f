import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.child import Program
from ops.supervisor import NotReady, Supervisor
from Scripts.tests.processes import eventually, lives

SPAWNS_A_CHILD = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
IGNORES_REQUESTS = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


def tick_until(supervisor: Supervisor, condition: Callable[[], bool]) -> bool:
    def look() -> bool:
        supervisor.tick()
        return condition()

    return eventually(look)


def test_a_killed_process_is_started_again_after_half_a_second(supervisor: Supervisor, program: Callable[..., Program]) -> None:
    supervisor.start([program()])
    child = supervisor.children[0]
    first = child.pid
    assert first
    os.kill(first, signal.SIGKILL)
    assert tick_until(supervisor, lambda: child.awaits_restart)
    died = time.monotonic()
    assert tick_until(supervisor, lambda: child.is_running)
    assert 0.3 < time.monotonic() - died < 5
    assert child.restarts == 1
    assert child.pid != first


def test_the_pause_before_a_restart_doubles_with_each_failure_in_a_row(supervisor: Supervisor, program: Callable[..., Program]) -> None:
    supervisor.start([program(code="raise SystemExit(7)")])
    child = supervisor.children[0]
    assert [child.schedule_restart(0.0) for _ in range(9)] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_a_process_that_ran_for_a_minute_is_started_again_quickly(supervisor: Supervisor, program: Callable[..., Program]) -> None:
    supervisor.start([program()])
    child = supervisor.children[0]
    for _ in range(4):
        child.schedule_restart(0.0)
    child.started_at = time.time() - 61
    assert child.schedule_restart(0.0) == 0.5


def test_stopping_ends_children_and_what_they_started(tmp_path: Path, program: Callable[..., Program]) -> None:
    supervisor = Supervisor(tmp_path / "logs")
    supervisor.start([program("parent", SPAWNS_A_CHILD)])
    log = tmp_path / "logs" / "parent.log"
    assert eventually(lambda: log.read_text().strip().isdigit())
    pids = [supervisor.children[0].pid, int(log.read_text())]
    supervisor.stop()
    assert [pid for pid in pids if pid and lives(pid)] == []


def test_a_process_that_ignores_the_request_to_stop_is_killed(tmp_path: Path, program: Callable[..., Program]) -> None:
    supervisor = Supervisor(tmp_path / "logs")
    supervisor.start([program("deaf", IGNORES_REQUESTS, stop_within=0.3)])
    pid = supervisor.children[0].pid
    assert eventually(lambda: (tmp_path / "logs" / "deaf.log").read_text() == "deaf\n")
    supervisor.stop()
    assert pid
    assert not lives(pid)


def test_stages_are_stopped_in_the_opposite_order_of_their_start(tmp_path: Path, program: Callable[..., Program]) -> None:
    farewell = """
import pathlib, signal, sys, time
def leave(*_):
    with open({log!r}, "a") as log: log.write({name!r} + " ")
    sys.exit()
signal.signal(signal.SIGTERM, leave)
print("up", flush=True)
time.sleep(600)
"""
    log = tmp_path / "order"
    supervisor = Supervisor(tmp_path / "logs")
    for name in ("database", "service"):
        supervisor.start([program(name, farewell.format(log=str(log), name=name))])
        assert eventually(lambda name=name: (tmp_path / "logs" / f"{name}.log").read_text() == "up\n")
    supervisor.stop()
    assert log.read_text() == "service database "


def test_a_killed_supervisor_leaves_no_process_behind(tmp_path: Path) -> None:
    code = f"""
import os, sys, time
from pathlib import Path
from ops.child import Program
from ops.supervisor import Supervisor
supervisor = Supervisor(Path({str(tmp_path)!r}) / "logs")
supervisor.start([Program(name=name, command=(sys.executable, "-c", {SPAWNS_A_CHILD!r}), cwd=Path("/"), env={{}}) for name in ("a", "b")])
time.sleep(600)
"""
    victim = subprocess.Popen([sys.executable, "-c", code], env=os.environ)
    logs = [tmp_path / "logs" / "a.log", tmp_path / "logs" / "b.log"]
    assert eventually(lambda: all(log.is_file() and log.read_text().strip().isdigit() for log in logs))
    grandchildren = [int(log.read_text()) for log in logs]
    victim.kill()
    victim.wait()
    assert eventually(lambda: not any(map(lives, grandchildren)))


def test_a_process_that_does_not_stay_up_ends_the_wait_with_the_end_of_its_log(
    supervisor: Supervisor, program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.child.BACK_OFF", (0.05,))
    supervisor.start([program("broken", "raise SystemExit('the setting X is missing')")])
    with pytest.raises(NotReady, match=r"broken does not stay up[\s\S]*the setting X is missing"):
        supervisor.wait_until(lambda: False, "broken", seconds=20)


def test_the_state_names_each_process_with_its_restarts(supervisor: Supervisor, program: Callable[..., Program]) -> None:
    supervisor.start([program("one"), program("two", ready_url="http://127.0.0.1:1/readyz")])
    state = supervisor.state()
    assert {name: (entry["restarts"], entry["ready_url"]) for name, entry in state.items()} == {
        "one": (0, None),
        "two": (0, "http://127.0.0.1:1/readyz"),
    }
    assert all(lives(entry["pid"]) for entry in state.values())

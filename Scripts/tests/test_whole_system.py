"""Two whole systems on one machine, as Scripts/run starts them."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bootstrap import pythons
from bootstrap.paths import SERVICES
from ops.instance import Instance, read_state
from quality.browser import free_base_port
from Scripts.tests.processes import eventually, lives, mentioning

PATIENCE = 180.0


class Running:
    """A system started by the tests."""

    def __init__(self, instance: Instance, log: Path) -> None:
        self.instance = instance
        with log.open("wb") as output:
            command = [sys.executable, "-m", "ops.run", "--port", str(instance.port), "--data", str(instance.data)]
            self.supervisor = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=os.environ)
        self._log = log

    def wait(self) -> None:
        """Until it says that it is ready."""
        assert eventually(lambda: "Ready after" in self._log.read_text() or self.supervisor.poll() is not None, PATIENCE)
        assert self.supervisor.poll() is None, self._log.read_text()

    def processes(self) -> dict[str, int]:
        """The process ids by name."""
        state = read_state(self.instance.data) or {}
        return {name: process["pid"] for name, process in state["processes"].items()}

    def answers(self) -> bool:
        """Whether its front door leads to auth."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.instance.port}/.well-known/jwks.json").status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture
def start(open_folder: Path) -> Iterator[Callable[[str], Running]]:
    """``start(name)``: a system on free ports with a folder of its own."""
    pythons.ensure("ops", *SERVICES)
    systems: list[Running] = []

    def make(name: str) -> Running:
        taken = max((system.instance.port for system in systems), default=0)
        port = free_base_port(above=taken)
        systems.append(Running(Instance(data=open_folder / name, port=port), open_folder / f"{name}.log"))
        return systems[-1]

    yield make
    for system in systems:
        system.supervisor.terminate()
        system.supervisor.wait(60)


@pytest.mark.slow
def test_two_systems_live_side_by_side_survive_kills_and_end_without_leaving_anything(start: Callable[[str], Running]) -> None:
    first = start("first")
    first.wait()
    second = start("second")
    second.wait()
    assert (first.answers(), second.answers()) == (True, True)
    assert len(first.processes()) == 13

    worker = first.processes()["auth-worker"]
    os.kill(worker, signal.SIGKILL)
    assert eventually(lambda: first.processes()["auth-worker"] not in {None, worker})

    pids = list(first.processes().values())
    first.supervisor.kill()
    first.supervisor.wait()
    assert eventually(lambda: not any(map(lives, pids)) and not mentioning(str(first.instance.data)), 60)
    assert second.answers()

    second.supervisor.send_signal(signal.SIGINT)
    assert second.supervisor.wait(60) == 0
    assert mentioning(str(second.instance.data)) == []
